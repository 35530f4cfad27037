"""Words of code, and BM25 over an index that changes."""

from __future__ import annotations

import random
import time

import pytest

from autoglm_core.context.retrieval import InvertedIndex, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("parseHTTPHeader", ["parsehttpheader", "parse", "http", "header"]),
        ("_read_lines2(path)", ["read_lines2", "read", "lines", "path"]),
        ("total", ["total"]),
        ("def f(self): return None", []),
        ("straße_breit", ["straße_breit", "stra", "breit"]),
        ("3 + 4 <> '", []),
    ],
)
def test_identifiers_and_their_parts_are_words(text: str, found: list[str]) -> None:
    assert words(text) == found


def index_of(*texts: str) -> InvertedIndex:
    index = InvertedIndex()
    for text in texts:
        index.add(words(text))
    return index


def test_the_piece_that_shares_the_rarer_words_comes_first() -> None:
    index = index_of("load path file", "load path socket", "load other thing", "unrelated words here")
    assert index.best({"load", "path", "socket"}, 2) == [1, 0]


def test_a_piece_that_shares_a_common_word_alone_is_not_similar() -> None:
    index = index_of("load path", *[f"load thing_{chr(97 + n)}{chr(97 + n)}" for n in range(20)])
    query = {"load", "path", "thing_aa"}
    assert index.best(query, 50)[:2] in ([0, 1], [1, 0])
    assert len(index.best(query, 50)) < 21


def test_equal_pieces_come_in_the_order_of_adding() -> None:
    index = index_of("beta alpha", "alpha beta", "gamma delta", "alpha beta")
    assert index.best({"alpha", "beta"}, 3) == [0, 1, 3]
    assert index.best({"alpha", "beta"}, 3, {0, 3}) == [1]


def test_nothing_is_similar_to_words_that_nobody_uses() -> None:
    assert index_of("alpha").best({"omega"}, 3) == []
    assert InvertedIndex().best({"omega"}, 3) == []


def test_an_index_after_removals_answers_as_one_that_never_had_them() -> None:
    pick = random.Random(4)
    texts = [" ".join(f"word{chr(97 + pick.randrange(20)) * 2}" for _ in range(8)) for _ in range(60)]
    changed = InvertedIndex()
    numbers = [changed.add(words(text)) for text in texts]
    for number in numbers[::2]:
        changed.remove(number)
    fresh = index_of(*texts[1::2])

    for query in texts[:20]:
        assert changed.best(set(words(query)), 5) == [numbers[1::2][n] for n in fresh.best(set(words(query)), 5)]
    for number in numbers[1::2]:
        changed.remove(number)
    assert len(changed) == 0
    assert changed.best(set(words(texts[0])), 5) == []
    with pytest.raises(KeyError):
        changed.remove(numbers[0])


def test_a_query_takes_less_than_20_ms_among_5000_functions() -> None:
    pick = random.Random(5)
    index = InvertedIndex()
    # Words as Zipf has them: a few are everywhere.
    vocabulary = [f"w{a}{b}{c}" for a in "abcdefghij" for b in "abcdefghij" for c in "abcdefghijklmnopqrst"]
    weights = [1 / (rank + 1) for rank in range(len(vocabulary))]
    for _ in range(5000):
        index.add(pick.choices(vocabulary, weights, k=60))
    took = []
    for _ in range(9):
        query = set(pick.choices(vocabulary, weights, k=60))
        started = time.perf_counter()
        assert index.best(query, 9)
        took.append(time.perf_counter() - started)
    assert sorted(took)[4] < 0.02
