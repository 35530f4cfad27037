"""The words of the program: values that cross its layers, all immutable.

Offsets are counted in Unicode code points of the document's text; lines and columns are zero-based.
Editors' own encodings (UTF-8, UTF-16) are converted at the door, in ``autoglm_server.lsp.convert``.
"""

from __future__ import annotations

import bisect
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import cached_property
from pathlib import Path

_LINE_END = re.compile(r"\r\n|\n|\r")


class TaskKind(StrEnum):
    """What the user asked for."""

    INLINE = "inline"
    COMPLETE = "complete"
    IMPLEMENT = "implement"
    FIX = "fix"
    EDIT = "edit"
    TEST = "test"
    TYPES = "types"
    DOCUMENT = "document"
    REFACTOR = "refactor"
    GENERATE = "generate"


class Severity(IntEnum):
    """How bad a finding is; the order is the order of badness."""

    INFO = 1
    WARNING = 2
    ERROR = 3


class Cost(IntEnum):
    """What a validator costs: INSTANT under 5 ms in process, FAST under 100 ms, SLOW runs code."""

    INSTANT = 1
    FAST = 2
    SLOW = 3


@dataclass(frozen=True, slots=True)
class Span:
    """The half-open range ``[start, end)`` of code-point offsets in a text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span needs 0 <= start <= end, got {self.start}..{self.end}")


@dataclass(frozen=True, slots=True)
class Replacement:
    """New text for one span of a document."""

    span: Span
    text: str


@dataclass(frozen=True)
class Document:
    """A text file as it was when the user asked, saved or not.

    ``version`` is the editor's own number; None for a file that is not open in an editor.
    """

    path: Path
    text: str
    version: int | None = None
    language: str = "python"

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        # Only the line ends of LSP and of Python's tokenizer count: str.splitlines also splits at \f and \x85.
        return (0, *(match.end() for match in _LINE_END.finditer(self.text)))

    @property
    def line_count(self) -> int:
        """The number of lines; a text that ends with a line break has an empty last line."""
        return len(self._line_starts)

    @property
    def newline(self) -> str:
        """The line break that this document uses: ``\\r\\n`` if it has one, else ``\\n``."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def line(self, number: int) -> str:
        """The text of a zero-based line, without its line break."""
        start = self._line_starts[number]
        end = self._line_starts[number + 1] if number + 1 < self.line_count else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def offset(self, line: int, column: int) -> int:
        """The offset of a zero-based line and column, clamped to the document as LSP 3.18 asks."""
        if line < 0:
            return 0
        if line >= self.line_count:
            return len(self.text)
        return self._line_starts[line] + min(max(column, 0), len(self.line(line)))

    def position(self, offset: int) -> tuple[int, int]:
        """The zero-based (line, column) of an offset."""
        line = bisect.bisect_right(self._line_starts, offset) - 1
        return line, offset - self._line_starts[line]

    def line_span(self, first: int, last: int) -> Span:
        """The span of whole lines, from the start of ``first`` to the end of ``last``'s text."""
        return Span(self.offset(first, 0), self.offset(last, 1 << 30))

    def replaced(self, replacements: tuple[Replacement, ...]) -> Document:
        """This document with replacements made, all of them given in its own offsets.

        Raises ValueError when two of them overlap or one lies outside the text.
        """
        text, end = [], 0
        for replacement in sorted(replacements, key=lambda r: (r.span.start, r.span.end)):
            if replacement.span.start < end or replacement.span.end > len(self.text):
                raise ValueError("replacements overlap or lie outside the document")
            text += [self.text[end : replacement.span.start], replacement.text]
            end = replacement.span.end
        return Document(self.path, "".join(text) + self.text[end:], self.version, self.language)


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folders that are open, and what the editor holds unsaved.

    ``unsaved`` maps absolute paths to texts that differ from the disk.
    ``trusted`` False forbids to run anything of this workspace, in the sandbox too.
    """

    folders: tuple[Path, ...] = ()
    unsaved: Mapping[Path, str] = field(default_factory=dict)
    trusted: bool = True

    def folder_of(self, path: Path) -> Path:
        """The innermost open folder that holds ``path``, else the folder of the file itself."""
        holders = [folder for folder in self.folders if path.is_relative_to(folder)]
        return max(holders, key=lambda folder: len(folder.parts), default=path.parent)


@dataclass(frozen=True, slots=True)
class Target:
    """A function or method that a task is about.

    ``name`` is its qualified name in the module (``Stack.push``); ``span`` covers the definition with its
    decorators; ``body`` covers the statements of its body, the docstring left out; ``header`` is the
    source from the first decorator to the end of the docstring.
    """

    name: str
    span: Span
    body: Span
    header: str
    indent: str = ""
    is_stub: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnostic that somebody reported on the document as it is: what a fix is asked to mend."""

    span: Span
    message: str
    rule: str = ""
    source: str = ""
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked, with the document as it was at the asking.

    ``span`` is the place: the cursor (empty span), or the region that may be rewritten.
    ``tests`` is Python source of tests that the caller brings along (HTTP and command line). ``subject`` is
    the document that ``target`` stands in, where that is another one than ``document``: the module that new
    tests are for. ``by_words_alone``: the user says that something is wrong, and no check of the code as it is does.
    ``wanted`` is the qualified name of the function that the user named, where the document has none of this name:
    it does not parse, or the function stands outside of its class.
    """

    kind: TaskKind
    document: Document
    span: Span
    workspace: Workspace = field(default_factory=Workspace)
    target: Target | None = None
    instruction: str = ""
    problems: tuple[Problem, ...] = ()
    tests: str = ""
    subject: Document | None = None
    by_words_alone: bool = False
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Text from elsewhere that helps the model: ``title`` says what it is and where from."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Context:
    """What a prompt may use of the workspace, cut to a token budget.

    ``before`` and ``after`` are the document around the task's place; ``snippets`` come from elsewhere,
    the most useful first.
    """

    before: str
    after: str
    snippets: tuple[Snippet, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat; ``role`` is system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the engine picks tokens. Temperature 0 is greedy. ``seed`` None lets the engine choose."""

    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatPrompt:
    """Messages for an instruction-following model.

    ``prefill`` is how the answer begins. An engine that can make the model go on from there does so, and
    yields the prefill as part of its answer, so that readers see one whole answer; another engine ignores it.
    """

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    prefill: str = ""


