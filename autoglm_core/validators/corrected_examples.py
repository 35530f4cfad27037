"""Puts into a new docstring's examples what the code really answers: the model explains, the run decides."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from autoglm_core.errors import SandboxUnavailableError
from autoglm_core.types import Attempt, Draft, Replacement, Task, TaskKind
from autoglm_core.validators.sandbox import Sandbox
from autoglm_core.validators.tests_doctests import DocstringTest, answers, find_doctests
from autoglm_core.validators.tests_environment import find_environment
from autoglm_core.validators.tests_evidence import Evidence
from autoglm_core.validators.tests_run import Trial
from autoglm_core.validators.tests_survey import survey

_LONGEST_VALUE = 76
_WRONG_EXAMPLES = ("doctest-failed", "timeout")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What an example printed, and the last line of the exception that it raised."""

    got: str
    error: str


class CorrectedExamples:
    """An ``Improver`` for docstrings. The draft is judged again with what is left of its examples."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def improve(self, task: Task, attempt: Attempt) -> Sequence[tuple[Draft, str]]:
        """The draft with the wrong examples corrected, or dropped; none where the examples are not what is wrong.

        An example is corrected where the code answers the same with two seeds of hashes, in one short line.
        """
        draft = attempt.draft
        if task.kind is not TaskKind.DOCUMENT or draft is None or task.target is None or not attempt.rejected_by:
            return ()
        if any(f.validator != "tests" or f.rule not in _WRONG_EXAMPLES for f in attempt.rejected_by):
            return ()
        found = [test for test in find_doctests(draft.document.text) if test.name == task.target.name]
        if not found:
            return ()
        try:
            one, two = await self._run(task, draft, 0), await self._run(task, draft, 1)
        except SandboxUnavailableError:
            return ()
        corrected = _correct(draft.document.text, found[0], one, two)
        if corrected is None:
            return ()
        text, words = corrected
        change = _docstring_change(draft, text)
        if change is None:
            return ()
        return [(Draft(task.document.replaced((change,)), (change,), draft.answer), words)]

    async def _run(self, task: Task, draft: Draft, seed: int) -> list[_Answer]:
        """The answers of the examples, in order, up to the first that did not end."""
        found = await asyncio.to_thread(survey, task, draft)
        environment = await asyncio.to_thread(find_environment, found.root)
        trial = Trial(self._sandbox, environment, found, draft.document.text, hash_seed=seed)
        return _answers(await trial.examples())


def _answers(evidence: Evidence) -> list[_Answer]:
    return [
        _Answer(str(event.facts.get("got", "")), event.inner("error").text("last").strip())
        for event in evidence.events
        if event.kind == "got"
    ]


def _correct(text: str, test: DocstringTest, one: list[_Answer], two: list[_Answer]) -> tuple[str, str] | None:
    """The text with its examples corrected, and what was done in words; None where nothing can be done."""
    lines = text.split("\n")
    corrected, dropped = 0, 0
    for number, example in reversed(list(enumerate(test.examples))):
        first = test.line_of(example)
        after = first + example.source.count("\n")
        end = after + example.want.count("\n")
        if [line.strip() for line in lines[after:end]] != [line.strip() for line in example.want.splitlines()]:
            return None  # escapes make the source differ from the docstring: its lines are not known for certain
        answer = one[number] if number < len(one) else None
        steady = answer is not None and number < len(two) and two[number] == answer
        if answer is not None and steady and answers(example, answer.got, answer.error):
            continue
        margin = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        if answer is not None and steady and _is_short(answer) and not example.exc_msg:
            lines[after:end] = [margin + answer.got.rstrip("\n")] if answer.got.strip() else []
            corrected += 1
        else:
            lines[first:end] = []
            dropped += 1
    if not corrected and not dropped:
        return None
    counts = ((corrected, "corrected"), (dropped, "left out"))
    words = [f"{count} example{'s' if count != 1 else ''} {what}" for count, what in counts if count]
    return "\n".join(lines), " and ".join(words)


def _is_short(answer: _Answer) -> bool:
    """Whether what came can stand in a docstring: one short line, no exception, no address of memory."""
    value = answer.got.rstrip("\n")
    if answer.error or len(value) > _LONGEST_VALUE:
        return False
    return not any(sign in value for sign in ("\n", "\\", " at 0x"))


def _docstring_change(draft: Draft, text: str) -> Replacement | None:
    """The draft's own replacement with the corrected docstring in it."""
    if len(draft.replacements) != 1:
        return None
    own = draft.replacements[0]
    end = own.span.start + len(own.text) + len(text) - len(draft.document.text)
    return Replacement(own.span, text[own.span.start : end])
