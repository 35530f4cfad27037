"""From a model's answer to replacements in the task's document.

Only what was asked for is taken: the body of the function, the imports it needs, and the new definitions
that it uses. Whatever else the model wrote (examples, prints, a copy of the file) is left out.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from autoglm_core.analysis.trees import first_line, parse_tree
from autoglm_core.prompts.splice import bound_names, import_place, names_in, reindent, top_level_place
from autoglm_core.targets import list_targets
from autoglm_core.types import Document, Replacement, Span, Target, Task

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)

_DOCSTRING = re.compile(r"""\n[ \t]*([rRuU]?(?:\"{3}|'{3}|"|').*)\Z""", re.DOTALL)


def read_function(task: Task, answer: str) -> tuple[Replacement, ...]:
    """The answered body in place of the target's body, with the imports and definitions that it needs.

    Raises ValueError when the answer holds no such function.
    """
    target = _target_of(task)
    code, found = find_function(answer, target.name)
    if found is None:
        body = _bare_body(code)
        if body is None:
            raise ValueError(f"the answer holds no function {target.name.rpartition('.')[2]}")
    else:
        body = code[found.body.start : found.body.end]
    if not body.strip() or (found is not None and found.is_stub):
        raise ValueError("the answer leaves the function empty")
    document = task.document
    return _replacements(
        task, code, target.body, document.newline + reindent(body, target.indent, document, inside=True), found
    )


def read_region(task: Task, answer: str) -> tuple[Replacement, ...]:
    """The answered code in place of the task's region, with the imports and definitions that it needs.

    Raises ValueError when the answer holds no code.
    """
    target, document = task.target, task.document
    whole = target is not None and target.span == task.span
    code, found = find_function(answer, target.name if target and whole else "")
    if target and whole:
        if found is None:
            raise ValueError(f"the answer holds no function {target.name.rpartition('.')[2]}")
        new = reindent(_definition(code, target, found), target.indent, document).removeprefix(target.indent)
        return _replacements(task, code, target.span, new, found)
    if not code.strip():
        raise ValueError("the answer holds no code")
    old = document.text[task.span.start : task.span.end]
    margin = re.match(r"[ \t]*", next((line for line in old.splitlines() if line.strip()), ""))
    new = reindent(code.strip("\n"), margin.group() if margin else "", document)
    return (Replacement(task.span, new + ("\n" if old.endswith("\n") else "")),)


def read_code(task: Task, answer: str) -> tuple[Replacement, ...]:
    """All code of the answer, at the end of the document. Raises ValueError when there is none."""
    code = "\n\n".join(blocks).strip("\n") if (blocks := code_blocks(answer)) else ""
    if not code.strip():
        raise ValueError("the answer holds no code")
    document = task.document
    text = reindent(code, "", document) + document.newline
    if document.text.strip():
        text = document.newline * (2 if document.text.endswith("\n") else 3) + text
    return (Replacement(task.span, text),)


def code_blocks(answer: str) -> list[str]:
    """The fenced blocks of an answer, the last one closed or not; without any fence, the answer itself."""
    blocks = [match.group(2) for match in _FENCE.finditer(answer)]
    return blocks or [answer]


def find_function(answer: str, name: str) -> tuple[str, Target | None]:
    """The block that holds the named function, and where in it; else the longest block."""
    short = name.rpartition(".")[2]
    blocks = code_blocks(answer)
    for block in blocks:
        targets = [t for t in list_targets(Document(Path("answer.py"), block)) if t.name.rpartition(".")[2] == short]
        if targets:
            return block, next((t for t in targets if t.name == name), targets[0])
    return max(blocks, key=len), None


def _target_of(task: Task) -> Target:
    if task.target is None:
        raise ValueError("the task names no function")
    return task.target


def _bare_body(code: str) -> str | None:
    """The code, if it is statements that may stand in a function; models often answer with these alone."""
    body = reindent(code, "    ", Document(Path("answer.py"), ""))
    try:
        functions = parse_tree(f"async def body():\n{body}").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    function = functions[0]
    if len(functions) > 1 or not isinstance(function, ast.AsyncFunctionDef):
        return None
    # One word of prose is an expression, and another function alone is not this one's body.
    idle = (ast.Expr, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    return body if any(not isinstance(statement, idle) for statement in function.body) else None


def _definition(code: str, target: Target, found: Target) -> str:
    """The answered function without indentation, with the decorators and the docstring that it dropped."""
    plain = Document(Path("answer.py"), "")
    header, body = found.header, code[found.body.start : found.body.end]
    docstring = _DOCSTRING.search(target.header)
    if docstring and not _DOCSTRING.search(header):
        body = f"\n{found.indent}    {docstring.group(1)}" + (body if body.startswith("\n") else f"\n{body}")
    text = reindent(found.indent + header + body, "", plain)
    if target.header.lstrip().startswith("@") and not text.startswith("@"):
        lines = target.header.splitlines()
        count = next(number for number, line in enumerate(lines) if re.match(r"\s*(async\s+)?def\b", line))
        text = "\n".join([*(line.removeprefix(target.indent) for line in lines[:count]), text])
    return text


def _replacements(task: Task, code: str, span: Span, text: str, found: Target | None) -> tuple[Replacement, ...]:
    document = task.document
    made = [Replacement(span, text)]
    try:
        module = parse_tree(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return tuple(made)  # the validators will say what is wrong with it
    known = bound_names(document.text)
    used = names_in(text)
    imports: list[str] = []
    definitions: list[str] = []
    for statement in reversed(module.body):
        source = ast.get_source_segment(code, statement) or ""
        names = bound_names(source)
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            continue
        if not names & used or names <= known or (found and _holds(code, statement, found)):
            continue
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            imports.append(source)
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)):
            definitions.append("\n".join(code.splitlines()[first_line(statement) - 1 : statement.end_lineno]))
            used |= names_in(definitions[-1])
    break_ = document.newline
    if definitions:
        block = "".join(reindent(text, "", document) + break_ * 3 for text in reversed(definitions))
        place = top_level_place(document, span.start)
        made.insert(0, Replacement(Span(place, place), block))
    if imports:
        place, after = import_place(document)
        block = break_.join(reversed(imports)) + break_
        made.insert(0, Replacement(Span(place, place), block if after else block + break_))
    return merged(sorted(made, key=lambda replacement: (replacement.span.start, replacement.span.end)))


def _holds(code: str, statement: ast.stmt, found: Target) -> bool:
    line = code.count("\n", 0, found.span.start) + 1
    return first_line(statement) <= line <= (statement.end_lineno or statement.lineno)


def merged(replacements: list[Replacement]) -> tuple[Replacement, ...]:
    """Insertions at one place made into one: two edits at the same offset have no order in LSP."""
    joined: list[Replacement] = []
    for replacement in replacements:
        last = joined[-1] if joined else None
        if last and last.span.start == last.span.end == replacement.span.start:
            joined[-1] = Replacement(replacement.span, last.text + replacement.text)
        else:
            joined.append(replacement)
    return tuple(joined)
