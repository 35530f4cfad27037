import random

import pytest

from autoglm_core.validators.licence_prints import GRAM, SHORTEST, gram_hashes, token_texts, tokens, winnow


def prints(text: str) -> set[int]:
    return {value for value, _ in winnow(gram_hashes(token_texts(text)))}


def code(names: int, seed: int) -> list[str]:
    """So many words that are tokens of code, hardly one of them twice."""
    draw = random.Random(seed)
    return [f"name_{draw.randrange(10**9)}" for _ in range(names)]


def test_every_common_run_of_the_guaranteed_length_has_a_common_fingerprint() -> None:
    for seed in range(300):
        draw = random.Random(seed)
        run = code(SHORTEST, seed)
        one = code(draw.randrange(200), seed + 1000) + run + code(draw.randrange(200), seed + 2000)
        other = code(draw.randrange(200), seed + 3000) + run + code(draw.randrange(200), seed + 4000)
        assert prints(" ".join(one)) & prints(" ".join(other)), seed


def test_a_run_that_is_shorter_than_a_gram_has_none() -> None:
    run = code(GRAM - 1, 1)
    assert not prints(" ".join(code(90, 2) + run)) & prints(" ".join(code(90, 3) + run))


def test_few_of_the_hashes_are_kept() -> None:
    hashes = gram_hashes(code(20_000, 5))
    share = len(winnow(hashes)) / len(hashes)
    assert 1.7 / 32 < share < 2.3 / 32  # 2 in WINDOW + 1 is what the paper expects of random text


def test_hashes_are_those_of_every_process() -> None:
    """They are stored: a new value here asks for a new format of the index."""
    assert gram_hashes([f"t{number}" for number in range(GRAM)]) == [280854542032445]


def test_layout_and_comments_do_not_count_and_names_do() -> None:
    one = "def f(a,b):  # adds\n    return a+b\n"
    assert token_texts(one) == token_texts("def f( a, b ):\n\n\treturn a + \\\n b")
    assert token_texts(one) != token_texts(one.replace("a", "c"))


@pytest.mark.parametrize(
    "text",
    [
        "import os, sys\n",
        "from a.b import (\n    c,\n    d,\n)\n",
        "from . import x\n",
        "__all__ = [\n    'a',\n    'b',\n]\n",
        "__all__ += ('a',)\n",
        "# a comment\n",
    ],
)
def test_what_everybody_writes_alike_is_no_token(text: str) -> None:
    assert token_texts(text) == []


def test_options_of_a_command_line_are_no_tokens() -> None:
    text = 'parser.add_argument("--x", type=int, default=f(1, g(2)), help="a (b")\nrest\n'
    assert token_texts(text) == ["parser", "rest"]


def test_tokens_know_their_places() -> None:
    text = 'x = \'ä\\\'😀\' # c\r\ny**=0x1F if """d\n"oc""" else z\n'
    assert [text[token.start : token.end] for token in tokens(text)] == token_texts(text)
    assert token_texts(text) == ["x", "=", "'ä\\'😀'", "y", "**=", "0x1F", "if", '"""d\n"oc"""', "else", "z"]


@pytest.mark.parametrize(
    "piece", ['"\\', "'''", '\\"""', "x.add_argument(", "import (\n", "__all__ = [\n", "((", "import \\\n", "r'a\n"]
)
def test_long_hostile_text_ends(piece: str) -> None:
    """A shape that tries again would keep this going for hours."""
    assert isinstance(winnow(gram_hashes(token_texts(piece * (400_000 // len(piece))))), list)
