"""Words a task for a model: what never changes first, so that rounds share the engine's prefix cache."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import replace
from functools import cache
from importlib.resources import files
from string import Template

from autoglm_core.config import Settings
from autoglm_core.prompts.annotations import read_annotations
from autoglm_core.prompts.answer import read_code, read_function, read_region
from autoglm_core.prompts.documentation import read_docstring
from autoglm_core.prompts.new_tests import read_tests
from autoglm_core.prompts.repair import describe_findings, describe_problems
from autoglm_core.prompts.trim import trim_completion
from autoglm_core.prompts.wording import system_template, words_for
from autoglm_core.protocols import ContextSource
from autoglm_core.types import (
    Attempt,
    AttemptKind,
    ChatPrompt,
    Context,
    Draft,
    FimPrompt,
    Message,
    Move,
    Prompt,
    Replacement,
    Sampling,
    Task,
    TaskKind,
    badness,
)

_WARM = 0.8
_FENCE_END = "\n```"
_CONTINUATION_ENDS = ("\ndef ", "\nclass ", "\n@", "\nif __name__", "\nprint(", "\nassert ", "\n#", "\n```")


class Prompts:
    """Builds the prompts of all kinds of task, and reads the answers."""

    def __init__(self, context: ContextSource, settings: Settings) -> None:
        self._context = context
        self._settings = settings

    async def build(self, task: Task, attempts: tuple[Attempt, ...], move: Move) -> Prompt:
        """The prompt for the move. All rounds begin alike, so the engine's prefix cache serves them.

        A repair shows the best draft so far and its findings, in words; a fresh draft sees neither.
        """
        if task.kind in (TaskKind.INLINE, TaskKind.COMPLETE):
            return await self._fill_in(task)
        context = await self._context.gather(task, self._settings.actions.context_tokens)
        made = sum(attempt.by_model for attempt in attempts)
        if move.kind is AttemptKind.CONTINUATION and task.target is not None:
            sampling = replace(self._sampling(made), stop=_CONTINUATION_ENDS)
            header = task.target.indent + task.target.header
            return FimPrompt(f"{context.before}{header}\n".lstrip("\n"), None, sampling)
        system = _render(system_template(task), language=task.document.language)
        messages = [Message("system", system), Message("user", _ask(task, context, attempts))]
        tried = [attempt for attempt in attempts if attempt.by_model]
        if move.kind is AttemptKind.REPAIR and tried:
            messages += _feedback(task, min(tried, key=badness))
        prefill = _prefill(task)
        sampling = self._sampling(made)
        if prefill:
            sampling = replace(sampling, stop=(_FENCE_END,))
        return ChatPrompt(tuple(messages), sampling, prefill)

    def read(self, task: Task, answer: str) -> Draft:
        """Splice the answer into the task's document. Raises ValueError if it holds no usable code."""
        if task.kind in (TaskKind.INLINE, TaskKind.COMPLETE):
            replacements: tuple[Replacement, ...] = (
                Replacement(task.span, trim_completion(task.document, task.span.start, answer)),
            )
        elif task.kind is TaskKind.IMPLEMENT:
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

    async def _fill_in(self, task: Task) -> FimPrompt:
        inline = self._settings.inline
        context = await self._context.gather(task, inline.context_tokens)
        line, column = task.document.position(task.span.start)
        text = task.document.line(line)
        # Behind code on the line, one line is asked for; on an empty line or after a colon, a block.
        before, after = text[:column].strip(), text[column:].strip()
        one_line = bool(after) or (bool(before) and not before.endswith(":"))
        stop = ("\n",) if one_line else ("\n\n\n", "\ndef ", "\nclass ", "\n@", "\nif __name__")
        return FimPrompt(context.before, context.after, Sampling(inline.max_tokens, stop=stop))

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
        ast.parse(f"{header}\n    pass")
    except (SyntaxError, ValueError):
        return ""  # the header itself is to be mended
    return f"```{task.document.language}\n{header}\n"


def _ask(task: Task, context: Context, attempts: tuple[Attempt, ...]) -> str:
    document, region = task.document, task.document.text[task.span.start : task.span.end]
    existing = next((attempt for attempt in attempts if attempt.kind is AttemptKind.EXISTING), None)
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
