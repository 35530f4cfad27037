"""Whether a program gives the right answers, by EvalPlus's rules: runs in the sandbox, so it needs no other module.

The rules (https://github.com/evalplus/evalplus): equal, or, where a tolerance applies, of the same type and close as
numpy's allclose is with a relative tolerance of 1e-7. Floats have a tolerance of 1e-6 where the problem has none.
"""

import cmath
import copy
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

_RELATIVE = 1e-7
_FLOATS = 1e-6


class Answers:
    """The right answers to a list of inputs, each a list of arguments.

    ``names`` is the namespace of the canonical solution; ``also`` an expression of ``row`` and ``got`` that holds for
    other right answers; ``meant`` is ``answer``, ``set`` or ``truth``.
    """

    def __init__(
        self, names: dict[str, Any], function: str, rows: Sequence[Sequence[Any]], atol: float, meant: str, also: str
    ) -> None:
        self._names, self._rows, self._atol = names, rows, atol
        self._meant, self._also = meant, also
        self._wanted = [names[function](*copy.deepcopy(row)) for row in rows]

    def check(self, candidate: Callable[..., Any]) -> None:
        """Raise AssertionError at the first wrong answer, or what the candidate raises."""
        for row, wanted in zip(self._rows, self._wanted, strict=True):
            got = candidate(*copy.deepcopy(row))
            assert self._agree(wanted, got) or self._also_right(row, got), (row, wanted, got)

    def _agree(self, wanted: Any, got: Any) -> bool:
        if self._meant == "set":
            return set(got) == set(wanted)
        if self._meant == "truth" and isinstance(wanted, re.Match | None):
            return (got if isinstance(got, bool) else got is not None) == (wanted is not None)
        return same(wanted, got, self._atol)

    def _also_right(self, row: Sequence[Any], got: Any) -> bool:
        return bool(eval(self._also, globals() | {"row": row, "got": got, "names": self._names, "atol": self._atol}))


def same(wanted: Any, got: Any, atol: float) -> bool:
    """Whether an answer is the wanted one, or close enough to it."""
    if got == wanted:
        return True
    tolerance = atol or (_FLOATS if _is_floats(wanted) else 0)
    return tolerance > 0 and type(got) is type(wanted) and _close(wanted, got, tolerance)


def digit_distance(first: int, second: int) -> int:
    """The sum of the differences of digits at the same place, from the right."""
    width = max(len(str(first)), len(str(second)))
    return sum(abs(int(a) - int(b)) for a, b in zip(str(first).zfill(width), str(second).zfill(width), strict=True))


def pyramid_surface(edge: float, height: float) -> int:
    """The surface of a square pyramid, where the height is that of its apex over the base."""
    return round(edge**2 + 2 * edge * math.hypot(edge / 2, height))


def _is_floats(value: Any) -> bool:
    values = value if isinstance(value, list | tuple) and value else [value]
    return all(isinstance(each, float) for each in values)


def _close(wanted: Any, got: Any, atol: float) -> bool:
    if isinstance(wanted, list | tuple) and isinstance(got, list | tuple):
        return len(wanted) == len(got) and all(_close(w, g, atol) for w, g in zip(wanted, got, strict=True))
    if isinstance(wanted, int | float | complex) and isinstance(got, int | float | complex):
        return got == wanted or (cmath.isfinite(wanted) and abs(got - wanted) <= atol + _RELATIVE * abs(wanted))
    return False
