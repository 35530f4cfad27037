"""Runs the examples that a function's documentation gives in prose, and reports those that it does not meet."""

from __future__ import annotations

import ast

from autoglm_core.analysis.calls import CallResult, Came
from autoglm_core.analysis.examples import Example, find_examples
from autoglm_core.analysis.inputs import caller_of, docstring_of, signature_of
from autoglm_core.analysis.values import gives
from autoglm_core.errors import SandboxUnavailableError
from autoglm_core.protocols import CallRunner
from autoglm_core.targets import list_targets
from autoglm_core.types import DOUBT, Cost, Draft, Finding, Report, Severity, Span, Task, TaskKind
from autoglm_core.validators.tests_survey import names_in_question

_MOST_EXAMPLES = 20
_SECONDS = 8.0
_NEW_CODE = (TaskKind.IMPLEMENT, TaskKind.GENERATE, TaskKind.FIX)


class ExamplesValidator:
    """The validator ``examples``: what prose promises, as far as it can be read for certain.

    Its findings are warnings: prose errs, so they do not reject a draft by default, but the loop looks for a
    better one.
    """

    name = "examples"
    cost = Cost.SLOW

    def __init__(self, calls: CallRunner) -> None:
        self._calls = calls

    async def check(self, task: Task, draft: Draft) -> Report:
        """Call the functions in question as their docstrings do; doctests are left to ``tests``."""
        if draft.document.language != "python":
            return Report(self.name, skipped=f"{draft.document.language} is not run, only Python is")
        if not task.workspace.trusted:
            return Report(self.name, skipped="the workspace is not trusted, so nothing of it is run")
        found = _examples(task, draft)
        if not found:
            return Report(self.name, skipped="no documentation gives an example in prose that can be read")
        calls = [call for call, _, _ in found]
        values = [example.value for _, example, _ in found]
        texts = [draft.document.text]
        if task.kind not in _NEW_CODE:
            texts.append(task.document.text)
        try:
            results = await self._calls.run(draft.document, texts, [*calls, *values], task.workspace, seconds=_SECONDS)
        except SandboxUnavailableError as error:
            return Report(self.name, skipped=str(error))
        failed = _failed(results[0], values)
        if len(results) > 1:  # what the old code did not meet either says nothing of the draft
            failed = [place for place in failed if place not in _failed(results[1], values)]
        findings = tuple(self._finding(draft, found[place], results[0][place]) for place in failed)
        met = len(found) - len(failed)
        words = f"{met} example{'s' if met != 1 else ''} met"
        return Report(self.name, findings, f"{words}, {len(failed)} not met" if failed else words)

    async def aclose(self) -> None:
        """Nothing is held."""

    def _finding(self, draft: Draft, found: tuple[str, Example, Span], result: CallResult) -> Finding:
        call, example, span = found
        came = _came(result)
        message = f"`{call[:120]}`: the documentation says {example.value[:120]}, it {came[:120]}"
        detail = f"{call}\nExpected: {example.value}\nGot: {came}"
        return Finding(self.name, DOUBT, Severity.WARNING, span, message, detail)


def _examples(task: Task, draft: Draft) -> list[tuple[str, Example, Span]]:
    """The calls to make, the examples they come from, and the line of the function's header in the draft."""
    names = names_in_question(task, draft)
    spans = {target.name: target.span for target in list_targets(draft.document)}
    found = []
    for name in sorted(names & spans.keys()):
        old = docstring_of(task.document.text, name)
        text = task.document.text if old else draft.document.text
        docstring, caller = old or docstring_of(text, name), caller_of(text, name)
        if not docstring or caller is None:
            continue
        plain = name.rpartition(".")[2]
        line = draft.document.position(spans[name].start)[0]
        header = draft.document.line_span(line, line)
        examples = find_examples(docstring, plain, signature_of(text, name))[:_MOST_EXAMPLES]
        found += [(caller.removesuffix(plain) + example.call, example, header) for example in examples]
    return found


def _failed(results: tuple[CallResult, ...], values: list[str]) -> list[int]:
    half = len(values)
    return [place for place in range(half) if not gives(results[place], results[half + place], values[place])]


def _came(result: CallResult) -> str:
    if result.came is Came.VALUE:
        return f"gives {_unwrapped(result.text)}"
    if result.came is Came.ERROR:
        return f"raises {result.text}"
    return "does not end in time" if result.came is Came.TIMEOUT else "gives nothing that can be read"


def _unwrapped(text: str) -> str:
    try:
        return repr(ast.literal_eval(text))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
