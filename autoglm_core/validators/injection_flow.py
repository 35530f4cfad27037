"""Follows values through one function at a time, statement by statement, from sources to sinks.

A forward data-flow analysis over the syntax tree, in the manner of textbook taint tracking (Denning and Denning,
"Certification of programs for secure information flow", 1977), without calls into other functions: what an unknown
function returns counts as clean, so that a finding is a flow that a reader can check in one place.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from autoglm_core.validators.injection_calls import Calls, is_number_format
from autoglm_core.validators.injection_guards import checked, checked_by_call, ends
from autoglm_core.validators.injection_names import Names, dotted
from autoglm_core.validators.injection_sinks import Flow, Sinks
from autoglm_core.validators.injection_sources import Function, Sources, parameter_names
from autoglm_core.validators.injection_values import CLEAN, State, Value, any_of, either, joined, merged

_ROUNDS = 2  # of a loop: what its end brings back to its beginning
_DEEPEST = 3  # of loops in loops that are gone through twice, so that the time does not double with each


class FlowSearch:
    """All flows of one module; ``flows`` holds each once, in the order found."""

    def __init__(self, tree: ast.Module) -> None:
        names = Names(tree)
        self._sources, self._sinks, self._calls = Sources(names), Sinks(names), Calls(names)
        self._state: State = {}
        self._owner: ast.ClassDef | None = None
        self._loops = 0
        self._waiting: list[tuple[Function, ast.ClassDef | None, State]] = []
        self._found: dict[tuple[str, int, int], Flow] = {}
        self._values: dict[ast.expr, Value] = {}  # what each expression was when it was last gone through
        self._attributes: dict[str, set[str]] = {}
        self._block(tree.body)
        while self._waiting:
            function, self._owner, outer = self._waiting.pop()
            own = set(parameter_names(function))
            self._state = {name: value for name, value in outer.items() if name.partition(".")[0] not in own}
            self._state |= self._sources.parameters(function, self._owner)
            self._block(function.body)

    @property
    def flows(self) -> tuple[Flow, ...]:
        """The flows, in the order of their lines."""
        return tuple(sorted(self._found.values(), key=lambda flow: (flow.node.lineno, flow.node.col_offset)))

    def _block(self, statements: Iterable[ast.stmt]) -> None:
        functions: list[Function] = []
        for statement in statements:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                functions.append(statement)
                self._set(statement.name, CLEAN)
            else:
                self._statement(statement)
        # A function sees what the names around it hold in the end.
        outer = dict(self._state) if functions else {}
        self._waiting += [(function, self._owner, outer) for function in functions]

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                self._assign(targets, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind(target, self._value(value))
            case ast.AugAssign(target=target, value=value):
                self._bind(target, joined([self._value(target), self._value(value)]))
            case ast.If(test=test, body=body, orelse=orelse):
                self._value(test)
                self._branches(test, body, orelse)
            case ast.For() | ast.AsyncFor():
                self._value(node.iter)
                self._loop(node.body, node.target, node.iter)
                self._block(node.orelse)
            case ast.While(test=test, body=body, orelse=orelse):
                self._value(test)
                self._loop(body, None, test)
                self._block(orelse)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    entered = self._value(item.context_expr)
                    if item.optional_vars:
                        self._bind(item.optional_vars, entered)
                self._block(node.body)
            case ast.Try() | ast.TryStar():
                self._try(node)
            case ast.Match(subject=subject, cases=cases):
                self._match(self._value(subject), cases)
            case ast.ClassDef():
                self._class(node)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self._value(child)
                proved = checked(node.test, True) if isinstance(node, ast.Assert) else checked_by_call(node)
                self._clean(proved)

    def _assign(self, targets: list[ast.expr], value: ast.expr) -> None:
        found = self._value(value)
        for target in targets:
            same_length = (
                isinstance(target, ast.Tuple | ast.List)
                and isinstance(value, ast.Tuple | ast.List)
                and len(target.elts) == len(value.elts)
            )
            if same_length and isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
                values = [self._values[each] for each in value.elts]
                for one, its in zip(target.elts, values, strict=True):
                    self._bind(one, its)
            else:
                self._bind(target, found)

    def _bind(self, target: ast.expr, value: Value) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            for each in target.elts:
                self._bind(each, value)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, value)
        elif isinstance(target, ast.Subscript):
            holder = dotted(target.value)
            if holder:
                self._set(holder, either(self._state.get(holder, CLEAN), value))
        elif name := dotted(target):
            # What was known of its attributes went with the old value.
            for known in self._attributes.get(name, ()):
                self._state.pop(known, None)
            self._set(name, value)

    def _set(self, name: str, value: Value) -> None:
        """Note what a name holds; a name that is not noted is clean, an attribute is what its object is."""
        holder, dot, _ = name.rpartition(".")
        while dot:
            self._attributes.setdefault(holder, set()).add(name)
            holder, dot, _ = holder.rpartition(".")
        if value == CLEAN and "." not in name:
            self._state.pop(name, None)
        else:
            self._state[name] = value

    def _branches(self, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        before = dict(self._state)
        self._clean(checked(test, True))
        self._block(body)
        after_body, self._state = self._state, before
        self._clean(checked(test, False))
        self._block(orelse)
        if orelse and ends(orelse):
            self._state = after_body
        elif not ends(body):
            self._state = merged(after_body, self._state)

    def _loop(self, body: list[ast.stmt], target: ast.expr | None, over: ast.expr) -> None:
        self._loops += 1
        for _ in range(_ROUNDS if self._loops <= _DEEPEST else 1):
            before = dict(self._state)
            if target is not None:
                self._bind(target, self._value(over))
            self._block(body)
            self._state = merged(before, self._state)
        self._loops -= 1

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        before = dict(self._state)
        self._block(node.body)
        broken = merged(before, self._state)
        self._block(node.orelse)
        after = self._state
        for handler in node.handlers:
            self._state = dict(broken)
            self._block(handler.body)
            if not ends(handler.body):
                after = merged(after, self._state)
        self._state = after
        self._block(node.finalbody)

    def _match(self, subject: Value, cases: list[ast.match_case]) -> None:
        before, after = self._state, dict(self._state)
        for case in cases:
            self._state = dict(before)
            for pattern in ast.walk(case.pattern):
                if isinstance(pattern, ast.MatchAs | ast.MatchStar) and pattern.name:
                    self._set(pattern.name, subject)
            if case.guard:
                self._value(case.guard)
                self._clean(checked(case.guard, True))
            self._block(case.body)
            after = merged(after, self._state)
        self._state = after

    def _class(self, node: ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            self._value(decorator)
        outer, self._owner, state = self._owner, node, dict(self._state)
        self._block(node.body)
        self._owner, self._state = outer, state
        self._set(node.name, CLEAN)

    def _clean(self, names: Iterable[str]) -> None:
        for name in names:
            for known in self._attributes.get(name, ()):
                self._state.pop(known, None)
            self._set(name, CLEAN)

    def _value(self, node: ast.expr) -> Value:
        """What an expression is, with the sinks in it looked at."""
        found = self._values[node] = self._evaluated(node)
        return found

    def _evaluated(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=value):
                return Value(text=value) if isinstance(value, str) else CLEAN
            case ast.Name(id=name):
                return self._state.get(name, CLEAN)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Call():
                return self._call(node)
            case ast.Subscript(value=value, slice=index):
                self._value(index)
                return self._value(value)
            case ast.JoinedStr(values=values):
                return joined(self._value(each) for each in values)
            case ast.FormattedValue(value=value, format_spec=spec):
                found = self._value(value)
                return CLEAN if is_number_format(spec) else found
            case ast.BinOp(left=left, op=operator, right=right):
                parts = [self._value(left), self._value(right)]
                return joined(parts) if isinstance(operator, ast.Add | ast.Mod | ast.Div | ast.Mult) else CLEAN
            case ast.BoolOp(values=values):
                return any_of(self._value(each) for each in values)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._choice(test, body, orelse)
            case ast.NamedExpr(target=target, value=value):
                found = self._value(value)
                self._bind(target, found)
                return found
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                return joined([self._value(each) for each in elements])
            case ast.Dict(keys=keys, values=values):
                return joined([self._value(each) for each in (*keys, *values) if each])
            case ast.Starred(value=value) | ast.Await(value=value):
                return self._value(value)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self._value(child)
                return CLEAN

    def _attribute(self, node: ast.Attribute) -> Value:
        name = dotted(node)
        if name in self._state:
            return self._state[name]
        source = self._sources.attribute(node, self._owner)
        return self._calls.attribute(node, self._value(node.value)) if source is None else source

    def _call(self, node: ast.Call) -> Value:
        receiver = self._value(node.func.value) if isinstance(node.func, ast.Attribute) else self._value(node.func)
        arguments = [self._value(each) for each in (*node.args, *(keyword.value for keyword in node.keywords))]
        for flow in self._sinks.flows(node, self._values.__getitem__):
            self._found.setdefault((flow.rule, node.lineno, node.col_offset), flow)
        source = self._sources.call(node, self._owner)
        if source is not None:
            return source
        result = self._calls.result(node, receiver, arguments)
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("append", "extend", "add", "insert", "write"):
            # A list, or a buffer, that text is collected in.
            holder = dotted(node.func.value)
            if holder:
                self._set(holder, joined([self._state.get(holder, CLEAN), *arguments]))
        return result

    def _choice(self, test: ast.expr, body: ast.expr, orelse: ast.expr) -> Value:
        self._value(test)
        state, found = self._state, []
        for branch, holds in ((body, True), (orelse, False)):
            self._state = dict(state)
            self._clean(checked(test, holds))
            found.append(self._value(branch))
        self._state = state
        return either(*found)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Value:
        state, self._state = self._state, dict(self._state)
        for generator in node.generators:
            self._bind(generator.target, self._value(generator.iter))
            for condition in generator.ifs:
                self._value(condition)
                self._clean(checked(condition, True))
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        found = joined([self._value(each) for each in parts])
        self._state = state
        return found
