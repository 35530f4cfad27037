"""Asks for one name or one line anew, where it alone does not resolve or parse: the model fills in the middle.

It writes a dozen tokens instead of a function, and can spoil nothing around them. What it is worth on the names and
slips of syntax of DebugBench stands in benchmarks/README.md.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from autoglm_core.analysis.margins import GOES_ON, level_of, margin_of, opens_block
from autoglm_core.analysis.rewriting import renamed, rewritten
from autoglm_core.analysis.trees import parse_tree
from autoglm_core.types import (
    NAME_RULES,
    UNBOUND,
    Attempt,
    AttemptKind,
    Context,
    Document,
    Draft,
    FimPrompt,
    Finding,
    Sampling,
    Span,
    Task,
    badness,
)

_LONGEST_WORDS = 600
_LINE_TOKENS, _NAME_TOKENS = 96, 12
_WRONG = "# wrong:"
_NOT_OF_A_LINE = "outside"
"""What messages about a word in the wrong place say (``'return' outside function``): another line is missing."""
_NO_SUCH_LEVEL, _TOO_DEEP = "unindent does not match any outer indentation level", "unexpected indent"
_MAKES, _NAMES = re.compile(r"\s*(\w+)\s*=(?!=)"), re.compile(r"[^\W\d]\w*")
_DEFINES = re.compile(r"(?:async\s+)?(?:def|class)\s+(\w+)\b")
_HEAD = re.compile(r"\s*(?:async\s+)?(?:def|class)\b")
_LEAVES = re.compile(r"\s*(?:return|raise|break|continue)\b")
_BLOCK = 2
"""Lines from which on a block that is too deep has more likely lost its opening than slipped."""
_DEEPEST = 4
_NOWHERE = -1, 0
_NAME = re.compile(r"\s*([^\W\d]\w*(?:\.[^\W\d]\w*)*)")


@dataclass(frozen=True, slots=True)
class Gap:
    """What is to be written anew of an attempt's document: a line without its margin, or the name ``name``.

    ``shown``: the line stands as a comment above, as most of it is right. One that does not parse does not, as the
    model would write it again. ``lacking`` are the names that have no value in it: an answer that gives them one goes
    in front of the line. ``opens``: nothing is replaced; the line that opens the block below is missing, and goes in
    front of it. This is how it begins: its margin, and what of it is known.
    """

    document: Document
    span: Span
    name: str = ""
    shown: bool = False
    lacking: tuple[str, ...] = ()
    opens: str | None = None


def find_gap(task: Task, attempts: Sequence[Attempt]) -> Gap | None:
    """What is asked for next; None where one line is not enough, or was asked for already.

    First of all a line that opened a block and is lost, else the first line that does not parse. Where all do, the
    one name that does not resolve, then its line; not one whose value nothing uses, as any value would pass; nor names
    that lack a first value, which the model gets wrong without the whole function before it.
    """
    asked = sum(attempt.kind is AttemptKind.LINE for attempt in attempts)
    existing = next((attempt for attempt in attempts if attempt.kind is AttemptKind.EXISTING), None)
    opening = find_lost_opening(task, existing) if existing else None
    if opening is not None and not asked:
        return opening
    unasked = [attempt for attempt in attempts if attempt.kind in (AttemptKind.EXISTING, AttemptKind.CHANGE)]
    return _in_line(min(unasked, key=badness, default=None), asked - (opening is not None))


def find_lost_opening(task: Task, attempt: Attempt) -> Gap | None:
    """Where the line is missing that opens a block; None where a block is more likely only too deep.

    What is known of it is that it defines the function that the task is about, where a ``return`` stands outside of
    all functions.
    """
    wrong = [finding for finding in attempt.rejected_by if finding.validator == "syntax"]
    if attempt.draft is None or not wrong:
        return None
    document, message = attempt.draft.document, wrong[0].message
    place = document.position(wrong[0].span.start)[0]
    lines = [document.line(number) for number in range(document.line_count)]
    unknown = [document.position(f.span.start)[0] for f in attempt.findings if f.rule in NAME_RULES]
    begins = ""
    if message.endswith(_NO_SUCH_LEVEL):
        first, depth = _above_level(lines, place, unknown)
    elif message.endswith(_TOO_DEEP):
        first, depth = _too_deep(lines, place, unknown)
    elif _NOT_OF_A_LINE in message:
        first, depth = _in_no_function(lines, place)
        owner, _, name = task.wanted.rpartition(".")
        begins = f"def {name}({'self, ' if owner else ''}" if name else "def "
    else:
        return None
    if first < 0:
        return None
    start = document.offset(first, 0)
    return Gap(document, Span(start, start), opens=lines[first][:depth] + begins)


def _above_level(lines: Sequence[str], place: int, unknown: Sequence[int]) -> tuple[int, int]:
    """The line of a block, and the depth of its lost opening, where the line at the place comes back to that depth.

    It goes on with the block (``else``), or the block is one level too deep as in ``_too_deep``.
    """
    depth = margin_of(lines[place])
    first, above = _block_above(lines, place, depth + 1)
    if first == place or not opens_block(above) or margin_of(above) >= depth or _fell_out(lines, first - 1):
        return _NOWHERE
    goes_on = GOES_ON.match(lines[place].strip())
    too_deep = margin_of(lines[first]) - depth == _level(lines) and _has_body(lines, first, place, unknown)
    return (first, depth) if goes_on or too_deep else _NOWHERE


def _fell_out(lines: Sequence[str], number: int) -> bool:
    """Whether a line is no definition and stands outside of the function that goes on behind it."""
    if _HEAD.match(lines[number]):
        return False
    above = next((line for line in reversed(lines[:number]) if _HEAD.match(line)), None)
    return above is not None and margin_of(above) >= margin_of(lines[number])


def _too_deep(lines: Sequence[str], place: int, unknown: Sequence[int]) -> tuple[int, int]:
    """The same for a block that begins one level deeper than it may.

    It has several lines, names that nothing binds, or an ``else``.
    """
    above = (line for line in reversed(lines[:place]) if line.strip() and margin_of(line) < margin_of(lines[place]))
    depth = margin_of(next(above, lines[place]))
    outside = (n for n in range(place, len(lines)) if lines[n].strip() and margin_of(lines[n]) <= depth)
    behind = next(outside, len(lines))
    goes_on = behind < len(lines) and margin_of(lines[behind]) == depth and GOES_ON.match(lines[behind].strip())
    lost = behind > place and (goes_on or _has_body(lines, place, behind, unknown))
    return (place, depth) if lost and margin_of(lines[place]) - depth == _level(lines) else _NOWHERE


def _has_body(lines: Sequence[str], first: int, behind: int, unknown: Sequence[int]) -> bool:
    """Whether lines are more likely a body than one line that slipped; what stands behind ``return`` runs in none."""
    body = [line for line in lines[first:behind] if line.strip()]
    if any(first <= number < behind for number in unknown):
        return True
    if not body or _goes_on_with(body, lines[behind:]):
        return False
    goes_on = behind < len(lines) and margin_of(lines[behind]) < margin_of(body[-1]) and lines[behind].strip()
    leaves = goes_on and _LEAVES.match(body[-1]) and not _LEAVES.match(lines[behind])
    return len(body) >= _BLOCK or bool(leaves)


def _goes_on_with(body: Sequence[str], below: Sequence[str]) -> bool:
    """Whether the first line below uses a name that lines give its value: they are steps on one way then."""
    made = {match[1] for match in map(_MAKES.match, body) if match}
    following = next((line for line in below if line.strip()), "")
    return bool(made & set(_NAMES.findall(following.split("#")[0])))


def _in_no_function(lines: Sequence[str], place: int) -> tuple[int, int]:
    """The same for the body of a function without its header, two levels below the class."""
    inner = margin_of(lines[place])
    first, above = _block_above(lines, place, inner)
    level = _level(lines)
    depth = margin_of(above) + level
    in_class = re.match(r"\s*class\b", above) and opens_block(above)
    return (first, depth) if in_class and inner == depth + level else _NOWHERE


def _level(lines: Sequence[str]) -> int:
    """The characters of a level; where the lost line made the only step, two levels look like one."""
    return min(level_of(lines), _DEEPEST)


def _block_above(lines: Sequence[str], place: int, least: int) -> tuple[int, str]:
    """The first of the lines of at least a depth that end at the place, and the line above them; no empty ones."""
    first = place
    while first and (not lines[first - 1].strip() or margin_of(lines[first - 1]) >= least):
        first -= 1
    above = lines[first - 1] if first else ""
    return next((n for n in range(first, place) if lines[n].strip()), place), above


def _in_line(attempt: Attempt | None, asked: int) -> Gap | None:
    """What is asked for of an attempt, after so many such answers."""
    if attempt is None or attempt.draft is None:
        return None
    document = attempt.draft.document
    wrong = [f for f in attempt.rejected_by if f.validator == "syntax" or f.rule == "invalid-syntax"]
    if wrong:
        line = min(document.position(finding.span.start)[0] for finding in wrong)
        if asked or any(_NOT_OF_A_LINE in finding.message for finding in wrong) or not document.line(line).strip():
            return None
        return Gap(document, _line_span(document, line))
    against = attempt.rejected_by or attempt.doubts
    if not against or any(finding.rule not in NAME_RULES for finding in against):
        return None
    gaps = list(_gaps(document, against))
    return gaps[asked] if asked < len(gaps) else None


def _gaps(document: Document, against: Sequence[Finding]) -> Iterator[Gap]:
    """What may be asked for where names do not resolve, in the order in which it is asked for."""
    spans = sorted({finding.span for finding in against}, key=lambda span: span.start)
    names = tuple(dict.fromkeys(document.text[span.start : span.end] for span in spans))
    lines = {document.position(span.start)[0] for span in spans}
    if len(lines) > 1 or any(finding.rule == UNBOUND for finding in against) or _is_idle(document, min(lines)):
        return
    if len(names) == 1 and names[0].isidentifier():
        yield Gap(document, spans[0], names[0])
    yield Gap(document, _line_span(document, lines.pop()), shown=True, lacking=names)


def ask_for_gap(task: Task, gap: Gap, context: Context, sampling: Sampling) -> FimPrompt:
    """The text around the gap: ``context`` is that around its span."""
    before, after, margin = context.before, context.after, _margin(gap)
    words = [f"# {each}\n" for each in task.instruction.strip()[:_LONGEST_WORDS].split("\n") if each]
    if gap.shown or gap.name:
        before = "".join(words) + before
    if gap.shown:
        before = f"{before}{_WRONG} {_text(gap)}\n{margin}# right:\n{margin}"
    if gap.opens is not None:
        before, after = before + gap.opens, gap.document.newline + after
    few = min(sampling.max_tokens, _NAME_TOKENS if gap.name else _LINE_TOKENS)
    return FimPrompt(before, after, replace(sampling, max_tokens=few, stop=("\n",)))


def read_gap(task: Task, gap: Gap, answer: str) -> Draft:
    """The document with the answer in the gap. Raises ValueError where it is no name, or no code."""
    text, span = gap.document.text, gap.span
    if gap.name:
        match = _NAME.match(answer)
        if match is None or keyword.iskeyword(match[1]):
            raise ValueError("the answer is no name")
        return rewritten(task.document, renamed(text, span.start, gap.name, match[1]), answer)
    first = answer.strip().split("\n")[0].split(_WRONG)[0].rstrip()  # the pattern of comments may go on
    if not first or first.startswith("#"):
        raise ValueError("the answer is no code")
    if (defined := _DEFINES.match(_text(gap))) and not first.startswith(defined[0]):
        raise ValueError(f"the answer does not define {defined[1]}")
    if gap.opens is not None:
        if not opens_block(first):
            raise ValueError("the answer opens no block")
        line = f"{gap.opens}{first}{gap.document.newline}"
        return rewritten(task.document, text[: span.start] + line + text[span.end :], answer)
    names = ", ".join(gap.lacking)
    if names and re.match(rf"{re.escape(names)}\s*=(?!=)", first) and not _binds(_text(gap), gap.lacking):
        # The line itself is right.
        first = f"{first}{gap.document.newline}{_margin(gap)}{_text(gap)}"
    return rewritten(task.document, text[: span.start] + first + text[span.end :], answer)


def _binds(line: str, names: tuple[str, ...]) -> bool:
    """Whether a line gives one of the names a value, so that another such line is meant to stand in its place."""
    for text in (line, f"{line} pass"):
        try:
            nodes = ast.walk(parse_tree(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        return any(isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and n.id in names for n in nodes)
    return False


def _text(gap: Gap) -> str:
    return gap.document.text[gap.span.start : gap.span.end]


def _margin(gap: Gap) -> str:
    return gap.document.text[gap.document.text.rfind("\n", 0, gap.span.start) + 1 : gap.span.start]


def _is_idle(document: Document, line: int) -> bool:
    """Whether the line gives a value to a local name that nothing reads: what it was for is not to be seen."""
    try:
        tree = parse_tree(document.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    inside = [node for function in functions for node in ast.walk(function)]
    made = [node for node in inside if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.lineno == line + 1]
    targets = [each for node in made for each in (node.targets if isinstance(node, ast.Assign) else [node.target])]
    names = {each.id for each in targets if isinstance(each, ast.Name)}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)}
    used |= {name for node in inside if isinstance(node, (ast.Global, ast.Nonlocal)) for name in node.names}
    return len(names) == len(targets) > 0 and not names & used


def _line_span(document: Document, line: int) -> Span:
    text = document.line(line)
    start = document.offset(line, len(text) - len(text.lstrip()))
    return Span(start, document.offset(line, len(text.rstrip())))
