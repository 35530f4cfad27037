"""Puts the name that was meant in the place of one that does not exist, where one in scope is near enough."""

from __future__ import annotations

import ast
import builtins
import difflib
import re

from autoglm_core.repair.scope import NEAR, local_names, near_names, tree_of

_NEAR_BUILTIN = 0.75
"""There are many of them, and each is near something."""
_MOST = 4
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_GENERIC = ("list", "dict", "set", "tuple")
_KINDS = {
    "list": {"list", "vector", "array", "slice"},
    "dict": {"dict", "map", "mapping", "hash", "object"},
    "set": {"set"},
    "tuple": {"tuple", "pair"},
    "str": {"string", "str", "char"},
    "int": {"integer", "int", "long", "short", "number"},
    "float": {"double", "float"},
    "bool": {"boolean", "bool"},
    "None": {"void", "null"},
}
"""What other languages call Python's types."""
_BUILTIN_TYPES = {"bool", "bytes", "complex", "dict", "float", "int", "list", "object", "set", "str", "tuple", "type"}
_METHODS = frozenset(name for kind in (str, list, dict, set) for name in dir(kind) if not name.startswith("_"))
_FOREIGN = {
    "Math": {"Math.min": "min", "Math.max": "max", "Math.abs": "abs", "Math.pow": "pow", "Math.round": "round"},
    "console": {"console.log": "print", "console.error": "print"},
    "System": {"System.out.println": "print", "System.out.print": "print"},
    "this": {"this": "self"},
    "null": {"null": "None"},
    "NULL": {"NULL": "None"},
    "nullptr": {"nullptr": "None"},
    "nil": {"nil": "None"},
    "undefined": {"undefined": "None"},
    "true": {"true": "True"},
    "false": {"false": "False"},
}
"""What other languages write, by the name that does not resolve in Python."""


def meant_names(text: str, name: str, line: int) -> tuple[str, ...]:
    """What may be meant by a name that does not resolve at a zero-based line, the likeliest first.

    Names in scope that are written much like it, those of the function before those of the module; what the class
    around it calls so (``self.name``); the one name of the function that shares a word with it.
    """
    if (tree := tree_of(text)) is None:
        return ()
    local = local_names(tree, line) - {name}
    top = _bound_at_top(tree) - {name}
    near = near_names(name, local | top, NEAR)
    if _is_called(tree, name, line):  # nobody means the function ``list`` where a value is wanted
        near += near_names(name, set(dir(builtins)), _NEAR_BUILTIN)
    if _annotates(tree, name, line):
        near = near_names(name, top | _BUILTIN_TYPES, NEAR)  # a type is no local name
        return tuple(dict.fromkeys([*near, *_types(name, top)]))[:_MOST]
    found = sorted(near, key=lambda each: each not in local)
    found += [f"self.{name}"] if _in_class(tree, name, line) and "self" in local else []
    sharing = [each for each in local if len(each) > 1 and _words(each) & _words(name)]
    found += sharing if len(sharing) == 1 else []
    return tuple(dict.fromkeys(found))[:_MOST]


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name) if len(word) > 1}


def _annotates(tree: ast.Module, name: str, line: int) -> bool:
    """Whether the name is a type on a zero-based line."""
    for node in ast.walk(tree):
        annotations: list[ast.expr | None] = []
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            annotations = [node.returns]
        elif isinstance(node, (ast.arg, ast.AnnAssign)):
            annotations = [node.annotation]
        for annotation in annotations:
            parts = ast.walk(annotation) if annotation else ()
            if any(isinstance(p, ast.Name) and p.id == name and p.lineno == line + 1 for p in parts):
                return True
    return False


def _types(name: str, top: set[str]) -> list[str]:
    """The type that another language, or nobody, calls so."""
    words = _words(name)
    found = [kind for kind, others in _KINDS.items() if words & others]
    # ``from typing import *`` cannot be seen here: where the first does not resolve, the built-in one does.
    return [each for kind in found for each in ((kind.capitalize(), kind) if kind in _GENERIC else (kind,))]


def _in_class(tree: ast.Module, name: str, line: int) -> bool:
    """Whether the class around a zero-based line has a method, or its methods an attribute, of that name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.lineno <= line + 1 <= (node.end_lineno or node.lineno):
            methods = {m.name for m in node.body if isinstance(m, (ast.FunctionDef, ast.AsyncFunctionDef))}
            attributes = {
                part.attr
                for part in ast.walk(node)
                if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "self"
            }
            if name in methods | attributes:
                return True
    return False


def in_python(text: str, name: str, start: int) -> str | None:
    """The text with what other languages write with a name, on its line, as Python writes it; None if unknown.

    A comma before a method of the built-in types was meant as a dot.
    """
    if text[start - 1 : start] == "," and text[start + len(name) :].startswith("(") and name in _METHODS:
        return f"{text[: start - 1]}.{text[start:]}"
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    line_end = len(text) if line_end < 0 else line_end
    line = text[line_start:line_end]
    for foreign, own in _FOREIGN.get(name, {}).items():
        line = re.sub(rf"(?<![\w.]){re.escape(foreign)}(?!\w)", own, line)
    return text[:line_start] + line + text[line_end:] if line != text[line_start:line_end] else None


def _is_called(tree: ast.Module, name: str, line: int) -> bool:
    """Whether a name is called on a zero-based line, raised or caught, or given to what calls it or asks for a type."""
    nodes = [node for node in ast.walk(tree) if getattr(node, "lineno", 0) == line + 1]
    used = [node.func for node in nodes if isinstance(node, ast.Call)]
    used += [each for node in nodes if isinstance(node, ast.Call) for each in _functions_given(node)]
    used += [node.exc for node in nodes if isinstance(node, ast.Raise) and node.exc is not None]
    used += [node.type for node in nodes if isinstance(node, ast.ExceptHandler) and node.type is not None]
    plain = any(isinstance(node, ast.Name) and node.id == name for node in used)
    constants = {"None", "True", "False", "NotImplemented", "Ellipsis"}
    return plain or bool(difflib.get_close_matches(name, constants, n=1, cutoff=0.8))


def _functions_given(call: ast.Call) -> list[ast.expr]:
    """What a call is given as a function or a type: ``isinstance(x, int)``, ``map(str, xs)``, ``key=len``."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    given = [word.value for word in call.keywords if word.arg in ("key", "default_factory")]
    given += call.args[1:2] if name in ("isinstance", "issubclass") else []
    given += call.args[:1] if name in ("map", "filter", "defaultdict", "reduce") else []
    return [part for each in given for part in (each.elts if isinstance(each, ast.Tuple) else [each])]


def _bound_at_top(tree: ast.Module) -> set[str]:
    found = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        else:
            found |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return found
