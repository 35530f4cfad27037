"""Step 3, the context: a prompt that can be read within the deadline, laid out so that little is read again.

Measured with the 0.5B model on HumanEval-Infilling (benchmarks/README.md): the text before the cursor read last,
behind the suffix, is filled in right more often than in the usual order, and a key costs two tokens of reading
and not the whole suffix again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from autoglm_core.context.packing import estimate_tokens
from autoglm_core.types import FimPrompt, Sampling, Snippet

SLOTS = 4
"""How many prompts a node of the embedded engine keeps: ``llama_server`` starts it with at least so many."""
_WORTH_KEEPING = 0.3
_NARROWEST = 96


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of a prompt: ``far`` stays from key to key, ``after`` stays while the cursor moves on by typing.

    ``owed`` is white space before the cursor that is left out of ``near``: models write it together with the word
    behind it, and write worse where it stands alone. The answer begins with it.
    """

    far: str
    near: str
    after: str
    owed: str = ""

    def prompt(self, sampling: Sampling, slot: int | None = None) -> FimPrompt:
        """The prompt with its near part last."""
        return FimPrompt(self.far + self.near, self.after, sampling, near=len(self.near), slot=slot)

    @property
    def reading_order(self) -> str:
        """The text in the order in which the engine reads it."""
        return f"{self.far}\0{self.after}\0{self.near}"


class PrefixMemory:
    """What each of the engine's slots has read lately, so that the cost of a prompt is known before it is sent.

    llama.cpp keeps one prompt in a slot, and reads of the next one only what differs. Other windows share the
    slots: what the engine says of its cache corrects what is remembered here.
    """

    def __init__(self, slots: int = SLOTS) -> None:
        self._slots = slots
        self._read: OrderedDict[int, str] = OrderedDict((slot, "") for slot in range(slots))

    def slot_for(self, text: str) -> int:
        """The slot that knows most of a text; the one used longest ago where none knows a good part."""
        known = {slot: _common(read, text) for slot, read in self._read.items()}
        best = max(known, key=lambda slot: known[slot])
        least = min(len(text), len(self._read[best])) * _WORTH_KEEPING
        return best if known[best] and known[best] >= least else next(iter(self._read))

    def note(self, slot: int, text: str) -> None:
        """A slot has read this text, and nothing else any more."""
        self._read[slot] = text
        self._read.move_to_end(slot)

    def unread(self, text: str) -> int:
        """About how many tokens of the text the engine would have to read."""
        return estimate_tokens(text[max(_common(read, text) for read in self._read.values()) :])

    def clear(self) -> None:
        """The engine has forgotten all: it was started anew."""
        self._read = OrderedDict((slot, "") for slot in range(self._slots))


def widest_readable(layouts: Sequence[Layout], memory: PrefixMemory, tokens: int) -> Layout:
    """The first layout, widest first, of which no more than ``tokens`` are to be read; else the cheapest."""
    costs = [(memory.unread(layout.reading_order), layout) for layout in layouts]
    for cost, layout in costs:
        if cost <= tokens:
            return layout
    return min(costs, key=lambda pair: pair[0])[1]


def widths(most: int) -> tuple[int, ...]:
    """Token budgets to lay a prompt out for, the widest first: each a good half of the one before it."""
    found = [most]
    while found[-1] * 0.55 >= _NARROWEST:
        found.append(int(found[-1] * 0.55))
    return tuple(found)


def comment_snippets(snippets: Sequence[Snippet], comment: str) -> str:
    """Snippets from elsewhere as comments, so that the model does not take them for the file's own code."""
    lines = []
    for snippet in snippets:
        lines.append(f"{comment} {snippet.title}")
        lines += [f"{comment} {line}".rstrip() for line in snippet.text.splitlines()]
    return "".join(f"{line}\n" for line in lines)


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with in common, by bisection: comparing slices is fast."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low
