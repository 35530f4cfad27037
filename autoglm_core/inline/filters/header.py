"""A line above code that is deeper must be the header of that code."""

from __future__ import annotations

from autoglm_core.inline.blocks import opens_block, width
from autoglm_core.inline.hole import Hole


def heads_what_follows(text: str, hole: Hole) -> str:
    """Nothing where Python's next line would be deeper than a text that begins no block: it could not stand.

    The document did not parse before either, so the check of syntax lets it pass.
    """
    if (
        hole.language != "python"
        or not hole.on_empty_line
        or hole.state.inside
        or hole.state.brackets
        or not hole.below
    ):
        return text
    lines = [line for line in (hole.before + text).split("\n") if line.strip()]
    if not lines or width(hole.below[0]) <= width(lines[-1]):
        return text
    return text if opens_block(lines[-1], hole.language) or _goes_on(lines[-1]) else ""


def _goes_on(line: str) -> bool:
    """Whether a line is not the end of its statement, or a decorator, a comment or the like above one."""
    code = line.strip()
    return code.endswith(("\\", ",", "(", "[", "{", '"""', "'''")) or code.startswith(("#", "@"))