@dataclass(frozen=True, slots=True)
class FimPrompt:
    """Text before and after a hole; the model writes what goes between (fill in the middle).

    ``suffix`` None: nothing is known of what follows, and the model just goes on. The last ``near`` characters of
    the prefix are those that change with each key: an engine that can reads them last, behind the suffix, so
    that all before them stays in its prefix cache. ``slot`` is the one of the engine's caches to use; None leaves
    it to the engine, which may take an empty one while the right one is still being stopped.
    """

    prefix: str
    suffix: str | None
    sampling: Sampling = Sampling()
    near: int = 0
    slot: int | None = None


Prompt = ChatPrompt | FimPrompt


@dataclass(frozen=True, slots=True)
class Usage:
    """What one answer cost. ``cached_tokens`` of the ``prompt_tokens`` were not read again.

    ``logprob`` is the mean natural logarithm of the probability of its tokens, None where the engine does
    not say: how sure the model was.
    """

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    first_token_seconds: float = 0.0
    logprob: float | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an answer as it is written. The last one has a finish reason and the usage.

    An engine that knows the usage so far gives it with every piece, for readers who stop early; a piece without
    text tells how far it has read.
    ``finish_reason`` is ``stop`` (the model ended) or ``length`` (out of tokens), None before the end.
    """

    text: str
    finish_reason: str | None = None
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """One text that the model wrote, spliced into its document.

    ``document`` is the document as it would be; ``replacements`` lead there from the task's document;
    ``answer`` is the model's own words, before anything was cut from them.
    """

    document: Document
    replacements: tuple[Replacement, ...]
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a draft.

    ``span`` lies in the draft's document. ``introduced`` is False for what was wrong without the draft.
    ``detail`` is evidence for a reader and for the repair prompt: expected and actual value, traceback.
    """

    validator: str
    rule: str
    severity: Severity
    span: Span
    message: str
    detail: str = ""
    introduced: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """What one validator says of one draft.

    ``summary`` says in words what was looked at ("3 doctests passed"). ``skipped`` is the reason why
    nothing was looked at, and empty otherwise: no evidence is told apart from good evidence.
    """

    validator: str
    findings: tuple[Finding, ...] = ()
    summary: str = ""
    skipped: str = ""
    seconds: float = 0.0


