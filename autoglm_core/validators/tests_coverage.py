"""Which tests ran a function when the user's own tests were last run: the data file of coverage.py, with contexts.

Written by ``pytest --cov --cov-context=test``, or with ``dynamic_context = test_function`` in coverage's settings.
Imports tell which tests may reach a function by its name; this tells which ones did, through whatever lies between.
Source of the format: https://coverage.readthedocs.io/en/latest/dbschema.html

The file is somebody else's: it is opened to be read alone, nothing in its schema is trusted, and a query that takes
too long ends. What it says wrongly makes a test run in the sandbox that need not, and nothing else.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from autoglm_core.errors import TargetNotFoundError
from autoglm_core.targets import find_target
from autoglm_core.types import Document

DATA_FILE = ".coverage"
_LARGEST = 256 * 1024 * 1024
_SECONDS = 0.5
_MOST_ROWS = 20_000
_STEPS = 10_000
_BITS = """
    SELECT context.context, line_bits.numbits FROM line_bits
    JOIN file ON file.id = line_bits.file_id JOIN context ON context.id = line_bits.context_id
    WHERE file.path IN (?, ?) AND context.context != '' LIMIT ?
"""
_ARCS = """
    SELECT DISTINCT context.context, arc.tono FROM arc
    JOIN file ON file.id = arc.file_id JOIN context ON context.id = arc.context_id
    WHERE file.path IN (?, ?) AND context.context != '' LIMIT ?
"""

_log = logging.getLogger(__name__)


def contexts_of(root: Path, path: Path, names: Iterable[str]) -> frozenset[str]:
    """The contexts in which a line of one of some functions ran, without their phases; empty where nothing is known.

    Nothing is known without a data file, or where ``path`` was saved after it: its lines are others then.
    """
    data = root / DATA_FILE
    try:
        found, source = data.lstat(), path.stat()
        if data.is_symlink() or not data.is_file() or found.st_size > _LARGEST or source.st_mtime > found.st_mtime:
            return frozenset()
        text = path.read_text("utf-8", "replace")
    except (OSError, ValueError):
        return frozenset()
    lines = _body_lines(Document(path, text), names)
    if not lines:
        return frozenset()
    try:
        return frozenset(_read(data, root, path, lines))
    except (sqlite3.Error, UnicodeError, OverflowError, TypeError) as error:
        _log.info("%s tells nothing of %s: %s", DATA_FILE, path.name, error)
        return frozenset()


def named_by(contexts: frozenset[str], node: str) -> bool:
    """Whether a pytest node (``tests/test_a.py::TestB::test_c``) is one of the contexts.

    pytest-cov names the node itself, with its parameters; coverage.py the dotted function, from any folder on.
    """
    if node in contexts:
        return True
    file, _, inner = node.partition("::")
    dotted = f"{file.removesuffix('.py').replace('/', '.')}.{inner.replace('::', '.')}"
    return any(dotted == each or dotted.endswith(f".{each}") for each in contexts if "::" not in each)


def _body_lines(document: Document, names: Iterable[str]) -> frozenset[int]:
    """The one-based lines of some functions' bodies: what stands above them runs when the module is imported."""
    lines: set[int] = set()
    for name in names:
        try:
            body = find_target(document, name).body
        except TargetNotFoundError:
            continue
        first, last = document.position(body.start)[0], document.position(body.end)[0]
        lines |= set(range(first + 2, last + 2))
    return frozenset(lines)


def _read(data: Path, root: Path, path: Path, lines: frozenset[int]) -> set[str]:
    ends = time.monotonic() + _SECONDS
    relative = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    wanted = (str(path), relative, _MOST_ROWS)
    uri = f"file:{quote(str(data))}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.set_progress_handler(lambda: time.monotonic() > ends, _STEPS)
        ran = {str(context) for context, bits in connection.execute(_BITS, wanted) if _has_any(bits, lines)}
        ran |= {str(context) for context, line in connection.execute(_ARCS, wanted) if line in lines}
    return {context.rpartition("|")[0] or context for context in _without_parameters(ran)}


def _without_parameters(contexts: Iterable[str]) -> set[str]:
    """``test_a.py::test_b[1]|run`` as ``test_a.py::test_b``: all cases of a test are run."""
    return {context.partition("[")[0] for context in contexts}


def _has_any(bits: object, lines: frozenset[int]) -> bool:
    """Whether one of the lines is in coverage.py's ``numbits``: bit ``n % 8`` of byte ``n // 8`` is line ``n``."""
    if not isinstance(bits, bytes):
        return False
    return any(line // 8 < len(bits) and bits[line // 8] >> (line % 8) & 1 for line in lines)
