"""Which Python runs a workspace's tests: its own environment, else ours; found without running anything."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autoglm_core.validators.sandbox_mounts import installation_mounts, own_python

_OLDEST = (3, 9)
_OLDEST_FOR_OUR_PYTEST = (3, 11)
_PYTEST_PACKAGES = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "py")
_DEBIAN = "lib/python3/dist-packages"
_LIBRARY = re.compile(r"python(\d+)\.(\d+)$")


@dataclass(frozen=True, slots=True)
class Environment:
    """An interpreter, and the parts of the machine that it needs to be seen.

    ``libraries`` lists the folders where pytest and what it imports are found, ``pytest_path`` those of them that
    are not the environment's own; ``reason`` says why there is no pytest at all. ``plugins`` False: what is
    installed there is ours, not the workspace's, so its pytest plugins stay off.
    """

    python: Path
    mounts: tuple[Path, ...]
    pytest_path: tuple[Path, ...] = ()
    libraries: tuple[Path, ...] = ()
    plugins: bool = True
    reason: str = ""


def find_environment(folder: Path) -> Environment:
    """The active environment, else the folder's ``.venv`` or ``venv``, else the one that runs us.

    The order is that of the other tools that look at the workspace (ty, jedi).
    """
    active = [
        Path(os.path.abspath(os.environ[name])) for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if os.environ.get(name)
    ]
    for prefix in (*active, folder / ".venv", folder / "venv"):
        if prefix.resolve() == Path(sys.prefix).resolve():
            break
        environment = _environment(prefix)
        if environment:
            return environment
    own = [Path(sys.prefix), Path(sys.base_prefix)]
    mounts = dict.fromkeys(part for prefix in own for part in installation_mounts(prefix))
    return Environment(own_python(), tuple(mounts), libraries=_folders(_our_pytest()), plugins=False)


def _environment(prefix: Path) -> Environment | None:
    """An environment at a prefix; None if there is none, or its interpreter is gone or too old."""
    python = prefix / "bin" / "python"
    binary = Path(os.path.realpath(python))
    bases = [binary.parent.parent]
    if home := _home(prefix / "pyvenv.cfg"):
        bases.append(home.parent)
    version = next((found for base in bases if (found := _version(base))), None)
    known = (prefix / "pyvenv.cfg").is_file() or _version(prefix)
    if not known or not binary.is_file() or version is None or version < _OLDEST:
        return None
    # A base counts only if it is a Python installation: the words of pyvenv.cfg are the workspace's own.
    prefixes = [prefix, *(base for base in bases if _version(base))]
    mounts = tuple(dict.fromkeys(part for each in prefixes for part in installation_mounts(each)))
    library = f"lib/python{version[0]}.{version[1]}/site-packages"
    seen = (
        prefixes if _settings(prefix / "pyvenv.cfg").get("include-system-site-packages", "true") == "true" else [prefix]
    )
    libraries = tuple(each / folder for each in seen for folder in (library, _DEBIAN) if (each / folder).is_dir())
    if any((each / "pytest").is_dir() for each in libraries):
        return Environment(python, mounts, libraries=libraries)
    if version < _OLDEST_FOR_OUR_PYTEST:
        reason = f"the environment {prefix} has no pytest, and Python {version[0]}.{version[1]} is too old for ours"
        return Environment(python, mounts, reason=reason)
    ours = _our_pytest()
    borrowed = _folders(ours)
    return Environment(
        python, (*mounts, *ours), pytest_path=borrowed, libraries=tuple(dict.fromkeys((*libraries, *borrowed)))
    )


def _folders(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(path.parent for path in paths))


def _home(file: Path) -> Path | None:
    """The folder of the interpreter that an environment was made with; None for a whole installation (conda)."""
    home = _settings(file).get("home", "")
    return Path(home) if os.path.isabs(home) else None


def _settings(file: Path) -> dict[str, str]:
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return {}  # no such file: it is no venv
    return {
        name.strip(): value.strip().lower() if "site" in name else value.strip()
        for name, _, value in (line.partition("=") for line in lines)
    }


def _version(base: Path) -> tuple[int, int] | None:
    """The version of the newest Python that is installed at a base; None if it is no installation."""
    found = [
        (int(match[1]), int(match[2]))
        for library in base.glob("lib/python3.*")
        if (match := _LIBRARY.search(library.name)) and (library / "os.py").is_file()
    ]
    return max(found, default=None)


@cache
def _our_pytest() -> tuple[Path, ...]:
    """The packages of our own pytest: pure Python, so they work in another environment too."""
    specs = (importlib.util.find_spec(name) for name in _PYTEST_PACKAGES)
    found = ((Path(spec.origin), spec.submodule_search_locations) for spec in specs if spec and spec.origin)
    return tuple(origin.parent if is_package else origin for origin, is_package in found)
