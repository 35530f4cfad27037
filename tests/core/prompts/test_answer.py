"""From a model's answer to the document with the draft in it."""

from pathlib import Path

import pytest

from autoglm_core.prompts.answer import code_blocks, read_code, read_function, read_region
from autoglm_core.targets import find_target
from autoglm_core.types import Document, Span, Task, TaskKind


def implement(text: str, name: str, answer: str) -> str:
    document = Document(Path("m.py"), text)
    target = find_target(document, name)
    task = Task(TaskKind.IMPLEMENT, document, target.span, target=target)
    return document.replaced(read_function(task, answer)).text


def rewrite(text: str, name: str, answer: str) -> str:
    document = Document(Path("m.py"), text)
    target = find_target(document, name)
    task = Task(TaskKind.FIX, document, target.span, target=target)
    return document.replaced(read_region(task, answer)).text


IMPLEMENTED = {
    "a plain function": (
        "def add(a, b): ...\n",
        "add",
        "Here it is:\n```python\ndef add(a, b):\n    return a + b\n```\nEnjoy!",
        "def add(a, b):\n    return a + b\n",
    ),
    "the document's docstring stays": (
        'def add(a, b):\n    """Mine."""\n',
        "add",
        '```python\ndef add(a, b):\n    """Theirs."""\n    return a + b\n```',
        'def add(a, b):\n    """Mine."""\n    return a + b\n',
    ),
    "a method answered without its class": (
        "class A:\n    def get(self): ...\n    x = 1\n",
        "A.get",
        "```python\ndef get(self):\n    if self.x:\n        return 1\n    return 2\n```",
        "class A:\n    def get(self):\n        if self.x:\n            return 1\n        return 2\n    x = 1\n",
    ),
    "a method answered with its class": (
        "class A:\n    def get(self): ...\n",
        "A.get",
        "```python\nclass A:\n    def get(self):\n        return 1\n\n    def other(self):\n        return 2\n```",
        "class A:\n    def get(self):\n        return 1\n",
    ),
    "the body alone": (
        "def add(a, b): ...\n",
        "add",
        "```python\n    c = a + b\n    return c\n```",
        "def add(a, b):\n    c = a + b\n    return c\n",
    ),
    "a body behind its colon": (
        "def add(a, b): ...\n",
        "add",
        "def add(a, b): return a + b",
        "def add(a, b):\n    return a + b\n",
    ),
    "a fence that was cut off": (
        "def add(a, b): ...\n",
        "add",
        "```python\ndef add(a, b):\n    return a + b",
        "def add(a, b):\n    return a + b\n",
    ),
    "examples of use are left out": (
        "def add(a, b): ...\n",
        "add",
        "```python\ndef add(a, b):\n    return a + b\n\nprint(add(1, 2))\nassert add(1, 2) == 3\n```",
        "def add(a, b):\n    return a + b\n",
    ),
    "a needed import goes to the others": (
        '"""Doc."""\nimport os\n\n\ndef root(x): ...\n',
        "root",
        "```python\nimport math\nimport sys\n\ndef root(x):\n    return math.sqrt(x)\n```",
        '"""Doc."""\nimport os\nimport math\n\n\ndef root(x):\n    return math.sqrt(x)\n',
    ),
    "a first import goes below the docstring": (
        '"""Doc."""\n\n\ndef root(x): ...\n',
        "root",
        "```python\nfrom math import sqrt\ndef root(x):\n    return sqrt(x)\n```",
        '"""Doc."""\nfrom math import sqrt\n\n\n\ndef root(x):\n    return sqrt(x)\n',
    ),
    "an import that is there already is not doubled": (
        "import math\n\n\ndef root(x): ...\n",
        "root",
        "```python\nimport math\ndef root(x):\n    return math.sqrt(x)\n```",
        "import math\n\n\ndef root(x):\n    return math.sqrt(x)\n",
    ),
    "a future import is not moved below others": (
        "import os\n\n\ndef f(x): ...\n",
        "f",
        "```python\nfrom __future__ import annotations\ndef f(x):\n    annotations = 1\n    return annotations\n```",
        "import os\n\n\ndef f(x):\n    annotations = 1\n    return annotations\n",
    ),
    "a new function that it calls comes before it": (
        "x = 1\n\n\n@cache\ndef f(n): ...\n",
        "f",
        "```python\ndef twice(n):\n    return 2 * n\n\ndef unused():\n    pass\n\ndef f(n):\n    return twice(n)\n```",
        "x = 1\n\n\ndef twice(n):\n    return 2 * n\n\n\n@cache\ndef f(n):\n    return twice(n)\n",
    ),
    "strings over several lines keep their value": (
        "class A:\n    def text(self): ...\n",
        "A.text",
        '```python\ndef text(self):\n    return """one\n  two\n"""\n```',
        'class A:\n    def text(self):\n        return """one\n  two\n"""\n',
    ),
    "tabs and CRLF of the document": (
        "class A:\r\n\tdef get(self):\r\n\t\tpass\r\n",
        "A.get",
        "```python\ndef get(self):\n    if self:\n        return 1\n```",
        "class A:\r\n\tdef get(self):\r\n\t\tif self:\r\n\t\t\treturn 1\r\n",
    ),
    "the block with the function is chosen": (
        "def add(a, b): ...\n",
        "add",
        "```sh\npip install everything you can think of\n```\n```python\ndef add(a, b):\n    return a + b\n```",
        "def add(a, b):\n    return a + b\n",
    ),
}


