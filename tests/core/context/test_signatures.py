"""How definitions are worded, and which may be shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.context.exclusion import Exclusions
from autoglm_core.context.reach_question import ask
from autoglm_core.context.signatures import look_up
from autoglm_core.types import Document, Workspace

SHOP = (
    '''class Plain: pass


class Base:
    """
    Of all.
    """

    rate: int = 3
    long_one = "'''
    + "x" * 300
    + """"

    def __init__(self, a, *rest): ...


async def send(mail, /, *, to: str = "me") -> None:
    \'\'\'Send it, \'\'\'


def many("""
    + ", ".join(f"parameter_{n}" for n in range(60))
    + """): ...
"""
)


def texts(folder: Path, names: str) -> dict[str, str]:
    text = f"from shop import Plain, Base, send, many\n\n\ndef f():\n    {names}\n    "
    document = Document(folder / "use.py", text)
    _, places = ask(document, len(text))
    found = look_up(document, len(text), Workspace((folder,)), places, Exclusions())
    return {one.snippet.title: one.snippet.text for one in found}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Plain", "class Plain: pass\nPlain()"),
        ("Base", 'class Base:\n    """Of all."""\nBase(a, *rest)'),
        ("send", 'def send(mail, /, *, to: str="me") -> None\n    """Send it,"""'),
        ("rate", "rate: int = 3"),
    ],
)
def test_functions_classes_and_values(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    used = f"Base.{name}" if name == "rate" else name
    assert texts(tmp_path, used)[f"shop.py: {name}"] == text


def test_long_lines_are_cut(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    found = texts(tmp_path, "many(Base.long_one)")
    assert {"shop.py: many", "shop.py: long_one"} <= set(found)
    for text in found.values():
        assert all(len(line) <= 160 for line in text.splitlines())
        assert len(text.splitlines()) <= 3


def test_large_files_and_the_own_file_are_not_shown(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP + "#" * 200_000)
    assert texts(tmp_path, "send(Plain)") == {}
    (tmp_path / "shop.py").write_text("from use import f as send\n")
    assert texts(tmp_path, "send") == {}


def test_parameters_that_stand_in_an_excluded_file_are_not_shown(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir()
    (tmp_path / ".gitignore").write_text("private/\n")
    (private / "base.py").write_text(
        "class Base:\n    def __init__(self, token='TOKEN'): ...\n\n"
        "def deco(f):\n    def wrapper(api_key='TOKEN', *args): return f(*args)\n    return wrapper\n"
    )
    (tmp_path / "shop.py").write_text(
        "from private.base import Base, deco\n\nclass Plain(Base):\n    @deco\n    def method(self, a): ...\n\n"
        "class Base(Base):\n    def __init__(self, rate): ...\n\n@deco\ndef send(mail): ...\n\ndef many(a): ...\n"
    )
    found = texts(tmp_path, "Plain, Base, send, many, Plain().method")
    assert "TOKEN" not in "".join(found.values())
    assert found["shop.py: Plain"] == "class Plain(Base):"
    assert found["shop.py: Base"] == "class Base(Base):\nBase(rate)"
    assert found["shop.py: many"] == "def many(a)"
