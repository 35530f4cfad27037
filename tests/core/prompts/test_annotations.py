"""Types go from an answer into the function, and nothing else of the answer does."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.prompts.annotations import read_annotations
from autoglm_core.targets import find_target
from autoglm_core.types import Document, Task, TaskKind


def typed(text: str, name: str, answer: str) -> str:
    document = Document(Path("m.py"), text)
    target = find_target(document, name)
    task = Task(TaskKind.TYPES, document, target.span, target=target)
    new = document.replaced(read_annotations(task, f"```python\n{answer}\n```")).text
    compile(new, "m.py", "exec")
    return new


def test_only_annotations_are_taken():
    text = "def add(a, b=1, *args, c=(1, 2), **more):\n    return a + b  # as it was\n"
    answer = '''def add(a: int, b: int = 2, *args: str, c: tuple[int, int] = (), **more: float) -> int:
    """New words."""
    return 7'''
    wanted = "(a: int, b: int = 1, *args: str, c: tuple[int, int] = (1, 2), **more: float) -> int:"
    assert typed(text, "add", answer) == text.replace("(a, b=1, *args, c=(1, 2), **more):", wanted)


def test_types_that_are_there_stay():
    text = "def f(a: float, b) -> str:\n    return str(a)\n"
    assert typed(text, "f", "def f(a: int, b: int) -> int: ...") == text.replace("b)", "b: int)")


def test_the_answers_imports_come_along_and_well_known_ones_that_it_forgot():
    text = '"""Module."""\nimport os\n\n\ndef f(a, b, c):\n    return os.name\n'
    answer = "from decimal import Decimal as D\n\ndef f(a: D, b: Iterable[int], c: Optional[Any]) -> str: ..."
    head = typed(text, "f", answer).partition("\n\n\n")[0]
    assert head.splitlines()[2:] == [
        "from collections.abc import Iterable",
        "from decimal import Decimal as D",
        "from typing import Any, Optional",
    ]


def test_imports_in_a_file_without_any_stand_apart():
    new = typed("def f(a):\n    return a\n", "f", "def f(a: Any) -> Any: ...")
    assert new == "from typing import Any\n\n\ndef f(a: Any) -> Any:\n    return a\n"


def test_classes_that_are_not_there_yet_are_quoted():
    text = "class Stack:\n    def merged(self, other):\n        return other\n\n\nclass Late:\n    pass\n"
    new = typed(text, "merged", "def merged(self, other: Late | None) -> Stack: ...")
    assert 'def merged(self, other: "Late | None") -> "Stack":' in new
    new = typed("from __future__ import annotations\n" + text, "merged", "def merged(self, other: Late) -> Stack: ...")
    assert "def merged(self, other: Late) -> Stack:" in new


def test_self_has_no_type_and_init_returns_none():
    text = "class A:\n    def __init__(self, n):\n        self.n = n\n"
    assert "def __init__(self, n: int) -> None:" in typed(text, "A.__init__", "def __init__(self, n: int): ...")


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("def f():  return 1", "def f() -> int:  return 1"),
        ("def f(a, # (why): a\n):\n    return 1", "def f(a: int, # (why): a\n) -> int:\n    return 1"),
        ("async def f(a=(lambda: (1))):\n    return 1", "async def f(a: int=(lambda: (1))) -> int:\n    return 1"),
        ("@d(x=1)\ndef f(a, /, *, é):\n    return 1", "@d(x=1)\ndef f(a: int, /, *, é: int) -> int:\n    return 1"),
    ],
)
def test_headers_of_all_shapes(header, wanted):
    parameters = "a: int, é: int" if "é" in header else "a: int"
    assert typed(f"{header}\n", "f", f"def f({parameters}) -> int: ...") == f"{wanted}\n"


def test_line_ends_stay():
    new = typed("def f(a):\r\n    return a\r\n", "f", "def f(a: Any) -> Any: ...")
    assert "\n" not in new.replace("\r\n", "")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("def f(a): ...", "adds no types"),
        ("def g(a: int): ...", "no function f"),
        ("def f(a: int:", "no function f"),
    ],
)
def test_answers_that_help_nobody(answer, words):
    with pytest.raises(ValueError, match=words):
        typed("def f(a):\n    return a\n", "f", answer)
