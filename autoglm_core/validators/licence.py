"""May the draft be used here? Runs copied word for word, and new imports, against the project's own licence."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from autoglm_core.config import LicenceSettings
from autoglm_core.types import Cost, Draft, Finding, Report, Severity, Task
from autoglm_core.validators.baseline import drafted_spans
from autoglm_core.validators.licence_build import code_files, folder_key
from autoglm_core.validators.licence_copies import Copy, find_copies, new_tokens, stands_in_workspace
from autoglm_core.validators.licence_imports import judge_imports, new_imports
from autoglm_core.validators.licence_index import FingerprintIndex, Key, index_file
from autoglm_core.validators.licence_indexing import Indexing
from autoglm_core.validators.licence_packages import Package, installed_packages, package_sites
from autoglm_core.validators.licence_prints import SHORTEST, Token
from autoglm_core.validators.licence_project import normalised, project_licence, project_name
from autoglm_core.validators.licence_terms import Licence, Use, classes, judge

_RULE = "copied-code"
_FRESH_S = 30.0  # how long the state of the user's folders is believed
_KEPT_ENVIRONMENTS = 8


class LicenceValidator:
    """Reports copied code of installed packages, and imports whose licence does not go with the project's."""

    name = "licence"
    cost = Cost.FAST

    def __init__(self, settings: LicenceSettings | None = None, index: Path | None = None) -> None:
        """``index`` is the file of fingerprints, by default in the user's cache folder."""
        self._settings = settings or LicenceSettings()
        self._index = FingerprintIndex(index or index_file())
        self.indexing = Indexing(self._index.path)
        self._others = tuple(Path(folder).expanduser() for folder in self._settings.folders)
        self._packages: dict[tuple[tuple[Path, int], ...], tuple[Package, ...]] = {}
        self._folders: tuple[float, dict[Key, Package]] = (-_FRESH_S, {})
        self._ready: frozenset[Key] = frozenset()

    async def check(self, task: Task, draft: Draft) -> Report:
        """Judge the new text alone. Never waits for the index: while it is built, copies are not looked for."""
        if draft.document.language != "python":
            return Report(self.name, skipped=f"{draft.document.language} is not checked, only Python is")
        imports = new_imports(task, draft.document.text)
        pieces = new_tokens(draft.document.text, drafted_spans(draft.replacements))
        if not imports and not pieces:
            return Report(self.name, summary=f"no new import, and under {SHORTEST} new tokens in a row")
        # In a thread: the metadata of a large environment are many files.
        sites = await asyncio.to_thread(package_sites, task.workspace.folder_of(task.document.path))
        packages = await asyncio.to_thread(self._installed, sites)
        findings = tuple(judge_imports(task, draft.document, imports, packages, self._settings))
        if not pieces:
            return Report(self.name, findings, "" if findings else "the licences of new imports go with the project's")
        sources = await asyncio.to_thread(self._sources, task, packages)
        missing = await asyncio.to_thread(self._missing, sources)
        if missing:
            await self.indexing.ensure(sites, self._others)
            return Report(self.name, findings, skipped="" if findings else self._why(missing, len(sources)))
        try:
            copies = await asyncio.to_thread(self._copies, task, draft, pieces, sources)
        except sqlite3.Error as error:
            self._ready = frozenset()
            await self.indexing.ensure(sites, self._others)
            return Report(self.name, findings, skipped="" if findings else f"the index cannot be read: {error}")
        findings += copies
        return Report(self.name, findings, "" if findings else f"nothing copied from {len(sources)} packages")

    async def build(self, folder: Path) -> None:
        """Wait until the packages of a folder's environment are in the index: for measurements."""
        sites = await asyncio.to_thread(package_sites, folder)
        await self.indexing.ensure(sites, self._others)
        await self.indexing.wait()

    async def aclose(self) -> None:
        """End the process that builds the index, if one runs."""
        await self.indexing.aclose()

    def _why(self, missing: int, count: int) -> str:
        if self.indexing.problem:
            return f"the index of installed packages cannot be built: {self.indexing.problem}"
        return f"the index of installed packages is being built, {count - missing} of {count} packages"

    def _installed(self, sites: Sequence[Path]) -> tuple[Package, ...]:
        state = tuple((site, site.stat().st_mtime_ns) for site in sites if site.is_dir())
        if state not in self._packages:
            self._packages[state] = installed_packages(sites)
            while len(self._packages) > _KEPT_ENVIRONMENTS:
                del self._packages[next(iter(self._packages))]
        return self._packages[state]

    def _sources(self, task: Task, packages: Sequence[Package]) -> dict[Key, Package]:
        """What the draft is compared with: all packages but the one that the document belongs to."""
        path = task.document.path
        own = project_name(path, task.workspace.folder_of(path))
        found = {(package.name, package.version): package for package in packages}
        found |= self._users_folders()
        return {
            key: package for key, package in found.items() if normalised(package.name) != own and not package.owns(path)
        }

    def _users_folders(self) -> Mapping[Key, Package]:
        at, known = self._folders
        if not self._settings.folders:
            return {}
        if time.monotonic() - at >= _FRESH_S:
            known = {}
            for folder in self._others:
                modules = frozenset(file.relative_to(folder).parts[0].partition(".")[0] for file in code_files(folder))
                key = folder_key(folder)
                known[key] = Package(*key, project_licence(folder / "any.py", folder), folder, modules)
            self._folders = (time.monotonic(), known)
        return known

    def _missing(self, sources: Mapping[Key, Package]) -> int:
        if not self._ready >= sources.keys() or not self._index.path.exists():
            self._ready = self._index.known(sources.keys())
        return len(sources.keys() - self._ready)

    def _copies(
        self, task: Task, draft: Draft, pieces: Sequence[Sequence[Token]], sources: Mapping[Key, Package]
    ) -> tuple[Finding, ...]:
        path, top = task.document.path, task.workspace.folder_of(task.document.path)
        project = project_licence(path, top, self._settings.project)

        def badness(package: Package) -> int:
            return judge(project, package.licence, Use.COPY) or 0

        found = []
        for copy in find_copies(pieces, task.document.text, self._index, sources, badness):
            severity = judge(project, copy.package.licence, Use.COPY)
            run = draft.document.text[copy.span.start : copy.span.end]
            if severity and not stands_in_workspace(run, task.workspace, draft.document):
                message = _message(copy, severity, project)
                found.append(Finding(self.name, _RULE, severity, copy.span, message, _detail(copy)))
        return tuple(found)


def _message(copy: Copy, severity: Severity, project: Licence) -> str:
    package = copy.package
    source = f"{package.name} {package.version}" if package.root.name.endswith("-packages") else package.name
    words = f"{copy.tokens} tokens stand word for word in {source} ({copy.path}, line {copy.line})"
    if not package.licence.expression:
        return f"{words}, whose licence we do not know: without one nobody may copy it"
    if severity is not Severity.ERROR:
        return f"{words}, which is under {package.licence}: keep its notice, or write it in another way"
    ours = f"this project's licence, {project}" if project.expression else "a project that does not share its terms"
    return f"{words}, whose licence {package.licence} does not go with {ours}: write it in another way"


def _detail(copy: Copy) -> str:
    kinds = ", ".join(sorted(classes(copy.package.licence)))
    return f"source: {copy.package.name} {copy.package.version}, {copy.path}:{copy.line}; kind of licence: {kinds}"
