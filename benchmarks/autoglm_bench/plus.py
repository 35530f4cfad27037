"""How EvalPlus scores: the canonical solution's answers to all inputs, beside the candidate's."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from autoglm_bench import equivalence
from autoglm_bench.problems import Hidden

_ALSO_RIGHT = {
    # What EvalPlus (its special oracles, v0.2) accepts beside the canonical answer, as ``row`` and ``got`` say it:
    # a root is a root, and some statements of MBPP can be read in two ways.
    "find_zero": "abs(names['poly'](*row, got)) <= atol",
    "are_equivalent": "True",
    "sum_div": "got == 0",
    "digit_distance_nums": "got == digit_distance(*row)",
    "surface_Area": "abs(got - pyramid_surface(*row)) <= atol",
}


def hidden(
    canonical: str, entry_point: str, base: Sequence[Any], plus: Sequence[Any], atol: float, meant: str = "answer"
) -> Hidden:
    """Two checks, of the base inputs and of the further ones.

    ``canonical`` is a whole program. ``meant`` says how answers are compared: as they are (``answer``), without
    order (``set``), or as there or not (``truth``).
    """
    also = _ALSO_RIGHT.get(entry_point, "False")
    made = [
        # An empty list of inputs is an empty object in some records.
        f"Answers(names, {entry_point!r}, {list(inputs)!r}, {float(atol)!r}, {meant!r}, {also!r})"
        for inputs in (base, plus)
    ]
    reference = "\n".join(
        [
            inspect.getsource(equivalence),
            "inf, nan = float('inf'), float('nan')",
            f"names = {{}}\nexec({canonical!r}, names)",
            f"base, plus = {', '.join(made)}",
        ]
    )
    checks = tuple(f"reference[{part!r}].check({entry_point})" for part in ("base", "plus"))
    return Hidden(checks, reference)
