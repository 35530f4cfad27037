"""Existing tests and doctests that a draft removes, skips or weakens, found by reading both texts."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from autoglm_core.analysis.added_tests import tests_in
from autoglm_core.analysis.functions import FunctionNode, functions_by_name, parse_text
from autoglm_core.analysis.trees import parse_tree
from autoglm_core.validators.honesty_values import NoLiteralError, same, value_of
from autoglm_core.validators.tests_doctests import find_doctests

_SKIPPING = frozenset(
    {"skip", "skipif", "xfail", "importorskip", "skipIf", "skipUnless", "expectedFailure", "skipTest", "SkipTest"}
)
_EXPECTING = frozenset({"raises", "warns", "fail", "deprecated_call"})
_EQUALITY = (ast.Eq, ast.Is, ast.In, ast.NotEq, ast.IsNot, ast.NotIn)


@dataclass(frozen=True, slots=True)
class TestEdit:
    """``line`` is zero-based in the new text, None where what it is about is gone; ``words`` say what was done."""

    __test__ = False

    line: int | None
    words: str


def edits_of_tests(before: str, after: str) -> tuple[TestEdit, ...]:
    """What makes the tests of a test file prove less than they did; none where one of the texts does not parse."""
    old, new = parse_text(before), parse_text(after)
    if old is None or new is None:
        return ()
    kept = {test.name: test.node for test in tests_in(after)}
    found = []
    for test in tests_in(before):
        if test.name not in kept:
            found.append(TestEdit(None, f"the test {test.name} is removed or renamed"))
        else:
            line = kept[test.name].lineno - 1
            found += [TestEdit(line, f"{test.name}: {words}") for words in _weaker(test.node, kept[test.name])]
    around = _skips_around(new) - _skips_around(old)
    return (*found, *(TestEdit(line - 1, "a whole group of tests is skipped") for _, line in _lines(new, around)))


def edits_of_doctests(before: str, after: str, *, gone_too: bool) -> tuple[TestEdit, ...]:
    """The doctests that stood before and do not stand so any more; ``gone_too``: with their function as well."""
    examples = find_doctests(before) if ">>>" in before else ()
    tree = parse_text(after) if examples else None
    if tree is None:
        return ()
    functions = functions_by_name(tree)
    classes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    new = {
        test.name: Counter((e.source.strip(), e.want.strip()) for e in test.examples) for test in find_doctests(after)
    }
    found = []
    for test in examples:
        node = functions.get(test.name) or classes.get(test.name.rpartition(".")[2])
        if node is None and test.name and not gone_too:
            continue
        lost = Counter((e.source.strip(), e.want.strip()) for e in test.examples) - new.get(test.name, Counter())
        for source, want in lost:
            place = node.lineno - 1 if node else None
            words = f"the doctest `{source.splitlines()[0][:80]}` of {test.name or 'the module'}, which gave"
            found.append(TestEdit(place, f"{words} `{want[:60]}`, is changed or removed"))
    return tuple(found)


def _weaker(old: FunctionNode, new: FunctionNode) -> Iterator[str]:
    if _skips(new) > _skips(old):
        yield "it is skipped, or expected to fail"
    if _returns(new) > _returns(old):
        yield "it returns early"
    changed = list(_changed_answers(old, new))
    if changed:
        yield f"the expected value of `{changed[0][:80]}` is changed"
    elif _lost(old, new):
        yield "a case of its asserts is changed or removed"
    if _asserts(new) < _asserts(old):
        yield f"it asserts less: {_asserts(new)} instead of {_asserts(old)} times"
    elif _comparisons(new) < _comparisons(old):
        yield "an assert is weakened: it does not compare any more"
    elif _swallowed(new) > _swallowed(old):
        yield "an assert that fails is caught"
    if any(row not in _rows(new) for row in _rows(old)):
        yield "a case of its parametrize is changed or removed"


def _skips(node: ast.AST) -> int:
    return sum(_last(each) in _SKIPPING for each in ast.walk(node))


def _skips_around(tree: ast.Module) -> Counter[str]:
    """Marks that skip tests from outside of them: of classes, and of the module."""
    return Counter(text for text, _ in _marks(tree))


def _lines(tree: ast.Module, texts: Counter[str]) -> list[tuple[str, int]]:
    return [(text, line) for text, line in dict(_marks(tree)).items() if text in texts]


def _marks(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            marks: list[ast.AST] = [*node.decorator_list, *(s for s in node.body if isinstance(s, ast.Assign))]
            yield from ((f"{node.name}: {ast.dump(mark)}", node.lineno) for mark in marks if _skips(mark))
    for statement in tree.body:
        if isinstance(statement, (ast.Assign, ast.Expr, ast.If, ast.Raise)) and _skips(statement):
            yield ast.dump(statement), statement.lineno


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, those of functions inside it left out."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            yield child
            yield from _own(child)


def _returns(node: FunctionNode) -> int:
    return sum(isinstance(each, ast.Return) for each in _own(node))


def _checks(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return _last(node.func).startswith("assert") or _last(node.func) in _EXPECTING
    return isinstance(node, ast.Assert)


def _asserts(node: ast.AST) -> int:
    return sum(map(_checks, ast.walk(node)))


def _comparisons(node: ast.AST) -> int:
    """Asserts that compare as a whole, so that ``or True`` behind one makes it none."""
    tests = [each for each in ast.walk(node) if _checks(each)]
    return sum(_compares(each) for each in tests)


def _compares(check: ast.AST) -> bool:
    if isinstance(check, ast.Call):
        return _last(check.func).startswith("assert") and len(check.args) > 1
    test = check.test if isinstance(check, ast.Assert) else None
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(isinstance(each, ast.Compare) for each in test.values)
    return isinstance(test, ast.Compare)


def _swallowed(node: ast.AST) -> int:
    tries = [each for each in ast.walk(node) if isinstance(each, ast.Try) and each.handlers]
    caught = sum(any(map(_asserts, each.body)) for each in tries)
    withs = [each for each in ast.walk(node) if isinstance(each, (ast.With, ast.AsyncWith))]
    suppressed = [each for each in withs if any("suppress" in ast.unparse(item) for item in each.items)]
    return caught + sum(any(map(_asserts, each.body)) for each in suppressed)


def _changed_answers(old: FunctionNode, new: FunctionNode) -> Iterator[str]:
    """What is compared with other literals than before, and with none of those before."""
    after = _answers(new)
    for asked, values in _answers(old).items():
        if asked in after and any(not any(same(value, each) for each in after[asked]) for value in values):
            yield asked


def _lost(old: FunctionNode, new: FunctionNode) -> bool:
    """Whether inputs that were checked are not any more; the names around them may change."""
    return bool(_inputs(old) - _inputs(new))


def _inputs(node: FunctionNode) -> Counter[str]:
    """The literals in what asserts compare, with the literals that they are compared with."""
    found: Counter[str] = Counter()
    for asked, values in _answers(node).items():
        literals = [each.value for each in ast.walk(parse_tree(asked)) if isinstance(each, ast.Constant)]
        found.update(f"{literals!r} {value!r}" for value in values if literals)
    return found


def _answers(node: FunctionNode) -> dict[str, list[object]]:
    """The expressions that asserts compare, with the literals that they are compared with."""
    found: dict[str, list[object]] = {}
    for check in ast.walk(node):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(check, ast.Assert):
            compares = [each for each in ast.walk(check.test) if isinstance(each, ast.Compare) and len(each.ops) == 1]
            pairs = [(each.left, each.comparators[0]) for each in compares if isinstance(each.ops[0], _EQUALITY)]
        elif _checks(check) and isinstance(check, ast.Call) and len(check.args) > 1:
            pairs = [(check.args[0], check.args[1])]
        for one, other in pairs:
            for asked, given in ((one, other), (other, one)):
                try:
                    value = value_of(given)
                except NoLiteralError:
                    continue
                found.setdefault(ast.unparse(asked), []).append(value)
                break
    return found


def _rows(node: FunctionNode) -> list[str]:
    """The cases of ``parametrize``, as code."""
    calls = [each for each in node.decorator_list if isinstance(each, ast.Call) and _last(each.func) == "parametrize"]
    tables = [call.args[1] for call in calls if len(call.args) > 1]
    return [ast.unparse(row) for table in tables if isinstance(table, (ast.List, ast.Tuple)) for row in table.elts]


def _last(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
