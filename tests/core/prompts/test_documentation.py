"""A docstring goes from an answer into the function, in the form that docstrings have, and nothing else does."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from autoglm_core.prompts.documentation import read_docstring
from autoglm_core.targets import find_target
from autoglm_core.types import Document, Task, TaskKind

ANSWER = '''```python
def add(a, b):
    """Returns the sum
    of a and b
    >>> add(1, 2)
    3
    """
    return 7
```'''
LINES = ['"""Return the sum of a and b.', "", ">>> add(1, 2)", "3", '"""']


def documented(text: str, answer: str = ANSWER) -> str:
    document = Document(Path("m.py"), text)
    target = find_target(document, "add")
    task = Task(TaskKind.DOCUMENT, document, target.span, target=target)
    new = document.replaced(read_docstring(task, answer)).text
    compile(new, "m.py", "exec")
    return new


def block(margin: str) -> str:
    return "".join(f"{margin}{line}\n" if line else "\n" for line in LINES)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "def add(a, b):\n    # why\n    return a + b\n",
            f"def add(a, b):\n{block('    ')}    # why\n    return a + b\n",
        ),
        (
            "class A:\n\tdef add(a, b): return a + b\n",
            f"class A:\n\tdef add(a, b):\n{block(chr(9) * 2)}\t\treturn a + b\n",
        ),
        ("def add(a, b):\n  'Old.'\n  return a + b\n", f"def add(a, b):\n{block('  ')}  return a + b\n"),
    ],
)
def test_it_goes_to_the_head_of_the_body_whatever_stands_there(before, after):
    assert documented(before) == after


def test_line_ends_stay():
    new = documented("def add(a, b):  # sum\r\n    return a + b\r\n")
    assert new == ("def add(a, b):  # sum\n" + block("    ") + "    return a + b\n").replace("\n", "\r\n")


def words_of(answer: str) -> str:
    new = documented("def add(a, b):\n    return a + b\n", answer)
    return ast.get_docstring(ast.parse(new).body[0]) or ""


def test_a_bare_docstring_is_an_answer_too():
    assert words_of('```python\n"""Add a and b."""\n```') == "Add a and b."


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Calculates it", "Calculate it."),
        ("Applies it.", "Apply it."),
        ("Matches it.", "Match it."),
        ("Does it!", "Does it!"),
        ("Address of it.", "Address of it."),
    ],
)
def test_well_known_verbs_become_imperatives(said, wanted):
    assert words_of(f'```python\n"""{said}"""\n```') == wanted


def test_a_long_summary_ends_with_its_first_sentence():
    first = "Add a and b, which may be numbers of any kind, or strings, or lists, and return the result."
    words = words_of(f'```python\n"""{first} The rest is silence."""\n```')
    assert words == f"{first}\n\nThe rest is silence."


def test_backslashes_and_quotes_keep_their_meaning():
    answer = '```python\nr"""Split at \\n and say "so\\" or "x"."""\n```'
    assert words_of(answer) == 'Split at \\n and say "so\\" or "x".'
    assert words_of("```python\n'''Say \"\"\" and \"x\"'''\n```") == 'Say """ and "x".'


@pytest.mark.parametrize("answer", ["```python\ndef add(a, b):\n    return 1\n```", "```python\nadd\n```", "No."])
def test_no_docstring_is_no_answer(answer):
    with pytest.raises(ValueError, match="no docstring"):
        documented("def add(a, b):\n    return a + b\n", answer)
