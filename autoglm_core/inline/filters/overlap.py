"""What the answer has in common with the code around it, which would stand there twice."""

from __future__ import annotations

import re

from autoglm_core.inline.hole import Hole

_PATH = re.compile(r"(?<![\w.])[\w.]+\.$")  # without the look behind, a long line is read once for each character
_LAST_WORD = re.compile(r"(?<!\w)\w{2,}$")
_WORDS = re.compile(r"\w\W*\w")


def repeats_before(text: str, hole: Hole) -> str:
    """Drop what the answer repeats of the cursor's line: ``return x`` behind ``return ``."""
    before = hole.before.lstrip()
    if not before or hole.state.inside:
        return text
    start = text.lstrip(" \t")
    whole = before.rstrip()
    # Behind an opening bracket it may be meant: ``fib(`` calls itself, ``Kind[Kind["a"] = 1]`` is an enumeration.
    if (
        len(whole) > 2
        and whole[-1] not in "([{"
        and start.startswith(whole)
        and (before == whole or start[len(whole) :][:1] in (" ", "\t"))
    ):
        rest = start[len(whole) :]
        return rest if before == whole else rest.lstrip(" \t")
    for part in (_PATH.search(before), _LAST_WORD.search(before)):
        if part is not None and text.startswith(part.group()) and text[len(part.group()) :][:1].isidentifier():
            return text[len(part.group()) :]
    return text


def repeats_above(text: str, hole: Hole) -> str:
    """Drop a first line that stands right above the cursor's empty line, and an answer that stands right below."""
    if not hole.on_empty_line:
        return text
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return text
    if hole.above and _same(lines[first], hole.above[0]):
        return "\n".join(lines[first + 1 :])
    if hole.below and _same(text, hole.below[0]):
        return ""
    return text


def repeats_behind(text: str, hole: Hole) -> str:
    """Drop the end of the answer that stands behind the cursor on its line: ``a, b)`` before ``)``.

    Only where brackets and strings are no worse without it: ``f(x)`` before ``)`` keeps its own bracket.
    """
    after = hole.after.rstrip()
    # A block that ends on the cursor's line, and a text whose last line is another one, end there too.
    end = text.rstrip()
    if not after.strip():
        return text
    for size in range(min(len(end), len(after)), 0, -1):
        if end.endswith(after[:size]) and not (_cuts_word(end, after[:size])):
            kept = end[:-size]
            if hole.imbalance(kept) < hole.imbalance(end) or (
                hole.imbalance(kept) == hole.imbalance(end) and (size > 1 or not after[0].isalnum())
            ):
                return kept
    return text


def repeats_below(text: str, hole: Hole) -> str:
    """Drop the last lines of the answer that stand below the cursor already."""
    if hole.after.strip() or not hole.below:
        return text
    lines, below = text.rstrip("\n").split("\n"), [line.strip() for line in hole.below]
    for size in range(min(len(lines), len(below)), 0, -1):
        last = [line.strip() for line in lines[-size:]]
        if last != below[:size] or (size == len(lines) and not hole.on_empty_line):
            continue
        kept = "\n".join(lines[:-size])
        # Brackets alone stand below in every nested block; they go only where they are too many.
        if any(map(_WORDS.search, last)) or hole.imbalance(kept) < hole.imbalance(text):
            return kept
    return text


def _cuts_word(text: str, overlap: str) -> bool:
    """Whether the overlap begins within a word of the text, and so is none."""
    kept = text[: -len(overlap)]
    return bool(kept) and (kept[-1].isalnum() or kept[-1] == "_") and (overlap[0].isalnum() or overlap[0] == "_")


def _same(line: str, other: str) -> bool:
    return line.strip() == other.strip() and bool(_WORDS.search(line))
