"""Runs the new tests of a draft against texts of the module that they are for, each in a sandbox of its own."""

from __future__ import annotations

import ast
import asyncio
import os
from dataclasses import dataclass, replace

from autoglm_core.analysis.added_tests import TestFunction
from autoglm_core.analysis.functions import parse_text
from autoglm_core.types import Document, Draft, Task
from autoglm_core.validators.sandbox import Sandbox, Scratch, copy_workspace
from autoglm_core.validators.tests_environment import Environment, find_environment
from autoglm_core.validators.tests_modules import Modules
from autoglm_core.validators.tests_run import Trial
from autoglm_core.validators.tests_selection import tests_of
from autoglm_core.validators.tests_survey import Survey
from autoglm_core.validators.tests_verdict import Verdict

_MOST_AT_ONCE = 4
_CHANGED_S = 10.0
_ASSERTIONS = ("AssertionError", "Failed")
"""Exceptions that a failing assertion raises: ``Failed`` comes from ``pytest.raises`` that nothing raised in."""


class CannotRunError(Exception):
    """The tests cannot be run; the message is the reason, as ``Report.skipped`` shows it."""


@dataclass(frozen=True, slots=True)
class NewTestsRun:
    """What is needed to run the new tests, read once. ``tests`` is the path of their file in the workspace."""

    sandbox: Sandbox
    environment: Environment
    survey: Survey
    tests: str
    text: str

    async def on(self, text: str) -> Verdict:
        """The verdict on a text of the module."""
        return await self._run(self.survey, text, self.sandbox)

    async def in_other_order(self, text: str) -> Verdict:
        """The same with the tests in reverse, and with other hashes of strings."""
        turned = _with_file(self.survey, self.tests, _reversed(self.text))
        return await self._run(turned, text, self.sandbox, hash_seed=1)

    async def kill(self, texts: tuple[str, ...]) -> tuple[bool | None, ...]:
        """For each changed text whether a failing assertion notices the change.

        None where it does not come to that: the changed code raises, or does not end in time.
        """
        limits = self.sandbox.settings
        hasty = Sandbox(replace(limits, wall_s=min(limits.wall_s, _CHANGED_S), cpu_s=min(limits.cpu_s, _CHANGED_S)))
        at_once = asyncio.Semaphore(min(_MOST_AT_ONCE, os.cpu_count() or 1))

        async def try_one(text: str) -> bool | None:
            async with at_once:
                return _noticed(await self._run(self.survey, text, hasty))

        async with asyncio.TaskGroup() as group:
            running = [group.create_task(try_one(text)) for text in texts]
        return tuple(task.result() for task in running)

    async def _run(self, survey: Survey, text: str, sandbox: Sandbox, hash_seed: int = 0) -> Verdict:
        trial = Trial(sandbox, self.environment, survey, text, hash_seed=hash_seed)
        return (await trial.run())[1]


def prepare(sandbox: Sandbox, task: Task, draft: Draft, added: tuple[TestFunction, ...]) -> NewTestsRun:
    """Read the workspace; blocks while it reads. Raises CannotRunError."""
    subject, document = task.subject, draft.document
    if subject is None:
        raise CannotRunError("the task does not say what the tests are for")
    root = task.workspace.folder_of(subject.path)
    if not document.path.is_relative_to(root):
        raise CannotRunError(f"{document.path.name} is in another folder of the workspace than {subject.path.name}")
    environment = find_environment(root)
    if environment.reason:
        raise CannotRunError(environment.reason)
    is_open = any(subject.path.is_relative_to(folder) for folder in task.workspace.folders)
    files = {**task.workspace.unsaved, subject.path: subject.text, document.path: document.text}
    scratch = copy_workspace(root, deep=is_open).with_files(files)
    path = document.path.relative_to(root).as_posix()
    return NewTestsRun(sandbox, environment, _survey(task, subject, scratch, path, added), path, document.text)


def _survey(task: Task, subject: Document, scratch: Scratch, path: str, added: tuple[TestFunction, ...]) -> Survey:
    texts = {
        name: content.decode("utf-8", "replace")
        for name, content in scratch.files.items()
        if name.endswith(".py") and isinstance(content, bytes)
    }
    module = subject.path.relative_to(scratch.folder).as_posix()
    modules = Modules(texts)
    names = {f"{path}::{test.name.replace('.', '::')}" for test in added}
    return Survey(
        root=scratch.folder,
        document=subject.path,
        scratch=scratch,
        texts=texts,
        names=frozenset({task.target.name}) if task.target else frozenset(),
        doctests=(),
        tests=tuple(test for test in tests_of(path, texts[path]) if test.node in names),
        brought="",
        module=next(iter(modules.names(module)), ""),
        import_from=tuple(dict.fromkeys(str(scratch.folder / folder) for folder in (modules.root(module), "src", ""))),
    )


def _with_file(survey: Survey, path: str, text: str) -> Survey:
    scratch = survey.scratch.with_files({survey.root / path: text})
    return replace(survey, scratch=scratch, texts={**survey.texts, path: text})


def _reversed(text: str) -> str:
    """The file with its top-level tests in reverse order, everything else where it was."""
    tree = parse_text(text)
    lines = text.split("\n")
    blocks = [
        (min([s.lineno, *(decorator.lineno for decorator in s.decorator_list)]) - 1, s.end_lineno or s.lineno)
        for s in (tree.body if tree else [])
        if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and s.name.lower().startswith("test")
    ]
    turned: list[str] = []
    end = 0
    for (first, last), (start, stop) in zip(blocks, reversed(blocks), strict=True):
        turned += [*lines[end:first], *lines[start:stop]]
        end = last
    return "\n".join([*turned, *lines[end:]])


def _noticed(verdict: Verdict) -> bool | None:
    """Whether an assertion failed. An exception that comes out of the changed code itself is none."""
    failed = [failure for failure in verdict.failures if failure.rule == "test-failed"]
    if any(failure.raised in _ASSERTIONS or failure.line is None for failure in failed):
        return True
    return None if verdict.failures or verdict.unproven or not verdict.sound else False
