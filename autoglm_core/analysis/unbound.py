"""Local names that are used before anything can have given them a value: what raises UnboundLocalError for certain.

Only what holds on every path that reaches the use counts. So a name that is bound in another branch, or in an
earlier round of a loop, is let be: checkers call that "possibly unbound", and it is right more often than wrong.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def unbound_locals(tree: ast.AST) -> list[ast.Name]:
    """The uses of local names, first of each name in a function, at which the name can have no value yet."""
    found: list[ast.Name] = []
    for function in ast.walk(tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and _is_suspect(function):
            found += _Walk(_locals(function)).run(function)
    return found


def _is_suspect(function: _Function) -> bool:
    """Whether a name is used on a line above all that assign to it, or on the first of them.

    It takes a tenth of the time of the walk, which few functions then need. What it misses, a use below an assignment
    in another branch, ty reports, but in loops.
    """
    used: dict[str, int] = {}
    bound: dict[str, int] = {}
    declared: set[ast.AST] = set()
    for node in ast.walk(function):  # a statement comes before its parts
        if type(node) is ast.Name:
            if node not in declared:
                lines = used if type(node.ctx) is ast.Load else bound
                lines[node.id] = min(node.lineno, lines.get(node.id, node.lineno))
        elif type(node) is ast.AugAssign and type(node.target) is ast.Name:
            used[node.target.id] = min(node.lineno, used.get(node.target.id, node.lineno))
        elif type(node) is ast.AnnAssign and node.value is None:
            declared.add(node.target)
        elif type(node) is ast.comprehension:
            declared |= set(ast.walk(node.target))
    given = _given(function)
    return any(used.get(name, line + 1) <= line for name, line in bound.items() if name not in given)


@dataclass(frozen=True, slots=True)
class _Flow:
    """What may be bound at a point. ``later``: by the rounds before of loops around, where this is not their start.

    ``pending``: what the innermost loop binds; on the straight way from its head nothing of it has happened in the
    first round.
    """

    bound: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    pending: frozenset[str] = frozenset()

    def sidewards(self) -> _Flow:
        """The flow in a branch: it may be entered in a later round first."""
        return replace(self, later=self.later | self.pending)

    def with_names(self, names: Iterable[str]) -> _Flow:
        return replace(self, bound=self.bound | frozenset(names))


@dataclass(slots=True)
class _Walk:
    """Goes through a function in the order in which it runs."""

    names: frozenset[str]
    found: dict[str, ast.Name] = field(default_factory=dict)

    def run(self, function: _Function) -> list[ast.Name]:
        self._block(function.body, _Flow())
        return list(self.found.values())

    def _block(self, body: Iterable[ast.stmt], flow: _Flow) -> _Flow:
        for statement in body:
            flow = self._statement(statement, flow)
            if isinstance(statement, (ast.Return, ast.Raise, ast.Continue, ast.Break)):
                break  # nothing runs behind it
        return flow

    def _statement(self, node: ast.stmt, flow: _Flow) -> _Flow:
        match node:
            case ast.If():
                flow = self._expression(node.test, flow)
                inside = flow.sidewards()
                one, other = self._block(node.body, inside), self._block(node.orelse, inside)
                flow = flow.with_names(one.bound | other.bound)
                return flow.sidewards() if _skips(node) else flow
            case ast.For() | ast.AsyncFor():
                flow = self._expression(node.iter, flow)
                return self._loop(node, [node.target], node.body, node.orelse, flow)
            case ast.While():
                return self._loop(node, [node.test], node.body, node.orelse, flow)
            case ast.Try() | ast.TryStar():
                inside = flow.sidewards()
                tried = self._block(node.body, inside)
                ends = [self._block(node.orelse, tried)]
                for handler in node.handlers:
                    caught = inside.with_names(tried.bound | {name for name in [handler.name] if name})
                    ends.append(self._block(handler.body, caught))
                flow = flow.with_names(name for end in ends for name in end.bound).sidewards()
                return self._block(node.finalbody, flow)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    flow = self._expression(item.context_expr, flow)
                    if item.optional_vars is not None:
                        flow = self._expression(item.optional_vars, flow)
                inside = self._block(node.body, flow.sidewards())
                return flow.with_names(inside.bound).sidewards()
            case ast.Match():
                flow = self._expression(node.subject, flow)
                inside, bound = flow.sidewards(), flow.bound
                for case in node.cases:
                    inside = inside.with_names(_captured(case.pattern))
                    if case.guard is not None:
                        inside = self._expression(case.guard, inside)
                    bound |= self._block(case.body, inside).bound
                flow = flow.with_names(bound | inside.bound)
                return flow.sidewards() if _skips(node) else flow
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return self._expressions([*node.decorator_list, *_defaults(node)], flow).with_names([node.name])
            case ast.ClassDef():
                given = [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]
                return self._expressions(given, flow).with_names([node.name])
            case ast.Import() | ast.ImportFrom():
                return flow.with_names(_imported(node))
            case ast.AugAssign():
                if not isinstance(node.target, ast.Name):
                    return self._expressions([node.target, node.value], flow)
                self._use(node.target, flow)
                return self._expressions([node.value, node.target], flow)
            case ast.Assert():
                flow = self._expression(node.test, flow)
                if node.msg is not None:
                    self._expression(node.msg, flow.sidewards())
                return flow
            case ast.AnnAssign():
                flow = self._expression(node.value, flow) if node.value is not None else flow
                bare = node.value is None and isinstance(node.target, ast.Name)
                return flow if bare else self._expression(node.target, flow)
            case ast.Assign():
                return self._expressions([node.value, *node.targets], flow)
            case _:
                return self._expressions(ast.iter_child_nodes(node), flow)

    def _loop(
        self, node: ast.stmt, head: list[ast.expr], body: list[ast.stmt], orelse: list[ast.stmt], flow: _Flow
    ) -> _Flow:
        outer = flow.sidewards()
        made = frozenset(_bindings(node))
        inside = self._expressions(head, replace(outer, pending=made))
        inside = self._block(body, inside)
        after = flow.with_names(inside.bound)
        after = after.with_names(self._block(orelse, after.sidewards()).bound)
        return after.sidewards() if any(isinstance(each, ast.Continue) or _skips(each) for each in orelse) else after

    def _expressions(self, nodes: Iterable[ast.AST], flow: _Flow) -> _Flow:
        for node in nodes:
            flow = self._expression(node, flow)
        return flow

    def _expression(self, node: ast.AST, flow: _Flow) -> _Flow:
        match node:
            case ast.Name(ctx=ast.Load()):
                self._use(node, flow)
                return flow
            case ast.Name(ctx=ast.Store()):
                return flow.with_names([node.id])
            case ast.Name():
                return flow
            case ast.NamedExpr():
                return self._expressions([node.value, node.target], flow)
            case ast.Lambda():
                return self._expressions(_defaults(node), flow)
            case ast.BoolOp():
                flow = self._expression(node.values[0], flow)
                return flow.with_names(self._expressions(node.values[1:], flow.sidewards()).bound)
            case ast.Compare():
                flow = self._expressions([node.left, node.comparators[0]], flow)
                return flow.with_names(self._expressions(node.comparators[1:], flow.sidewards()).bound)
            case ast.Dict():
                pairs = zip(node.keys, node.values, strict=True)
                return self._expressions([part for pair in pairs for part in pair if part is not None], flow)
            case ast.IfExp():
                flow = self._expression(node.test, flow)
                inside = flow.sidewards()
                one, other = self._expression(node.body, inside), self._expression(node.orelse, inside)
                return flow.with_names(one.bound | other.bound)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return self._comprehension(node, flow)
            case _:
                return self._expressions(ast.iter_child_nodes(node), flow)

    def _comprehension(self, node: _Comprehension, flow: _Flow) -> _Flow:
        flow = self._expression(node.generators[0].iter, flow)
        walrus = {n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr)}
        if not isinstance(node, ast.GeneratorExp):  # which runs when something asks for it
            own = {name for each in node.generators for name in _stored(each.target)}
            inside = flow.sidewards().with_names(own | walrus)
            for number, each in enumerate(node.generators):
                inside = self._expressions([each.iter] if number else [], inside)
                inside = self._expressions(each.ifs, inside)
            parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            self._expressions(parts, inside)
        return flow.with_names(walrus)

    def _use(self, node: ast.Name, flow: _Flow) -> None:
        if node.id in self.names and node.id not in flow.bound and node.id not in flow.later:
            self.found.setdefault(node.id, node)


def _locals(function: _Function) -> frozenset[str]:
    """The names that a function binds and that have no value when it begins."""
    stored = set(_bindings(function)) | {
        node.target.id
        for node in _own_nodes(function)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }
    declared = {
        name
        for node in ast.walk(function)  # also those that functions inside declare: these bind them
        if isinstance(node, (ast.Global, ast.Nonlocal))
        for name in node.names
    }
    return frozenset(stored - _given(function) - declared)


def _given(function: _Function) -> set[str]:
    """The names of the parameters."""
    return {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}


def _bindings(scope: ast.AST) -> Iterator[str]:
    """The names that a node gives a value, nested scopes left out. ``n += 1`` gives none to what has none."""
    for node in _own_nodes(scope):
        match node:
            case ast.Assign():
                yield from (name for target in node.targets for name in _stored(target))
            case ast.AnnAssign():
                yield from _stored(node.target) if node.value is not None else ()
            case ast.For() | ast.AsyncFor():
                yield from _stored(node.target)
            case ast.With() | ast.AsyncWith():
                yield from (name for item in node.items for name in _stored(item.optional_vars))
            case ast.NamedExpr():
                yield node.target.id
            case ast.Import() | ast.ImportFrom():
                yield from _imported(node)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.ExceptHandler(name=str()):
                yield str(node.name)
            case ast.match_case():
                yield from _captured(node.pattern)


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope; definitions in it are given, and not gone into."""
    stack = list(ast.iter_child_nodes(scope))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _SCOPES):
            stack += ast.iter_child_nodes(node)


def _stored(target: ast.AST | None) -> set[str]:
    nodes = ast.walk(target) if target is not None else ()
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    return ((alias.asname or alias.name).partition(".")[0] for alias in node.names)


def _defaults(function: _Function | ast.Lambda) -> list[ast.expr]:
    return [*function.args.defaults, *filter(None, function.args.kw_defaults)]


def _captured(pattern: ast.pattern) -> set[str]:
    found = set()
    for node in ast.walk(pattern):
        if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            found.add(node.rest)
    return found


def _skips(node: ast.AST) -> bool:
    """Whether a branch may go to the next round of the loop around it, so that what follows is left out once."""
    stack = list(ast.iter_child_nodes(node))
    while stack:
        each = stack.pop()
        if isinstance(each, ast.Continue):
            return True
        if not isinstance(each, (*_SCOPES, ast.For, ast.AsyncFor, ast.While)):
            stack += ast.iter_child_nodes(each)
    return False
