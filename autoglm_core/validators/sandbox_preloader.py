"""Waits inside the sandbox for a job, with imports made beforehand; then becomes the program that does it.

It is read as text, after ``sandbox_layout``, and run by the workspace's own interpreter (Python 3.9 or newer)
with ``-S -c``. It serves one job: what has run in this process never meets another. Nothing of the workspace
is there while it waits, and it tells its state (``ready``, ``begun``) before anything of the job has run.
Ending without ``begun`` means that a new interpreter must do the job: ``sandbox_warm`` starts one.
"""

from __future__ import annotations

import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

    from autoglm_core.validators.sandbox_layout import lay_out  # noqa: TC004 - it comes before this text


def _begin() -> CodeType:
    """Get ready, wait, lay out the files of the job, and return its program."""
    text, before, libraries = sys.argv[1:]
    del sys.argv[1:]
    code = compile(text, "<string>", "exec", dont_inherit=True)
    path = sys.path
    sys.path = [*filter(None, path), *filter(None, libraries.split(os.pathsep))]
    exec(compile(before, "<string>", "exec", dont_inherit=True), {"__name__": "before"})  # noqa: S102 - its purpose
    sys.path = path
    channel = int(os.environ["AUTOGLM_CHANNEL"])
    os.write(channel, b"ready\n")
    # What follows on stdin is the program's own input.
    size = int.from_bytes(_read(8), "big")
    folder, files, import_from = marshal.loads(_read(size))  # noqa: S302 - written by our own process
    if folder:
        lay_out(folder, files)
    if any(map(_shadows, import_from)):
        os._exit(0)
    os.write(channel, b"begun\n")
    return code


def _read(size: int) -> bytearray:
    """So many bytes of stdin; the process ends where they end before: there will be no job."""
    data = bytearray()
    while len(data) < size:
        piece = os.read(0, min(size - len(data), 1 << 20))
        if not piece:
            os._exit(0)
        data += piece
    return data


def _shadows(folder: str) -> bool:
    """Whether a folder has a module by the name of one that is loaded: a new interpreter would load this one."""
    loaded = {name.partition(".")[0] for name in sys.modules} - {"__main__"}
    try:
        entries = os.listdir(folder)
    except OSError:
        return False  # not every folder that may hold modules is there
    for entry in entries:
        name, _, kind = entry.partition(".")
        if name in loaded and (kind.endswith(("py", "pyc", "so")) or _is_package(os.path.join(folder, entry))):
            return True
    return False


def _is_package(folder: str) -> bool:
    return any(os.path.exists(os.path.join(folder, "__init__" + ending)) for ending in (".py", ".pyc"))


exec(_begin(), globals())  # noqa: S102 - as in a new interpreter, the program is ``__main__``
