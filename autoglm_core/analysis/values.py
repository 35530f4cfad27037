"""When two values, each written down by ``validators.calls``, are the same."""

from __future__ import annotations

import ast
import re

from autoglm_core.analysis.calls import CallResult, Came

_WHOLE_FLOAT = re.compile(r"(?<=\d)\.0\b(?!\d)")


def behaviour(result: CallResult) -> str:
    """A text that is the same for calls that did the same: value and changed arguments, or kind of exception.

    1 and 1.0 are the same, as they are for ``==``; messages of exceptions do not count.
    """
    if result.came is Came.VALUE:
        return _WHOLE_FLOAT.sub("", f"{result.text}\n{result.changed}\n{result.printed}")
    kind = result.text.partition(":")[0] if result.came is Came.ERROR else ""
    return f"{result.came.value} {kind}"


def gives(result: CallResult, wanted: CallResult, written: str) -> bool:
    """Whether a call gave the wanted value; a float is rounded to the digits that were ``written``."""
    if result.came is not Came.VALUE or wanted.came is not Came.VALUE:
        return False
    if _WHOLE_FLOAT.sub("", result.text) == _WHOLE_FLOAT.sub("", wanted.text):
        return True
    digits = re.fullmatch(r"-?\d+\.(\d+)", written.strip())
    try:
        value = ast.literal_eval(result.text)
    except (ValueError, SyntaxError):
        return False
    if digits is None or not isinstance(value, float):
        return False
    return bool(abs(value - float(written)) <= 0.5 * 10 ** -len(digits[1]))
