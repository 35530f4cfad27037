"""Step 2, the debounce: how long to wait for the next key before a model is asked."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from pathlib import Path
from statistics import median

_KEYS = 12
_PAUSE_S = 1.0
_MOST_DOCUMENTS = 64
_SHORTEST_S, _LONGEST_S = 0.0, 0.3
_AT_A_BREAK = 0.25
_BREAKS = ("\n", "(", "[", "{", ".", ",", ":", "=", " ", "")


class Debounce:
    """Adapts to how fast the user types and to how long an answer takes.

    An answer that comes before the next key needs no waiting: asking at once shows it soonest. A slower one would
    be thrown away by the next key, so the typical gap between keys is waited out, the sooner the likelier the
    user stops here: behind a word, users type on; at the end of a statement or behind a bracket they look up.
    """

    def __init__(self, base_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._base_s = base_s
        self._clock = clock
        self._last: OrderedDict[Path, float] = OrderedDict()
        self._gaps: deque[float] = deque(maxlen=_KEYS)

    def key(self, path: Path) -> None:
        """Note that a key came in a document."""
        now = self._clock()
        last = self._last.pop(path, None)
        if last is not None and 0 < now - last < _PAUSE_S:
            self._gaps.append(now - last)
        self._last[path] = now
        while len(self._last) > _MOST_DOCUMENTS:
            self._last.popitem(last=False)

    def seconds(self, before: str, latency_s: float | None) -> float:
        """How long to wait behind this text; ``latency_s`` is what answers take lately, None while unknown."""
        gap = median(self._gaps) if len(self._gaps) >= 3 else None
        if gap is None or latency_s is None:
            wait = self._base_s
        elif latency_s <= gap:
            return 0.0
        else:
            wait = min(_LONGEST_S, gap)
        at_break = before.endswith(_BREAKS[:-1]) or not before.strip()
        return max(_SHORTEST_S, wait * _AT_A_BREAK if at_break else wait)

    async def wait(self, before: str, latency_s: float | None) -> None:
        """Wait so long; a newer key cancels it from outside."""
        if seconds := self.seconds(before, latency_s):
            await asyncio.sleep(seconds)
