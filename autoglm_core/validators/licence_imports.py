"""New imports whose licence does not go with the project's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from autoglm_core.config import LicenceSettings
from autoglm_core.types import Document, Finding, Severity, Span, Task
from autoglm_core.validators.licence_packages import Package
from autoglm_core.validators.licence_project import (
    declared_dependencies,
    normalised,
    project_licence,
    project_name,
)
from autoglm_core.validators.licence_terms import Licence, Use, judge
from autoglm_core.validators.parsing import parse

_RULE = "import-licence"
_OPTIONAL = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException", "*"})


def new_imports(task: Task, text: str) -> dict[str, Span]:
    """The top-level modules that a text imports and the task's document does not, with their first places.

    Those of the standard library and of the workspace are left out.
    """
    before = {name.partition(".")[0] for name, _ in parse(task.document.text).imports()}
    found: dict[str, Span] = {}
    for dotted, span in parse(text).imports():
        name = dotted.partition(".")[0]
        if name not in before and name not in sys.stdlib_module_names and not _in_workspace(name, task):
            found.setdefault(name, span)
    return found


def judge_imports(
    task: Task, document: Document, imports: dict[str, Span], packages: Sequence[Package], settings: LicenceSettings
) -> Iterator[Finding]:
    """A finding for each new import that the project's licence does not go with."""
    path, top = task.document.path, task.workspace.folder_of(task.document.path)
    project = project_licence(path, top, settings.project)
    depends = declared_dependencies(path, top)
    for name, span in imports.items():
        providers = [package for package in packages if name in package.modules]
        if not providers or any(normalised(package.name) == project_name(path, top) for package in providers):
            continue  # what is not installed, names_types reports
        # Several packages share a namespace: which of them is meant cannot be told, so the mildest speaks for all.
        severity, package = min(
            ((judge(project, package.licence, Use.IMPORT), package) for package in providers),
            key=lambda each: each[0] or 0,
        )
        if severity is None:
            continue
        why = ""
        if normalised(package.name) in depends:
            severity, why = Severity.INFO, "; the project depends on it already"
        elif severity is Severity.ERROR and _is_test(document.path, top):
            severity, why = Severity.WARNING, "; in tests, which are not part of the product"
        elif severity is Severity.ERROR and parse(document.text).caught_at(span.start) & _OPTIONAL:
            severity, why = Severity.WARNING, "; the import is optional"
        yield Finding("licence", _RULE, severity, span, f"{_words(package, project)}{why}")


def _words(package: Package, project: Licence) -> str:
    theirs = f"`{package.name}` {package.version}"
    if not package.licence.expression:
        return f"{theirs} states no licence that we know: look for its terms before you build on it"
    if not project.stated:
        return f"{theirs} is under {package.licence}, and this project states no licence of its own"
    ours = project.expression.replace("LicenseRef-", "") or "a licence of its own"
    return f"{theirs} is under {package.licence}, which does not go with this project's licence, {ours}"


def _in_workspace(name: str, task: Task) -> bool:
    roots = {task.document.path.parent, *task.workspace.folders}
    unsaved = any(path.stem == name or path.parent.name == name for path in task.workspace.unsaved)
    return unsaved or any(_is_module(root / below, name) for root in roots for below in ("", "src", "lib"))


def _is_module(folder: Path, name: str) -> bool:
    return (folder / f"{name}.py").is_file() or (folder / name).is_dir()


def _is_test(path: Path, top: Path) -> bool:
    parts = path.relative_to(top).parts if path.is_relative_to(top) else path.parts
    return path.name.startswith("test_") or path.name == "conftest.py" or bool({"tests", "test"} & set(parts))
