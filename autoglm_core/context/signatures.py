"""Looks signatures up with jedi, which reads code and never runs it, and words each in at most three lines."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autoglm_core.context.exclusion import Exclusions
from autoglm_core.context.python_files import MOST_BYTES, in_folders
from autoglm_core.context.reach_question import Places
from autoglm_core.context.static_jedi import JEDI, open_script
from autoglm_core.types import Document, Snippet, Workspace

_MOST_SNIPPETS = 8
_MOST_MEMBERS = 12
_MOST_LINE = 160
_MOST_MEMBER_LINE = 360
_CALLABLE = frozenset(["function", "class"])


@dataclass(frozen=True, slots=True)
class Signature:
    """A snippet and the file of the workspace that it is from; None for the standard library."""

    snippet: Snippet
    path: Path | None


def look_up(
    document: Document, offset: int, workspace: Workspace, places: Places, exclusions: Exclusions
) -> tuple[Signature, ...]:
    """What stands elsewhere of the names at ``places``, the call at ``offset`` and the object before the dot.

    Takes 10 ms a name, much longer the first time. Raises whatever jedi raises on odd code.
    """
    with JEDI:
        script = open_script(document, workspace)
        elsewhere = _Elsewhere(document, workspace, exclusions)
        found: dict[tuple[str, int], Signature] = {}
        for place in places.names:
            if len(found) < _MOST_SNIPPETS:
                _add(found, script.goto(*_place(document, place), follow_imports=True), elsewhere)
        _add(found, script.get_signatures(*_place(document, offset))[:1], elsewhere, standard=True)
        members = _members(script, document, places.dot, elsewhere) if places.dot >= 0 else None
        return (*found.values(), *([members] if members is not None else []))


class _Elsewhere:
    """Tells which definitions may be shown: those of other files in the open folders that are not excluded."""

    def __init__(self, document: Document, workspace: Workspace, exclusions: Exclusions) -> None:
        self._document, self._workspace, self._exclusions = document, workspace, exclusions
        self._allowed: dict[Path, bool] = {}

    def allows(self, definition: Any) -> bool:
        path = definition.module_path
        if path is None or Path(path) == self._document.path:
            return False
        path = Path(path)
        if path not in self._allowed:
            self._allowed[path] = (
                path.is_relative_to(self._workspace.folder_of(self._document.path))
                and in_folders(path, self._workspace)
                and not self._exclusions.reason(path, self._workspace)
                and _is_small(path)
            )
        return self._allowed[path]

    def shows(self, signature: Any) -> bool:
        """Whether all that a signature says may be shown: its parameters may stand in another file than its name."""
        return all(
            part.module_path is None
            or Path(part.module_path) == self._document.path
            or _is_standard(part)
            or self.allows(part)
            for part in (signature, *signature.params)
        )

    def title(self, definition: Any, name: str = "") -> str:
        path = Path(definition.module_path)
        return f"{path.relative_to(self._workspace.folder_of(path)).as_posix()}: {name or definition.name}"


def _is_small(path: Path) -> bool:
    try:
        return path.stat().st_size <= MOST_BYTES
    except OSError:  # gone since jedi read it
        return False


def _add(
    found: dict[tuple[str, int], Signature], definitions: list[Any], elsewhere: _Elsewhere, *, standard: bool = False
) -> None:
    for definition in definitions:
        place = (str(definition.module_path), definition.line or 0)
        if place in found:
            continue
        if elsewhere.allows(definition):
            if text := _worded(definition, elsewhere):
                found[place] = Signature(Snippet(elsewhere.title(definition), text), Path(definition.module_path))
        elif standard and _is_standard(definition) and (text := _worded(definition, elsewhere)):
            found[place] = Signature(Snippet(f"{definition.module_name}: {definition.name}", text), None)


def _worded(definition: Any, elsewhere: _Elsewhere) -> str:
    """The definition in at most three lines; empty for what is no function, class, attribute or constant."""
    kind = definition.type
    summary = _summary(definition)
    if kind == "function":
        signatures = definition.get_signatures() if hasattr(definition, "get_signatures") else [definition]
        if signatures and not elsewhere.shows(signatures[0]):
            return "\n".join([_short(definition.get_line_code().strip()), *summary])
        text = signatures[0].to_string() if signatures else f"{definition.name}()"
        return "\n".join([_short(f"def {text}"), *summary])
    if kind == "class":
        line = _short(definition.get_line_code().strip())
        shown = [s for s in definition.get_signatures()[:1] if elsewhere.shows(s)]
        return "\n".join([line, *summary, *(_short(s.to_string()) for s in shown)])
    if kind in ("statement", "property"):
        return _short(definition.get_line_code().strip())
    return ""


def _members(script: Any, document: Document, dot: int, elsewhere: _Elsewhere) -> Signature | None:
    """The public attributes and methods of the object before a dot, those that other files of the workspace define."""
    plain: list[str] = []
    methods: list[str] = []
    path: Path | None = None
    title = ""
    for member in script.complete(*_place(document, dot + 1)):
        if member.name.startswith("_") or not elsewhere.allows(member):
            continue
        if path is None:
            path = Path(member.module_path)
            title = elsewhere.title(member, member.parent().name)
        signatures = member.get_signatures() if member.type == "function" else []
        if signatures and not elsewhere.shows(signatures[0]):
            continue
        (methods if signatures else plain).append(signatures[0].to_string() if signatures else member.name)
        if len(plain) + len(methods) == _MOST_MEMBERS:
            break
    if path is None:
        return None
    lines = [*_joined("attributes: ", plain), *_joined("methods: ", methods)]
    return Signature(Snippet(title, "\n".join(lines)), path)


def _joined(label: str, words: list[str]) -> Iterator[str]:
    if words:
        yield _short(label + "; ".join(words), _MOST_MEMBER_LINE)


def _summary(definition: Any) -> list[str]:
    lines = definition.docstring(raw=True).strip().splitlines()
    return [_short(f'    """{lines[0].strip()}"""')] if lines and lines[0].strip() else []


def _is_standard(definition: Any) -> bool:
    path = definition.module_path
    if path is None:
        return bool(definition.in_builtin_module())
    import jedi

    homes = (sysconfig.get_path("stdlib"), Path(jedi.__file__).parent / "third_party")
    return "site-packages" not in Path(path).parts[-3:] and any(Path(path).is_relative_to(home) for home in homes)


def _short(line: str, most: int = _MOST_LINE) -> str:
    line = " ".join(line.split()) if not line.startswith(" ") else line
    return line if len(line) <= most else line[: most - 3] + "..."


def _place(document: Document, offset: int) -> tuple[int, int]:
    """Give jedi's one-based line and zero-based column."""
    line, column = document.position(offset)
    return line + 1, column
