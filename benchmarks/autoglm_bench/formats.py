"""Records of HumanEval, HumanEval+, HumanEvalFix and DebugBench as problems."""

from __future__ import annotations

import ast
import importlib
import random
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from autoglm_bench.planting import plant
from autoglm_bench.plus import hidden
from autoglm_bench.problems import Hidden, Problem, Visible

_MEND = "It does not do what its docstring says. Mend it."
_SYNTAX = ("SyntaxError", "IndentationError", "TabError")
_NAME = ("NameError", "UnboundLocalError")


def humaneval(record: Mapping[str, Any]) -> Problem:
    """The prompt is seen; ``test`` scores."""
    check = f"{record['test']}\ncheck({record['entry_point']})\n"
    return Problem(record["task_id"], Visible(record["prompt"], record["entry_point"]), Hidden((check,)))


def humaneval_plus(record: Mapping[str, Any]) -> Problem:
    """The prompt is seen; all inputs score, with the canonical solution's answers."""
    visible = Visible(record["prompt"], record["entry_point"])
    inputs = record["base_input"], record["plus_input"]
    canonical = record["prompt"] + record["canonical_solution"]
    return Problem(record["task_id"], visible, hidden(canonical, record["entry_point"], *inputs, record["atol"]))


def humaneval_fix(record: Mapping[str, Any]) -> Problem:
    """The buggy function behind its docstring is seen; ``test`` scores, ``example_test`` is not used."""
    visible = Visible(record["prompt"] + record["buggy_solution"], record["entry_point"], True, _MEND)
    return Problem(record["task_id"], visible, Hidden((record["test"],)), record.get("bug_type", ""))


def debugbench(record: Mapping[str, Any], prelude: str) -> Problem:
    """The buggy class behind the prelude, with the description and the constraints as the user's words.

    The examples are not seen, as the scoring tests are made from them.
    """
    words = f"It is wrong. This is what it must do:\n{record['description'].strip()}"
    if constraints := record.get("constraints", "").strip():
        words += f"\nConstraints:\n{constraints}"
    text = f"{_behind(prelude)}{record['buggy_code'].strip()}\n"
    visible = Visible(text, f"Solution.{record['entry']}", True, words)
    return Problem(record["id"], visible, Hidden((record["tests"],)), _bug(record))


def planted_humaneval(record: Mapping[str, Any], seed: int) -> Problem | None:
    """The canonical solution with a bug behind its docstring; None where none can be planted."""
    problem = humaneval(record)
    text = record["prompt"] + record["canonical_solution"]
    visible = replace(problem.visible, text=text, fix=True)
    return _planted(replace(problem, visible=visible), len(record["prompt"]), frozenset(), seed)


def planted_debugbench(record: Mapping[str, Any], seed: int, prelude: str) -> Problem | None:
    """The right program with a bug behind the prelude; None where none can be planted."""
    problem = debugbench({**record, "buggy_code": record["oracle_code"]}, prelude)
    begin = problem.visible.text.rindex("class Solution")  # of several, the last one is what runs
    return _planted(problem, begin, _names_of(prelude), seed)


def _planted(problem: Problem, begin: int, known: frozenset[str], seed: int) -> Problem | None:
    made = plant(problem.visible.text, begin, known, random.Random(f"{seed} {problem.id}"))
    if made is None:
        return None
    visible = replace(problem.visible, text=made.text)
    return replace(problem, id=f"{problem.id}: {made.kind}", visible=visible, group=made.group)


def _behind(prelude: str) -> str:
    return f"{prelude.rstrip()}\n\n\n"


def _names_of(prelude: str) -> frozenset[str]:
    """The names that a prelude binds; those of star imports from the standard library too."""
    names = set()
    for node in ast.walk(ast.parse(prelude)):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            names.add(node.name)
        elif isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module in sys.stdlib_module_names:
            names |= set(dir(importlib.import_module(node.module)))
    return frozenset(names)


def _bug(record: Mapping[str, Any]) -> str:
    """The class of a bug, by how the buggy program ends."""
    kind = str(record.get("buggy_message", "")).partition(":")[0].strip()
    if record.get("buggy_outcome") == "timeout":
        return "runtime"
    if kind in _SYNTAX:
        return "syntax"
    if kind in _NAME:
        return "name"
    return "wrong answer" if kind in ("AssertionError", "") else "runtime"
