"""The licence of the user's own project, and what it depends on by its own words."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from autoglm_core.validators.licence_terms import NO_LICENCE, Licence, read_licence, recognise

_TEXTS = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "LICENCE.txt", "COPYING", "COPYING.txt")
_MOST_BYTES = 1 << 20
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][\w.-]*)")


def project_licence(path: Path, top: Path, stated: str = "") -> Licence:
    """The licence under which a file of a project stands: the setting, ``pyproject.toml``, or a LICENSE file.

    The nearest folder from ``path`` up to ``top`` that says something counts.
    """
    if stated:
        return read_licence(stated)
    for folder in _folders(path, top):
        for licence in (_from_pyproject(folder), _from_text(folder)):
            if licence.stated:
                return licence
    return NO_LICENCE


def project_name(path: Path, top: Path) -> str:
    """The name of the distribution that a file belongs to, as ``pyproject.toml`` has it; empty if none does."""
    names = (_text(_section(folder, "project").get("name")) for folder in _folders(path, top))
    return next((normalised(name) for name in names if name), "")


def declared_dependencies(path: Path, top: Path) -> frozenset[str]:
    """The distributions that the project's metadata name as dependencies, extras and groups included."""
    found: set[str] = set()
    for folder in _folders(path, top):
        project = _section(folder, "project")
        lists = [project.get("dependencies"), *_values(project.get("optional-dependencies"))]
        lists += _values(_section(folder, "dependency-groups"))
        stated = [each for items in lists if isinstance(items, list) for each in items if isinstance(each, str)]
        stated += [name for name in _section(folder, "tool", "poetry", "dependencies") if name != "python"]
        found |= {normalised(match[1]) for each in stated if (match := _REQUIREMENT.match(each))}
    return frozenset(found)


def normalised(name: str) -> str:
    """A distribution's name as PyPA's specifications compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _folders(path: Path, top: Path) -> list[Path]:
    inside = [folder for folder in path.parents if folder.is_relative_to(top)]
    return inside or [top]


def _from_pyproject(folder: Path) -> Licence:
    project = _section(folder, "project")
    stated = project.get("license")
    if isinstance(stated, dict):
        text = _text(stated.get("text"))
        if not text and (file := _text(stated.get("file"))) and ".." not in Path(file).parts:
            text = recognise(_read(folder / file))
    else:
        text = _text(stated) or _text(_section(folder, "tool", "poetry").get("license"))
    classifiers = project.get("classifiers")
    texts = [_text(each) for each in classifiers] if isinstance(classifiers, list) else []
    return read_licence(text, None, texts)


def _from_text(folder: Path) -> Licence:
    texts = (_read(folder / name) for name in _TEXTS)
    text = next((text for text in texts if text), "")
    if not text:
        return NO_LICENCE
    return Licence(recognise(text))


def _section(folder: Path, *names: str) -> dict[str, Any]:
    try:
        data: Any = tomllib.loads(_read(folder / "pyproject.toml"))
    except tomllib.TOMLDecodeError:
        return {}
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def _read(file: Path) -> str:
    try:
        if not file.is_file():  # a pipe would never end
            return ""
        with file.open("rb") as stream:
            return stream.read(_MOST_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def _values(table: object) -> list[Any]:
    return list(table.values()) if isinstance(table, dict) else []


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
