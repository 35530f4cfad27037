"""What is installed in an environment, with each package's licence: read from its metadata, nothing is run."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autoglm_core.validators.licence_terms import Licence, read_licence
from autoglm_core.validators.tests_environment import find_environment

_SITES = ("lib/python3*/site-packages", "lib/python3/dist-packages", "Lib/site-packages")
# What a package carries of others, whose licence its own metadata does not tell.
_FOREIGN = frozenset({"_vendor", "_vendored", "vendor", "vendored", "_vendored_packages", "extern", "third_party"})
_CODE = (".py", ".pyi", ".so", ".pyd")


@dataclass(frozen=True, slots=True)
class Package:
    """A distribution that is installed at ``root``, with the top-level modules that it provides."""

    name: str
    version: str
    licence: Licence
    root: Path
    modules: frozenset[str]

    def owns(self, path: Path) -> bool:
        """Whether a file is one of its own, or would be as a new file."""
        if not path.is_relative_to(self.root):
            return False
        return path.relative_to(self.root).parts[0].partition(".")[0] in self.modules


def package_sites(folder: Path) -> tuple[Path, ...]:
    """The folders of installed packages of the environment that a workspace folder uses."""
    prefix = find_environment(folder).python.parent.parent
    return tuple(site for pattern in _SITES for site in sorted(prefix.glob(pattern)) if site.is_dir())


def installed_packages(sites: Sequence[Path]) -> tuple[Package, ...]:
    """The packages of some folders, by name; of two of one name the first. Damaged metadata are left out."""
    found: dict[str, Package] = {}
    for site in sites:
        for distribution in importlib.metadata.distributions(path=[str(site)]):
            package = _package(distribution, site)
            if package:
                found.setdefault(package.name.casefold(), package)
    return tuple(sorted(found.values(), key=lambda package: package.name.casefold()))


def package_files(package: Package) -> Iterator[PurePosixPath]:
    """The Python files of an installed package, relative to its root; what it carries of others is left out."""
    for distribution in importlib.metadata.distributions(name=package.name, path=[str(package.root)]):
        for path in _files(distribution):
            if path.suffix == ".py" and not _FOREIGN.intersection(path.parts):
                yield path
        return


def _package(distribution: importlib.metadata.Distribution, site: Path) -> Package | None:
    try:
        data = distribution.metadata
        name, version = data["Name"], data["Version"]
    except (OSError, KeyError, ValueError):
        return None
    if not name or not version:
        return None
    licence = read_licence(
        _field(data, "License-Expression"), _field(data, "License"), data.get_all("Classifier") or ()
    )
    modules = {path.parts[0].partition(".")[0] for path in _files(distribution) if path.suffix in _CODE}
    return Package(str(name), str(version), licence, site, frozenset(modules))


def _field(data: importlib.metadata.PackageMetadata, name: str) -> str | None:
    """The first value of a field that may be missing: asking for it by key may raise, or warn."""
    values = data.get_all(name)
    return str(values[0]) if values else None


def _files(distribution: importlib.metadata.Distribution) -> Iterator[PurePosixPath]:
    # The list is the package's own words: nothing outside of the folder counts.
    try:
        listed = distribution.files or ()
    except (OSError, ValueError, KeyError):
        return
    for path in listed:
        if not path.is_absolute() and ".." not in path.parts and path.parts:
            yield PurePosixPath(path)
