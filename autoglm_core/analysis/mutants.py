"""Small changes of code, one at a time: to try whether tests notice them, and to search for a repair.

The operators for tests are those of mutation testing (DeMillo, Lipton, Sayward 1978; mutmut and cosmic-ray
use the same families). The wider set for repair adds the edits that fix most one-place bugs of language
models: another bound, another variable, another conversion of the result, a guard for empty input (compare
the bug classes of HumanEvalPack, Muennighoff et al. 2023, and generate-and-validate repair, Le Goues et al.
2012).
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from autoglm_core.analysis.edits import EditableSource, SourceEdit
from autoglm_core.analysis.programs import fingerprint
from autoglm_core.types import Span

_COMPARISONS: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Lt: ("<=", ">"),
    ast.LtE: ("<", ">="),
    ast.Gt: (">=", "<"),
    ast.GtE: (">", "<="),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
}
_OPERATORS: dict[type[ast.operator], tuple[str, ...]] = {
    ast.Add: ("-", "*"),
    ast.Sub: ("+",),
    ast.Mult: ("+", "//"),
    ast.Div: ("//", "*"),
    ast.FloorDiv: ("/", "%"),
    ast.Mod: ("//",),
    ast.Pow: ("*",),
    ast.BitAnd: ("|",),
    ast.BitOr: ("&",),
    ast.BitXor: ("|",),
    ast.LShift: (">>",),
    ast.RShift: ("<<",),
}
_SIGNS: dict[type[ast.cmpop] | type[ast.operator], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
}
_TWINS = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "upper": "lower",
    "lower": "upper",
    "startswith": "endswith",
    "endswith": "startswith",
    "find": "rfind",
    "rfind": "find",
    "floor": "ceil",
    "ceil": "floor",
    "append": "extend",
    "extend": "append",
    "lstrip": "rstrip",
    "rstrip": "lstrip",
    "isupper": "islower",
    "islower": "isupper",
    "isdigit": "isalpha",
    "isalpha": "isdigit",
}
_MOST_NAMES = 6
_MOST_PARTS = 6
_SHORT_TEXT = 12
_T = TypeVar("_T", str, int)

_Edits = Callable[[EditableSource, Iterable[ast.AST]], Iterator[SourceEdit]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A document with one small change. ``what`` says it in words; ``line`` is zero-based, in the old text."""

    text: str
    what: str
    line: int


def list_mutants(text: str, span: Span) -> tuple[Mutant, ...]:
    """The documents that differ from ``text`` in one small change within the span, in text order.

    All of them parse, and none is the same program as another one or as ``text``. Empty where ``text`` does
    not parse.
    """
    return _collect(text, span, _test_edits)


def list_repairs(text: str, span: Span) -> tuple[Mutant, ...]:
    """The same with the wider set of changes, the likeliest to repair first: those of ``list_mutants``."""
    return _collect(text, span, _test_edits, _repair_edits)


def _collect(text: str, span: Span, *sources: _Edits) -> tuple[Mutant, ...]:
    source = EditableSource.parse(text)
    if source is None:
        return ()
    seen = {fingerprint(text)}
    found = []
    for edits in sources:
        nodes = list(source.nodes(span))
        made = sorted(edits(source, nodes), key=lambda edit: edit.start)
        for edit in made:
            changed = source.apply(edit)
            mark = fingerprint(changed)
            if mark is not None and mark not in seen:
                seen.add(mark)
                found.append(Mutant(changed, edit.what, source.line(edit.start)))
    return tuple(found)


def _test_edits(source: EditableSource, nodes: Iterable[ast.AST]) -> Iterator[SourceEdit]:
    for node in nodes:
        if isinstance(node, ast.Compare):
            yield from _comparisons(source, node)
        elif isinstance(node, ast.BinOp):
            yield from _operators(source, node)
        elif isinstance(node, ast.BoolOp):
            yield from _connectives(source, node)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
            yield source.replace(node, source.wrapped(node.operand), f"`{source.short(node)}` loses its sign")
        elif isinstance(node, ast.Constant):
            yield from _constants(source, node)
        elif isinstance(node, ast.Call):
            yield from _twins(source, node)
        elif isinstance(node, (ast.If, ast.While, ast.IfExp)):
            yield source.replace(node.test, f"(not {source.wrapped(node.test)})", "the condition is negated")
        elif isinstance(node, ast.AugAssign):
            yield from _augmented(source, node)
        elif isinstance(node, (ast.Break, ast.Continue)):
            other = "continue" if isinstance(node, ast.Break) else "break"
            yield source.replace(node, other, f"`{source.short(node)}` becomes `{other}`")
        elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
            yield source.replace(node.value, "None", f"`{source.short(node)}` returns None")
        elif isinstance(node, (ast.Expr, ast.Assign)) and not source.is_docstring(node):
            yield source.replace(node, "pass", f"`{source.short(node)}` is left out")


