"""Files as they are read and written: encoding, line ends, mode and links stay as they were."""

from __future__ import annotations

import io
import os
import tempfile
import tokenize
from dataclasses import dataclass
from pathlib import Path

from autoglm_core.errors import StaleDocumentError, TargetNotFoundError


@dataclass(frozen=True, slots=True)
class SourceText:
    """A file as it was read. ``data`` None: there was no file yet."""

    path: Path
    text: str = ""
    data: bytes | None = None
    encoding: str = "utf-8"


def read_source(path: Path) -> SourceText:
    """Read a Python file in the encoding that it declares, its line ends untouched.

    Raises TargetNotFoundError when it cannot be read as text.
    """
    try:
        data = path.read_bytes()
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return SourceText(path, data.decode(encoding), data, encoding)
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise TargetNotFoundError(f"{path} cannot be read as Python source: {error}.") from error


def write_source(source: SourceText, text: str) -> None:
    """Put the new text in the file's place at one stroke.

    Raises StaleDocumentError when the file is not as it was read, and TargetNotFoundError when it cannot
    be written; then it is as it was.
    """
    path = source.path.resolve()  # a link keeps pointing to the file
    try:
        data = text.encode(source.encoding)
        if source.data is None:
            path.parent.mkdir(parents=True, exist_ok=True)  # tests may be the first ones in their folder
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except (OSError, UnicodeEncodeError) as error:
        raise TargetNotFoundError(f"{source.path} cannot be written: {error}.") from error
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(_mode(path))
        if _current(path) != source.data:
            raise StaleDocumentError(f"{source.path} changed meanwhile, so it was left alone. Ask again.")
        new.replace(path)
    except OSError as error:
        raise TargetNotFoundError(f"{source.path} cannot be written: {error}.") from error
    finally:
        new.unlink(missing_ok=True)


def _current(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o7777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
