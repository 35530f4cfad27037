"""Lays out a workspace's files inside the sandbox; part of the programs that do so there.

It is read as text, see ``sandbox_script``, so it uses the standard library of Python 3.9 alone.
"""

from __future__ import annotations

import os


def lay_out(folder: str, files: list[tuple[str, str | bytes]]) -> None:
    """Write files, by relative names, into an empty folder; a text instead of bytes is what a link holds."""
    made: set[str] = set()
    for name, content in files:
        path = os.path.join(folder, name)
        parent = os.path.dirname(path)
        if parent not in made:
            os.makedirs(parent, exist_ok=True)
            made.add(parent)
        if isinstance(content, str):
            os.symlink(content, path)
            continue
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o755)
        with open(descriptor, "wb", buffering=0) as file:
            file.write(content)
