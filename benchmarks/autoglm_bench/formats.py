"""Records of HumanEval, HumanEval+, HumanEvalFix and DebugBench as problems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    text = f"{prelude.rstrip()}\n\n\n{record['buggy_code'].strip()}\n"
    visible = Visible(text, f"Solution.{record['entry']}", True, words)
    return Problem(record["id"], visible, Hidden((record["tests"],)), _bug(record))


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
