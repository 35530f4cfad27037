"""Fingerprints of Python code: what two texts share verbatim, found without comparing them in full.

Winnowing as in S. Schleimer, D. S. Wilkerson and A. Aiken, "Winnowing: Local Algorithms for Document
Fingerprinting", SIGMOD 2003, which MOSS is built on. Of every ``WINDOW`` neighbouring hashes of ``GRAM`` tokens the
least is kept, the last of several. So any run of ``SHORTEST`` tokens or more that two texts share has a fingerprint
in common, while about 2 in ``WINDOW`` + 1 hashes are stored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

GRAM = 30
WINDOW = 31
SHORTEST = WINDOW + GRAM - 1
"""Tokens of the shortest run that is certain to be found: 60, about eight lines."""

_BASE = 0x9E3779B1  # odd, so that multiplying by it loses nothing
_MASK = (1 << 48) - 1  # SQLite stores it in six bytes; candidates are compared in full, so collisions cost only time
_OUT = pow(_BASE, GRAM, 1 << 48)

# What everybody writes alike is no token: comments, imports, __all__ and the options of a command line. Names are
# kept as they are. A string without its end goes to the end of its line (of the text, in three quotes). No repetition
# tries again: hostile text takes no more than time in proportion to its length.
_PLAIN = r"""[^()"']++|"[^"\n]*+"|'[^'\n]*+'"""  # what stands between parentheses
_TOKEN = re.compile(
    r"""
      \#[^\n]*+
    | ^[ \t]*+(?:from[ \t]++[\w.]++[ \t]++)?+import\b(?:[ \t]*+\([^()]*+\)|(?:\\\r?\n|[^\n\\])*+)
    | ^__all__[ \t]*+\+?+=[ \t]*+[\[(][^\])]{0,4000}+[\])]?+
    | \.add_argument\((?:{plain}|\((?:{plain}|\((?:{plain})*+\))*+\))*+\)
    | ( [rRbBfFuU]{0,2}+
        (?: \"\"\"(?:[^"\\]++|\\.|"(?!""))*+(?:\"\"\")?+
          | '''(?:[^'\\]++|\\.|'(?!''))*+(?:''')?+
          | "(?:[^"\\\n]++|\\.)*+"?+
          | '(?:[^'\\\n]++|\\.)*+'?+ )
      | \d[\w.]*+
      | \w++
      | \*\*=?+ | //=?+ | >>=?+ | <<=?+ | -> | := | != | [-+*/%&|^@<>=]=
      | [^\w\s\\]
      )
    """.replace("{plain}", _PLAIN),
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a text and the offset of its first character."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind its last character."""
        return self.start + len(self.text)


def tokens(text: str) -> list[Token]:
    """The tokens of a text with their places, comments and what everybody writes alike left out."""
    return [Token(match[1], match.start(1)) for match in _TOKEN.finditer(text) if match[1]]


def token_texts(text: str) -> list[str]:
    """The tokens of a text alone: several times as fast, for whole libraries."""
    return [token for token in _TOKEN.findall(text) if token]


def gram_hashes(texts: Sequence[str]) -> list[int]:
    """One 48-bit hash for each place where ``GRAM`` tokens begin, the same in every process."""
    if len(texts) < GRAM:
        return []
    known: dict[str, int] = {}
    numbers = [known.get(text) or known.setdefault(text, crc32(text.encode("utf-8", "replace")) + 1) for text in texts]
    value = 0
    for number in numbers[:GRAM]:
        value = (value * _BASE + number) & _MASK
    hashes = [_mixed(value)]
    for entering, leaving in zip(numbers[GRAM:], numbers, strict=False):
        value = (value * _BASE + entering - leaving * _OUT) & _MASK
        hashes.append(_mixed(value))
    return hashes


def winnow(hashes: Sequence[int]) -> list[tuple[int, int]]:
    """The fingerprints among hashes: (hash, place), in order. Fewer than ``WINDOW`` hashes are one window."""
    if not hashes:
        return []
    kept: list[tuple[int, int]] = []
    least = -1
    for end in range(min(WINDOW, len(hashes)), len(hashes) + 1):
        begin = max(0, end - WINDOW)
        if least < begin:
            least = _last_least(hashes, begin, end)
        elif hashes[end - 1] <= hashes[least]:
            least = end - 1
        else:
            continue
        kept.append((hashes[least], least))
    return kept


def _last_least(hashes: Sequence[int], begin: int, end: int) -> int:
    window = hashes[begin:end]
    value = min(window)
    place = len(window) - 1
    while window[place] != value:
        place -= 1
    return begin + place


def _mixed(value: int) -> int:
    """The low bits of a product hang on little of the text; the shift brings the high ones down."""
    return value ^ (value >> 23)
