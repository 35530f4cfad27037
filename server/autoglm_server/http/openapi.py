"""The API's description, OpenAPI 3.1, written from the types in ``schemas.py``."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from autoglm_server.http import schemas

_PLAIN: dict[type, str] = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def describe(server_url: str = "") -> dict[str, Any]:
    """The document that GET /openapi.json serves."""
    definitions: dict[str, Any] = {}
    paths = _paths(definitions)
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "AutoGLM",
            "version": version("autoglm-ls"),
            "summary": "Writes Python code with a language model, and checks it before you get it.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": dict(sorted(definitions.items())),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}],
    }
    if server_url:
        document["servers"] = [{"url": server_url}]
    return document


def schema(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of a type; the classes that it refers to are added to ``definitions``."""
    if typing.get_origin(kind) is typing.Annotated:
        inner, *notes = typing.get_args(kind)
        return {**schema(inner, definitions), **{key: value for note in notes for key, value in note.items()}}
    if kind in _PLAIN:
        return {"type": _PLAIN[kind]}
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin in (list, tuple):
        return {"type": "array", "items": schema(arguments[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema(arguments[1], definitions)}
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [schema(argument, definitions) for argument in arguments]}
    if kind.__name__ not in definitions:
        definitions[kind.__name__] = {}  # first a place, for a class that refers to itself
        definitions[kind.__name__] = _object(kind, definitions)
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def _object(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind, include_extras=True)
    defaults = _defaults(kind)
    properties = {name: schema(hint, definitions) for name, hint in hints.items()}
    for name, default in defaults.items():
        properties[name]["default"] = default
    return {
        "type": "object",
        "description": (kind.__doc__ or "").strip(),
        "properties": properties,
        "required": [name for name in hints if name not in defaults],
        "additionalProperties": schema(schemas.EXTRA_KEYS[kind], definitions) if kind in schemas.EXTRA_KEYS else False,
    }


def _defaults(kind: type) -> Mapping[str, Any]:
    if not dataclasses.is_dataclass(kind):
        return {}
    given = {f.name: f.default for f in dataclasses.fields(kind) if f.default is not dataclasses.MISSING}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}


def _paths(definitions: dict[str, Any]) -> dict[str, Any]:
    def answer(kind: Any, words: str) -> dict[str, Any]:
        return {"description": words, "content": {"application/json": {"schema": schema(kind, definitions)}}}

    def errors(*statuses: int) -> dict[str, Any]:
        return {str(status): answer(schemas.ErrorAnswer, _ERRORS[status]) for status in statuses}

    outcome = answer(schemas.GenerateAnswer, "The outcome, accepted or rejected.")
    outcome["content"]["text/event-stream"] = {"schema": {"type": "string"}, "x-events": _events(definitions)}
    key_errors = errors(400, 401, 500)
    return {
        "/v1/generate": {
            "post": {
                "operationId": "generate",
                "summary": "Write code from a description, and check it",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": schema(schemas.GenerateRequest, definitions)}},
                },
                "responses": {"200": outcome, **key_errors, **errors(413, 415, 422, 429, 503)},
            }
        },
        "/v1/runs": {
            "get": {
                "operationId": "listRuns",
                "summary": "The latest requests",
                "responses": {"200": answer(schemas.RunList, "Oldest first."), **key_errors},
            }
        },
        "/v1/runs/{id}": {
            "get": {
                "operationId": "getRun",
                "summary": "One request with its trace",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"200": answer(schemas.RunAnswer, "As it stands."), **key_errors, **errors(404)},
            }
        },
        "/v1/runs/{id}/trace": {
            "get": {
                "operationId": "getTrace",
                "summary": "How a request came out: attempts, findings, prompts",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"200": answer(schemas.TraceAnswer, "The trace."), **key_errors, **errors(404)},
            }
        },
        "/v1/metrics": {
            "get": {
                "operationId": "getMetrics",
                "summary": "Counters and durations since the service started",
                "responses": {"200": answer(schemas.MetricsAnswer, "By kind of request."), **key_errors},
            }
        },
        "/healthz": {
            "get": {
                "operationId": "health",
                "summary": "The service answers",
                "security": [],
                "responses": {"200": answer(schemas.HealthAnswer, "It does.")},
            }
        },
    }


def _events(definitions: dict[str, Any]) -> dict[str, Any]:
    return {name: schema(kind, definitions) for name, kind in schemas.EVENTS.items()}


_ERRORS = {
    400: "The body is no JSON, or the Host header is not this service's.",
    401: "The bearer key is missing or wrong.",
    404: "There is no such run, or it has no trace.",
    413: "The body is too large.",
    415: "The body is not sent as application/json.",
    422: "A field does not fit; 'field' names it.",
    429: "Too many requests wait already.",
    500: "The service failed; its log says why.",
    503: "The engine or its model is not to be had.",
}
