"""From an answer with tests to additions to the module's file of tests.

Models copy the code under test into their tests, guess where it is imported from, and give tests names that
are taken: such copies are left out, the import is made right, and names are made new.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable
from pathlib import Path

from autoglm_core.analysis.test_files import import_name
from autoglm_core.analysis.trees import first_line, parse_tree
from autoglm_core.prompts.answer import code_blocks
from autoglm_core.prompts.splice import bound_names, import_insertion, names_in, reindent
from autoglm_core.types import Document, Replacement, Span, Target, Task

_ANSWER = Path("answer.py")
_MOST_CUT_LINES = 80
_BUILTINS = frozenset(dir(builtins))
_GUESSED = re.compile(r"(?i)^(your_|my_|the_)?(module|main|solution|file|script|code|app|example|source)(_name)?$")
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def module_under_test(task: Task) -> str:
    """The name that the task's tests import the code by; empty where it has none."""
    subject = task.subject
    if subject is None:
        return ""
    return import_name(subject, task.workspace.folder_of(subject.path), task.document)


def read_tests(task: Task, answer: str) -> tuple[Replacement, ...]:
    """The answered tests at the end of the document, what they need beside them, and their imports.

    Raises ValueError when the answer holds no test, or the module cannot be imported by name.
    """
    subject, target, document = task.subject, task.target, task.document
    if subject is None or target is None:
        raise ValueError("the task names no function to test")
    module = module_under_test(task)
    if not module:
        raise ValueError(f"{subject.path.name} cannot be imported by tests: its name is no Python name")
    code, body = _parsed(answer)
    owner = target.name.partition(".")[0]
    found = _Answered(code, body, subject, owner)
    tests = found.tests(document)
    if not tests:
        raise ValueError("the answer holds no new test function whose name begins with test_")
    blocks = found.with_needs(tests, document)
    text = _renamed_apart(blocks, document)
    imports = found.imports(text, module, target, document)
    return _additions(document, imports, text)


class _Answered:
    """The statements of an answer, and which of them are kept."""

    def __init__(self, code: str, body: list[ast.stmt], subject: Document, owner: str) -> None:
        self._lines = code.split("\n")
        self._subject = bound_names(subject.text)
        self._imports = [s for s in body if isinstance(s, (ast.Import, ast.ImportFrom))]
        self._definitions = [s for s in body if isinstance(s, _Definition) and s.name != owner]
        self._values = [s for s in body if isinstance(s, (ast.Assign, ast.AnnAssign))]

    def tests(self, document: Document) -> list[ast.stmt]:
        """Test functions, and classes that hold some; those that stand in the document already are left out."""
        here = {ast.dump(statement) for statement in _statements(document.text)}
        found = [s for s in self._definitions if s.name.startswith("test") or _holds_tests(s)]
        return [statement for statement in found if ast.dump(statement) not in here]

    def with_needs(self, tests: list[ast.stmt], document: Document) -> list[str]:
        """The tests' sources, in order, with the fixtures, helpers and values that they use and the document lacks."""
        here = {ast.dump(statement) for statement in _statements(document.text)}
        others = [s for s in (*self._definitions, *self._values) if s not in tests and ast.dump(s) not in here]
        kept = [*tests, *(s for s in others if "autouse" in names_in(self._source(s)))]
        used = set().union(*(names_in(self._source(s)) for s in kept))
        while more := [s for s in others if s not in kept and (_binds(s) - self._subject) & used]:
            kept += more
            used |= set().union(*(names_in(self._source(s)) for s in more))
        return [self._source(statement) for statement in sorted(kept, key=lambda s: s.lineno)]

    def imports(self, text: str, module: str, target: Target, document: Document) -> list[str]:
        """The import statements that the kept code needs and the document lacks."""
        known = bound_names(document.text)
        used = names_in(text) - known
        owner = target.name.partition(".")[0]
        made: list[str] = []
        from_module = {owner} & used if _is_free(owner, text) else set()
        bound = {owner, *known, *bound_names(text)}
        for statement in self._imports:
            for alias in statement.names:
                name = alias.asname or alias.name.partition(".")[0]
                if name not in used or name in bound or alias.name == "*":
                    continue
                if isinstance(statement, ast.ImportFrom) and alias.name in self._subject and not statement.level:
                    if alias.asname:
                        made.append(f"from {module} import {alias.name} as {alias.asname}")
                    else:
                        from_module.add(alias.name)
                elif isinstance(statement, ast.Import) and _GUESSED.match(alias.name):
                    made.append(_module_as(module, name))
                else:
                    made.append(ast.unparse(type(statement)(**{**vars(statement), "names": [alias]})))
                bound.add(name)
        from_module |= {name for name in used - bound - _BUILTINS if name in self._subject and _is_free(name, text)}
        if "pytest" in used - bound:
            made.append("import pytest")
        if from_module:
            made.append(f"from {module} import {', '.join(sorted(from_module))}")
        return list(dict.fromkeys(made))

    def _source(self, statement: ast.stmt) -> str:
        first = first_line(statement) - 1
        while first > 0 and self._lines[first - 1].startswith("#"):
            first -= 1
        return "\n".join(self._lines[first : statement.end_lineno])


