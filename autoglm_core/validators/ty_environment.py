"""Which installed packages ty looks at: the workspace's own environment, never ours."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any


def own_environment(folder: Path | None) -> Path | None:
    """The folder's ``.venv``, where nothing else names an environment.

    ty would find it by itself, but search its own installation, which is ours, before it.
    """
    if folder is None or os.environ.get("VIRTUAL_ENV") or os.environ.get("CONDA_PREFIX"):
        return None
    environment = folder / ".venv"
    if not (environment / "pyvenv.cfg").is_file():
        return None
    for file, table in (("ty.toml", ()), ("pyproject.toml", ("tool", "ty"))):
        try:
            settings: Any = tomllib.loads((folder / file).read_text("utf-8"))
        except (OSError, ValueError):
            continue  # not there or no TOML: then it names no environment
        for key in (*table, "environment"):
            settings = settings.get(key, {}) if isinstance(settings, dict) else {}
        if isinstance(settings, dict) and "python" in settings:
            return None
    return environment


def package_folders(folders: Collection[Path]) -> dict[Path, int]:
    """The folders of installed packages that ty may look at, with the times of their last change."""
    named = [Path(os.environ[name]) for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if os.environ.get(name)]
    roots = {*named, *(folder / ".venv" for folder in folders)} if folders else set()
    found = (packages for root in roots for packages in root.glob("lib/python3*/site-packages"))
    return {packages: packages.stat().st_mtime_ns for packages in found}
