"""The modules of a workspace: what their files are called when imported, and which files import which."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import PurePosixPath

from autoglm_core.analysis.trees import parse_tree

_MOST_FILES = 2000
_SOURCE_FOLDERS = ("", "src")


class Modules:
    """The Python files of a workspace, by relative name; parsed only when somebody asks what they import."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self._by_name: dict[str, set[str]] = {}
        for path in files:
            for name in self.names(path):
                self._by_name.setdefault(name, set()).add(path)

    def root(self, path: str) -> str:
        """The folder that pytest puts on ``sys.path`` for a file: above its topmost package."""
        folder = PurePosixPath(path).parent
        while str(folder) != "." and str(folder / "__init__.py") in self._files:
            folder = folder.parent
        return "" if str(folder) == "." else str(folder)

    def names(self, path: str) -> tuple[str, ...]:
        """The names that a file can be imported by, that of its package first."""
        roots = dict.fromkeys((self.root(path), *reversed(_SOURCE_FOLDERS)))
        return tuple(dict.fromkeys(name for root in roots if (name := _dotted(path, root))))

    def reach(self, path: str, goal: str) -> bool:
        """Whether importing a file imports the goal, by way of the workspace's own files.

        The ``conftest.py`` files that pytest loads for it count too.
        """
        seen: set[str] = set()
        left = [path, *self._conftests(path)]
        while left and len(seen) < _MOST_FILES:
            file = left.pop()
            if file == goal:
                return True
            if file not in seen:
                seen.add(file)
                left += self._imported(file)
        return False

    def conftests(self, path: str) -> tuple[str, ...]:
        """The ``conftest.py`` files that pytest loads for a test file."""
        return tuple(self._conftests(path))

    def _conftests(self, path: str) -> Iterator[str]:
        for folder in PurePosixPath(path).parents:
            name = str(folder / "conftest.py") if str(folder) != "." else "conftest.py"
            if name in self._files:
                yield name

    def _imported(self, path: str) -> Iterator[str]:
        package = self.names(path)[0].rpartition(".")[0] if self.names(path) else ""
        if path.endswith("__init__.py"):
            package = self.names(path)[0] if self.names(path) else ""
        for level, module, names in _imports(self._files[path]):
            base = module
            if level:
                above = package.split(".")[: len(package.split(".")) - level + 1]
                base = ".".join([*above, module] if module else above)
            parts = base.split(".")
            candidates = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
            candidates += [f"{base}.{name}" for name in names]
            for candidate in candidates:
                yield from self._by_name.get(candidate, ())


def parse_source(text: str) -> ast.Module | None:
    """The tree of a source; None if it does not parse."""
    try:
        return parse_tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=4096)
def _imports(text: str) -> tuple[tuple[int, str, tuple[str, ...]], ...]:
    """The imports of a source: level, module, and the names taken from it."""
    tree = parse_source(text)
    found: list[tuple[int, str, tuple[str, ...]]] = []
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Import):
            found += [(0, alias.name, ()) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.level, node.module or "", tuple(alias.name for alias in node.names)))
    return tuple(found)


def _dotted(path: str, root: str) -> str:
    if root and not path.startswith(root + "/"):
        return ""
    parts = list(PurePosixPath(path).relative_to(root).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts) if _identifiers(parts) else ""


def _identifiers(parts: Iterable[str]) -> bool:
    return all(part.isidentifier() for part in parts)
