"""Which runs of a draft's new text stand word for word in code of others."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autoglm_core.types import Document, Span, Workspace
from autoglm_core.validators.licence_build import code_files, read_code
from autoglm_core.validators.licence_index import FingerprintIndex, Key
from autoglm_core.validators.licence_packages import Package
from autoglm_core.validators.licence_prints import GRAM, SHORTEST, Token, gram_hashes, token_texts, tokens, winnow

_MARK = "\x1f"  # between tokens; in no token of code that anybody writes
_MOST_FILES = 12
_MOST_OCCURRENCES = 4
_MOST_WORKSPACE_FILES = 4000
_MUCH = 0.9  # of the longest run: what is shorter is another, lesser match


@dataclass(frozen=True, slots=True)
class Copy:
    """A run of tokens of a draft that a file of a package has too; ``line`` counts from 1 there."""

    span: Span
    tokens: int
    package: Package
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class _Run:
    start: int
    end: int
    theirs: int
    package: Package
    path: str


def new_tokens(text: str, spans: Sequence[Span]) -> list[list[Token]]:
    """The tokens that lie in each of some spans of a text, those with fewer than a run can have left out."""
    every = tokens(text)
    pieces = ([token for token in every if span.start <= token.start and token.end <= span.end] for span in spans)
    return [piece for piece in pieces if len(piece) >= SHORTEST]


def find_copies(
    pieces: Sequence[Sequence[Token]],
    before: str,
    index: FingerprintIndex,
    packages: Mapping[Key, Package],
    badness: Callable[[Package], int],
) -> tuple[Copy, ...]:
    """The copied runs of some pieces of new text, in order; what ``before`` has too is none.

    Each candidate is compared with its file, token by token. Where several packages have a run, the one with the
    least ``badness`` is named: its terms are open to whoever uses it. Raises sqlite3.Error.
    """
    old = frozenset(gram_hashes(token_texts(before)))
    found: list[Copy] = []
    for piece in pieces:
        texts = [token.text for token in piece]
        hashes = gram_hashes(texts)
        prints = [(value, place) for value, place in winnow(hashes) if value not in old]
        places = index.places([value for value, _ in prints], packages)
        candidates: dict[tuple[Key, str], list[int]] = {}
        for value, position in prints:
            for place in places.get(value, ()):
                candidates.setdefault((place.source, place.path), []).append(position)
        likely = sorted(candidates.items(), key=lambda each: -len(each[1]))[:_MOST_FILES]
        runs = [run for (key, path), at in likely for run in _runs_in_file(texts, at, packages[key], path, hashes, old)]
        found += [_copy(piece, run) for run in _best(runs, badness)]
    return tuple(sorted(found, key=lambda copy: copy.span.start))


def stands_in_workspace(text: str, workspace: Workspace, document: Document) -> bool:
    """Whether a run of code stands in another file of the workspace: then it is the user's to repeat."""
    wanted = _joined(token_texts(text))
    longest = max((line.strip() for line in text.splitlines()), key=len, default="")
    texts = _workspace_texts(workspace, document)
    return any(longest in each and wanted in _joined(token_texts(each)) for each in texts)


def _workspace_texts(workspace: Workspace, document: Document) -> Iterator[str]:
    yield from (text for path, text in workspace.unsaved.items() if path != document.path)
    files = (path for folder in workspace.folders or (document.path.parent,) for path in code_files(folder))
    for path in itertools.islice(files, _MOST_WORKSPACE_FILES):
        if path != document.path and path not in workspace.unsaved:
            yield read_code(path)


def _runs_in_file(
    texts: Sequence[str], at: Sequence[int], package: Package, path: str, hashes: Sequence[int], old: frozenset[int]
) -> Iterator[_Run]:
    theirs = token_texts(read_code(package.root / path))
    joined = _joined(theirs)
    end = 0
    for position in at:
        if position + GRAM <= end:
            continue  # inside the last run
        matches = [
            _extended(texts, position, theirs, found)
            for found in _occurrences(joined, _joined(texts[position : position + GRAM]))
        ]
        if not matches:
            continue
        start, end, offset = max(matches, key=lambda match: match[1] - match[0])
        new = _longest_new(range(start, end - GRAM + 1), hashes, old)
        if new and len(new) + GRAM - 1 >= SHORTEST:
            yield _Run(new.start, new.stop + GRAM - 1, new.start + offset, package, path)


def _occurrences(joined: str, gram: str) -> Iterator[int]:
    """The places, in tokens, where a run begins in a file."""
    at = -1
    for _ in range(_MOST_OCCURRENCES):
        at = joined.find(gram, at + 1)
        if at < 0:
            return
        yield joined.count(_MARK, 0, at)


def _extended(ours: Sequence[str], our: int, theirs: Sequence[str], their: int) -> tuple[int, int, int]:
    """The whole run around two equal places: its start and end in ours, and how far theirs is ahead."""
    start, offset = our, their - our
    while start > 0 and start + offset > 0 and ours[start - 1] == theirs[start - 1 + offset]:
        start -= 1
    end = our + GRAM
    while end < len(ours) and end + offset < len(theirs) and ours[end] == theirs[end + offset]:
        end += 1
    return start, end, offset


def _longest_new(grams: range, hashes: Sequence[int], old: frozenset[int]) -> range:
    """The longest stretch of grams that the text before the draft does not have."""
    longest = range(0)
    start = grams.start
    for place in (*grams, grams.stop):
        if place == grams.stop or hashes[place] in old:
            if place - start > len(longest):
                longest = range(start, place)
            start = place + 1
    return longest


def _best(runs: Sequence[_Run], badness: Callable[[Package], int]) -> Iterator[_Run]:
    """Of runs that overlap, one: of those that are about the longest, the least bad."""
    left = sorted(runs, key=lambda run: run.start - run.end)
    while left:
        longest = left[0]
        rivals = [run for run in left if run.start < longest.end and longest.start < run.end]
        much = _MUCH * (longest.end - longest.start)
        yield min((run for run in rivals if run.end - run.start >= much), key=lambda run: badness(run.package))
        left = [run for run in left if run not in rivals]


def _copy(piece: Sequence[Token], run: _Run) -> Copy:
    text = read_code(run.package.root / run.path)
    line = text.count("\n", 0, tokens(text)[run.theirs].start) + 1
    span = Span(piece[run.start].start, piece[run.end - 1].end)
    return Copy(span, run.end - run.start, run.package, run.path.replace(os.sep, "/"), line)


def _joined(texts: Sequence[str]) -> str:
    return _MARK + "".join(f"{text}{_MARK}" for text in texts)
