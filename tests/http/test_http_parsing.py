"""Bodies of POST /v1/generate: what is taken, and which field a refusal names."""

from __future__ import annotations

from typing import Any

import pytest

from autoglm_server.http.errors import ApiError
from autoglm_server.http.parsing import parse_generate
from autoglm_server.http.schemas import MAX_FILES, MAX_PATH, GenerateRequest, Place, SourceFile


def body(**fields: Any) -> dict[str, Any]:
    return {"description": "write it", **fields}


def files(*paths: str) -> list[dict[str, str]]:
    return [{"path": path, "text": ""} for path in paths]


def test_a_description_is_enough():
    assert parse_generate(body()) == GenerateRequest("write it")


def test_every_field_is_read():
    parsed = parse_generate(
        body(
            files=[{"path": "a/b.py", "text": "x = 1\n"}],
            target={"path": "a/b.py", "name": "C.m"},
            tests="def test(): ...",
            instruction="short",
            attempts=3,
            deadline_s=2,
            stream=True,
        )
    )
    assert parsed == GenerateRequest(
        "write it", (SourceFile("a/b.py", "x = 1\n"),), Place("a/b.py", "C.m"), "def test(): ...", "short", 3, 2.0, True
    )


def test_null_is_the_same_as_left_out():
    assert parse_generate(body(target=None, attempts=None, deadline_s=None)) == GenerateRequest("write it")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ([], None),
        ("text", None),
        (None, None),
        ({}, "description"),
        ({"description": None}, "description"),
        ({"description": ["a"]}, "description"),
        ({"description": " \n"}, "description"),
        ({"description": "x" * 20_001}, "description"),
        ({"description": "half \ud800 pair"}, "description"),
        (body(temperature=1), "temperature"),
        (body(files={}), "files"),
        (body(files=files(*(f"f{n}.py" for n in range(MAX_FILES + 1)))), "files"),
        (body(files=["a.py"]), "files[0]"),
        (body(files=[{"path": "a.py"}]), "files[0].text"),
        (body(files=[{"text": ""}]), "files[0].path"),
        (body(files=[*files("a.py"), {"path": "b.py", "text": 1}]), "files[1].text"),
        (body(files=[{"path": "a.py", "text": "", "mode": 1}]), "files[0].mode"),
        (body(files=files("a.py", "a.py")), "files"),
        (body(files=files("a", "a/b.py")), "files"),
        (body(target="a.py"), "target"),
        (body(target={"name": "f"}), "target.path"),
        (body(target={"path": "a.txt"}), "target.path"),
        (body(target={"path": "a.py", "name": "f"}), "target.path"),
        (body(target={"path": "a.py", "name": ""}, files=files("a.py")), "target.name"),
        (body(target={"path": "a.py/b.py"}, files=files("a.py")), "target.path"),
        (body(tests=1), "tests"),
        (body(attempts=True), "attempts"),
        (body(attempts=1.5), "attempts"),
        (body(attempts=11), "attempts"),
        (body(attempts=10**300), "attempts"),
        (body(deadline_s=0.5), "deadline_s"),
        (body(deadline_s="10"), "deadline_s"),
        (body(deadline_s=1e308 * 10), "deadline_s"),
        (body(stream="yes"), "stream"),
    ],
)
def test_a_refusal_names_the_field(data, field):
    with pytest.raises(ApiError) as caught:
        parse_generate(data)
    assert (caught.value.status, caught.value.field) == (422, field)


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "//host/share.py",
        "../a.py",
        "a/../../b.py",
        "a/./b.py",
        "./a.py",
        "a//b.py",
        "a/",
        ".",
        "..",
        "a\\..\\b.py",
        "C:/a.py",
        "C:a.py",
        ".git/hooks/pre-commit",
        ".venv/bin/python",
        "a\x00.py",
        "a\n.py",
        "~/../a.py\x7f",
        "x" * (MAX_PATH + 1),
        "é" * 60 + ".py",
    ],
)
def test_no_path_leads_out_of_the_workspace(path):
    for data, field in [
        (body(files=files(path)), "files[0].path"),
        (body(target={"path": path}), "target.path"),
    ]:
        with pytest.raises(ApiError) as caught:
            parse_generate(data)
        assert caught.value.field == field


@pytest.mark.parametrize("path", ["a.py", "a/b/c.py", "a b.py", "é.py", "pyproject.toml", "a..b.py", "~a.py"])
def test_ordinary_paths_are_taken(path):
    assert parse_generate(body(files=files(path))).files[0].path == path
