"""Calls of a function that says nothing of its inputs: plain values of every kind, tried in turn.

Most of them raise; to compare two versions of a function, that is as good as a value, and some do fit.
"""

from __future__ import annotations

import random

from autoglm_core.analysis.inputs import caller_of, signature_of

_POOLS: tuple[tuple[object, ...], ...] = (
    (0, 1, 2, 3, 5, 7, 10, -1, -4, 100),
    (0.5, 1.0, -2.25, 3.75, 1e3),
    ("", "a", "ab", "Hello World", "level", "3", "x,y;z", "aAbB 12"),
    ([], [1], [1, 2, 3], [3, 1, 2, 2], [-1, 0, 5], [10, 9, 8, 7]),
    (["a"], ["b", "a", "c"], ["aa", "", "Bb"], []),
    ([[1, 2], [3, 4]], [[1]], [], [(1, "a"), (2, "b")]),
    ({}, {"a": 1}, {"a": 1, "b": 2}, {1: [2], 3: []}),
    ((), (1, 2), ("a", 1), (3, 3, 3)),
    (True, False, None),
)


def guess_calls(text: str, target_name: str, *, count: int, seed: int) -> tuple[str, ...]:
    """At most ``count`` different calls with literal arguments, the same for the same seed.

    Empty where there is no such function, or its class cannot be made without arguments.
    """
    way = caller_of(text, target_name)
    if way is None:
        return ()
    parameters = signature_of(text, target_name)
    chance = random.Random(seed)  # noqa: S311 - repeatable, no secret
    calls = {f"{way}()": None} if not parameters else {}
    for number in range(4 * count if parameters else 0):
        # Arguments of one kind fit most often; every third row mixes the kinds.
        pool = _POOLS[number % len(_POOLS)]
        mixed = number % 3 == 2
        row = [chance.choice(chance.choice(_POOLS) if mixed and place else pool) for place in range(len(parameters))]
        calls[f"{way}({', '.join(map(repr, row))})"] = None
        if len(calls) >= count:
            break
    return tuple(calls)
