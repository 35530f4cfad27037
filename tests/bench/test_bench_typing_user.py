"""The user of the replay: what each key leaves on screen, what stays there while it is typed, what is accepted."""

from __future__ import annotations

import asyncio

import pytest

from autoglm_bench.typing_scripts import Script
from autoglm_bench.typing_user import Session, User, key_for, screens_of, wanted

BODY = "\n    if a:\n        return a\n\n    return b"


def script(body: str, gap: float = 0.02, gaps: dict[int, float] | None = None) -> Script:
    return Script("f", "f.py", "def f(a, b):", body, "\n", tuple((gaps or {}).get(n, gap) for n in range(len(body))))


class Answers:
    """A suggester with an answer for each text before the cursor, by its end; it keeps what was asked."""

    def __init__(self, answers: dict[str, str], delay_s: float = 0.0) -> None:
        self._answers = answers
        self._delay_s = delay_s
        self.screens: list[str] = []

    async def open(self, opened: Script) -> None:
        self.screens.append(opened.before)

    def changed(self, inserted: str, before: str, after: str) -> asyncio.Future[str | None]:
        assert before.endswith(inserted)
        self.screens.append(before)
        return asyncio.ensure_future(self._answer(before))

    async def close(self) -> None:
        pass

    async def _answer(self, before: str) -> str | None:
        await asyncio.sleep(self._delay_s)
        return next((text for end, text in self._answers.items() if before.endswith(end)), None)


async def typed(suggester: Answers, what: Script) -> Session:
    return await User(suggester, seed=0).type(what)


@pytest.mark.parametrize(
    ("before", "rest", "screens"),
    [
        ("x", "y", ["y"]),
        ("if a:", "\n    b", ["\n    "]),
        ("        return x", "\n    y", ["\n        ", "\n    "]),
        ("        return x", "\ny", ["\n        ", "\n    ", "\n"]),
        ("    x = [", "\n        1", ["\n    ", "\n        "]),
        ("    x = f(", "\n          1", ["\n    ", "\n        ", "\n          "]),
        ("    x = 1", "\n\n    y", ["\n    "]),
        ("    x = 1\n", "\n    y", ["\n    "]),
        ("    if a:\n        return a\n", "\n    y", ["\n        ", "\n    "]),
    ],
)
def test_each_key_leaves_what_an_editor_would_show(before: str, rest: str, screens: list[str]) -> None:
    assert screens_of(before, rest) == [before + screen for screen in screens]
    assert key_for(before, rest)[1] == len(screens)


async def test_the_document_is_indented_by_the_editor_before_the_user_mends_it() -> None:
    suggester = Answers({})
    session = await typed(suggester, script(BODY, 0.001))

    at = suggester.screens.index("def f(a, b):\n    if a:\n        return a")
    assert suggester.screens[at + 1 : at + 4] == [
        "def f(a, b):\n    if a:\n        return a\n        ",  # a blank line keeps none of it ...
        "def f(a, b):\n    if a:\n        return a\n\n        ",  # ... the next one is too deep
        "def f(a, b):\n    if a:\n        return a\n\n    ",
    ]
    assert suggester.screens[-1] == "def f(a, b):" + BODY
    assert session.keys == session.keys_alone == session.requests == len(suggester.screens) - 1


async def test_what_is_typed_along_a_suggestion_leaves_its_rest_on_screen() -> None:
    # The pause behind "\n    i" is too short to react; the answers for later keys differ, and are not taken.
    suggester = Answers({"\n    i": "f a:", "\n    if": " other:"})
    session = await typed(suggester, script("\n    if a:", 0.05))

    assert [each.text for each in session.shown] == ["f a:"]
    assert session.shown[0].key == 1
    assert session.keys_with_correct == 3  # before "f", " " and "a"; ":" alone is not worth a key
    assert session.accepted == 0


async def test_an_empty_answer_does_not_take_the_suggestion_away_but_another_key_does() -> None:
    suggester = Answers({"\n    i": "f b:"})
    session = await typed(suggester, script("\n    if a:", 0.01))

    assert len(session.shown) == 1
    assert not session.shown[0].correct
    assert session.keys_with_correct == 0


async def test_a_right_suggestion_is_accepted_after_a_reaction_and_asked_behind() -> None:
    suggester = Answers({"b):\n    ": "if a:\n        return a"})
    session = await typed(suggester, script(BODY, 0.005, {5: 1.5}))

    assert session.accepted == 1
    assert session.accepted_characters == len("if a:\n        return a")
    assert "def f(a, b):\n    if a:\n        return a" in suggester.screens
    assert session.keys == session.keys_alone - len("if a:") - 1 - len("return a") + 1
    assert suggester.screens[-1] == "def f(a, b):" + BODY


async def test_a_suggestion_with_one_wrong_line_is_not_accepted() -> None:
    suggester = Answers({"b):\n    ": "if a:\n        return b"})
    session = await typed(suggester, script("\n    if a:\n        return a", 0.002, {5: 1.0}))

    assert (session.accepted, session.shown[0].correct) == (0, False)


async def test_a_suggestion_amid_mending_the_indentation_is_not_right() -> None:
    suggester = Answers({"return a\n        ": "\n    return b"})
    session = await typed(suggester, script("\n    if a:\n        return a\n    return b", 0.02))

    assert [each.correct for each in session.shown] == [False]
    assert session.accepted == 0


async def test_what_is_asked_at_the_next_key_counts_as_cancelled() -> None:
    session = await typed(Answers({}, delay_s=30), script("\n    x = 1", 0.001))

    assert session.cancelled == session.requests - 1


@pytest.mark.parametrize(
    ("suggestion", "rest", "taken"),
    [
        ("):", "):\n    x", True),
        (":", ":\n", False),
        ("a =", "a == b", False),
        ("a =", "a = b", True),
        ("a =", "a =", True),
    ],
)
def test_a_suggestion_ends_with_a_token_or_a_line(suggestion: str, rest: str, taken: bool) -> None:
    assert wanted(suggestion, rest) is taken
