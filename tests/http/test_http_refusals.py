"""Each refusal of the service: its status, its code, the field it names, and its one form."""

from __future__ import annotations

import json
import tempfile

import httpx
import pytest

from autoglm_server.http.schemas import MAX_BODY_BYTES

ONE = "```python\ndef one() -> int:\n    return 1\n```"


def assert_error(response: httpx.Response, status: int, code: str, field: str | None = None) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert list(response.json()) == ["error"]
    error = response.json()["error"]
    assert sorted(error) == ["code", "field", "message"]
    assert (error["code"], error["field"]) == (code, field)
    assert error["message"]
    return error["message"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b'{"description": NaN}', b"[" * 500_000, b'{"a": 1' + b"0" * 5000 + b"}"],
    ids=["empty", "half", "not UTF-8", "NaN", "very deep", "very long number"],
)
def test_400_for_what_is_no_json(start, body):
    response = start(ONE).client.post("/v1/generate", content=body, headers={"Content-Type": "application/json"})
    assert_error(response, 400, "invalid_json")


@pytest.mark.parametrize("key", [None, "Bearer wrong", "Basic YTpi", "Bearer", "Bearer \xe9"])
def test_401_without_the_key(start, key):
    service = start(ONE)
    headers = {"Authorization": key.encode("latin-1")} if key else {}
    for method, path in [("POST", "/v1/generate"), ("GET", "/v1/runs"), ("GET", "/nowhere")]:
        response = httpx.request(method, service.url + path, headers=headers)
        assert_error(response, 401, "unauthorized")
        assert response.headers["www-authenticate"].startswith("Bearer")


def test_no_key_is_needed_where_nothing_is_told(start):
    service = start(ONE)
    assert httpx.get(f"{service.url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{service.url}/openapi.json").status_code == 200
    assert httpx.get(f"{service.url}/").status_code == 200


def test_no_key_is_asked_where_none_is_set(start):
    service = start(ONE, key=None)
    assert httpx.get(f"{service.url}/v1/runs").json() == {"runs": []}


@pytest.mark.parametrize("path", ["/nowhere", "/v1", "/v1/generate/", "/../etc/passwd"])
def test_404_for_an_unknown_path(start, path):
    response = start(ONE).client.get(path, follow_redirects=False)
    assert_error(response, 404, "not_found")


def test_404_for_an_unknown_run(start):
    assert_error(start(ONE).client.get("/v1/runs/no-such-run"), 404, "not_found", "id")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/generate"), ("POST", "/v1/runs"), ("OPTIONS", "/v1/generate")]
)
def test_405_for_another_method(start, method, path):
    response = start(ONE).client.request(method, path)
    assert_error(response, 405, "method_not_allowed")
    assert response.headers["allow"]
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("chunked", [False, True])
def test_413_for_a_body_beyond_the_limit(start, chunked):
    body = json.dumps({"description": "x" * MAX_BODY_BYTES}).encode()
    content = iter([body]) if chunked else body
    response = start(ONE).client.post("/v1/generate", content=content, headers={"Content-Type": "application/json"})
    assert_error(response, 413, "body_too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"])
def test_415_for_another_content_type(start, kind):
    response = start(ONE).client.post("/v1/generate", content=b'{"description": "x"}', headers={"Content-Type": kind})
    assert_error(response, 415, "unsupported_media_type")


def test_a_charset_beside_the_content_type_is_fine(start):
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    response = start(ONE).client.post("/v1/generate", content=b'{"description": "one"}', headers=headers)
    assert response.json()["status"] == "accepted"


def test_422_names_the_field(start):
    response = start(ONE).generate(description="x", attempts=0)
    assert "1 to 10" in assert_error(response, 422, "invalid_request", "attempts")


def test_422_for_a_function_that_is_not_there(start):
    files = [{"path": "m.py", "text": "def one():\n    ...\n"}]
    response = start(ONE).generate(description="x", files=files, target={"path": "m.py", "name": "two"})
    assert "one" in assert_error(response, 422, "target_not_found", "target.name")


def test_422_for_a_file_that_no_model_may_see(start):
    files = [{"path": "secrets.py", "text": "def one():\n    ...\n"}]
    service = start(ONE, exclude=("secrets.py",))
    response = service.generate(description="x", files=files, target={"path": "secrets.py", "name": "one"})
    assert_error(response, 422, "excluded_file", "target.path")


def test_500_tells_the_client_nothing_of_the_inside(start, monkeypatch):
    service = start(ONE)
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", "/nonexistent")
        message = assert_error(service.generate(description="x"), 500, "internal_error")
    assert "nonexistent" not in message
    assert service.runs()[0]["status"] == "failed"
    assert service.generate(description="x").status_code == 200


def test_503_when_the_engine_goes_away(start):
    response = start({"answer": ONE, "lost_after": 1}).generate(description="x")
    assert "went away" in assert_error(response, 503, "engine_unavailable")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost@evil.example", ""]
)
def test_another_name_than_loopback_is_refused(start, host):
    service = start(ONE, hosts=frozenset({"localhost", "127.0.0.1", "::1"}))
    assert_error(httpx.get(f"{service.url}/healthz", headers={"Host": host}), 400, "wrong_host")


@pytest.mark.parametrize("host", ["localhost:1", "LOCALHOST", "127.0.0.1", "[::1]:8080", "localhost."])
def test_the_names_of_loopback_are_served(start, host):
    service = start(ONE, hosts=frozenset({"localhost", "127.0.0.1", "::1"}))
    assert httpx.get(f"{service.url}/healthz", headers={"Host": host}).status_code == 200