def _repair_edits(source: EditableSource, nodes: Iterable[ast.AST]) -> Iterator[SourceEdit]:
    nodes = list(nodes)
    for function in (node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))):
        yield from _guards(source, function)
    names, texts, numbers = _local_names(nodes), _constants_of(nodes, str), _constants_of(nodes, int)
    yield from _everywhere(source, nodes, texts)
    for node in nodes:
        if isinstance(node, ast.Constant):
            yield from _other_constants(source, node, texts, numbers)
        elif isinstance(node, ast.AugAssign):
            yield from _other_updates(source, node, names)
        elif isinstance(node, ast.BinOp):
            yield from _parts(source, node)
        elif isinstance(node, (ast.Assign, ast.Return)) and isinstance(node.value, (ast.BinOp, ast.Name)):
            for factor in ("* 2", "/ 2", "// 2"):
                new = f"{source.wrapped(node.value)} {factor}"
                yield source.replace(node.value, new, f"`{source.short(node.value)}` becomes `{new[:60]}`")
        for bound in _bounds(node):
            for step in ("+ 1", "- 1"):
                new = f"{source.wrapped(bound)} {step}"
                yield source.replace(bound, new, f"`{source.short(bound)}` becomes `{source.short(bound)} {step}`")
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
            for other in [name for name in names if name != node.id][:_MOST_NAMES]:
                yield source.replace(node, other, f"`{node.id}` becomes `{other}`")
        elif isinstance(node, ast.Call):
            yield from _calls(source, node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod)):
            swapped = f"{source.wrapped(node.right)} {_SIGNS[type(node.op)]} {source.wrapped(node.left)}"
            yield source.replace(node, swapped, f"`{source.short(node)}` is turned round")
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from _turned(source, node)
        elif isinstance(node, ast.Return) and node.value is not None:
            yield from _results(source, node.value)
        elif isinstance(node, (ast.For, ast.While)):
            yield from _moved_returns(source, node)
        elif isinstance(node, ast.BoolOp):
            for value in node.values:
                yield source.replace(node, source.wrapped(value), f"only `{source.short(value)}` is asked")
        elif isinstance(node, ast.If) and not node.orelse and isinstance(node.body[-1], ast.Return):
            yield source.replace(node, "pass", f"`{source.short(node)}` is left out")


def _comparisons(source: EditableSource, node: ast.Compare) -> Iterator[SourceEdit]:
    operands = [node.left, *node.comparators]
    for operator, left, right in zip(node.ops, operands, operands[1:], strict=False):
        old = _SIGNS[type(operator)]
        for new in _COMPARISONS[type(operator)]:
            yield source.between(left, right, old, new)


def _operators(source: EditableSource, node: ast.BinOp) -> Iterator[SourceEdit]:
    old = _SIGNS.get(type(node.op))
    if old is None or _is_text(node.left) or _is_text(node.right):
        return  # "a" + b turned into "a" - b fails for certain: it says nothing of the tests
    for new in _OPERATORS[type(node.op)]:
        yield source.between(node.left, node.right, old, new)


def _connectives(source: EditableSource, node: ast.BoolOp) -> Iterator[SourceEdit]:
    old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for left, right in itertools.pairwise(node.values):
        yield source.between(left, right, old, new)


def _constants(source: EditableSource, node: ast.Constant) -> Iterator[SourceEdit]:
    value = node.value
    if isinstance(value, bool):
        yield source.replace(node, str(not value), f"`{value}` becomes `{not value}`")
    elif isinstance(value, int):
        for other in (value + 1, value - 1):
            yield source.replace(node, str(other) if other >= 0 else f"({other})", f"`{value}` becomes `{other}`")
    elif isinstance(value, float):
        yield source.replace(node, repr(value + 1), f"`{value}` becomes `{value + 1}`")
    elif isinstance(value, str) and value and source.is_plain_string(node):
        yield source.replace(node, "''", f"`{source.short(node)}` becomes an empty string")


