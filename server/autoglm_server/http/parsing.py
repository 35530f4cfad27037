"""The bytes of a request to a ``GenerateRequest``: every refusal names the field and what would fit."""

from __future__ import annotations

import dataclasses
import json
from pathlib import PurePosixPath
from typing import Any

from starlette.requests import Request

from autoglm_server.http.errors import ApiError, invalid
from autoglm_server.http.schemas import (
    MAX_ATTEMPTS,
    MAX_BODY_BYTES,
    MAX_DEADLINE_S,
    MAX_DESCRIPTION,
    MAX_FILES,
    MAX_PATH,
    GenerateRequest,
    Place,
    SourceFile,
)


async def read_json(request: Request) -> Any:
    """The body as plain data. Raises ApiError 415, 413 or 400; never reads more than the limit."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise ApiError(415, "unsupported_media_type", "Send the request as Content-Type: application/json.")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            raise ApiError(413, "body_too_large", f"The body must be at most {MAX_BODY_BYTES} bytes.")
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, "invalid_json", f"The body is no JSON in UTF-8: {error}.") from error


def parse_generate(data: Any) -> GenerateRequest:
    """Check the body of POST /v1/generate. Raises ApiError 422 that names the first field that does not fit."""
    fields = _object(data, "", GenerateRequest)
    files = tuple(_file(item, f"files[{n}]") for n, item in enumerate(_list(fields, "files")))
    _no_clash([file.path for file in files])
    target = fields.get("target")
    place = None if target is None else _place(target, [file.path for file in files])
    return GenerateRequest(
        description=_words(fields, "description", longest=MAX_DESCRIPTION),
        files=files,
        target=place,
        tests=_text(fields, "tests"),
        instruction=_text(fields, "instruction", longest=MAX_DESCRIPTION),
        attempts=_whole(fields, "attempts", MAX_ATTEMPTS),
        deadline_s=_seconds(fields, "deadline_s"),
        stream=_flag(fields, "stream"),
    )


def _file(item: Any, name: str) -> SourceFile:
    fields = _object(item, name, SourceFile)
    return SourceFile(_path(fields, f"{name}."), _text(fields, "text", f"{name}.", required=True))


def _place(item: Any, paths: list[str]) -> Place:
    fields = _object(item, "target", Place)
    path = _path(fields, "target.")
    if not path.endswith(".py"):
        raise invalid("target.path", "must be a Python file (.py)")
    name = None if fields.get("name") is None else _words(fields, "name", "target.", longest=MAX_PATH)
    if name and path not in paths:
        raise invalid("target.path", f"{path!r} is not among the files, so it has no function {name!r}")
    if path not in paths:
        _no_clash([*paths, path], "target.path")
    return Place(path, name)


def _path(fields: dict[str, Any], prefix: str) -> str:
    """A path that can only lie inside the workspace, on every platform and for every tool that reads it."""
    path = _words(fields, "path", prefix, longest=MAX_PATH)
    name = f"{prefix}path"
    parts = path.split("/")
    if path.startswith("/") or "\\" in path or ":" in path:
        raise invalid(name, "must be relative, with forward slashes, as in 'package/module.py'")
    if any(part in ("", ".", "..") for part in parts):
        raise invalid(name, "must not hold empty parts, '.' or '..'")
    if any(part.startswith(".") for part in parts):
        raise invalid(name, "must not name hidden files or folders")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in path):
        raise invalid(name, "must not hold control characters")
    if any(len(part.encode()) > 100 for part in parts):
        raise invalid(name, "must not have parts of more than 100 bytes")
    return path


def _no_clash(paths: list[str], field: str = "files") -> None:
    """No file twice, and none that is another one's folder."""
    known = set(paths)
    if len(known) < len(paths):
        twice = next(path for path in paths if paths.count(path) > 1)
        raise invalid(field, f"{twice!r} is given twice")
    for path in paths:
        for parent in PurePosixPath(path).parents:
            if str(parent) in known:
                raise invalid(field, f"{str(parent)!r} cannot be a file and the folder of {path!r}")


def _object(data: Any, name: str, kind: type) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise invalid(name, "must be an object" if name else "The body must be a JSON object.")
    known = [field.name for field in dataclasses.fields(kind)]
    for key in data:
        if key not in known:
            full = f"{name}.{key}" if name else key
            raise invalid(full, f"is not known; known here: {', '.join(known)}")
    return data


def _list(fields: dict[str, Any], key: str) -> list[Any]:
    value = fields.get(key, [])
    if not isinstance(value, list):
        raise invalid(key, "must be a list")
    if len(value) > MAX_FILES:
        raise invalid(key, f"must hold at most {MAX_FILES} items, not {len(value)}")
    return value


def _text(
    fields: dict[str, Any], key: str, prefix: str = "", *, required: bool = False, longest: int = MAX_BODY_BYTES
) -> str:
    name = prefix + key
    if key not in fields:
        if required:
            raise invalid(name, "is missing")
        return ""
    value = fields[key]
    if not isinstance(value, str):
        raise invalid(name, "must be a string")
    if len(value) > longest:
        raise invalid(name, f"must be at most {longest} characters, not {len(value)}")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise invalid(name, "holds half a surrogate pair, which is no text") from None
    return value


def _words(fields: dict[str, Any], key: str, prefix: str = "", *, longest: int) -> str:
    value = _text(fields, key, prefix, required=True, longest=longest)
    if not value.strip():
        raise invalid(prefix + key, "must not be empty")
    return value


def _whole(fields: dict[str, Any], key: str, most: int) -> int | None:
    value = fields.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise invalid(key, f"must be a whole number from 1 to {most}")
    return value


def _seconds(fields: dict[str, Any], key: str) -> float | None:
    value = fields.get(key)
    if value is None:
        return None
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 1 <= value <= MAX_DEADLINE_S:
        raise invalid(key, f"must be a number of seconds from 1 to {MAX_DEADLINE_S:g}")
    return float(value)


def _flag(fields: dict[str, Any], key: str) -> bool:
    value = fields.get(key, False)
    if not isinstance(value, bool):
        raise invalid(key, "must be true or false")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")
