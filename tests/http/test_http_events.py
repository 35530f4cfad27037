"""Server-sent events: their order, their data, and the comments that keep a connection open."""

from __future__ import annotations

import json
from typing import Any

import pytest

from autoglm_server.http import streaming

GOOD = "```python\ndef double(number: int) -> int:\n    return number * 2\n```"
BAD = "```python\ndef double(number: int) -> int:\n    return number + 2\n```"
TESTS = "from generated import double\n\ndef test_double():\n    assert double(5) == 10\n"


def events_of(text: str) -> list[tuple[str, Any]]:
    """The events of a stream, comments left out."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


@pytest.mark.parametrize("how", ["header", "field"])
def test_stages_come_first_and_the_outcome_last(start, how):
    body = {"description": "double(number): twice the number", "tests": TESTS, "stream": how == "field"}
    headers = {"Accept": "text/event-stream"} if how == "header" else {}
    response = start(BAD, GOOD).client.post("/v1/generate", json=body, headers=headers)
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response.text)
    names = [name for name, _ in events]
    assert names[0] == "run"
    assert names[-1] == "outcome"
    assert names.count("attempt") == 2
    stages = [data["message"] for name, data in events if name == "stage"]
    assert stages[0] == "writing a draft"
    assert any(message.startswith("trying again: ") for message in stages)
    outcome = events[-1][1]
    assert outcome["status"] == "accepted"
    assert outcome["id"] == events[0][1]["id"]


def test_plain_accept_headers_get_json(start):
    headers = {"Accept": "application/json, text/event-stream"}
    response = start(GOOD).client.post("/v1/generate", json={"description": "double"}, headers=headers)
    assert response.json()["status"] == "accepted"


def test_the_stream_is_kept_open_by_comments(start, monkeypatch):
    monkeypatch.setattr(streaming, "KEEP_ALIVE_S", 0.01)
    slow = {"answer": GOOD, "token_delay_s": 0.05}
    text = start(slow).client.post("/v1/generate", json={"description": "double", "stream": True}).text
    assert ": still at work\n\n" in text
    assert events_of(text)[-1][0] == "outcome"


def test_a_failure_is_an_event(start):
    lost = {"answer": GOOD, "lost_after": 2}
    text = start(lost).client.post("/v1/generate", json={"description": "double", "stream": True}).text
    name, data = events_of(text)[-1]
    assert name == "error"
    assert data["error"]["code"] == "engine_unavailable"


def test_a_bad_request_is_refused_before_the_stream(start):
    response = start(GOOD).client.post("/v1/generate", json={"description": "", "stream": True})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/json"
