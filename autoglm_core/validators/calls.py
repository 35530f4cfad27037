"""Runs calls against several texts of one document in the sandbox: to compare what drafts do."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autoglm_core.analysis.calls import CallResult, Came
from autoglm_core.types import Document, Workspace
from autoglm_core.validators.sandbox import Sandbox, Scratch, Script, copy_workspace
from autoglm_core.validators.sandbox_script import imports_of, program_text
from autoglm_core.validators.tests_environment import Environment, find_environment
from autoglm_core.validators.tests_modules import Modules
from autoglm_core.validators.tests_selection import is_test_file

_IMPORT_S = 5.0
_MARGIN_S = 5.0
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_LOST = CallResult(Came.LOST)


class Calls:
    """The ``CallRunner`` of the program. One start of the sandbox serves all texts and calls of a run."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def run(
        self,
        document: Document,
        texts: Sequence[str],
        calls: Sequence[str],
        workspace: Workspace,
        *,
        seconds: float,
        call_seconds: float = 1.0,
    ) -> tuple[tuple[CallResult, ...], ...]:
        """For each text, in order, what came of each call: a Python expression in the text's module.

        Each call has ``call_seconds``, and all of them together ``seconds``: what did not get its turn is
        ``LOST``, as is everything of a workspace that is not trusted. Raises SandboxUnavailableError.
        """
        if not workspace.trusted or not texts or not calls:
            return tuple((_LOST,) * len(calls) for _ in texts)
        await self._sandbox.available()
        root = workspace.folder_of(document.path)
        scratch, plan = await asyncio.to_thread(_look, root, document, workspace)
        environment = await asyncio.to_thread(find_environment, root)
        plan |= {"texts": list(texts), "calls": list(calls), "seconds": seconds}
        plan |= {"call_seconds": call_seconds, "import_seconds": _IMPORT_S}
        return await self._run(scratch, environment, plan, seconds)

    async def _run(
        self, scratch: Scratch, environment: Environment, plan: dict[str, object], seconds: float
    ) -> tuple[tuple[CallResult, ...], ...]:
        limits = self._sandbox.settings
        harness, import_from = program_text("calls_harness"), plan["import_from"]
        assert isinstance(import_from, list)  # noqa: S101 - put there by ``_look``
        result = await self._sandbox.run_script(
            Script(environment.python, harness, imports_of(harness), import_from=tuple(import_from)),
            scratch=scratch,
            mounts=environment.mounts,
            stdin=json.dumps(plan).encode(),
            limits=replace(limits, wall_s=min(limits.wall_s, seconds + _MARGIN_S)),
        )
        texts, calls = plan["texts"], plan["calls"]
        assert isinstance(texts, list) and isinstance(calls, list)  # noqa: S101, PT018 - put there by ``run``
        found = [[_LOST] * len(calls) for _ in texts]
        for line in result.channel.splitlines():
            if (place := _place(line, len(texts), len(calls))) is not None:
                text, call, came = place
                found[text][call] = came
        return tuple(map(tuple, found))


def _look(root: Path, document: Document, workspace: Workspace) -> tuple[Scratch, dict[str, object]]:
    """The files that the calls may see, without tests, and how the document is imported; blocks."""
    is_open = any(document.path.is_relative_to(folder) for folder in workspace.folders)
    scratch = copy_workspace(root, deep=is_open).with_files({**workspace.unsaved, document.path: document.text})
    sources = {name: "" for name in scratch.files if name.endswith(".py")}
    path = document.path.relative_to(root).as_posix()
    modules = Modules(sources)
    known = modules.names(path)
    scratch = replace(scratch, files={n: content for n, content in scratch.files.items() if not is_test_file(n)})
    return scratch, {
        "root": str(root),
        "document": str(document.path),
        "module": known[0] if known else "",
        "import_from": list(dict.fromkeys(str(root / folder) for folder in (modules.root(path), "src", ""))),
    }


def _place(line: bytes, texts: int, calls: int) -> tuple[int, int, CallResult] | None:
    """A result and where it belongs; None for a line that says nothing usable: the texts under test wrote it."""
    try:
        text, call, came, *words = json.loads(line)
        value, changed, printed = (_ADDRESS.sub("", str(word)) for word in words)
        if not (0 <= text < texts and 0 <= call < calls):
            return None
        return text, call, CallResult(Came(came), value, changed, printed)
    except (ValueError, TypeError):
        return None