def _twins(source: EditableSource, node: ast.Call) -> Iterator[SourceEdit]:
    function = node.func
    name = (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )
    other = _TWINS.get(name)
    if other:
        yield source.last_name(function, name, other)


def _augmented(source: EditableSource, node: ast.AugAssign) -> Iterator[SourceEdit]:
    old = _SIGNS.get(type(node.op))
    if old and not _is_text(node.value):
        for new in _OPERATORS[type(node.op)][:1]:
            yield source.between(node.target, node.value, f"{old}=", f"{new}=")
        yield source.between(node.target, node.value, f"{old}=", "=")


def _bounds(node: ast.AST) -> list[ast.expr]:
    """Expressions that are often wrong by one."""
    if isinstance(node, ast.Slice):
        found = [node.lower, node.upper]
    elif isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
        found = [node.slice]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        found = list(node.args[:2])
    elif isinstance(node, ast.Compare):
        found = [c for c, op in zip(node.comparators, node.ops, strict=True) if not isinstance(op, (ast.In, ast.NotIn))]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.FloorDiv, ast.Mod)):
        found = [node.right]
    elif isinstance(node, ast.Return):
        found = [node.value] if isinstance(node.value, (ast.Name, ast.Call, ast.BinOp)) else []
    else:
        found = []
    return [bound for bound in found if bound is not None and not isinstance(bound, (ast.Constant, ast.Tuple))]


def _calls(source: EditableSource, node: ast.Call) -> Iterator[SourceEdit]:
    function = source.text_of(node.func)
    if len(node.args) == 1 and not node.keywords and isinstance(node.func, ast.Name):
        yield source.replace(node, source.wrapped(node.args[0]), f"`{function}(...)` is taken away")
    for argument in node.args:
        if len(node.args) == 1 and isinstance(argument, ast.Name):
            for method in ("lower", "upper", "strip", "split"):
                new = f"{argument.id}.{method}()"
                yield source.replace(argument, new, f"`{argument.id}` becomes `{new}`")
    if len(node.args) == 2 and not any(isinstance(argument, ast.Starred) for argument in node.args):
        first, second = (source.text_of(argument) for argument in node.args)
        rest = "".join(f", {source.text_of(keyword)}" for keyword in node.keywords)
        yield source.replace(
            node, f"{function}({second}, {first}{rest})", f"the arguments of `{function}` change places"
        )
    if (function == "sorted" or function.endswith(".sort")) and all(word.arg != "reverse" for word in node.keywords):
        inside = ", ".join(source.text_of(part) for part in (*node.args, *node.keywords))
        yield source.replace(node, f"{function}({inside}{', ' if inside else ''}reverse=True)", "sorted the other way")
    if function == "range" and len(node.args) == 1:
        yield source.replace(node.args[0], f"1, {source.text_of(node.args[0])}", "`range` begins at 1")
        yield source.replace(node.args[0], f"1, {source.wrapped(node.args[0])} + 1", "`range` goes from 1 to the end")
    if function == "len" and len(node.args) == 1:
        yield source.replace(node, f"len(set({source.text_of(node.args[0])}))", "different ones alone are counted")


def _turned(source: EditableSource, node: ast.Compare) -> Iterator[SourceEdit]:
    left, right = node.left, node.comparators[0]
    if isinstance(node.ops[0], (ast.In, ast.NotIn)):
        sign = _SIGNS[type(node.ops[0])]
        turned = f"{source.wrapped(right)} {sign} {source.wrapped(left)}"
        yield source.replace(node, turned, f"`{source.short(node)}` is turned round")
    elif isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
        for sign in ("<", "<=", ">", ">="):
            yield source.between(left, right, _SIGNS[type(node.ops[0])], sign)


def _results(source: EditableSource, value: ast.expr) -> Iterator[SourceEdit]:
    text, wrapped = source.text_of(value), source.wrapped(value)
    for new in (
        *(f"{name}({text})" for name in ("int", "list", "tuple", "str", "sorted", "set", "abs", "len", "sum", "bool")),
        *(f"not {wrapped}", f"{wrapped}[::-1]", f"-{wrapped}", f"round({text})", f"round({text}, 2)"),
        *(f"sorted({text}, reverse=True)", f"list(dict.fromkeys({text}))", f"''.join({text})", f"' '.join({text})"),
        *(
            f"{wrapped}.strip()",
            f"{wrapped}.lower()",
            f"{wrapped} % 1000000007",
            f"max({text}, 0)",
            f"{wrapped} or None",
        ),
    ):
        yield source.replace(value, new, f"`{source.short(value)}` becomes `{new[:60]}`")


