"""Stop strings and code fences in a streamed text."""

import pytest

from autoglm_core.engines.cutting import FenceCutter, PrefillJoiner, StopCutter


def cut(cutter: StopCutter | FenceCutter, text: str, size: int) -> str:
    pieces = [cutter.feed(text[start : start + size]) for start in range(0, len(text), size)]
    return "".join(pieces) + cutter.flush()


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(
    ("text", "stops", "left", "stopped"),
    [
        ("abc", (), "abc", False),
        ("abcENDdef", ("END",), "abc", True),
        ("abcEN", ("END",), "abcEN", False),
        ("aEEND", ("END",), "aE", True),
        ("one\n\ntwo", ("zzz", "\n\n"), "one", True),
        ("abab!", ("aba!", "ab!"), "ab", True),
        ("END", ("END",), "", True),
        ("abc", ("",), "abc", False),
    ],
)
def test_a_text_ends_before_its_first_stop_string(
    text: str, stops: tuple[str, ...], left: str, stopped: bool, size: int
) -> None:
    cutter = StopCutter(stops)
    assert cut(cutter, text, size) == left
    assert cutter.stopped is stopped


def test_what_cannot_be_a_stop_string_is_not_held_back() -> None:
    cutter = StopCutter(("END",))
    assert [cutter.feed(piece) for piece in ("a", "E", "x", "EN")] == ["a", "", "Ex", ""]


@pytest.mark.parametrize("size", [1, 2, 5, 100])
@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("    return 1\n", "    return 1\n"),
        ("```python\n    return 1\n```\nExplained.", "    return 1"),
        ("\n```\nx = 1\n```", "x = 1"),
        ("```python\nx = 1", "x = 1"),
        ("``not a fence``", "``not a fence``"),
        ("", ""),
        ("x = '```'\n", "x = '```'\n"),
    ],
)
def test_code_is_taken_out_of_its_fence(text: str, left: str, size: int) -> None:
    assert cut(FenceCutter(), text, size) == left


@pytest.mark.parametrize("size", [1, 2, 7, 100])
@pytest.mark.parametrize("text", ["```python\ndef f():\n    return 1", "    return 1"])
def test_a_begun_answer_is_whole_whether_or_not_it_is_repeated(text: str, size: int) -> None:
    joiner = PrefillJoiner("```python\ndef f():\n")
    pieces = [joiner.feed(text[start : start + size]) for start in range(0, len(text), size)]
    assert "".join(pieces) + joiner.flush() == "```python\ndef f():\n    return 1"


def test_a_begun_answer_of_which_nothing_comes_is_the_beginning() -> None:
    assert PrefillJoiner("a").flush() == "a"
    assert PrefillJoiner("").feed("b") + PrefillJoiner("").flush() == "b"
