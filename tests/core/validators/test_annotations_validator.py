"""Adding types changes annotations alone, and leaves none out."""

from __future__ import annotations

import pytest

from autoglm_core.types import Severity, TaskKind
from autoglm_core.validators.annotations import AnnotationsValidator
from autoglm_core.validators.names_types import NamesTypesValidator

CODE = "import os\n\n\nclass A:\n    def f(self, a, *rest, b=1):\n        return a + b\n\n\nX = os.name\n"
TYPED = CODE.replace("a, *rest, b=1):", "a: int, *rest: str, b: int = 1) -> int:")


async def test_types_and_their_imports_are_all_that_may_be_new(task_on, whole):
    task = task_on(CODE, "A.f", TaskKind.TYPES)
    text = "from typing import Any\n" + TYPED.replace("a: int", "a: 'list[Any]'")
    report = await AnnotationsValidator().check(task, whole(task, text))
    assert report.findings == ()
    assert report.summary == "only annotations were added"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return a + b", "return a - b"),
        ("b: int = 1", "b: int = 2"),
        ("X = os.name", "X = os.sep"),
        ("import os\n", "import os.path\n"),
        ("*rest: str", "*others: str"),
    ],
)
async def test_any_other_change_is_found(task_on, whole, rules, old, new):
    task = task_on(CODE, "A.f", TaskKind.TYPES)
    assert "code-changed" in rules(await AnnotationsValidator().check(task, whole(task, TYPED.replace(old, new))))


async def test_each_missing_type_is_named_and_any_is_a_warning(task_on, whole):
    task = task_on(CODE, "A.f", TaskKind.TYPES)
    text = CODE.replace("a, *rest, b=1)", "a: Any, *rest, b=1)")
    report = await AnnotationsValidator().check(task, whole(task, text))
    assert [(f.message.split(":")[0], f.severity) for f in report.findings] == [
        ("the parameter `rest` has no type", Severity.ERROR),
        ("the parameter `b` has no type", Severity.ERROR),
        ("the result has no type", Severity.ERROR),
        ("the type of `a` is Any, which says nothing", Severity.WARNING),
    ]
    line = report.findings[0].span
    assert text[line.start : line.end] == "def f(self, a: Any, *rest, b=1):"


async def test_a_type_that_clashes_with_the_code_is_an_error(task_on, whole):
    code = "def half(x):\n    return x / 2\n\n\nY = half(3)\n"
    validator = NamesTypesValidator()
    try:
        task = task_on(code, "half", TaskKind.TYPES)
        good = whole(task, code.replace("(x)", "(x: float) -> float", 1))
        assert not [f for f in (await validator.check(task, good)).findings if f.introduced]
        for types in ("(x: float) -> str", "(x: str) -> float"):
            report = await validator.check(task, whole(task, code.replace("(x)", types, 1)))
            assert [f for f in report.findings if f.introduced and f.severity is Severity.ERROR], types
        edit = task_on(code, "half", TaskKind.EDIT)
        report = await validator.check(edit, whole(edit, code.replace("(x)", "(x: float) -> str", 1)))
        assert {f.severity for f in report.findings} == {Severity.WARNING}, "as everywhere else"
    finally:
        await validator.aclose()
