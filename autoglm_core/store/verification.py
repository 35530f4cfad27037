"""Whether a file is what the catalogue says: hashed once, then remembered beside it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

_CHUNK = 4 << 20


def hash_file(path: Path, step: Callable[[int], None]) -> str:
    """The SHA-256 of a file in hex digits; ``step`` is told of the bytes read, and may raise to stop."""
    digest, done = hashlib.sha256(), 0
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            done += len(chunk)
            step(done)
    return digest.hexdigest()


def record_file(path: Path) -> Path:
    """Where the verification of ``path`` is remembered."""
    return path.with_name(path.name + ".verified.json")


def remember(path: Path, sha256: str) -> None:
    """Note that a file has this hash, for as long as its size and time of change stay the same."""
    record = record_file(path)
    draft = record.with_name(f"{record.name}.{os.getpid()}")
    # In a folder that is only for reading, the file is hashed at each use: slower, and as safe.
    with contextlib.suppress(OSError):
        draft.write_text(json.dumps(_record(path, sha256)), "utf-8")
        os.replace(draft, record)


def is_remembered(path: Path, sha256: str) -> bool:
    """Whether the file was found to have this hash, and has not changed since."""
    try:
        known = json.loads(record_file(path).read_text("utf-8"))
        return bool(known == _record(path, sha256))
    except (OSError, ValueError):
        return False


def forget(path: Path) -> None:
    """Drop what was remembered about a file."""
    record_file(path).unlink(missing_ok=True)


def _record(path: Path, sha256: str) -> dict[str, object]:
    stat = path.stat()
    return {"bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": sha256}