def _parsed(answer: str) -> tuple[str, list[ast.stmt]]:
    """The code of the answer; a last statement that does not parse, as when tokens ran out, is cut off."""
    blocks = code_blocks(answer)
    code = "\n\n".join(block for block in blocks if re.search(r"^\s*(async\s+)?def\s+test", block, re.M)) or blocks[0]
    lines = reindent(code, "", Document(_ANSWER, "")).split("\n")
    for count in range(len(lines), max(0, len(lines) - _MOST_CUT_LINES), -1):
        text = "\n".join(lines[:count])
        try:
            return text, parse_tree(text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    raise ValueError("the answer's tests do not parse")


def _renamed_apart(blocks: list[str], document: Document) -> str:
    """The blocks as one text, where what is called like something in the document has a new name."""
    taken = bound_names(document.text)
    for number, block in enumerate(blocks):
        for name in sorted(bound_names(block) & taken):
            count = 2
            while f"{name}_{count}" in taken:
                count += 1
            # Tests are called by nobody; what else is called by its name is called so in all blocks.
            of = (number,) if name.startswith(("test", "Test")) else range(len(blocks))
            for place in of:
                blocks[place] = re.sub(rf"(?<![\w.]){re.escape(name)}\b", f"{name}_{count}", blocks[place])
        taken |= bound_names(blocks[number])
    return "\n\n\n".join(blocks)


def _additions(document: Document, imports: list[str], text: str) -> tuple[Replacement, ...]:
    """The imports at their place and the tests behind everything else, two empty lines apart."""
    newline = document.newline
    apart = newline * 3
    end = len(document.text.rstrip())
    block = reindent(text, "", document) + newline
    insertion = import_insertion(document, imports) if imports else None
    if insertion is not None and insertion.span.start >= end:  # there is no code in the document yet
        head = document.newline.join(sorted(imports, key=lambda s: (s.startswith("from"), s)))
        block = (newline * 2 if end else "") + head + apart + block
        return (Replacement(Span(end, len(document.text)), block),)
    made = Replacement(Span(end, len(document.text)), (apart if end else "") + block)
    return (insertion, made) if insertion is not None else (made,)


def _statements(text: str) -> list[ast.stmt]:
    try:
        return parse_tree(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _module_as(module: str, name: str) -> str:
    if "." in module:
        package, _, own = module.rpartition(".")
        return f"from {package} import {own}" + (f" as {name}" if own != name else "")
    return f"import {module}" + (f" as {name}" if module != name else "")


def _is_free(name: str, text: str) -> bool:
    """Whether a name is read in a text, and not only an attribute or a word of a string."""
    try:
        tree = parse_tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    nodes = list(ast.walk(tree))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    stored |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    read = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return name in read - stored


def _holds_tests(definition: _Definition) -> bool:
    return isinstance(definition, ast.ClassDef) and any(
        isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) and each.name.startswith("test")
        for each in definition.body
    )


def _binds(statement: ast.stmt) -> set[str]:
    if isinstance(statement, _Definition):
        return {statement.name}
    return set(_stored(ast.walk(statement)))


def _stored(nodes: Iterable[ast.AST]) -> list[str]:
    return [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
