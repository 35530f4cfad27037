"""What there is to run for a draft: the functions in question, their doctests, and the tests that reach them."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from autoglm_core.analysis.examples import is_prose
from autoglm_core.targets import list_targets
from autoglm_core.types import Document, Draft, Span, Task, TaskKind
from autoglm_core.validators.baseline import drafted_spans
from autoglm_core.validators.sandbox_scratch import Scratch, copy_workspace
from autoglm_core.validators.tests_coverage import contexts_of, named_by
from autoglm_core.validators.tests_doctests import DocstringTest, find_doctests
from autoglm_core.validators.tests_modules import Modules
from autoglm_core.validators.tests_selection import TestPlace, is_test_file, select_tests, tests_of

_RELATIVE_IMPORT = re.compile(r"^\s*from\s+\.", re.MULTILINE)
_OWN_EXAMPLES = (TaskKind.EDIT, TaskKind.GENERATE)


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything that runs of one draft need, read once. ``brought`` is the name of the file of task tests.

    ``lenient``: the examples stood before the draft, see ``tests_doctests.answers``.
    ``module`` is the document's name when imported, ``import_from`` the folders it is imported from.
    """

    root: Path
    document: Path
    scratch: Scratch
    texts: Mapping[str, str]
    names: frozenset[str]
    doctests: tuple[DocstringTest, ...]
    tests: tuple[TestPlace, ...]
    brought: str
    module: str
    import_from: tuple[str, ...]
    lenient: bool = False

    @property
    def nodes(self) -> tuple[str, ...]:
        """What pytest is asked to run."""
        brought = (self.brought,) if self.brought else ()
        return (*(test.node for test in self.tests), *brought)

    @property
    def expected(self) -> tuple[TestPlace, ...]:
        """The tests that must be reported."""
        return (*self.tests, *(tests_of(self.brought, self.texts[self.brought]) if self.brought else ()))


def survey(task: Task, draft: Draft) -> Survey:
    """Read the workspace and find what to run; blocks while it reads."""
    document = draft.document
    root = task.workspace.folder_of(document.path)
    is_open = any(document.path.is_relative_to(folder) for folder in task.workspace.folders)
    scratch = copy_workspace(root, deep=is_open).with_files({**task.workspace.unsaved, document.path: document.text})
    texts = {
        name: content.decode("utf-8", "replace")
        for name, content in scratch.files.items()
        if name.endswith(".py") and isinstance(content, bytes)
    }
    path = document.path.relative_to(root).as_posix()
    names = names_in_question(task, draft)
    modules = Modules(texts)
    known = modules.names(path)
    if _RELATIVE_IMPORT.search(document.text):
        known = tuple(sorted(known, key=lambda name: -name.count(".")))
    contexts = contexts_of(root, document.path, names) if is_open else frozenset[str]()
    ran = partial(named_by, contexts) if contexts else None
    brought = _free_name(texts) if task.tests.strip() else ""
    if brought:
        scratch = scratch.with_files({root / brought: task.tests})
        texts[brought] = task.tests
    lenient = task.kind not in (*_OWN_EXAMPLES, TaskKind.DOCUMENT)
    return Survey(
        root=root,
        document=document.path,
        scratch=scratch,
        texts=texts,
        names=names,
        doctests=() if is_test_file(path) else _doctests(task, draft, names, lenient=lenient),
        tests=select_tests(texts, path, names, ran) if names else (),
        brought=brought,
        module=known[0] if known else "",
        import_from=tuple(dict.fromkeys(str(root / folder) for folder in (modules.root(path), "src", ""))),
        lenient=lenient,
    )


def names_in_question(task: Task, draft: Draft) -> frozenset[str]:
    """The qualified names of the functions and classes whose behaviour a draft may change."""
    if task.target:
        return frozenset({task.target.name})
    spans = drafted_spans(draft.replacements) or (task.span,)
    found = [target.name for target in list_targets(draft.document) if _overlaps(target.span, spans, draft.document)]
    return frozenset(found) | {name.rpartition(".")[0] for name in found if "." in name}


def stubs_beside(task: Task, draft: Draft) -> frozenset[str]:
    """The plain names of other functions of the document that are not written yet; none that the draft brings."""
    names = names_in_question(task, draft)
    old, new = ({t.name for t in list_targets(each) if t.is_stub} for each in (task.document, draft.document))
    stubs = (old & new) - names
    return frozenset(name.rpartition(".")[2] for name in stubs) - {name.rpartition(".")[2] for name in names}


def _doctests(task: Task, draft: Draft, names: frozenset[str], *, lenient: bool) -> tuple[DocstringTest, ...]:
    """The examples that count: those that stood before, unless the task is to change what code does.

    ``lenient`` leaves those to the validator ``examples`` that are prose, as no code can meet them.
    """
    before, after = find_doctests(task.document.text, names), find_doctests(draft.document.text, names)
    first, second = (after, before) if task.kind in _OWN_EXAMPLES else (before, after)
    have = {test.name for test in first}
    found = (*first, *(test for test in second if test.name not in have))
    if not lenient:
        return found
    checks = [replace(test, examples=tuple(_checks(test))) for test in found]
    return tuple(test for test in checks if test.examples)


def _checks(test: DocstringTest) -> Iterator[doctest.Example]:
    plain = test.name.rpartition(".")[2]
    return (example for example in test.examples if not is_prose(example, plain))


def _overlaps(span: Span, others: tuple[Span, ...], document: Document) -> bool:
    first, last = document.position(span.start)[0], document.position(span.end)[0]
    lines = [(document.position(other.start)[0], document.position(other.end)[0]) for other in others]
    return any(first <= end and start <= last for start, end in lines)


def _free_name(texts: Mapping[str, str]) -> str:
    number = 1
    while (name := f"test_brought_{number}.py") in texts:
        number += 1
    return name
