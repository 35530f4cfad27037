"""The API's description matches what is served."""

from __future__ import annotations

import json
from typing import Any

import pytest

from autoglm_core.bootstrap import build_assistant
from autoglm_core.config import parse_settings
from autoglm_server.http.app import create_app
from autoglm_server.http.errors import ApiError
from autoglm_server.http.guard import Access
from autoglm_server.http.openapi import describe
from autoglm_server.http.parsing import parse_generate

GOOD = "```python\ndef double(number: int) -> int:\n    return number * 2\n```"
BAD = "```python\ndef double(number: int) -> int:\n    return number + missing\n```"

TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
    "array": list,
    "object": dict,
}


def mismatches(value: Any, schema: dict[str, Any], document: dict[str, Any], place: str = "$") -> list[str]:
    """Where a value does not match its schema: the part of JSON Schema that the description uses."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        each = [mismatches(value, choice, document, place) for choice in schema["anyOf"]]
        return [] if [] in each else each[0]
    wanted = TYPES[schema["type"]]
    if not isinstance(value, wanted) or (isinstance(value, bool) and schema["type"] != "boolean"):
        return [f"{place}: {value!r} is no {schema['type']}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{place}: {value!r} is none of {schema['enum']}")
    if isinstance(value, list):
        for number, item in enumerate(value):
            found += mismatches(item, schema["items"], document, f"{place}[{number}]")
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema["additionalProperties"]
        found += [f"{place}.{key}: missing" for key in schema.get("required", ()) if key not in value]
        found += [f"{place}.{key}: unknown" for key in value if key not in known and others is False]
        for key in value:
            if key in known or others is not False:
                found += mismatches(value[key], known.get(key, others), document, f"{place}.{key}")
    return found


def answer_schema(document: dict[str, Any], path: str, method: str, status: int) -> dict[str, Any]:
    content = document["paths"][path][method]["responses"][str(status)]["content"]
    schema: dict[str, Any] = content["application/json"]["schema"]
    return schema


def test_the_checker_of_this_test_finds_what_is_wrong():
    document = describe()
    schema = answer_schema(document, "/healthz", "get", 200)
    assert mismatches({"status": "ok"}, schema, document) == []
    for wrong in ({}, {"status": "bad"}, {"status": 1}, {"status": "ok", "more": 1}, []):
        assert mismatches(wrong, schema, document)


def test_exactly_the_described_paths_and_methods_are_served():
    settings = parse_settings(
        [
            {
                "history": {"enabled": False},
                "actions": {"engine": "remote"},
                "inline": {"engine": "remote"},
                "remote": {"url": "http://127.0.0.1:9/v1", "model": "none"},
            }
        ]
    )
    app = create_app(build_assistant(settings), Access(None, None))
    served = {(route.path, method.lower()) for route in app.routes for method in route.methods - {"HEAD"}}
    described = {(path, method) for path, item in describe()["paths"].items() for method in item}
    page = {("/", "get"), ("/page/trace.js", "get"), ("/page/trace.css", "get")}
    assert served - described == page | {("/openapi.json", "get")}
    assert described - served == set()


def test_answers_match_their_schemas(start):
    service = start(BAD, GOOD, BAD)
    document = service.client.get("/openapi.json").json()
    tests = "from generated import double\n\ndef test_double():\n    assert double(5) == 10\n"
    accepted = service.generate(description="double", tests=tests)
    rejected = service.generate(description="double", tests=tests, attempts=1)
    assert [accepted.json()["status"], rejected.json()["status"]] == ["accepted", "rejected"]
    assert rejected.json()["findings"]
    schema = answer_schema(document, "/v1/generate", "post", 200)
    assert mismatches(accepted.json(), schema, document) == []
    assert mismatches(rejected.json(), schema, document) == []
    runs = service.client.get("/v1/runs").json()
    assert mismatches(runs, answer_schema(document, "/v1/runs", "get", 200), document) == []
    run = service.client.get(f"/v1/runs/{accepted.json()['id']}").json()
    assert mismatches(run, answer_schema(document, "/v1/runs/{id}", "get", 200), document) == []
    for answer in (accepted, rejected):
        trace = service.client.get(f"/v1/runs/{answer.json()['id']}/trace").json()
        assert mismatches(trace, answer_schema(document, "/v1/runs/{id}/trace", "get", 200), document) == []
    metrics = service.client.get("/v1/metrics").json()
    schema = answer_schema(document, "/v1/metrics", "get", 200)
    assert mismatches(metrics, schema, document) == []
    assert mismatches({"generate": {"steps": {}, "requests": "many"}}, schema, document), "counters are numbers"


def test_events_match_their_schemas(start):
    service = start(BAD, GOOD)
    document = service.client.get("/openapi.json").json()
    content = document["paths"]["/v1/generate"]["post"]["responses"]["200"]["content"]
    schemas = content["text/event-stream"]["x-events"]
    text = service.client.post("/v1/generate", json={"description": "double", "stream": True}).text
    blocks = [block.splitlines() for block in text.split("\n\n") if block]
    events = [(block[0].removeprefix("event: "), json.loads(block[1].removeprefix("data: "))) for block in blocks]
    assert {name for name, _ in events} == {"run", "stage", "attempt", "outcome"}
    for name, data in events:
        assert mismatches(data, schemas[name], document) == []


def test_errors_match_their_schema(start):
    service = start({"answer": GOOD, "lost_after": 0})
    document = service.client.get("/openapi.json").json()
    for response in (service.generate(description=""), service.generate(description="x")):
        schema = answer_schema(document, "/v1/generate", "post", response.status_code)
        assert mismatches(response.json(), schema, document) == []


@pytest.mark.parametrize("name", list(describe()["components"]["schemas"]["GenerateRequest"]["properties"]))
def test_the_described_limits_of_a_request_are_enforced(name):
    document = describe()
    schema = document["components"]["schemas"]["GenerateRequest"]
    limits = [schema["properties"][name], *schema["properties"][name].get("anyOf", [])]
    wrong: list[Any] = []
    for limit in limits:
        wrong += ["x" * (limit["maxLength"] + 1)] if "maxLength" in limit else []
        wrong += (
            [[{"path": f"{n}.py", "text": ""} for n in range(limit["maxItems"] + 1)]] if "maxItems" in limit else []
        )
        wrong += [limit["minimum"] - 1] if "minimum" in limit else []
        wrong += [limit["maximum"] + 1] if "maximum" in limit else []
    wrong.append({"no": "such"})
    for value in wrong:
        with pytest.raises(ApiError) as caught:
            parse_generate({"description": "x", name: value})
        assert (caught.value.field or "").startswith(name)


def test_every_described_field_of_a_request_is_taken():
    values = {
        "description": "x",
        "files": [],
        "target": None,
        "tests": "",
        "instruction": "",
        "attempts": 1,
        "deadline_s": 1,
        "stream": False,
    }
    described = describe()["components"]["schemas"]["GenerateRequest"]
    assert sorted(described["properties"]) == sorted(values)
    assert described["required"] == ["description"]
    parse_generate(values)