CHANGED_BEHAVIOUR = "changed_behaviour"
"""The validator of fixes of which only words say that something is wrong."""
CRASHES = "crashes"
"""The validator that calls a function with inputs made up for it."""
BEHAVIOUR = ("tests", "examples", CHANGED_BEHAVIOUR, CRASHES)
"""The validators that run the code."""
NO_TESTS = "no doctest or test reaches"
"""How the validator ``tests`` begins to say that there is nothing to run: other drafts may tell more then."""
UNBOUND = "unbound-local"
"""The rule of findings about local names that are used before they can have a value."""
NAME_RULES = frozenset({"unresolved-reference", "F821", "possibly-unresolved-reference", UNBOUND})
"""The rules of findings that name a name which does not resolve."""
MISSING_TARGET = "missing-target"
"""The rule of the finding that a method is asked for which stands outside of its class."""
DOUBT = "example-failed"
"""The rule of findings about examples in prose: too inexact to reject a draft, and reason to try for a better one."""
DOUBTS = frozenset({DOUBT, CRASHES})
"""The rules of findings that do not reject a draft, and are reason to try for a better one."""


class AttemptKind(StrEnum):
    """How an attempt came about."""

    EXISTING = "existing code"
    DRAFT = "first draft"
    REPAIR = "repair"
    FRESH = "fresh draft"
    LINE = "one line anew"  # where one line alone does not parse or resolve, and all around it stays
    CHANGE = "small change"  # of an earlier draft, searched for without a model


@dataclass(frozen=True, slots=True)
class Move:
    """What a policy decides to do next: ``drafts`` answers to one prompt of a kind, and why.

    ``engine`` is the place of the engine in the loop's list, the one that is asked first at 0.
    """

    kind: AttemptKind
    reason: str
    drafts: int = 1
    engine: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """A draft, its reports, and what it cost. No draft: the answer held no usable code (``problem``).

    ``reason`` says why the policy made this attempt. ``same_as`` is the number of an earlier attempt that is
    the same program: its verdict holds, and nothing was run again. ``uncovered`` are old errors of the function
    that a fix brings to light, as the text did not parse before.
    """

    number: int
    kind: AttemptKind
    prompt: Prompt | None = None
    draft: Draft | None = None
    answer: str = ""
    problem: str = ""
    reports: tuple[Report, ...] = ()
    usage: Usage = Usage()
    engine: str = ""
    node: str = ""
    seconds: float = 0.0
    rejected_by: tuple[Finding, ...] = ()
    reason: str = ""
    same_as: int | None = None
    uncovered: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all reports, in order."""
        return tuple(finding for report in self.reports for finding in report.findings)

    @property
    def passes(self) -> bool:
        """Whether there is a draft and nothing rejects it."""
        return self.draft is not None and not self.rejected_by

    @property
    def doubts(self) -> tuple[Finding, ...]:
        """What speaks against the draft without rejecting it: see DOUBTS, and what it uncovers."""
        return tuple(f for f in self.findings if f.rule in DOUBTS and f not in self.rejected_by) + self.uncovered

    @property
    def by_model(self) -> bool:
        """Whether a model was asked for it, so that it counts against the budget."""
        return self.kind not in (AttemptKind.EXISTING, AttemptKind.CHANGE)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the inline pipeline, and how long it took."""

    name: str
    seconds: float


