"""Mends a statement in which a name does not resolve.

It got its value under another name, it is to begin empty, a loop reads as a condition, or the line does nothing.
"""

from __future__ import annotations

import ast
import re

from autoglm_core.repair.scope import NEAR, functions_around, local_names, near_names, tree_of

_LOOPED_OVER = ("range", "enumerate", "zip", "reversed")


def bound_so(text: str, name: str, line: int) -> tuple[str, str] | None:
    """The text in which the name that nothing reads, and that is written much like this one, is bound as this one.

    And that name: it was misspelt where it got its value. None where the innermost function around a zero-based line
    has none. Parameters stay: who calls it by name knows them.
    """
    if (tree := tree_of(text)) is None:
        return None
    around = functions_around(tree, line)
    if not around:
        return None
    nodes = [node for node in ast.walk(around[-1]) if isinstance(node, ast.Name)]
    read = {node.id for node in nodes if not isinstance(node.ctx, ast.Store)}
    read |= {n for node in ast.walk(around[-1]) if isinstance(node, (ast.Global, ast.Nonlocal)) for n in node.names}
    idle = {node.id for node in nodes if isinstance(node.ctx, ast.Store)} - read
    for other in near_names(name, idle, NEAR)[:1]:
        lines = text.split("\n")
        for node in sorted((n for n in nodes if n.id == other), key=lambda n: -n.col_offset):
            raw = lines[node.lineno - 1].encode("utf-8", "surrogatepass")
            raw = raw[: node.col_offset] + name.encode() + raw[node.col_offset + len(other.encode()) :]
            lines[node.lineno - 1] = raw.decode("utf-8", "surrogatepass")
        return "\n".join(lines), other
    return None


def first_value(text: str, name: str, line: int) -> tuple[str, str] | None:
    """The text in which what adds up in a loop begins empty, not with a call of a function that is nowhere; and what.

    ``total = startOf(xs)`` in front of ``for x in xs: total += x`` begins with 0, what is appended to with ``[]``.
    """
    if (tree := tree_of(text)) is None:
        return None
    for function in reversed(functions_around(tree, line)):
        assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign) and node.lineno == line + 1]
        for target, value in (pair for node in assigned for pair in _assigned(node)):
            made = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == name
            empty = _empty_of(function, target) if made and isinstance(target, ast.Name) else ""
            call = ast.get_source_segment(text, value) if empty else None
            if call is not None and text.count(call) == 1:
                return text.replace(call, empty), f"begin `{ast.unparse(target)}` with {empty}"
    return None


def _assigned(node: ast.Assign) -> list[tuple[ast.expr, ast.expr]]:
    target, value = node.targets[-1], node.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _empty_of(function: ast.AST, target: ast.Name) -> str:
    """What a name begins with that is next added to in a loop; empty where it is not."""
    loops = [
        node for node in ast.walk(function) if isinstance(node, (ast.For, ast.While)) and node.lineno > target.lineno
    ]
    inside = [statement for loop in loops for part in loop.body for statement in ast.walk(part)]
    names = [
        n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == target.id and n.lineno > target.lineno
    ]
    following = min(names, key=lambda n: (n.lineno, n.col_offset), default=None)
    for node in inside:
        if isinstance(node, ast.AugAssign) and node.target is following:
            if isinstance(node.op, ast.Mult):
                return "1"
            if isinstance(node.value, (ast.List, ast.ListComp)):
                return "[]"
            words = isinstance(node.value, ast.JoinedStr) or isinstance(getattr(node.value, "value", None), str)
            return '""' if words else "0" if isinstance(node.op, (ast.Add, ast.Sub)) else ""
        if isinstance(node, ast.Attribute) and node.value is following:
            return {"append": "[]", "extend": "[]", "add": "set()"}.get(node.attr, "")
    return ""


def without_statement(text: str, name: str, line: int) -> tuple[str, str] | None:
    """The text without the expression in a class body that uses a name on a zero-based line, and that expression.

    Nothing is done there with its value. None where there is none, or nothing else in the class.
    """
    if (tree := tree_of(text)) is None:
        return None
    for node in ast.walk(tree):
        for statement in node.body if isinstance(node, ast.ClassDef) and len(node.body) > 1 else ():
            own = isinstance(statement, ast.Expr) and statement.lineno <= line + 1 <= (statement.end_lineno or 0)
            if own and any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(statement)):
                lines = text.split("\n")
                del lines[statement.lineno - 1 : statement.end_lineno]
                return "\n".join(lines), ast.unparse(statement)
    return None


def as_loop(text: str, name: str, start: int) -> str | None:
    """The text with ``if n in range(3):`` as a loop, as the name at an offset does not resolve; None if it is none.

    The block below uses it, has no ``else``, and nothing in the function is written much like it. Of other containers
    than what is made to be looped over, more is asked with ``if`` than was meant as a loop.
    """
    line = text.count("\n", 0, start)
    if (tree := tree_of(text)) is None:
        return None
    tests = [node for node in ast.walk(tree) if isinstance(node, ast.If) and node.lineno == line + 1]
    if not any(_loops_over(node, name) for node in tests) or near_names(name, local_names(tree, line) - {name}, NEAR):
        return None
    line_start = text.rfind("\n", 0, start) + 1
    margin = re.match(r"([ \t]*)if\b", text[line_start:start])
    return f"{text[:line_start]}{margin[1]}for{text[line_start + margin.end() :]}" if margin else None


def _loops_over(node: ast.If, name: str) -> bool:
    test = node.test
    if node.orelse or not isinstance(test, ast.Compare) or [type(each) for each in test.ops] != [ast.In]:
        return False
    items = test.comparators[0]
    made = isinstance(items, ast.Call) and isinstance(items.func, ast.Name) and items.func.id in _LOOPED_OVER
    used = {each.id for line in node.body for each in ast.walk(line) if isinstance(each, ast.Name)}
    return made and isinstance(test.left, ast.Name) and test.left.id == name and name in used
