"""Calls with plain values, for functions that say nothing of their inputs."""

from __future__ import annotations

import ast

from autoglm_core.analysis.guesses import guess_calls


def test_calls_are_different_literal_and_the_same_each_time():
    text = "def f(a, b, c=1):\n    return a\n"
    calls = guess_calls(text, "f", count=50, seed=3)
    assert len(set(calls)) == 50
    assert calls == guess_calls(text, "f", count=50, seed=3)
    for call in calls:
        node = ast.parse(call, mode="eval").body
        assert isinstance(node, ast.Call)
        assert len([ast.literal_eval(argument) for argument in node.args]) == 3


def test_methods_and_functions_without_parameters():
    assert guess_calls("def f():\n    return 1\n", "f", count=5, seed=0) == ("f()",)
    calls = guess_calls("class A:\n    def f(self, x):\n        return x\n", "A.f", count=5, seed=0)
    assert all(call.startswith("A().f(") for call in calls)


def test_what_cannot_be_called_has_no_calls():
    assert guess_calls("class A:\n    def __init__(self, x): ...\n    def f(self): ...\n", "A.f", count=5, seed=0) == ()
    assert guess_calls("def f(:", "f", count=5, seed=0) == ()
