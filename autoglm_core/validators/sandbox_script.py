"""Programs of ours that run inside the sandbox, as text for an interpreter that does not have this package."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autoglm_core.analysis.trees import parse_tree

_FUTURE = "from __future__ import annotations\n"


@dataclass(frozen=True, slots=True)
class Script:
    """A program in Python, run by an interpreter that may be the workspace's; results go to its channel.

    ``before`` are imports that a process may make before it knows its job, ``libraries`` the folders where
    they are found, and ``import_from`` those of the workspace that the program will import from first.
    Without ``before``, no process is kept waiting for this program.
    """

    python: Path
    text: str
    before: str = ""
    libraries: tuple[Path, ...] = ()
    import_from: tuple[str, ...] = ()

    @property
    def argv(self) -> tuple[str, ...]:
        """The command that runs it, without the environment's start-up files: the workspace is not there yet."""
        return isolated(self.python, self.text)


def isolated(python: Path, text: str) -> tuple[str, ...]:
    """A command that runs a text by an interpreter, without its start-up files."""
    return (str(python), "-s", "-S", "-B", "-c", text)


@cache
def program_text(*names: str) -> str:
    """Modules beside this one, one after the other, as one program."""
    first, *others = (Path(__file__).with_name(f"{name}.py").read_text("utf-8") for name in names)
    return "\n".join([first, *(text.replace(_FUTURE, "") for text in others)])


@cache
def imports_of(text: str) -> str:
    """The imports that a program makes at its start, as a program of their own."""
    return "\n".join(ast.unparse(node) for node in parse_tree(text).body if isinstance(node, ast.Import))
