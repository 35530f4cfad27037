"""What an answer that ran out of tokens had only begun."""

from __future__ import annotations

import re

from autoglm_core.inline.hole import Hole
from autoglm_core.inline.lexical import scan

# Where an expression may be cut: before an operator or a comma that stands outside the answer's brackets.
_JOINT = re.compile(
    r"\s*(?:,|\s(?:and|or|if|else|in|is|not in|as)\s|&&|\|\||[-+*/%|&^<>=!]=?\s|\?\?|\?\s|==|!=|<=|>=|=>|->|;)"
)
_COMPLETE = re.compile(r"[)\]}\"'`;]\s*$")


def unfinished(text: str, hole: Hole) -> str:
    """Drop the last line, or, of an answer of one line, what follows its last complete operand.

    An answer of a single operand that may go on is dropped: half a name is a wrong name. A closing bracket
    or quote, with nothing left open, is complete.
    """
    if hole.finished or not text.strip():
        return text
    lines = text.split("\n")
    if len(lines) > 1 and any(line.strip() for line in lines[:-1]):
        return "\n".join(lines[:-1])
    scanned = scan(text, hole.dialect, hole.state)
    whole = scanned.state.inside == hole.state.inside and len(scanned.state.brackets) <= len(hole.state.brackets)
    if whole and _COMPLETE.search(text):
        return text
    for joint in reversed(list(_JOINT.finditer(text))):
        state = scan(text[: joint.start()], hole.dialect, hole.state).state
        if state.inside == hole.state.inside and len(state.brackets) <= len(hole.state.brackets):
            return text[: joint.start()]
    return ""
