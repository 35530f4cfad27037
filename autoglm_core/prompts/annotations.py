"""From an answer with types to the target's own code with them: only annotations and their imports are taken.

Whatever else the model changed in the function is left out, so that adding types cannot change what it does.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from autoglm_core.analysis.functions import (
    RETURN,
    FunctionNode,
    FunctionSource,
    parse_function,
    typed_parameters,
    untyped,
)
from autoglm_core.analysis.trees import parse_tree
from autoglm_core.prompts.answer import find_function, merged
from autoglm_core.prompts.splice import bound_names, import_insertion, names_in
from autoglm_core.types import Document, Replacement, Span, Target, Task

_TYPING = "Any ClassVar Final Literal NamedTuple NoReturn Optional Protocol Self TypeVar Union Dict List Set Tuple Type"
_ABSTRACT = (
    "AsyncGenerator AsyncIterable AsyncIterator Awaitable Callable Collection Container Coroutine Generator Hashable "
    "Iterable Iterator Mapping MutableMapping MutableSequence MutableSet Reversible Sequence Sized"
)
_FROM = dict.fromkeys(_TYPING.split(), "typing") | dict.fromkeys(_ABSTRACT.split(), "collections.abc")
_BUILTINS = frozenset(dir(builtins))


def read_annotations(task: Task, answer: str) -> tuple[Replacement, ...]:
    """The types that the target lacks and the answer has, written into the target, and the imports they need.

    Types that the target has already stay as they are. Raises ValueError when the answer adds none.
    """
    target = task.target
    own = parse_function(task.document.text, target) if target else None
    if target is None or own is None:
        raise ValueError("the function does not parse as it is, so no types can be added to it")
    code, found = find_function(answer, target.name)
    answered = parse_function(code, found) if found else None
    if answered is None:
        raise ValueError(f"the answer holds no function {target.name.rpartition('.')[2]} that parses")
    types = _types(own, answered)
    missing = set(untyped(own.name, own.node))
    if not missing & types.keys():
        raise ValueError("the answer adds no types to the function")
    later = _classes_not_made_yet(task.document, target)
    written = {name: _written(node, later, task.document) for name, node in types.items() if name in missing}
    made = [*_parameters(own, task.document, written), *_result(own, task.document, target, written)]
    made += _imports(task.document, code, {name for text in written.values() for name in names_in(text)})
    return merged(sorted(made, key=lambda replacement: (replacement.span.start, replacement.span.end)))


def _types(own: FunctionSource, answered: FunctionSource) -> dict[str, ast.expr]:
    """The answer's types by the name of the parameter; ``__init__`` returns None, whatever the answer says."""
    types = {p.arg: p.annotation for p in typed_parameters(own.name, answered.node) if p.annotation is not None}
    if answered.node.returns is not None:
        types[RETURN] = answered.node.returns
    elif own.node.name == "__init__":
        types[RETURN] = ast.Constant(None)
    return types


def _written(node: ast.expr, later: set[str], document: Document) -> str:
    """A type as source; in quotes where it names a class that is not there yet when the function is made."""
    text = ast.unparse(node)
    if later & names_in(text) and not _quoted(node) and not _postponed(document):
        return repr(text).replace("'", '"') if "'" not in text and '"' not in text else repr(text)
    return text


def _quoted(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _postponed(document: Document) -> bool:
    return re.search(r"^from __future__ import .*\bannotations\b", document.text, re.MULTILINE) is not None


def _classes_not_made_yet(document: Document, target: Target) -> set[str]:
    """The classes of the document that end behind the place where the function begins."""
    pattern = re.compile(r"^[ \t]*class[ \t]+(\w+)", re.MULTILINE)
    around = set(target.name.split(".")[:-1])
    return around | {match[1] for match in pattern.finditer(document.text, target.span.start)}


def _parameters(own: FunctionSource, document: Document, written: dict[str, str]) -> Iterator[Replacement]:
    text, defaults = document.text, _defaults(own.node)
    for parameter in typed_parameters(own.name, own.node):
        if parameter.arg not in written:
            continue
        end = own.end(parameter)
        default = defaults.get(parameter.arg)
        between = text[end : own.start(default)] if default is not None else ""
        if between.strip() == "=":  # with a type, the sign has spaces around it (PEP 8)
            yield Replacement(Span(end, end + len(between)), f": {written[parameter.arg]} = ")
        else:
            yield Replacement(Span(end, end), f": {written[parameter.arg]}")


def _defaults(node: FunctionNode) -> dict[str, ast.expr]:
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    last = positional[len(positional) - len(arguments.defaults) :]
    found = {parameter.arg: default for parameter, default in zip(last, arguments.defaults, strict=True)}
    keyword = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return found | {parameter.arg: default for parameter, default in keyword if default is not None}


def _result(own: FunctionSource, document: Document, target: Target, written: dict[str, str]) -> Iterator[Replacement]:
    place = _behind_parameters(own, document.text, target) if RETURN in written else None
    if place is not None:
        yield Replacement(Span(place, place), f" -> {written[RETURN]}")


def _behind_parameters(own: FunctionSource, text: str, target: Target) -> int | None:
    """The offset behind the parenthesis that closes the parameters."""
    arguments = own.node.args
    parts: list[ast.AST | None] = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    parts += [arguments.vararg, arguments.kwarg]
    parts += [*arguments.defaults, *arguments.kw_defaults]
    ends = [own.end(part) for part in parts if part is not None]
    start = max(ends, default=own.start(own.node))
    limit = own.start(own.node.body[0])
    # Behind the last parameter only a default's closing brackets, a comma and comments can come before it.
    code = re.sub(r"#[^\r\n]*", lambda match: " " * len(match[0]), text[start:limit])
    head = code.find(":") if ends else code.find(":", code.find(")"))
    close = code.rfind(")", 0, head if head >= 0 else len(code))
    return start + close + 1 if close >= 0 else None


def _imports(document: Document, code: str, used: set[str]) -> Iterator[Replacement]:
    """Imports of the names that the types use and the document lacks: the answer's own, else the well-known ones."""
    known = bound_names(document.text) | _BUILTINS
    wanted = sorted(used - known)
    statements: list[str] = []
    for name in wanted:
        statement = _import_in(code, name) or (f"from {_FROM[name]} import {name}" if name in _FROM else "")
        if statement and statement not in statements:
            statements.append(statement)
    if statements:
        yield import_insertion(document, list(_joined(statements)))


def _import_in(code: str, name: str) -> str:
    """The import of one name, as the answer writes it."""
    try:
        body = parse_tree(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    for statement in body:
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            continue
        for alias in statement.names:
            if (alias.asname or alias.name.partition(".")[0]) == name:
                copy = type(statement)(**{**vars(statement), "names": [alias]})
                return ast.unparse(copy)
    return ""


def _joined(statements: list[str]) -> Iterator[str]:
    """Imports from one module made one statement."""
    from_module: dict[str, list[str]] = {}
    for statement in statements:
        match = re.fullmatch(r"from (\S+) import (.+)", statement)
        if match is None:
            yield statement
        else:
            from_module.setdefault(match[1], []).append(match[2])
    for module, names in from_module.items():
        yield f"from {module} import {', '.join(sorted(names))}"
