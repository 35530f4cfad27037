"""Code that reaches for the machinery of the tests that judge it, or whose values are equal to everything."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

_FRAMEWORKS = ("pytest", "_pytest", "unittest", "pluggy")
_INNARDS = frozenset(
    {
        *("sys._getframe", "sys._current_frames", "inspect.stack", "inspect.currentframe", "inspect.trace"),
        *("inspect.getouterframes", "gc.get_objects", "gc.get_referrers", "gc.get_referents"),
    }
)
_INNARD_NAMES = frozenset(name.rpartition(".")[2] for name in _INNARDS) - {"stack", "trace"}
_SIGNS_OF_TESTS = frozenset({"PYTEST_CURRENT_TEST", "PYTEST_VERSION"})
_CHANGING = frozenset({"pop", "setdefault", "update", "clear", "__setitem__", "__delitem__"})
_BUILTINS = frozenset({"builtins", "__builtins__"})
_ALWAYS_TRUE = frozenset({"__eq__"})
_ORDER = ({"__lt__", "__gt__"}, {"__le__", "__ge__", "__lt__"}, {"__ge__", "__gt__", "__le__"})


def tampering(tree: ast.Module, old: ast.Module | None) -> Iterator[tuple[ast.AST, str]]:
    """Where and how a module that is no test reaches for tests: the node, and words for a reader.

    Frames and heap count only beside an import of a test framework that ``old`` did not have: a module that had
    one helps tests. See ``_lies`` for comparisons.
    """
    nodes = list(ast.walk(tree))
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    frameworks = any(map(_imports_framework, nodes))
    frameworks = frameworks and not (old and any(map(_imports_framework, ast.walk(old))))
    for node in nodes:
        if frameworks and (name := _innards(node)):
            yield node, f"{name} beside an import of a test framework reaches into the tests that run the code"
        if _changes_modules(node):
            yield node, "it changes or looks up a test framework in sys.modules"
        if name := _patched_builtin(node):
            yield node, f"it replaces the builtin {name} for all code, that of the tests too"
        if isinstance(node, ast.Constant) and node.value in _SIGNS_OF_TESTS and id(node) not in docstrings:
            yield node, f"it reads {node.value}, so it can behave otherwise while tests run"
        yield from _lies(node)


def _imports_framework(node: ast.AST) -> bool:
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and not node.level:
        names = [node.module or ""]
    elif isinstance(node, ast.Call) and _dotted(node.func) in (
        "__import__",
        "importlib.import_module",
        "import_module",
    ):
        names = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return any(name.partition(".")[0] in _FRAMEWORKS for name in names)


def _innards(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute) and _dotted(node) in _INNARDS:
        return _dotted(node)
    if isinstance(node, ast.ImportFrom) and not node.level:
        found = [f"{node.module}.{alias.name}" for alias in node.names]
        return next((name for name in found if name in _INNARDS or name.startswith("ctypes.")), "")
    if isinstance(node, ast.Import):
        return next((alias.name for alias in node.names if alias.name.partition(".")[0] == "ctypes"), "")
    if isinstance(node, ast.Call) and _dotted(node.func) == "getattr" and len(node.args) > 1:
        name = node.args[1].value if isinstance(node.args[1], ast.Constant) else ""
        return str(name) if name in _INNARD_NAMES else ""
    return ""


def _changes_modules(node: ast.AST) -> bool:
    if isinstance(node, ast.Subscript) and _is_modules(node.value):
        return _names_framework(node.slice)
    if isinstance(node, ast.Compare) and any(map(_is_modules, node.comparators)):
        return _names_framework(node.left)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_modules(node.func.value):
        return node.func.attr in (*_CHANGING, "get") and any(map(_names_framework, node.args))
    return False


def _is_modules(node: ast.expr) -> bool:
    return _dotted(node) == "sys.modules"


def _names_framework(node: ast.expr) -> bool:
    words = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return any(word.partition(".")[0] in _FRAMEWORKS for word in words)


def _patched_builtin(node: ast.AST) -> str:
    """The name of an existing builtin that a statement replaces."""
    targets: list[ast.expr] = []
    if isinstance(node, (ast.Assign, ast.Delete)):
        targets = node.targets
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        targets = [node.target]
    names: list[object] = []
    for target in targets:
        if isinstance(target, ast.Attribute) and _dotted(target.value) in _BUILTINS:
            names.append(target.attr)
        elif isinstance(target, ast.Subscript) and _dotted(target.value).partition(".")[0] in _BUILTINS:
            names.append(target.slice.value if isinstance(target.slice, ast.Constant) else "")
    if isinstance(node, ast.Call) and _dotted(node.func) in ("setattr", "delattr") and len(node.args) > 1:
        owner, name = node.args[:2]
        names += [name.value] if _dotted(owner) in _BUILTINS and isinstance(name, ast.Constant) else []
    return next((name for name in names if isinstance(name, str) and name != "_" and hasattr(builtins, name)), "")


def _lies(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Comparisons that say True of everything.

    One order that is always True is what a greatest or least value has; both at once are a lie.
    """
    methods: dict[str, ast.AST] = {}
    if isinstance(node, ast.ClassDef):
        for each in node.body:
            if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) and _agrees(each):
                methods[each.name] = each
            elif isinstance(each, ast.Assign) and isinstance(each.value, ast.Lambda) and _agrees(each.value):
                methods.update({target.id: each for target in each.targets if isinstance(target, ast.Name)})
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(value, ast.Lambda) and _agrees(value) and isinstance(key, ast.Constant):
                methods[str(key.value)] = value
    for name in _ALWAYS_TRUE & methods.keys():
        yield methods[name], f"{name} says True of everything: a value of it meets any expectation"
    for order in _ORDER:
        if order <= methods.keys():
            yield methods[min(order)], f"{' and '.join(sorted(order))} say True of everything"
            return


def _agrees(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
    """Whether all that it returns is True or its operand, which it does not look at otherwise."""
    arguments = [*function.args.posonlyargs, *function.args.args]
    other = arguments[1].arg if len(arguments) > 1 else function.args.vararg.arg if function.args.vararg else ""
    body = [ast.Return(function.body)] if isinstance(function, ast.Lambda) else function.body
    nodes = [node for statement in body for node in ast.walk(statement)]
    given = [node.value for node in nodes if isinstance(node, ast.Return)]
    if not given or not all(_is_yes(value, other) for value in given):
        return False
    returned = {id(value) for value in given}
    return not any(isinstance(node, ast.Name) and node.id == other and id(node) not in returned for node in nodes)


def _is_yes(value: ast.expr | None, other: str) -> bool:
    if isinstance(value, ast.Constant):
        return value.value is True or (isinstance(value.value, int) and value.value == 1)
    return isinstance(value, ast.Name) and value.id == other


def _dotted(node: ast.AST) -> str:
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
