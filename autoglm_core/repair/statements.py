"""Mends a statement in which a name does not resolve.

It got its value under another name, it is to begin empty, a loop reads as a condition, or the line does nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from autoglm_core.analysis.trees import first_line
from autoglm_core.repair.scope import NEAR, functions_around, local_names, near_names, tree_of

_SELF = "self"
_LOOPED_OVER = ("range", "enumerate", "zip", "reversed")


def bound_so(text: str, name: str, line: int) -> tuple[str, str] | None:
    """The text in which the name that nothing reads, and that is written much like this one, is bound as this one.

    And that name: it was misspelt where it got its value. None where the innermost function around a zero-based line
    has none. Parameters stay: who calls it by name knows them; but for the first one of a method, where ``self`` is
    meant.
    """
    if (tree := tree_of(text)) is None:
        return None
    around = functions_around(tree, line)
    if not around:
        return None
    if name == _SELF:
        return _with_self(text, tree, line)
    nodes = [node for node in ast.walk(around[-1]) if isinstance(node, ast.Name)]
    read = {node.id for node in nodes if not isinstance(node.ctx, ast.Store)}
    read |= {n for node in ast.walk(around[-1]) if isinstance(node, (ast.Global, ast.Nonlocal)) for n in node.names}
    idle = {node.id for node in nodes if isinstance(node.ctx, ast.Store)} - read
    for other in near_names(name, idle, NEAR)[:1]:
        for node in sorted((n for n in nodes if n.id == other), key=lambda n: -n.col_offset):
            text = _replaced(text, node, other, name)
        return text, other
    return None


def _with_self(text: str, tree: ast.Module, line: int) -> tuple[str, str] | None:
    for owner in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        for method in functions_around(ast.Module([*owner.body], []), line)[:1]:
            arguments = [*method.args.posonlyargs, *method.args.args]
            used = {node.id for node in ast.walk(method) if isinstance(node, ast.Name)}
            if method in owner.body and not method.decorator_list and arguments and arguments[0].arg not in used:
                return _replaced(text, arguments[0], arguments[0].arg, _SELF), arguments[0].arg
    return None


def _replaced(text: str, node: ast.expr | ast.arg, old: str, new: str) -> str:
    """The text with another name at the place of a node."""
    lines = text.split("\n")
    raw = lines[node.lineno - 1].encode("utf-8", "surrogatepass")
    if not raw[node.col_offset :].startswith(old.encode()):
        return text  # Python reads some letters as others: it is not written so
    raw = raw[: node.col_offset] + new.encode() + raw[node.col_offset + len(old.encode()) :]
    lines[node.lineno - 1] = raw.decode("utf-8", "surrogatepass")
    return "\n".join(lines)


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


def started(text: str, name: str, line: int) -> tuple[str, str] | None:
    """The text in which a name that is only added to begins empty in front of that loop, or statement; and that line.

    None where nothing says what it begins with, or another name of the function is written much like it.
    """
    if (tree := tree_of(text)) is None or not (around := functions_around(tree, line)):
        return None
    function = around[0]  # what a function within it adds to is mostly its own
    uses = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == name]
    first = min(uses, key=lambda node: (node.lineno, node.col_offset), default=None)
    if first is None or near_names(name, local_names(tree, line) - {name}, NEAR):
        return None
    around_it = (each for each in function.body if each.lineno <= first.lineno <= (each.end_lineno or 0))
    statement = next(around_it, None)
    if statement is None:  # it stands in the header
        return None
    empty = _empty_by_use(ast.walk(statement), first)
    loops = [node for node in ast.walk(statement) if isinstance(node, (ast.For, ast.While))]
    inner = max((n for n in loops if n.lineno <= first.lineno <= (n.end_lineno or 0)), key=_line_of, default=None)
    within = set(ast.walk(inner)) if inner is not None else set()
    again = [node for node in ast.walk(statement) if node in uses and node not in within]
    if inner is not None and again:  # a round of the loop around needs the value: where it begins is not certain
        return None
    lines = text.split("\n")
    top = first_line(statement) - 1
    margin = lines[statement.lineno - 1][: statement.col_offset]
    rebinds = isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and empty not in ("[]", "set()")
    if not empty or rebinds or margin.strip() or isinstance(statement, ast.ClassDef):
        return None
    end = "\r" if lines[top].endswith("\r") else ""
    lines.insert(top, f"{margin}{name} = {empty}{end}")
    return "\n".join(lines), f"begin with `{name} = {empty}`"


def _empty_of(function: ast.AST, target: ast.Name) -> str:
    """What a name begins with that is next added to in a loop; empty where it is not."""
    loops = [n for n in ast.walk(function) if isinstance(n, (ast.For, ast.While)) and n.lineno > target.lineno]
    inside = [statement for loop in loops for part in loop.body for statement in ast.walk(part)]
    names = [
        n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == target.id and n.lineno > target.lineno
    ]
    following = min(names, key=lambda n: (n.lineno, n.col_offset), default=None)
    return _empty_by_use(inside, following) if following else ""


def _empty_by_use(nodes: Iterable[ast.AST], use: ast.Name) -> str:
    """What a name begins with that is added to at a use of it; empty where it is not."""
    for node in nodes:
        if isinstance(node, ast.AugAssign) and node.target is use:
            if isinstance(node.op, ast.Mult):
                return "1"
            if isinstance(node.value, (ast.List, ast.ListComp)):
                return "[]"
            return '""' if _is_text(node.value) else "0" if isinstance(node.op, (ast.Add, ast.Sub)) else ""
        if isinstance(node, ast.Attribute) and node.value is use:
            return {"append": "[]", "extend": "[]", "add": "set()"}.get(node.attr, "")
    return ""


def _is_text(value: ast.expr) -> bool:
    """Whether a value is text as far as its form tells."""
    parts = [value.left, value.right] if isinstance(value, ast.BinOp) else [value]
    called = [part.func.id for part in parts if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)]
    plain = any(isinstance(part, ast.JoinedStr) or isinstance(getattr(part, "value", None), str) for part in parts)
    return plain or bool({"str", "chr", "repr"} & set(called))


def _line_of(node: ast.stmt) -> int:
    return node.lineno


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
                first, last = lines[statement.lineno - 1], lines[(statement.end_lineno or 1) - 1]
                before = first.encode("utf-8", "surrogatepass")[: statement.col_offset]
                behind = last.encode("utf-8", "surrogatepass")[statement.end_col_offset :].strip(b"; \t\r")
                if before.strip() or (behind and not behind.startswith(b"#")):
                    return None  # the line holds more
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