@pytest.mark.parametrize("case", IMPLEMENTED)
def test_an_implemented_function(case: str) -> None:
    text, name, answer, expected = IMPLEMENTED[case]
    assert implement(text, name, answer) == expected


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("I cannot do that.", "no function add"),
        ("Sorry", "no function add"),
        ("", "no function add"),
        ("```python\ndef subtract(a, b):\n    return a - b\n```", "no function add"),
        ('```python\ndef add(a, b):\n    """Doc."""\n```', "leaves the function empty"),
        ("```python\ndef add(a, b):\n    # your code\n```", "leaves the function empty"),
        ("```python\ndef add(a, b):\n    pass\n```", "leaves the function empty"),
    ],
)
def test_an_answer_without_the_function_is_said(answer: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        implement("def add(a, b): ...\n", "add", answer)


def test_a_rewritten_method_keeps_its_decorators_and_docstring() -> None:
    text = 'class A:\n    @property\n    def f(self):\n        """Doc."""\n        return y\n'
    answer = "```python\ndef f(self):\n    return self.y\n```"
    assert rewrite(text, "A.f", answer) == text.replace("return y", "return self.y")


def test_a_rewritten_function_may_change_its_signature() -> None:
    assert rewrite("def f(a):\n    return b\n", "f", "def f(a, b):\n    return b") == "def f(a, b):\n    return b\n"


def test_rewritten_lines_keep_their_indentation() -> None:
    text = "if x:\n    a = 1\n    b = 2\nc = 3\n"
    document = Document(Path("m.py"), text)
    task = Task(TaskKind.EDIT, document, Span(6, text.index("\nc")))
    replaced = document.replaced(read_region(task, "```python\nfor a in y:\n    b = a\n```"))
    assert replaced.text == "if x:\n    for a in y:\n        b = a\nc = 3\n"


@pytest.mark.parametrize(("text", "expected"), [("", "x = 1\n"), ("y = 2\n", "y = 2\n\n\nx = 1\n")])
def test_generated_code_goes_to_the_end(text: str, expected: str) -> None:
    document = Document(Path("m.py"), text)
    task = Task(TaskKind.GENERATE, document, Span(len(text), len(text)))
    assert document.replaced(read_code(task, "```python\nx = 1\n```")).text == expected


def test_generated_nothing_is_said() -> None:
    document = Document(Path("m.py"), "")
    with pytest.raises(ValueError, match="no code"):
        read_code(Task(TaskKind.GENERATE, document, Span(0, 0)), "```python\n```")


def test_a_fence_inside_a_longer_fence_is_text() -> None:
    assert code_blocks("````md\n```\ninner\n```\n````\n") == ["```\ninner\n```\n"]