def _guards(source: EditableSource, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[SourceEdit]:
    body = [statement for statement in function.body if not source.is_docstring(statement)]
    if not body or source.line(source.start(body[0])) == function.lineno - 1:
        return
    arguments = [*function.args.posonlyargs, *function.args.args]
    for name in [argument.arg for argument in arguments if argument.arg not in ("self", "cls")]:
        for value in ("[]", "0", "''", "None", "False", "True", "-1"):
            yield source.before(body[0], f"if not {name}:\n    return {value}", f"empty `{name}` gives `{value}`")


def _moved_returns(source: EditableSource, loop: ast.For | ast.While) -> Iterator[SourceEdit]:
    """A return at the end of a loop's body, moved behind the loop: the usual slip of indentation."""
    last = loop.body[-1]
    if isinstance(last, ast.Return) and len(loop.body) > 1 and not loop.orelse:
        yield source.moved_behind(last, loop, f"`{source.short(last)}` moves behind the loop")
    if isinstance(last, ast.If) and len(last.orelse) == 1 and isinstance(last.orelse[0], ast.Return):
        yield source.else_behind(last, loop, f"`{source.short(last.orelse[0])}` moves behind the loop")


def _other_constants(
    source: EditableSource, node: ast.Constant, texts: list[str], numbers: list[int]
) -> Iterator[SourceEdit]:
    """Another constant of the function in the place of one, or a text turned round."""
    value = node.value
    if isinstance(value, str) and source.is_plain_string(node):
        for other in dict.fromkeys([*texts, "", " ", value[::-1] if len(value) < _SHORT_TEXT else value]):
            yield source.replace(node, repr(other), f"`{value!r}` becomes `{other!r}`")
    elif isinstance(value, int) and not isinstance(value, bool):
        for number in numbers:
            yield source.replace(node, repr(number), f"`{value}` becomes `{number}`")


def _other_updates(source: EditableSource, node: ast.AugAssign, names: list[str]) -> Iterator[SourceEdit]:
    old = _SIGNS.get(type(node.op), "")
    for sign in ("+", "-", "*", "//", "/", "%"):
        if old and sign != old:
            yield source.between(node.target, node.value, f"{old}=", f"{sign}=")
    if isinstance(node.target, ast.Name):
        for other in [name for name in names if name != node.target.id][:_MOST_NAMES]:
            yield source.replace(node.target, other, f"`{node.target.id} {old}=` becomes `{other} {old}=`")


def _parts(source: EditableSource, node: ast.BinOp) -> Iterator[SourceEdit]:
    """One part of a calculation in the place of the whole."""
    parts: list[ast.expr] = [node.left, node.right]
    while isinstance(parts[0], ast.BinOp) and len(parts) < _MOST_PARTS:
        parts[:1] = [parts[0].left, parts[0], parts[0].right]
        parts.insert(0, parts.pop(0))
    for part in parts:
        yield source.replace(node, source.wrapped(part), f"`{source.short(node)}` becomes `{source.short(part)}`")


def _everywhere(source: EditableSource, nodes: list[ast.AST], texts: list[str]) -> Iterator[SourceEdit]:
    """Changes of all places at once: results that are the wrong way round, a text that is wrong each time."""
    truths = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, bool)]
    if len(truths) > 1:
        yield source.replace_all([(node, str(not node.value)) for node in truths], "True and False change places")
    for text in texts:
        places = [node for node in nodes if isinstance(node, ast.Constant) and node.value == text]
        if len(places) > 1 and all(isinstance(n, ast.Constant) and source.is_plain_string(n) for n in places):
            for other in dict.fromkeys([*texts, "", " "]):
                made = [(node, repr(other)) for node in places]
                yield source.replace_all(made, f"each `{text!r}` becomes `{other!r}`")


def _constants_of(nodes: Iterable[ast.AST], kind: type[_T]) -> list[_T]:
    """The different short constants of a kind, at most a few."""
    found = dict.fromkeys(
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and type(node.value) is kind and len(str(node.value)) < _SHORT_TEXT
    )
    return list(found)[:_MOST_NAMES]


def _local_names(nodes: Iterable[ast.AST]) -> list[str]:
    found: dict[str, None] = {}
    for node in nodes:
        if isinstance(node, ast.arg):
            found[node.arg] = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = None
    return list(found)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
