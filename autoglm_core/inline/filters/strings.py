"""Strings that say nothing where they stand."""

from __future__ import annotations

from autoglm_core.inline.hole import Hole

_LONG = ('"""', "'''")


def stray_strings(text: str, hole: Hole) -> str:
    """Drop an answer that begins a long string amid the statements of a body: only its first one documents it.

    It parses, resolves and does nothing, so no check objects to it; models write it where they lost their way.
    """
    if hole.language != "python" or not hole.on_empty_line or hole.header is not None or hole.state.inside:
        return text
    return "" if hole.above and text.lstrip().startswith(_LONG) else text
