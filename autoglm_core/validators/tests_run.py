"""Runs doctests and pytest for one text of a document, each in a sandbox of its own, at the same time."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

from autoglm_core.validators.sandbox import Sandbox, Script
from autoglm_core.validators.sandbox_script import imports_of, program_text
from autoglm_core.validators.tests_doctests import compile_flags, find_doctests, hide_expectations
from autoglm_core.validators.tests_environment import Environment
from autoglm_core.validators.tests_evidence import Evidence, Secrets, read_evidence
from autoglm_core.validators.tests_selection import is_test_file
from autoglm_core.validators.tests_survey import Survey
from autoglm_core.validators.tests_verdict import (
    ControlTest,
    Verdict,
    document_sources,
    judge_doctests,
    judge_pytest,
)


class Trial:
    """One text of the document, tried by everything that the survey found."""

    def __init__(
        self, sandbox: Sandbox, environment: Environment, survey: Survey, text: str, *, hash_seed: int = 0
    ) -> None:
        self._sandbox = sandbox
        self._environment = environment
        self._survey = survey
        self._text = text
        self._hash_seed = hash_seed
        name = survey.document.relative_to(survey.root).as_posix()
        self._sources = document_sources(survey.root, survey.document, {**survey.texts, name: text})

    async def run(self) -> tuple[Verdict, Verdict]:
        """The verdicts of the doctests and of pytest. Raises SandboxUnavailableError."""
        tasks = [asyncio.ensure_future(self._doctests()), asyncio.ensure_future(self._pytest())]
        try:
            doctests, pytest = await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        return doctests, pytest

    async def examples(self) -> Evidence:
        """What the examples of the survey's docstrings printed, unjudged. Raises SandboxUnavailableError."""
        survey = self._survey
        hidden = hide_expectations(self._text, find_doctests(self._text, survey.names))
        examples = [[example.source for example in test.examples] for test in survey.doctests]
        return await self._run({survey.document: hidden}, examples, (), ())

    async def _doctests(self) -> Verdict:
        survey = self._survey
        if not survey.doctests:
            return Verdict()
        own = find_doctests(self._text, survey.names)
        evidence = await self.examples()
        lines = {(test.name, example.source): test.line_of(example) for test in own for example in test.examples}
        return judge_doctests(evidence, survey.doctests, lines, self._sources, lenient=survey.lenient)

    async def _pytest(self) -> Verdict:
        survey = self._survey
        if not survey.nodes or self._environment.reason:
            return Verdict()
        control = ControlTest()
        files = {survey.document: self._text, survey.root / control.file: control.source}
        plugins = () if self._environment.plugins else (("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"),)
        evidence = await self._run(files, [], (*survey.nodes, control.file), plugins)
        return judge_pytest(evidence, survey.expected, control, self._sources)

    async def _run(
        self,
        files: dict[Path, str],
        examples: list[list[str]],
        nodes: tuple[str, ...],
        variables: tuple[tuple[str, str], ...],
    ) -> Evidence:
        survey, environment, known = self._survey, self._environment, Secrets()
        scratch = survey.scratch.with_files(files)
        if not nodes:  # tests may hold the expected values of the examples
            kept = {name: content for name, content in scratch.files.items() if not is_test_file(name)}
            scratch = replace(scratch, files=kept)
        plan = {
            "token": known.token,
            "status": known.status,
            "root": str(survey.root),
            "document": str(survey.document),
            "module": survey.module,
            "import_from": survey.import_from,
            "pytest_path": [str(path) for path in environment.pytest_path],
            "examples": examples,
            "seconds": 0.8 * self._sandbox.settings.wall_s,
            "flags": compile_flags(self._text),
            "nodes": nodes,
        }
        result = await self._sandbox.run_script(
            self._script(bool(nodes)),
            scratch=scratch,
            mounts=environment.mounts,
            stdin=json.dumps(plan).encode(),
            env={**dict(variables), "PYTHONHASHSEED": str(self._hash_seed)},
        )
        return read_evidence(result, known)

    def _script(self, pytest: bool) -> Script:
        text = program_text("tests_harness")
        if self._hash_seed:  # asked for once in a while, so no process is kept for it
            return Script(self._environment.python, text)
        before = (program_text("tests_preload") if pytest else "") + imports_of(text)
        libraries = self._environment.libraries if pytest else ()
        return Script(self._environment.python, text, before, libraries, self._survey.import_from)
