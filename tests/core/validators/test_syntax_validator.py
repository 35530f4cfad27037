import sys
from pathlib import Path

import pytest

from autoglm_core.analysis.rewriting import rewritten
from autoglm_core.types import Document, Draft, Finding, Replacement, Report, Span, Task, TaskKind, Workspace
from autoglm_core.validators.syntax import SyntaxValidator


async def check(marked: str, text: str) -> tuple[Report, list[Finding]]:
    """The report on a draft that puts ``text`` between « and », and its introduced findings."""
    hole = Span(marked.index("«"), marked.index("»") - 1)
    document = Document(Path("/w/module.py"), marked.replace("«", "").replace("»", ""))
    replacement = Replacement(hole, text)
    draft = Draft(document.replaced((replacement,)), (replacement,))
    report = await SyntaxValidator().check(Task(TaskKind.INLINE, document, hole), draft)
    return report, [finding for finding in report.findings if finding.introduced]


BODY = "def f(a, b):\n    «...»\n\n\ndef g():\n    return f(1, 2)\n"


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        pytest.param("return (a + b", "'(' was never closed", 1, id="open bracket"),
        pytest.param("return a + b)", "unmatched ')'", 1, id="closing bracket too many"),
        pytest.param("return [a, b)", "does not match opening parenthesis '['", 1, id="wrong bracket"),
        pytest.param("x = 1\n      return x", "unexpected indent", 2, id="indented without reason"),
        pytest.param("if a:\n        x = 1\n      return x", "unindent does not match", 3, id="dedent to nowhere"),
        pytest.param("if a:", "expected an indented block", 4, id="block without a body"),
        pytest.param("return 1\nreturn 2", "'return' outside function", 2, id="return outside a function"),
        pytest.param("await a", "'await' outside async function", 1, id="await in a plain function"),
        pytest.param("break", "'break' outside loop", 1, id="break outside a loop"),
        pytest.param("f(a) = b", "cannot assign to function call", 1, id="assignment to a call"),
        pytest.param("nonlocal c", "no binding for nonlocal 'c' found", 1, id="nonlocal without a binding"),
        pytest.param("print 'a'", "Missing parentheses in call to 'print'", 1, id="Python 2"),
        pytest.param('"""never ends', "unterminated triple-quoted string", 1, id="string without an end"),
        pytest.param("```python\n    return a\n```", "invalid syntax", 1, id="Markdown fences"),
        pytest.param("return a\0", "null bytes", 0, id="null byte"),
        pytest.param("return " + "-" * 200_000 + "a", "nested too deeply", 0, id="bomb of operators"),
        pytest.param("return " + "(" * 500 + "a" + ")" * 500, "too many nested parentheses", 1, id="bomb of brackets"),
    ],
)
async def test_a_draft_that_breaks_a_sound_file_is_found(text: str, message: str, line: int) -> None:
    report, introduced = await check(BODY, text)
    assert len(introduced) == 1
    assert message in introduced[0].message
    document = Document(Path("/w/module.py"), BODY.replace("«...»", text))
    assert document.position(introduced[0].span.start)[0] == line
    assert f"line {line + 1}:" in introduced[0].detail
    assert not report.skipped


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        pytest.param(BODY, "return a + b", id="plain"),
        pytest.param(BODY, "match a:\n        case [x, *_] if (y := x):\n            return y", id="match and walrus"),
        pytest.param(BODY, "return [c for c in a if c]", id="comprehension"),
        pytest.param(BODY, 'return f"{a!r:>{b}}"', id="format string"),
        pytest.param(BODY, "return '\\d' is a", id="what Python only warns of"),
        pytest.param("«»", "type Pair[T] = tuple[T, T]\n", id="type alias of 3.12"),
        pytest.param("«»", "def first[T](xs: list[T]) -> T:\n    return xs[0]\n", id="generic function of 3.12"),
        pytest.param("x = {'a': 1}\n«»", "print(f'{x['a']}')\n", id="nested quotes of 3.12"),
        pytest.param("«»", "async def f():\n    async with a as b:\n        yield [c async for c in b]\n", id="async"),
        pytest.param("a = 1\r\n«»b = 2\r\n", "if a:\r\n    c = '😀'\r\n", id="CRLF and astral characters"),
        pytest.param("\ufeffa = 1\n«»", "b = 2\n", id="byte order mark"),
    ],
)
async def test_sound_drafts_pass(marked: str, text: str) -> None:
    report, _ = await check(marked, text)
    assert report.findings == ()
    assert report.summary == "parses"


