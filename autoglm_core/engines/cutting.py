"""What of a streamed text counts: nothing from a stop string on, and no code fence around it."""

from __future__ import annotations

_FENCE = "```"


class StopCutter:
    """Ends a text before the first of several stop strings, also one that arrives in pieces."""

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self.stopped = False
        """Whether a stop string was met; nothing comes after it."""

    def feed(self, text: str) -> str:
        """The next piece of the text that surely holds no stop string."""
        if self.stopped:
            return ""
        text, self._held = self._held + text, ""
        found = [place for stop in self._stops if (place := text.find(stop)) >= 0]
        if found:
            self.stopped = True
            return text[: min(found)]
        keep = max((_begun(text, stop) for stop in self._stops), default=0)
        text, self._held = text[: len(text) - keep], text[len(text) - keep :]
        return text

    def flush(self) -> str:
        """What was held back, once the text has ended."""
        text, self._held = self._held, ""
        return text


class FenceCutter:
    """Takes the code out of the fence that chat models like to put around it; other text passes."""

    def __init__(self) -> None:
        self._held: str | None = ""
        self._end = StopCutter(())

    @property
    def stopped(self) -> bool:
        """Whether the fence was closed."""
        return self._end.stopped

    def feed(self, text: str) -> str:
        """The next piece of the text without the fence."""
        if self._held is None:
            return self._end.feed(text)
        self._held += text
        start = self._held.lstrip()
        if len(start) < len(_FENCE) and _FENCE.startswith(start):
            return ""
        if not start.startswith(_FENCE):
            text, self._held = self._held, None
            return text
        _, line_end, text = start.partition("\n")
        if not line_end:
            return ""
        self._held, self._end = None, StopCutter((f"\n{_FENCE}",))
        return self._end.feed(text)

    def flush(self) -> str:
        """What was held back, once the text has ended."""
        text, self._held = self._held or "", None
        return text + self._end.flush()


class PrefillJoiner:
    """Puts a begun answer in front of its continuation, whether or not the endpoint repeats it."""

    def __init__(self, prefill: str) -> None:
        self._prefill = prefill
        self._held: str | None = "" if prefill else None

    def feed(self, text: str) -> str:
        """The next piece of the whole answer."""
        if self._held is None:
            return text
        self._held += text
        if len(self._held) < len(self._prefill) and self._prefill.startswith(self._held):
            return ""
        return self.flush()

    def flush(self) -> str:
        """What was held back, once the text has ended."""
        if self._held is None:
            return ""
        held, self._held = self._held, None
        return held if held.startswith(self._prefill) else self._prefill + held


def _begun(text: str, stop: str) -> int:
    """How many characters at the end of the text may be the beginning of the stop string."""
    return next((size for size in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:size])), 0)
