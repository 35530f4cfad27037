"""The page's files: where they are, under which policy, and what stays behind the key."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

import autoglm_server.http

GOOD = "```python\ndef double(number: int) -> int:\n    return number * 2\n```"
BAD = "```python\ndef double(number: int) -> int:\n    return number + missing\n```"
STUB = 'def double(number: int) -> int:\n    """Twice the number.\n\n    >>> double(4)\n    8\n    """\n    ...\n'


@pytest.mark.parametrize(
    ("path", "kind"), [("/", "text/html"), ("/page/trace.js", "text/javascript"), ("/page/trace.css", "text/css")]
)
def test_the_page_needs_no_key_and_may_load_nothing_but_itself(start, path, kind):
    answer = httpx.get(start(GOOD).url + path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_no_other_file_is_served(start):
    service = start(GOOD)
    for path in ("/page/", "/page/index.html", "/page/../app.py", "/page/..%2fapp.py"):
        assert service.client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/v1/runs", "/v1/runs/1/trace", "/v1/metrics"])
def test_what_the_page_shows_needs_the_key(start, path):
    service = start(GOOD)
    assert httpx.get(service.url + path).status_code == 401


def test_the_page_holds_no_script_style_or_address_of_elsewhere():
    folder = Path(autoglm_server.http.__file__).with_name("page")
    page = (folder / "index.html").read_text("utf-8")
    assert re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", page) == []
    script = (folder / "trace.js").read_text("utf-8")
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", script) == []
    addresses = {*re.findall(r"https?://[^\"'\s)]+", script + (folder / "trace.css").read_text("utf-8"))}
    assert addresses == {"http://www.w3.org/2000/svg"}, "the name of a namespace, which is not fetched"


def test_a_run_has_its_trace_and_names_no_folder_of_this_machine(start):
    service = start(BAD, GOOD)
    files = [{"path": "a/double.py", "text": STUB}]
    asked = {"description": "as documented", "files": files, "target": {"path": "a/double.py", "name": "double"}}
    answer = service.generate(**asked).json()
    (listed,) = service.runs()
    assert listed["title"] == "double in a/double.py"
    reply = service.client.get(f"/v1/runs/{answer['id']}/trace")
    trace = reply.json()
    assert trace["id"] == answer["id"]
    assert (trace["file"], trace["target"], trace["instruction"]) == ("a/double.py", "double", "as documented")
    assert trace["before"] + "\n" == STUB
    plain = [{key: value for key, value in attempt.items() if key != "prompt"} for attempt in trace["attempts"]]
    assert plain == answer["attempts"]
    assert "double(4)" in trace["attempts"][0]["prompt"][-1]["content"]
    assert "autoglm-run-" not in reply.text


def test_a_long_description_is_cut_in_the_list(start):
    service = start(GOOD)
    service.generate(description="double " * 40 + "\nmore")
    (listed,) = service.runs()
    assert len(listed["title"]) == 120
    assert listed["title"].endswith("…")


def test_a_run_without_an_outcome_has_no_trace(start):
    service = start({"answer": GOOD, "lost_after": 0})
    assert service.generate(description="x").status_code == 503
    (listed,) = service.runs()
    answer = service.client.get(f"/v1/runs/{listed['id']}/trace")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "no_trace"


def test_the_metrics_count_what_was_asked(start):
    service = start(GOOD)
    assert service.client.get("/v1/metrics").json() == {}
    service.generate(description="double")
    figures = service.client.get("/v1/metrics").json()["generate"]
    assert (figures["requests"], figures["accepted"]) == (1, 1)
    assert figures["steps"]["total"]["n"] == 1
