"""What a condition proves of the names in it: a value from a list of allowed ones is harmless."""

from __future__ import annotations

import ast
import re

from autoglm_core.validators.injection_names import dotted, last

_SHAPES = frozenset({"isdigit", "isdecimal", "isnumeric", "isalnum", "isalpha", "isidentifier", "is_relative_to"})
_MATCHES = frozenset({"match", "fullmatch"})
# A function of this name that Flask's manual made known looks at the ending alone.
_CHECKS = re.compile(r"valid|sanit|is_safe|verif|permitted|whitelist|allowlist|(?<!dis)allowed(?!_file)")
_ENDING = frozenset({"abort", "exit", "_exit", "fail"})


def checked(test: ast.expr, holds: bool) -> frozenset[str]:
    """The dotted names whose values are harmless where a condition holds, or where it does not."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return checked(test.operand, not holds)
    if isinstance(test, ast.BoolOp):
        each = [checked(value, holds) for value in test.values]
        all_hold = isinstance(test.op, ast.And) is holds
        return frozenset.union(*each) if all_hold else frozenset.intersection(*each)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(test, holds)
    return _called(test) if isinstance(test, ast.Call) and holds else frozenset()


def checked_by_call(statement: ast.stmt) -> frozenset[str]:
    """The names that a call made for its errors alone has checked: ``validate(name)``, ``path.relative_to(base)``."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return frozenset()
    if last(call.func) == "relative_to" and isinstance(call.func, ast.Attribute):
        return _named(_root(call.func.value))
    return _called(call)


def ends(body: list[ast.stmt]) -> bool:
    """Whether nothing after a block is reached from it."""
    final = body[-1]
    if isinstance(final, ast.Expr) and isinstance(final.value, ast.Call):
        return last(final.value.func) in _ENDING
    return isinstance(final, ast.Return | ast.Raise | ast.Continue | ast.Break)


def _compared(test: ast.Compare, holds: bool) -> frozenset[str]:
    left, operator, right = test.left, test.ops[0], test.comparators[0]
    constant = right.value if isinstance(right, ast.Constant) else None
    if isinstance(operator, ast.Is | ast.IsNot | ast.Eq | ast.NotEq) and constant is None and _is_none(right):
        return checked(left, isinstance(operator, ast.IsNot | ast.NotEq) is holds)
    if isinstance(operator, ast.In | ast.NotIn):
        inside = isinstance(operator, ast.In) is holds
        if isinstance(left, ast.Constant):
            return _named(_root(right)) if left.value in ("..", "/") and not inside else frozenset()
        return _named(left) if inside and not isinstance(constant, str) else frozenset()
    if isinstance(operator, ast.Eq | ast.NotEq):
        same = isinstance(operator, ast.Eq) is holds
        # Against a value that is no constant it is how real paths are compared with their base.
        known = bool(constant) or (isinstance(left, ast.Call) and last(left.func) == "commonpath")
        names = {dotted(node) for node in ast.walk(left) if isinstance(node, ast.Name)}
        return frozenset(names) if same and known else frozenset()
    return frozenset()


def _called(call: ast.Call) -> frozenset[str]:
    name = last(call.func)
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    if receiver is not None and name in _SHAPES:
        return _named(_root(receiver))
    if receiver is not None and name == "startswith" and call.args and not isinstance(call.args[0], ast.Constant):
        return _named(_root(receiver))
    if name in _MATCHES or _CHECKS.search(name.lower()):
        return frozenset().union(*(_named(each) for each in call.args))
    return frozenset()


def _root(node: ast.expr) -> ast.expr:
    """What a chain of method calls begins with: ``name`` of ``name.lower().strip()``."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return node


def _named(node: ast.expr) -> frozenset[str]:
    name = dotted(node) or ("" if not (isinstance(node, ast.Call) and node.args) else dotted(node.args[0]))
    return frozenset({name} if name else ())


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
