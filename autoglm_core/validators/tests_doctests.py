"""Doctest examples: found in docstrings, hidden from the code under test, and judged outside of it."""

from __future__ import annotations
import __future__

import ast
import doctest
from collections.abc import Iterator
from dataclasses import dataclass

from autoglm_core.analysis.trees import parse_tree

_FUTURES = [getattr(__future__, name) for name in __future__.all_feature_names]


@dataclass(frozen=True)
class DocstringTest:
    """The examples of one docstring. ``line`` is the zero-based line of the docstring in its document."""

    name: str
    examples: tuple[doctest.Example, ...]
    line: int

    def line_of(self, example: doctest.Example) -> int:
        """The zero-based line of an example in its document."""
        return self.line + example.lineno


def find_doctests(text: str, names: frozenset[str] | None = None) -> tuple[DocstringTest, ...]:
    """The docstrings with examples in a source text, of the functions and classes named (None: of all).

    A text that does not parse has none, nor does a docstring whose examples doctest cannot read.
    """
    try:
        tree = parse_tree(text)
    except (SyntaxError, ValueError):
        return ()
    found = []
    for name, node in _documented(tree, ""):
        docstring = ast.get_docstring(node, clean=False)
        if not docstring or (names is not None and name not in names):
            continue
        try:
            examples = doctest.DocTestParser().get_examples(docstring, name)
        except ValueError:
            continue
        wanted = tuple(example for example in examples if not example.options.get(doctest.SKIP))
        if wanted:
            found.append(DocstringTest(name, wanted, node.body[0].lineno - 1))
    return tuple(found)


def hide_expectations(text: str, tests: tuple[DocstringTest, ...]) -> str:
    """The text with the expected values of the tests blanked, line numbers kept.

    So the code that is tested cannot look up in its own docstring what it should answer.
    """
    lines = text.split("\n")
    for test in tests:
        for example in test.examples:
            wants = example.want.splitlines()
            first = test.line_of(example) + example.source.count("\n")
            place = lines[first : first + len(wants)]
            # Where escapes or a closing quote make the source differ from the docstring, it is left alone.
            if [line.strip() for line in place] == [want.strip() for want in wants]:
                lines[first : first + len(wants)] = [""] * len(wants)
    return "\n".join(lines)


def compile_flags(text: str) -> int:
    """The flags of the ``__future__`` imports of a module, which its examples are compiled with."""
    try:
        body = parse_tree(text).body
    except (SyntaxError, ValueError):
        return 0
    names = {
        a.name for node in body if isinstance(node, ast.ImportFrom) and node.module == "__future__" for a in node.names
    }
    flags = 0
    for feature, name in zip(_FUTURES, __future__.all_feature_names, strict=True):
        flags |= feature.compiler_flag if name in names else 0
    return flags


def answers(example: doctest.Example, got: str, exception: str, *, lenient: bool = False) -> bool:
    """Whether what an example printed, or the last line of the exception it raised, is what it says.

    ``lenient`` takes what no code could meet to the letter, as documentation that is there already often has it:
    a value that is written otherwise than Python prints it, and ``f(2) == 4`` without the ``True`` that it prints.
    """
    options = sum(flag for flag, on in example.options.items() if on)
    checker = doctest.OutputChecker()
    if not exception:
        printed = got if not got or got.endswith("\n") else got + "\n"
        met = checker.check_output(example.want, printed, options)
        return met or (lenient and (_same_literal(example.want, printed) or _states(example, printed)))
    if example.exc_msg is None:
        return False
    if checker.check_output(example.exc_msg, exception, options):
        return True
    if not options & doctest.IGNORE_EXCEPTION_DETAIL:
        return False
    return _kind(example.exc_msg) == _kind(exception)


def _same_literal(wanted: str, printed: str) -> bool:
    """Whether a literal that Python would print in another way was printed: ``"a"`` is never printed, ``'a'`` is."""
    try:
        return repr(ast.literal_eval(wanted.strip())) == printed.strip()
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False


def _states(example: doctest.Example, printed: str) -> bool:
    """Whether an example without an expected value is a comparison, and true."""
    if example.want or printed.strip() != "True":
        return False
    try:
        return isinstance(parse_tree(example.source.strip(), mode="eval").body, ast.Compare)
    except (SyntaxError, ValueError):
        return False


def _kind(message: str) -> str:
    return message.partition("\n")[0].partition(":")[0].rpartition(".")[2]


def _documented(
    node: ast.AST, scope: str
) -> Iterator[tuple[str, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]]:
    """The module (named ``""``), classes and functions with a docstring, nested functions left out."""
    if isinstance(node, ast.Module):
        yield "", node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield scope + child.name, child
            if isinstance(child, ast.ClassDef):
                yield from _documented(child, scope + child.name + ".")
        elif isinstance(child, (ast.If, ast.Try)):
            yield from _documented(child, scope)
