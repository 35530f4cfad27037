"""Words a task for a model: what never changes first, so that rounds share the engine's prefix cache."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from functools import cache
from importlib.resources import files
from string import Template

from autoglm_core.analysis.trees import parse_tree
from autoglm_core.config import Settings
from autoglm_core.errors import TargetNotFoundError
from autoglm_core.prompts.annotations import read_annotations
from autoglm_core.prompts.answer import read_code, read_function, read_region
from autoglm_core.prompts.documentation import read_docstring
from autoglm_core.prompts.new_tests import read_tests
from autoglm_core.prompts.one_line import Gap, ask_for_gap, find_gap, read_gap
from autoglm_core.prompts.repair import describe_findings, describe_problems
from autoglm_core.prompts.wording import system_template, words_for
from autoglm_core.protocols import ContextSource
from autoglm_core.targets import find_target
from autoglm_core.types import (
    Attempt,
    AttemptKind,
    ChatPrompt,
    Context,
    Draft,
    Message,
    Move,
    Prompt,
    Sampling,
    Span,
    Task,
    TaskKind,
    badness,
)

_WARM = 0.8
_FENCE_END = "\n```"


class Prompts:
    """Builds the prompts of all kinds of task, and reads the answers."""

    def __init__(self, context: ContextSource, settings: Settings) -> None:
        self._context = context
        self._settings = settings

    async def build(self, task: Task, attempts: tuple[Attempt, ...], move: Move) -> Prompt:
        """The prompt for the move. All rounds begin alike, so the engine's prefix cache serves them.

        A repair shows the best draft so far and its findings, in words; a fresh draft sees neither.
        """
        if move.kind is AttemptKind.LINE and (gap := find_gap(task, attempts)):
            return await self._ask_for_gap(task, gap)
        task, existing = _as_mended(task, attempts)
        context = await self._context.gather(task, self._settings.actions.context_tokens)
        tried = [attempt for attempt in attempts if attempt.by_model and attempt.kind is not AttemptKind.LINE]
        made = len(tried)
        system = _render(system_template(task), language=task.document.language)
        messages = [Message("system", system), Message("user", _ask(task, context, existing))]
        if move.kind is AttemptKind.REPAIR and tried:
            messages += _feedback(task, min(tried, key=badness))
        prefill = _prefill(task)
        sampling = self._sampling(made)
        if prefill:
            sampling = replace(sampling, stop=(_FENCE_END,))
        return ChatPrompt(tuple(messages), sampling, prefill)

    def read(self, task: Task, attempts: tuple[Attempt, ...], move: Move, answer: str) -> Draft:
        """Splice the answer into the task's document. Raises ValueError if it holds no usable code."""
        if move.kind is AttemptKind.LINE and (gap := find_gap(task, attempts)):
            return read_gap(task, gap, answer)
        if task.kind is TaskKind.IMPLEMENT:
            replacements = read_function(task, answer)
        elif task.kind is TaskKind.GENERATE:
            replacements = read_code(task, answer)
        elif task.kind is TaskKind.TEST:
            replacements = read_tests(task, answer)
        elif task.kind is TaskKind.TYPES:
            replacements = read_annotations(task, answer)
        elif task.kind is TaskKind.DOCUMENT:
            replacements = read_docstring(task, answer)
        else:
            replacements = read_region(task, answer)
        return Draft(task.document.replaced(replacements), replacements, answer)

    async def _ask_for_gap(self, task: Task, gap: Gap) -> Prompt:
        here = replace(task, document=gap.document, span=gap.span, target=None)
        context = await self._context.gather(here, self._settings.actions.context_tokens)
        return ask_for_gap(task, gap, context, self._sampling(0))

    def _sampling(self, tried: int) -> Sampling:
        """Greedy first; later rounds warm, as a greedy model shown its error mostly repeats itself."""
        tokens = self._settings.actions.max_tokens
        if not tried:
            return Sampling(tokens)
        return Sampling(tokens, temperature=_WARM, top_p=0.95, seed=tried)


def _prefill(task: Task) -> str:
    """How the answer begins: the function's own header, so that the model writes the body alone.

    A model that repeats the documentation first takes two to three times as long for the same code.
    """
    if task.target is None or task.document.language != "python":
        return ""
    if task.kind not in (TaskKind.IMPLEMENT, TaskKind.FIX) or task.span != task.target.span:
        return ""
    header = textwrap.dedent(task.target.indent + task.target.header).replace("\r\n", "\n")
    try:
        parse_tree(f"{header}\n    pass")
    except (SyntaxError, ValueError):
        return ""  # the header itself is to be mended
    return f"```{task.document.language}\n{header}\n"


def _as_mended(task: Task, attempts: tuple[Attempt, ...]) -> tuple[Task, Attempt | None]:
    """The task as it stands after the best small change so far, and the attempt that tells what is wrong with it.

    What was mended without a model need not be asked of one again: it then sees what is left.
    """
    existing = next((attempt for attempt in attempts if attempt.kind is AttemptKind.EXISTING), None)
    changes = [attempt for attempt in attempts if attempt.kind is AttemptKind.CHANGE and attempt.draft]
    best = min(changes, key=badness, default=None)
    if task.kind is not TaskKind.FIX or existing is None or best is None or best.draft is None:
        return task, existing
    if badness(best) >= badness(existing):
        return task, existing
    document, start, end = best.draft.document, task.span.start, task.span.end
    for replacement in best.draft.replacements:
        longer = len(replacement.text) - (replacement.span.end - replacement.span.start)
        if replacement.span.end <= task.span.start and replacement.span.start < task.span.start:
            start, end = start + longer, end + longer
        elif replacement.span.start <= task.span.end:
            end += longer
    try:
        target = find_target(document, task.target.name) if task.target else None
    except TargetNotFoundError:
        return task, existing
    return replace(task, document=document, span=Span(start, end), target=target, problems=()), best


def _ask(task: Task, context: Context, existing: Attempt | None) -> str:
    document, region = task.document, task.document.text[task.span.start : task.span.end]
    words = _render(
        task.kind.value,
        language=document.language,
        name=task.target.name if task.target else "",
        header=task.target.header if task.target else "",
        indent=task.target.indent if task.target else "",
        region=region,
        instruction=task.instruction.strip(),
        problems=describe_problems(task, existing),
        tests=f"It must pass these tests:\n```python\n{task.tests}\n```" if task.tests else "",
        **words_for(task),
    )
    if not (context.before + context.after).strip() and not context.snippets:
        return words.strip()
    snippets = "\n".join(f"From {s.title}:\n```{document.language}\n{s.text}\n```" for s in context.snippets)
    seen = _render(
        "context",
        name=document.path.name,
        language=document.language,
        snippets=snippets,
        before=context.before.lstrip("\n"),
        after=context.after.rstrip(),
    )
    return f"{seen.strip()}\n\n{words.strip()}"


def _feedback(task: Task, last: Attempt) -> list[Message]:
    if last.problem:
        words = _render("unusable", problem=last.problem, language=task.document.language)
    else:
        words = _render("feedback", problems=describe_findings(last))
    answer = last.answer.strip() or (last.draft.document.text if last.draft else "(no answer)")
    if answer.startswith("```") and not answer.endswith("```"):
        answer += _FENCE_END
    return [Message("assistant", answer), Message("user", words.strip())]


def _render(template: str, /, **values: str) -> str:
    return _template(template).substitute(values)


@cache
def _template(name: str) -> Template:
    return Template(files(__package__).joinpath("templates", f"{name}.md").read_text("utf-8"))
