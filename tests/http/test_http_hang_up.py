"""A client that hangs up stops the loop, and the model with it."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest

SLOW = {"answer": "one two three four five", "token_delay_s": 60}


def begin(service, **body) -> http.client.HTTPConnection:
    """Send a request and do not read its answer."""
    connection = http.client.HTTPConnection(urlsplit(service.url).netloc)
    headers = {"Content-Type": "application/json", "Authorization": service.client.headers["Authorization"]}
    connection.request("POST", "/v1/generate", json.dumps(body), headers)
    return connection


@pytest.mark.parametrize("stream", [False, True])
def test_hanging_up_cancels_the_run(start, stream):
    service = start(SLOW)
    connection = begin(service, description="anything", stream=stream)
    service.wait_for(lambda runs: [run["stage"] for run in runs] == ["attempt 1 of 4: writing a draft"])
    connection.close()
    runs = service.wait_for(lambda runs: runs[0]["status"] != "running")
    assert runs[0]["status"] == "cancelled"
    assert runs[0]["stage"] == "the client hung up"


def test_hanging_up_in_the_queue_frees_the_place(start):
    service = start(SLOW, at_once=1, waiting=1)
    working = begin(service, description="first")
    service.wait_for(lambda runs: [run["status"] for run in runs] == ["running"])
    waiting = begin(service, description="second")
    service.wait_for(lambda runs: [run["status"] for run in runs] == ["running", "queued"])
    refused = service.generate(description="third")
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "5"
    assert refused.json()["error"]["code"] == "busy"
    waiting.close()
    service.wait_for(lambda runs: [run["status"] for run in runs] == ["running", "cancelled"])
    working.close()
    service.wait_for(lambda runs: [run["status"] for run in runs] == ["cancelled", "cancelled"])


def test_the_next_request_is_served_after_a_hang_up(start):
    good = {"answer": "```python\ndef one() -> int:\n    return 1\n```", "when": "the number one"}
    service = start({**SLOW, "when": "anything"}, good, at_once=1, waiting=0)
    connection = begin(service, description="anything")
    service.wait_for(lambda runs: [run["status"] for run in runs] == ["running"])
    connection.close()
    service.wait_for(lambda runs: runs[0]["status"] == "cancelled")
    assert service.generate(description="the number one").json()["status"] == "accepted"
