"""Ranks pieces of code by the words that they share with a query: BM25 over an inverted index.

Written here and not taken from a library, because the index changes with each file that is saved: bm25s builds a matrix
once and for all, and rank-bm25 goes through every piece with each query.
"""

from __future__ import annotations

import heapq
import keyword
import math
import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Container, Iterable, Set
from functools import lru_cache

_K1, _B = 1.2, 0.75
_TF_BITS = 6
_MOST_TF = (1 << _TF_BITS) - 1
_MOST_TERMS = 96
_MOST_QUERY_TERMS = 48
_MOST_POSTINGS = 25_000
"""How many entries one query may look at, so that it takes about the same time in a large workspace."""
_COMMON_SHARE, _COMMON_FROM = 0.1, 200
_LEAST_SHARE = 0.12
"""A piece with less of the score that a piece with every word once would have is not similar."""
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_SAID_EVERYWHERE = frozenset(
    [*map(str.lower, keyword.kwlist), "self", "cls", "int", "str", "bool", "float", "list", "dict", "tuple", "len"]
)


def words(text: str) -> list[str]:
    """The identifiers of a text in lower case, and their parts: ``parseHTTPHeader`` has parse, http and header."""
    found: list[str] = []
    for identifier in _IDENTIFIER.findall(text):
        found += _split(identifier)
    return found


class InvertedIndex:
    """Pieces by number, and for each word the pieces that hold it. Not safe to use from several threads at once.

    The score is that of Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009).
    """

    def __init__(self) -> None:
        self._postings: dict[str, array[int]] = {}
        self._terms: dict[int, tuple[str, ...]] = {}
        self._lengths: dict[int, int] = {}
        self._total_length = 0
        self._next = 0

    def __len__(self) -> int:
        return len(self._terms)

    def add(self, terms: Iterable[str]) -> int:
        """Add a piece; returns its number. Of very many different words, the most frequent count."""
        number, counts = self._next, Counter(terms).most_common(_MOST_TERMS)
        self._next += 1
        for term, count in counts:
            # Numbers only grow, so each array is sorted; the count is in the low bits.
            self._postings.setdefault(term, array("Q")).append(number << _TF_BITS | min(count, _MOST_TF))
        self._terms[number] = tuple(term for term, _ in counts)
        self._lengths[number] = sum(count for _, count in counts)
        self._total_length += self._lengths[number]
        return number

    def remove(self, number: int) -> None:
        """Take a piece out again. Raises KeyError where there is none of this number."""
        for term in self._terms.pop(number):
            posting = self._postings[term]
            del posting[bisect_left(posting, number << _TF_BITS)]
            if not posting:
                del self._postings[term]
        self._total_length -= self._lengths.pop(number)

    def best(self, terms: Set[str], count: int, besides: Container[int] = ()) -> list[int]:
        """The numbers of the pieces most similar to a set of words, best first, of equals the one added first."""
        chosen, full = self._telling(terms)
        if not chosen:
            return []
        scores: dict[int, float] = {}
        lengths, average = self._lengths, max(1.0, self._total_length / len(self._lengths))
        for term, weight in chosen:
            for entry in self._postings[term]:
                number, tf = entry >> _TF_BITS, entry & _MOST_TF
                saturated = tf * (_K1 + 1) / (tf + _K1 * (1 - _B + _B * lengths[number] / average))
                scores[number] = scores.get(number, 0.0) + weight * saturated
        enough = ((-score, number) for number, score in scores.items() if score >= full * _LEAST_SHARE)
        return [number for _, number in heapq.nsmallest(count, (one for one in enough if one[1] not in besides))]

    def _telling(self, terms: Set[str]) -> tuple[list[tuple[str, float]], float]:
        """The words that say most, the rarest first, with their weights; and the sum of the weights of all known."""
        size = len(self._terms)
        rarest = sorted((len(self._postings[term]), term) for term in terms if term in self._postings)
        chosen, left = [], _MOST_POSTINGS
        for frequency, term in rarest[:_MOST_QUERY_TERMS]:
            left -= frequency
            if left < 0 or (size >= _COMMON_FROM and frequency > size * _COMMON_SHARE):
                break
            chosen.append((term, math.log(1 + (size - frequency + 0.5) / (frequency + 0.5))))
        return chosen, sum(weight for _, weight in chosen)


@lru_cache(maxsize=1 << 15)
def _split(identifier: str) -> tuple[str, ...]:
    whole = identifier.lower().strip("_")
    parts = [part.lower() for part in _PART.findall(identifier)]
    # The whole name is a word of its own where it is more than one part: it tells more than its parts.
    found = parts if parts == [whole] else [whole, *parts]
    return tuple(word for word in found if len(word) > 1 and word not in _SAID_EVERYWHERE)
