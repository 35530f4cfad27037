"""What can be done with the function at the cursor: each offer only where it makes sense, found by parsing alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lsprotocol import types as lsp

from autoglm_core.analysis.functions import parse_function, untyped
from autoglm_core.analysis.test_files import is_test_file
from autoglm_core.types import Target
from autoglm_server.lsp.snapshot import Snapshot
from autoglm_server.lsp.wish import DOCUMENT, FIX, IMPLEMENT, REFACTOR, TEST, TYPES, Wish

ASK = "autoglm.edit.ask"
"""A command of the client: it asks the user for an instruction, and sends the argument's ``command`` with it.

Without ``command`` in its argument it sends ``autoglm.edit``.
"""

IMPLEMENT_KIND = "refactor.rewrite.autoglm.implement"
TYPES_KIND = "refactor.rewrite.autoglm.types"
DOCUMENT_KIND = "refactor.rewrite.autoglm.document"
REFACTOR_KIND = "refactor.rewrite.autoglm.refactor"
FIX_KIND = "refactor.rewrite.autoglm.fix"
"""Not a quick fix: nothing here says that something is wrong, but the user does."""
TEST_KIND = "refactor.autoglm.test"
"""Not a rewrite, as the code stays; and not a source action, which editors do not show at the cursor."""

FUNCTION_KINDS = (IMPLEMENT_KIND, TYPES_KIND, DOCUMENT_KIND, TEST_KIND, REFACTOR_KIND, FIX_KIND)


def function_offers(snapshot: Snapshot, target: Target, *, is_cell: bool, asks: bool) -> Iterator[lsp.CodeAction]:
    """The actions for one function; a stub can only be implemented.

    ``is_cell``: the text is a notebook's, which tests cannot import. ``asks``: the client can ask the user for
    an instruction.
    """
    if target.is_stub:
        yield _lazy(snapshot, target, IMPLEMENT, f"Implement {target.name}", IMPLEMENT_KIND, is_preferred=True)
        return
    function = parse_function(snapshot.document.text, target)
    if function is None or function.is_empty:  # half typed, abstract, or an overload
        return
    in_tests = is_test_file(snapshot.document.path)
    if untyped(function.name, function.node) and not in_tests:
        yield _lazy(snapshot, target, TYPES, f"Add types to {target.name}", TYPES_KIND)
    if function.docstring is None and not in_tests:
        yield _lazy(snapshot, target, DOCUMENT, f"Add a docstring to {target.name}", DOCUMENT_KIND)
    if not in_tests and not is_cell and is_importable(snapshot, target.name):
        yield _lazy(snapshot, target, TEST, f"Write tests for {target.name}", TEST_KIND)
    if asks:
        yield _asking(snapshot, target, REFACTOR, f"Refactor {target.name}…", REFACTOR_KIND)
        yield _asking(snapshot, target, FIX, f"Fix {target.name}: say what is wrong…", FIX_KIND)


def is_importable(snapshot: Snapshot, function: str) -> bool:
    """Whether tests can get at the function: it is in a file of its own name, and not inside of another function."""
    if not snapshot.uri.startswith("file:") or not snapshot.document.path.stem.isidentifier():
        return False
    *owners, _ = function.split(".")
    return all(re.search(rf"^[ \t]*class[ \t]+{owner}\b", snapshot.document.text, re.MULTILINE) for owner in owners)


def _lazy(
    snapshot: Snapshot, target: Target, command: str, title: str, kind: str, *, is_preferred: bool | None = None
) -> lsp.CodeAction:
    """An action whose edit is made when the user has chosen it."""
    wish = _wish(snapshot, target, command)
    data = {"command": wish.command, "argument": wish.dump()}
    return lsp.CodeAction(title, kind, is_preferred=is_preferred, data=data)


def _asking(snapshot: Snapshot, target: Target, command: str, title: str, kind: str) -> lsp.CodeAction:
    """An action for which the client asks the user for words first."""
    argument = {**_wish(snapshot, target, command).dump(), "command": command}
    return lsp.CodeAction(title, kind, command=lsp.Command(title, ASK, arguments=[argument]))


def _wish(snapshot: Snapshot, target: Target, command: str) -> Wish:
    position = snapshot.range(target.span).start
    return Wish(command, snapshot.uri, snapshot.version, position=position, name=target.name)
