"""POST /v1/generate: what comes back, and what stays behind."""

from __future__ import annotations

import tempfile

import pytest

GOOD = '```python\ndef double(number: int) -> int:\n    """Twice the number."""\n    return number * 2\n```'
BAD = '```python\ndef double(number: int) -> int:\n    """Twice the number."""\n    return number + 2\n```'
TESTS = "from generated import double\n\ndef test_double():\n    assert double(5) == 10\n"
STUB = 'def double(number: int) -> int:\n    """Twice the number.\n\n    >>> double(5)\n    10\n    """\n    ...\n'


def test_new_code_that_passes_is_accepted(start):
    answer = start(GOOD).generate(description="double(number): twice the number", tests=TESTS).json()
    assert answer["status"] == "accepted"
    assert "return number * 2" in answer["code"]
    assert answer["file"] == {"path": "generated.py", "text": answer["file"]["text"]}
    assert "+    return number * 2" in answer["diff"]
    assert [attempt["kind"] for attempt in answer["attempts"]] == ["first draft"]
    assert any("pass" in report["summary"] for report in answer["attempts"][0]["reports"])
    assert answer["timings"]["total"] >= answer["timings"]["checks"] > 0


def test_a_draft_that_fails_the_tests_is_repaired(start):
    answer = start(BAD, GOOD).generate(description="double(number): twice the number", tests=TESTS).json()
    assert answer["status"] == "accepted"
    assert [attempt["number"] for attempt in answer["attempts"]] == [1, 2]
    assert answer["attempts"][0]["kind"] == "first draft"
    first = answer["attempts"][0]["rejected_by"][0]
    assert first["validator"] == "tests"
    assert first["severity"] == "error"


def test_code_that_fails_is_not_handed_out(start):
    answer = start(BAD).generate(description="double", tests=TESTS, attempts=2).json()
    assert answer["status"] == "rejected"
    assert answer["code"] is None
    assert answer["file"] is None
    assert len(answer["attempts"]) == 2
    assert [finding["validator"] for finding in answer["findings"]] == ["tests"]


def test_a_named_function_is_implemented_in_its_file(start):
    answer = (
        start(GOOD)
        .generate(
            description="as the docstring says",
            files=[{"path": "pack/numbers.py", "text": STUB}, {"path": "pack/__init__.py", "text": ""}],
            target={"path": "pack/numbers.py", "name": "double"},
        )
        .json()
    )
    assert answer["status"] == "accepted"
    assert answer["file"]["path"] == "pack/numbers.py"
    assert answer["code"].startswith("def double(")
    assert "..." not in answer["code"]


def test_given_tests_decide_over_a_named_function(start):
    service = start(BAD)
    answer = service.generate(
        description="twice",
        files=[{"path": "numbers_.py", "text": "def double(number: int) -> int:\n    ...\n"}],
        target={"path": "numbers_.py", "name": "double"},
        tests="from numbers_ import double\n\ndef test_double():\n    assert double(5) == 10\n",
        attempts=1,
    ).json()
    assert answer["status"] == "rejected"
    assert answer["findings"][0]["validator"] == "tests"


def test_line_ends_of_a_file_are_kept(start):
    text = STUB.replace("\n", "\r\n")
    answer = (
        start(GOOD)
        .generate(
            description="twice", files=[{"path": "m.py", "text": text}], target={"path": "m.py", "name": "double"}
        )
        .json()
    )
    assert answer["status"] == "accepted"
    assert "\n" not in answer["file"]["text"].replace("\r\n", "")


def test_the_workspace_is_gone_afterwards_and_its_path_is_not_told(start, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    response = start(BAD).generate(description="double", tests=TESTS, attempts=1)
    assert response.status_code == 200
    assert str(tmp_path) not in response.text
    assert not list(tmp_path.glob("autoglm-run-*"))


@pytest.mark.parametrize("attempts", [1, 3])
def test_the_request_sets_the_number_of_attempts(start, attempts):
    answer = start(BAD).generate(description="double", tests=TESTS, attempts=attempts).json()
    assert len(answer["attempts"]) == attempts


def test_the_deadline_of_a_request_ends_it(start):
    slow = {"answer": GOOD, "token_delay_s": 30}
    answer = start(slow).generate(description="double", deadline_s=1).json()
    assert answer["status"] == "rejected"
    assert answer["ending"] == "the time was up"


def test_a_run_can_be_read_afterwards(start):
    service = start(GOOD)
    answer = service.generate(description="double", tests=TESTS).json()
    run = service.client.get(f"/v1/runs/{answer['id']}").json()
    assert run["status"] == "accepted"
    assert run["result"] == answer
    assert run["error"] is None
    assert [listed["id"] for listed in service.runs()] == [answer["id"]]


def test_the_page_explains_the_endpoints(start):
    page = start(GOOD).client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    for path in ("/v1/generate", "/v1/runs", "/openapi.json", "/healthz"):
        assert path in page.text
