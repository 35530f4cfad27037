"""Which tests of a workspace reach the code that a draft changes, found by reading alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from autoglm_core.validators.tests_modules import Modules, parse_source

_MOST_TESTS = 200
_MOST_STEPS = 4
_SKIPPING = frozenset({"skip", "skipif", "skipIf", "skipUnless", "xfail", "importorskip", "expectedFailure"})
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class TestPlace:
    """A test function: its pytest node, its file, and the names that it uses."""

    __test__ = False

    node: str
    file: str
    uses: frozenset[str]
    is_async: bool = False

    @property
    def may_skip(self) -> bool:
        """Whether the test itself says that it may be skipped, or is expected to fail."""
        return bool(self.uses & _SKIPPING)


def is_test_file(path: str) -> bool:
    """Whether pytest's default patterns make this a file of tests."""
    name = PurePosixPath(path).name
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def select_tests(
    files: Mapping[str, str], document: str, names: frozenset[str], ran: Callable[[str], bool] | None = None
) -> tuple[TestPlace, ...]:
    """The tests that reach one of the functions named (``push``, ``Stack.push``) in a document.

    ``ran`` tells of a pytest node whether it is known to have run one of them: those of them that reach it by name
    too come first, and the others last. None: nothing is known.

    A test file counts when its imports lead to the document; in it, a test counts when it mentions a
    function, or something of the file, its conftest or the document that mentions it. At most 200.
    """
    modules = Modules(files)
    wanted = _users(files.get(document, ""), {_mentioned(name) for name in names})
    if is_test_file(document):
        own = tests_of(document, files[document])
        return tuple(test for test in own if test.node.split("::")[-1] in {name.rpartition(".")[2] for name in names})
    found: list[TestPlace] = []
    for path in sorted(filter(is_test_file, files)):
        conftests = modules.conftests(path)
        words = _words(files[path]).union(*(_words(files[conftest]) for conftest in conftests))
        if not words & wanted or not modules.reach(path, document):
            continue
        here = set(wanted)
        for conftest in conftests:
            here |= _users(files[conftest], here)
        here = _users(files[path], here)
        found += [test for test in tests_of(path, files[path]) if test.uses & here]
    if ran is None:
        return tuple(found[:_MOST_TESTS])
    known = [t for path in sorted(filter(is_test_file, files)) for t in tests_of(path, files[path]) if ran(t.node)]
    both = set(known) & set(found)
    first = [test for test in known if test in both]
    return tuple(dict.fromkeys([*first, *found, *known]))[:_MOST_TESTS]


@lru_cache(maxsize=256)
def tests_of(path: str, text: str) -> tuple[TestPlace, ...]:
    """The test functions and methods of a file, by pytest's default names; none if it does not parse."""
    tree = parse_source(text)
    return tuple(_tests(tree.body, path, path, frozenset())) if tree else ()


def _tests(body: Iterable[ast.stmt], path: str, node: str, shared: frozenset[str]) -> Iterator[TestPlace]:
    for statement in body:
        if isinstance(statement, _Function) and statement.name.startswith("test"):
            is_async = isinstance(statement, ast.AsyncFunctionDef)
            yield TestPlace(f"{node}::{statement.name}", path, _names(statement) | shared, is_async)
        elif isinstance(statement, ast.ClassDef) and _holds_tests(statement):
            others = [each for each in statement.body if not _is_test(each)]
            around = frozenset().union(*map(_names, others), *map(_names, statement.decorator_list))
            yield from _tests(statement.body, path, f"{node}::{statement.name}", shared | around)
        elif isinstance(statement, (ast.If, ast.Try)):
            yield from _tests(statement.body, path, node, shared)


def _is_test(statement: ast.stmt) -> bool:
    return isinstance(statement, _Function) and statement.name.startswith("test")


def _holds_tests(definition: ast.ClassDef) -> bool:
    bases = {name for base in definition.bases for name in _names(base)}
    return definition.name.startswith("Test") or any("TestCase" in name for name in bases)


def _mentioned(name: str) -> str:
    """The word that code which uses a function holds: its own, or its class's for ``__init__`` and the like."""
    scope, _, own = name.rpartition(".")
    return scope.rpartition(".")[2] if scope and own.startswith("__") and own.endswith("__") else own


def _users(text: str, names: set[str]) -> set[str]:
    """The names, and those of a file's own definitions that use one of them, over a few steps."""
    wanted = set(names)
    definitions = _definitions(text)
    for _ in range(_MOST_STEPS):
        more = {name for name, uses in definitions if uses & wanted} - wanted
        if not more:
            break
        wanted |= more
    return wanted


@lru_cache(maxsize=256)
def _definitions(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Functions, methods and constants of a file, with the names that they use; tests are nobody's helpers."""
    tree = parse_source(text)
    found: list[tuple[str, frozenset[str]]] = []
    left = list(tree.body) if tree else []
    while left:
        statement = left.pop()
        if isinstance(statement, _Function):
            if not statement.name.startswith("test"):
                scope = _mentioned(statement.name)
                found.append((scope, _names(statement) - {statement.name}))
        elif isinstance(statement, ast.ClassDef):
            left += [] if _holds_tests(statement) else statement.body
            hooks = [each for each in statement.body if isinstance(each, _Function) and each.name.startswith("__")]
            found += [(statement.name, _names(each)) for each in [*statement.bases, *hooks]]
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            found += [(target.id, _names(statement)) for target in targets if isinstance(target, ast.Name)]
        elif isinstance(statement, (ast.If, ast.Try)):
            left += statement.body
    return tuple(found)


def _names(node: ast.AST) -> frozenset[str]:
    found = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            found.add(each.id)
        elif isinstance(each, ast.Attribute):
            found.add(each.attr)
        elif isinstance(each, ast.arg):
            found.add(each.arg)  # a fixture
        elif isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value.isidentifier():
            found.add(each.value)  # usefixtures("stack"), getattr(module, "push")
        elif isinstance(each, ast.alias):
            found.update(filter(None, (each.name.rpartition(".")[2], each.asname)))
    return frozenset(found)


@lru_cache(maxsize=256)
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))
