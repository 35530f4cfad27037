"""The context of a task: the document around its place, and definitions from the rest of the workspace."""

from __future__ import annotations

import asyncio
import keyword
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

from autoglm_core.context.exclusion import Exclusions
from autoglm_core.context.packing import around_cursor, around_span, estimate_tokens
from autoglm_core.context.python_files import in_folders
from autoglm_core.context.static_jedi import JEDI, open_script
from autoglm_core.types import Context, Document, Snippet, Task, TaskKind

_log = logging.getLogger(__name__)

_LOOK_UP_SECONDS = 3.0
"""How long definitions may take: jedi's first look at a workspace is slow, its later ones are not."""
_MOST_NAMES = 12
_MOST_LINES = 40
_LINE_END = re.compile(r"\r\n|[\n\r\f]")  # as jedi counts lines
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


class ProjectContext:
    """Gathers context with jedi, which reads the workspace's code and never runs it."""

    def __init__(self, exclusions: Exclusions) -> None:
        self._exclusions = exclusions
        self._thread = ThreadPoolExecutor(1, "jedi")

    async def gather(self, task: Task, tokens: int) -> Context:
        """The context of a task in at most about ``tokens`` tokens."""
        if task.kind in (TaskKind.INLINE, TaskKind.COMPLETE):
            return Context(*around_cursor(task.document, task.span.start, tokens))
        found = await self._definitions(task) if task.document.language == "python" else ()
        snippets, left = [], tokens // 3
        for snippet in found:
            if (cost := estimate_tokens(snippet.text)) <= left:
                snippets.append(snippet)
                left -= cost
        spent = sum(estimate_tokens(snippet.text) for snippet in snippets)
        return Context(*around_span(task.document, task.span, tokens - spent), tuple(snippets))

    async def _definitions(self, task: Task) -> tuple[Snippet, ...]:
        """Definitions that stand elsewhere in the workspace of the names that the task's region uses."""
        look_up = asyncio.get_running_loop().run_in_executor(self._thread, self._look_up, task)
        try:
            # Not wait_for: in Python 3.11 it drops a cancellation that comes together with the result.
            async with asyncio.timeout(_LOOK_UP_SECONDS):
                return await look_up
        except TimeoutError:
            _log.info("definitions for %s took over %s s and were left out", task.document.path, _LOOK_UP_SECONDS)
            return ()

    def _look_up(self, task: Task) -> tuple[Snippet, ...]:
        document, root = task.document, task.workspace.folder_of(task.document.path)
        try:
            with JEDI:
                return self._read_definitions(task, document, root)
        except Exception:  # noqa: BLE001 - jedi on hostile or half-typed code: context is a help, not a need
            _log.exception("jedi could not read around %s", document.path)
            return ()

    def _read_definitions(self, task: Task, document: Document, root: Path) -> tuple[Snippet, ...]:
        script = open_script(document, task.workspace)
        found: dict[tuple[Path, int], Snippet] = {}
        for line, column in _name_places(document, task):
            for definition in script.goto(line, column, follow_imports=True):
                path, start = definition.module_path, definition.get_definition_start_position()
                if path is None or start is None or Path(path) == document.path:
                    continue
                if not Path(path).is_relative_to(root) or not in_folders(Path(path), task.workspace):
                    continue
                if self._exclusions.reason(Path(path), task.workspace):
                    continue
                title = f"{Path(path).relative_to(root).as_posix()}: {definition.name}"
                if text := _source(definition, start, task):
                    found[Path(path), start[0]] = Snippet(title, text)
        return tuple(found.values())


def _name_places(document: Document, task: Task) -> Iterator[tuple[int, int]]:
    """One-based line and zero-based column of each different name in the region, its last part."""
    seen = set()
    for match in _NAME.finditer(document.text, task.span.start, task.span.end):
        if match.group() in seen or keyword.iskeyword(match.group()):
            continue
        seen.add(match.group())
        if len(seen) > _MOST_NAMES:
            return
        line, column = document.position(match.end() - 1)
        yield line + 1, column


def _source(definition: object, start: tuple[int, int], task: Task) -> str:
    """The lines of a definition; as they stand in an editor, where they can be told there, else none."""
    path = Path(definition.module_path)  # type: ignore[attr-defined]  # jedi has no types
    lines = _LINE_END.split(_read(path, path.stat().st_mtime_ns))
    end = definition.get_definition_end_position()[0]  # type: ignore[attr-defined]
    first = start[0] - 1
    edited = task.workspace.unsaved.get(path)
    if edited is not None and first < len(lines):
        # jedi has read the file on the disk: in the unsaved text the same lines may stand elsewhere.
        now = _LINE_END.split(edited)
        places = [number for number, line in enumerate(now) if line == lines[first]]
        if len(places) != 1:
            return ""
        lines, first, end = now, places[0], places[0] + end - first
    return "\n".join(lines[first : min(end, first + _MOST_LINES)])


@lru_cache(maxsize=64)
def _read(path: Path, mtime: int) -> str:
    return path.read_text("utf-8", "replace")
