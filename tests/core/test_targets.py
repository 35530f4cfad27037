"""Finding functions, half-typed files included."""

from pathlib import Path

import pytest

from autoglm_core.errors import TargetNotFoundError
from autoglm_core.targets import find_target, list_targets
from autoglm_core.types import Document

SHAPES = '''\
class Stack:
    """A stack."""

    @property
    def top(self) -> int:  # the last one
        """The last item."""
        return self.items[-1]

    async def push(self, item): ...


def outer():
    def inner():
        pass
    return inner
'''


def document(text: str) -> Document:
    return Document(Path("stack.py"), text)


def test_names_are_qualified_and_in_text_order() -> None:
    assert [t.name for t in list_targets(document(SHAPES))] == ["Stack.top", "Stack.push", "outer", "outer.inner"]


def test_the_parts_of_a_target() -> None:
    found = document(SHAPES)
    top = find_target(found, "Stack.top")
    assert found.text[top.span.start : top.span.end].startswith("@property")
    assert top.header.endswith('"""The last item."""')
    assert found.text[top.body.start : top.body.end] == "\n        return self.items[-1]"
    assert top.indent == "    "


@pytest.mark.parametrize(
    ("text", "stub"),
    [
        ("def f(): ...", True),
        ("def f():\n    pass", True),
        ('def f():\n    """Only a docstring."""', True),
        ('def f():\n    """Doc."""\n    # TODO: write\n    pass', True),
        ("def f():\n    raise NotImplementedError", True),
        ("def f():\n    raise NotImplementedError('later')", True),
        ("def f():\n    # TODO: write it\n", True),
        ("def f():\n    return None", False),
        ("def f():\n    raise ValueError", False),
        ("def f():\n    x = 1\n    pass", False),
        ("@abstractmethod\ndef f(self): ...", False),
        ("@typing.overload\ndef f(self): ...", False),
    ],
)
def test_which_bodies_are_stubs(text: str, stub: bool) -> None:
    assert list_targets(document(text))[0].is_stub is stub


def test_comments_after_an_empty_body_belong_to_it() -> None:
    found = document("class A:\n    def f(self):\n        # TODO: one\n        # and two\n\n    def g(self): ...\n")
    target = find_target(found, "A.f")
    assert found.text[target.body.start : target.body.end].endswith("# and two")


def test_offsets_count_code_points() -> None:
    found = document("s = '😀é'\n\ndef f(): ...\n")
    target = find_target(found, "f")
    assert found.text[target.span.start : target.span.end] == "def f(): ..."


def test_whole_functions_are_found_beside_broken_ones() -> None:
    assert [t.name for t in list_targets(document("def broken(\n\ndef whole():\n    return 1\n"))] == ["whole"]


def test_an_offset_finds_the_innermost_function_of_its_line() -> None:
    found = document(SHAPES)
    assert find_target(found, found.text.index("pass")).name == "outer.inner"
    assert find_target(found, found.text.index("return inner")).name == "outer"


def test_a_short_name_is_enough_where_it_is_the_only_one() -> None:
    assert find_target(document(SHAPES), "push").name == "Stack.push"


def test_the_last_of_redefinitions_counts() -> None:
    found = document("def f(): return 1\ndef f(): return 2\n")
    assert find_target(found, "f").span.start > 0


@pytest.mark.parametrize(
    ("where", "words"),
    [("pop", "no function pop.*Stack.top"), (9, "no function at line 1"), ("m", "several functions.*A.m, B.m")],
)
def test_what_is_not_there_is_said_with_near_names(where: str | int, words: str) -> None:
    more = "class A:\n    def m(self): ...\nclass B:\n    def m(self): ...\n" if where == "m" else ""
    with pytest.raises(TargetNotFoundError, match=words):
        find_target(document(SHAPES + more), where)


def test_other_languages_have_no_targets() -> None:
    assert list_targets(Document(Path("a.js"), "function f() {}", language="javascript")) == ()


def test_a_comment_before_crlf_leaves_the_line_end_alone() -> None:
    found = document("def f():  # one\r\n    ...  # two\r\n")
    target = find_target(found, "f")
    assert target.header == "def f():  # one"
    assert found.text[target.body.start : target.body.end] == "\r\n    ...  # two"
