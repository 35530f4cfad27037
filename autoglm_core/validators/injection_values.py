"""What is known of a value on its way through a function: where it is from, and what it is pasted into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from functools import reduce

_MOST_TEXT = 300  # characters: enough to tell SQL from other text


class Rule(StrEnum):
    """What can go wrong, as findings name it."""

    SQL = "injection-sql"
    SHELL = "injection-shell"
    PATH = "injection-path"
    CODE = "injection-code"
    DATA = "unsafe-deserialisation"


class Trust(IntEnum):
    """How far away a source is; the order is the order of badness.

    A PARAMETER may hold anything, LOCAL is what the user of this machine gives, REMOTE is what strangers send.
    """

    PARAMETER = 1
    LOCAL = 2
    REMOTE = 3


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from; ``line`` is one-based."""

    what: str
    line: int
    trust: Trust


@dataclass(frozen=True, slots=True)
class Value:
    """A value: the worst source for each rule that it is dangerous for, and the constant text in it.

    ``anchored``: it begins with a part that is no one else's, such as the folder that a name is joined to.
    """

    taint: Mapping[Rule, Source] = field(default_factory=dict)
    text: str = ""
    anchored: bool = False

    def safe_for(self, rules: Iterable[Rule]) -> Value:
        """This value after something that makes it harmless for some rules."""
        gone = set(rules)
        return replace(self, taint={rule: source for rule, source in self.taint.items() if rule not in gone})


CLEAN = Value()

State = dict[str, Value]
"""What names, and dotted attributes of names, hold at one place; what is missing is clean."""


def tainted(source: Source, rules: Iterable[Rule] = Rule) -> Value:
    """A value that comes whole from a source, dangerous for some rules."""
    return Value(dict.fromkeys(rules, source))


def joined(parts: Iterable[Value]) -> Value:
    """A value made of others, in their order: pasted text, joined paths, a list."""
    known = list(parts)
    text = "".join(part.text for part in known)[:_MOST_TEXT]
    return Value(_worst(known), text, bool(known) and (not known[0].taint or known[0].anchored))


def either(one: Value, other: Value) -> Value:
    """A value that is one of two: after a branch."""
    if one == other:
        return one
    first, second = (one, other) if one.taint or not other.taint else (other, one)
    return Value(_worst((one, other)), first.text or second.text, one.anchored or other.anchored)


def any_of(values: Iterable[Value]) -> Value:
    """A value that is one of several."""
    return reduce(either, values, CLEAN)


def merged(one: State, other: State) -> State:
    """What names may hold where two ways through the code meet."""
    found = dict(one)
    for name, value in other.items():
        found[name] = either(one.get(name, CLEAN), value)
    return found


def _worst(values: Iterable[Value]) -> dict[Rule, Source]:
    found: dict[Rule, Source] = {}
    for value in values:
        for rule, source in value.taint.items():
            if rule not in found or source.trust > found[rule].trust:
                found[rule] = source
    return found