class Ending(StrEnum):
    """Why the loop ended."""

    ACCEPTED = "accepted"
    ATTEMPTS = "no attempt passed every check"
    DEADLINE = "the time was up"
    TOKENS = "the token budget was used up"
    NOTHING_TO_DO = "nothing is wrong with the code as it is"
    NO_FUNCTION = "the checks find nothing wrong, and no function is named"
    NO_PLACE = "nothing is to be written at this place"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The trace: all attempts in order, the accepted one if any, and why the loop ended.

    ``chosen`` says how the accepted draft was chosen where several passed. ``steps`` are those of the inline
    pipeline, in the order in which they ran; ``cached``: it is what is left of an earlier suggestion. ``ended_at``
    is in seconds since the epoch.
    """

    id: str
    task: Task
    attempts: tuple[Attempt, ...]
    accepted: Attempt | None
    ending: Ending
    seconds: float
    chosen: str = ""
    steps: tuple[Step, ...] = ()
    cached: bool = False
    ended_at: float = field(default_factory=time.time, compare=False)

    @property
    def best(self) -> Attempt | None:
        """The accepted attempt, else the draft that came furthest: parsed, resolved, failed the fewest tests."""
        drafts = [attempt for attempt in self.attempts if attempt.draft and attempt.kind is not AttemptKind.EXISTING]
        return self.accepted or min(drafts, key=badness, default=None)

    @property
    def draft(self) -> Draft | None:
        """The accepted draft, if there is one."""
        return self.accepted.draft if self.accepted else None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request asks for beside the settings: None takes the setting.

    ``tests`` is pytest source that must pass as well, importing from the document's module.
    """

    attempts: int | None = None
    deadline_s: float | None = None
    tests: str = ""

    def __post_init__(self) -> None:
        if self.attempts is not None and self.attempts < 1:
            raise ValueError(f"attempts must be at least 1, got {self.attempts}")
        if self.deadline_s is not None and not self.deadline_s > 0:
            raise ValueError(f"deadline_s must be above 0, got {self.deadline_s}")


def badness(attempt: Attempt) -> tuple[int, int, int, int]:
    """How far a draft is from being accepted; the least is the best one. Earlier attempts win ties.

    Drafts that ran are better than those that static checks rejected, these better than what does not parse, and
    that better than no draft.
    """
    if attempt.draft is None:
        return 4, 0, 0, attempt.number
    against = {finding.validator for finding in attempt.rejected_by}
    level = 0 if not against else 1 if against <= {*BEHAVIOUR} else 3 if "syntax" in against else 2
    return (
        level,
        len(attempt.rejected_by),
        len(attempt.doubts),
        attempt.number,
    )


def fail_alike(attempts: Iterable[Attempt]) -> bool:
    """Whether three different programs of models, and all that there are, have the very same against them."""
    tried = [attempt for attempt in attempts if attempt.by_model and attempt.draft and attempt.same_as is None]
    against = [tuple(f.message for f in attempt.rejected_by or attempt.doubts) for attempt in tried]
    return len(against) > 2 and len(set(against)) == 1 and against[0] != ()


class Verdict(StrEnum):
    """What the user did with an accepted draft that was shown."""

    SHOWN = "shown"
    KEPT = "kept"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a request may cost.

    ``deadline_s`` counts from the start of the loop; ``attempts`` are answers asked of a model;
    ``tokens`` bounds the completion tokens of all attempts together; ``cost`` is the dearest validator.
    """

    deadline_s: float
    attempts: int = 1
    tokens: int = 4096
    cost: Cost = Cost.SLOW


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the loop stands, in words for a progress bar. ``attempt`` of ``attempts``, from 1."""

    attempt: int
    attempts: int
    message: str
