"""The programs that run inside the sandbox are whole, and run on the oldest Python that is promised."""

from __future__ import annotations

import ast
import io
import json
import sys
from contextlib import redirect_stdout

import pytest

from autoglm_core.validators.sandbox_script import imports_of, program_text

PROGRAMS = [
    ("sandbox_layout", "sandbox_launcher"),
    ("sandbox_layout", "sandbox_preloader"),
    ("tests_harness",),
    ("tests_preload",),
    ("calls_harness",),
]


@pytest.mark.parametrize("names", PROGRAMS, ids=lambda names: names[-1])
def test_a_program_compiles_and_imports_nothing_of_ours(names: tuple[str, ...]) -> None:
    text = program_text(*names)
    compile(text, "<string>", "exec", dont_inherit=True)
    tree = ast.parse(text, feature_version=(3, 9))
    ours = [node for node in tree.body if isinstance(node, ast.ImportFrom) and "autoglm" in (node.module or "")]
    assert not ours


def test_the_imports_of_a_program_are_those_of_its_start() -> None:
    text = "from __future__ import annotations\nimport json, sys as s\nprint(1)\ndef f():\n    import this\n"
    assert imports_of(text) == "import json, sys as s"
    names: dict[str, object] = {}
    with redirect_stdout(io.StringIO()) as printed:
        exec(imports_of(text), names)
    assert (names["json"], names["s"], printed.getvalue()) == (json, sys, "")
