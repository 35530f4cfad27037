"""Slips of the keyboard: one character dropped, doubled, swapped or another."""

from __future__ import annotations

from collections.abc import Iterable

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def is_slip(word: str, meant: str) -> bool:
    """Whether one edit makes one word of the other: a character more, less or another, or two neighbours swapped.

    The distance of Damerau (1964), who found four of five misspellings to be one such edit.
    """
    if word == meant or abs(len(word) - len(meant)) > 1:
        return False
    shorter, longer = sorted((word, meant), key=len)
    at = next((n for n, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    if len(shorter) < len(longer):
        return shorter[at:] == longer[at + 1 :]
    swapped = shorter[at + 1 : at + 2] + shorter[at : at + 1] + shorter[at + 2 :]
    return shorter[at + 1 :] == longer[at + 1 :] or swapped == longer[at:]


def slips_first(word: str, names: Iterable[str]) -> list[str]:
    """The names of which a word is a slip, likelier ones first: a neighbour on the keyboard before another key."""
    slips = [name for name in names if is_slip(word, name)]
    return sorted(slips, key=lambda name: (_is_another_key(word, name), name))


def _is_another_key(word: str, name: str) -> bool:
    """Whether a character was typed that lies nowhere near the one that was meant."""
    if len(word) != len(name) or sorted(word) == sorted(name):
        return False
    typed, meant = next((a.lower(), b.lower()) for a, b in zip(word, name, strict=True) if a != b)
    places = {key: (row, column) for row, keys in enumerate(_ROWS) for column, key in enumerate(keys)}
    if typed not in places or meant not in places:
        return True
    return max(abs(a - b) for a, b in zip(places[typed], places[meant], strict=True)) > 1