REST = "\n\n\ndef g():\n    return 1\n"


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        pytest.param("x = «»" + REST, "1", id="completes the line"),
        pytest.param("def f():\n    «»" + REST, "return 1", id="writes the body"),
        pytest.param("x = foo(«»" + REST, "a, b", id="goes on inside a bracket that stays open"),
        pytest.param("try:\n    «»" + REST, "x = 1", id="goes on in a try without except"),
        pytest.param("if x«»" + REST, " == 1:", id="ends a header"),
        pytest.param("y = (1,\nx = «»" + REST, "1", id="after an open bracket"),
        pytest.param("def f(a):\n    «»\n\nclass C(:\n    pass\n", "return a", id="before something broken"),
        pytest.param('def f():\n    """«»' + REST, "What it does.", id="in a docstring that is still open"),
        pytest.param("x = 1 +\n\ndef f():\n    «»\n", "return 1", id="far below a broken line"),
        pytest.param("x = 1 +\n\nasync def f():\n    «»\n", "yield await g()", id="what only some functions may"),
        pytest.param("x = 1 +\n\nwhile x:\n    «»\n", "break", id="what only loops may"),
        pytest.param("x = 1 +\n\ndef f():\n    def h():\n        «»\n", "nonlocal y\n        y = 1", id="nonlocal"),
        pytest.param("x = 1 +\n\n«»\n", "from os import *\n", id="what only modules may"),
        pytest.param(
            "class C:\n    def f(self):\n        return self.\n\n    def g(self):\n        «»\n", "pass", id="method"
        ),
    ],
)
async def test_half_typed_files_do_not_speak_against_a_sound_draft(marked: str, text: str) -> None:
    _, introduced = await check(marked, text)
    assert introduced == []


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        pytest.param("x = «»" + REST, "foo(1))", id="closing bracket too many on a half-typed line"),
        pytest.param("def f():\n    «»" + REST, "reutrn 1", id="misspelt keyword in an empty body"),
        pytest.param("def f():\n    «»\n\nclass C(:\n    pass\n", "return (1", id="before something broken"),
        pytest.param("x = (1,, 2)\n\n\ndef f():\n    «»\n", "retrn 1", id="after something broken"),
        pytest.param("def f():\n    «»\n\nx = 1 +\n", "x = 1\n      y = 2\n    z = 3", id="bad indentation"),
        pytest.param("def f(:\n    pass\n\n\ndef g(a):\n    «»\n", "print 'x'", id="a statement of Python 2"),
        pytest.param("def f(:\n    pass\n\n\ndef g(a):\n    «»\n", "g(a=1, 2)", id="arguments in the wrong order"),
        pytest.param("«»\n\n\ndef f(:\n    pass\n", "def h(a, a): ...", id="a parameter twice, above something broken"),
        pytest.param("s = 'abc\n\n\ndef g(a):\n    «»\n", "return 1 = a", id="below a string without its end"),
    ],
)
async def test_half_typed_files_do_not_hide_a_broken_draft(marked: str, text: str) -> None:
    _, introduced = await check(marked, text)
    assert introduced


async def test_errors_of_a_broken_file_are_all_told_but_not_introduced() -> None:
    document = Document(Path("/w/module.py"), "x = foo(1))\n\n\ny = = 2\n")
    report = await SyntaxValidator().check(Task(TaskKind.FIX, document, Span(0, 0)), Draft(document, ()))
    assert [document.position(finding.span.start)[0] for finding in report.findings] == [0, 3]
    assert not any(finding.introduced for finding in report.findings)


async def test_places_are_code_points_with_crlf_and_astral_characters() -> None:
    text = 's = "😀😀"; x = foo(1))'
    report, [finding] = await check("a = 1\r\n«»\r\nb = 2\r\n", text)
    assert finding.span.start == len("a = 1\r\n") + len(text) - 1
    assert not report.skipped


async def test_prose_is_skipped() -> None:
    document = Document(Path("/w/notes.md"), "(", language="markdown")
    report = await SyntaxValidator().check(Task(TaskKind.EDIT, document, Span(0, 0)), Draft(document, ()))
    assert report.skipped == "markdown has no known grammar"


async def test_nothing_of_a_draft_is_run(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    report, _ = await check("«»", f"open({str(witness)!r}, 'w').close()\n")
    assert report.summary == "parses"
    assert not witness.exists()


@pytest.mark.parametrize("line", ["def h(a: list[int]): ...", "x: dict[str, int] = {}"])
async def test_annotations_do_not_hide_what_the_compiler_says(line: str) -> None:
    """The grammar calls ``[int]`` what it calls ``[T]`` behind a name that is defined."""
    _, introduced = await check(f"{line}\n\n\n«»\n", "return 1")
    assert [finding.message for finding in introduced] == ["Syntax error: 'return' outside function"]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="the compiler reads it")
@pytest.mark.parametrize("line", ["def h[T](a: T): ...", "type X[T] = list[T]", "class A[T]: ..."])
async def test_grammar_that_is_younger_than_the_compiler_is_left_to_tree_sitter(line: str) -> None:
    report, introduced = await check(f"{line}\n\n\ndef f(a):\n    «»\n", "return a")
    assert not introduced
    assert report.summary == "parses"


async def fixed(old: str, new: str, region: str) -> list[Finding]:
    """What is introduced by a fix of a region that makes the new text of the old one."""
    document = Document(Path("a.py"), old)
    start = old.index(region)
    draft = rewritten(document, new)
    task = Task(TaskKind.FIX, document, Span(start, start + len(region)), Workspace(()))
    return [f for f in (await SyntaxValidator().check(task, draft)).findings if f.introduced]


ONE_LINE = "def f(n):\n    if n == 1: rrturn 1\n    return n\n"


@pytest.mark.parametrize(
    ("old", "new", "region"),
    [
        pytest.param(ONE_LINE, "def f(n):\n    if n == 1:\n    return n\n", ONE_LINE, id="another error in the region"),
        pytest.param(
            "def f(n):\n    return n]\n\n\ndef g():\n    return 1\n",
            "def f(n):\n    return (n\n\n\ndef g():\n    return 1\n",
            "def f(n):\n    return n]\n",
            id="an error that is noticed below",
        ),
        pytest.param(
            "def f(n):\n    return n]\n\n\nx = 1 +\n", "def f(n):\n    return n)\n\n\nx = 1 +\n", "    return n]\n",
            id="another error stands below",
        ),
    ],
)  # fmt: skip
async def test_a_fix_of_the_syntax_must_parse(old: str, new: str, region: str) -> None:
    assert len(await fixed(old, new, region)) == 1


@pytest.mark.parametrize("region", ["    return n]\n", "def f(n):\n    return n]\n\n\nx = 1 +\n"])
async def test_a_fix_of_the_syntax_is_not_held_to_another_error(region: str) -> None:
    old = "def f(n):\n    return n]\n\n\nx = 1 +\n"
    assert await fixed(old, old.replace("n]", "n"), region) == []
