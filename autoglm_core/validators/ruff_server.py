"""ruff kept running as a language server, asked about texts that are nowhere on the disk.

One question takes about 5 ms for 500 lines, where a process for each takes 40.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ruff import find_ruff_bin  # type: ignore[import-untyped]  # ruff's package has no type information

from autoglm_core.types import Document, Span
from autoglm_core.validators.baseline import INVALID_SYNTAX, CannotInspectError
from autoglm_core.validators.language_server import LanguageServer, ServerLostError, ServerRefusedError

_log = logging.getLogger(__name__)
_START_S, _ANSWER_S = 20.0, 20.0
# Comments that silence rules are broken up, in as many characters: nothing in a draft excuses it.
_SILENCERS = re.compile(r"(?i)\b(?:noqa|ruff\s*:|flake8\s*:|isort\s*:)")
_HELP = "\n\nhelp:"


@dataclass(frozen=True, slots=True)
class Violation:
    """One finding of ruff, in the offsets of the document; ``rule`` is its code, or ``invalid-syntax``."""

    rule: str
    message: str
    span: Span


class RuffServer:
    """Starts ruff on first need and again when it died. ``rules`` are prefixes of codes: ``F``, ``S1``.

    Belongs to one event loop, which must close it.
    """

    def __init__(self, rules: Sequence[str], command: str = "") -> None:
        self._rules = list(rules)
        self._command = command
        self._server: LanguageServer | None = None
        self._starting = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The process id of ruff while it runs."""
        return self._server.pid if self._server and self._server.alive else None

    async def diagnose(self, document: Document) -> tuple[Violation, ...]:
        """What ruff says of a document. Questions may overlap.

        Raises CannotInspectError when ruff cannot be started, dies twice, refuses or takes too long.
        """
        for last in (False, True):
            server: LanguageServer | None = None
            try:
                server = await self._running()
                return await self._ask(server, document)
            except ServerLostError as error:
                if last or self._closed or server is None:
                    raise CannotInspectError(f"ruff gave no answer: {error}") from error
                _log.warning("ruff is started again: %s", error)
            except (ServerRefusedError, TimeoutError, LookupError, TypeError, ValueError) as error:
                words = str(error) or type(error).__name__
                raise CannotInspectError(f"ruff gave no answer that can be read: {words}") from error
        raise AssertionError("the second round returns or raises")

    async def aclose(self) -> None:
        """End the process; a question that is under way gets CannotInspectError."""
        self._closed = True
        async with self._starting:
            server, self._server = self._server, None
            if server is not None:
                await server.aclose()

    async def _ask(self, server: LanguageServer, document: Document) -> tuple[Violation, ...]:
        # The name without its folder: no rule asked for here depends on the folder, and each question has its own.
        suffix = ".pyi" if document.path.suffix == ".pyi" else ".py"
        uri = f"file:///autoglm/{next(self._numbers)}/{_plain_name(document.path.stem)}{suffix}"
        # A lone surrogate has no UTF-8: "?" takes its place, so that later code points keep theirs.
        text = document.text.encode("utf-8", "replace").decode()
        item = {"uri": uri, "languageId": "python", "version": 1, "text": _SILENCERS.sub(_broken, text)}
        await server.notify("textDocument/didOpen", {"textDocument": item})
        try:
            answer = await server.request("textDocument/diagnostic", {"textDocument": {"uri": uri}}, _ANSWER_S)
            return tuple(_violation(item, document) for item in answer["items"])
        finally:
            with suppress(ServerLostError):  # whoever asks next is told
                await server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    async def _running(self) -> LanguageServer:
        async with self._starting:
            if self._closed:
                raise ServerLostError("it was closed")
            if self._server is not None and self._server.alive:
                return self._server
            if self._server is not None:
                await self._server.aclose()
                self._server = None
            self._server = await self._start()
            return self._server

    async def _start(self) -> LanguageServer:
        command = (self._command or find_ruff_bin(), "server")
        answers = {
            "workspace/configuration": lambda params: [None for _ in params["items"]],
            "client/registerCapability": lambda _: None,
            "client/unregisterCapability": lambda _: None,
        }
        server = await LanguageServer.start(command, answers)
        # Neither the workspace's settings nor a comment of the draft silences a rule. The youngest grammar: whether
        # the workspace's Python has it, ty knows. An empty list of exclusions: a text has no place on the disk.
        settings = {
            "configurationPreference": "editorOnly",
            "showSyntaxErrors": True,
            "logLevel": "error",
            "configuration": {"target-version": "py314", "exclude": [], "lint": {"select": self._rules}},
        }
        params = {
            "processId": None,
            "rootUri": None,
            "capabilities": {"general": {"positionEncodings": ["utf-32"]}, "textDocument": {"diagnostic": {}}},
            "initializationOptions": {"settings": settings},
        }
        try:
            result = await server.request("initialize", params, _START_S)
            if result["capabilities"].get("positionEncoding") != "utf-32":
                raise ValueError("it does not count in code points")
            await server.notify("initialized", {})
        except BaseException:
            await server.aclose()
            raise
        return server


def _violation(item: dict[str, Any], document: Document) -> Violation:
    start, end = (document.offset(at["line"], at["character"]) for at in (item["range"]["start"], item["range"]["end"]))
    message = str(item["message"]).partition(_HELP)[0]
    return Violation(str(item.get("code") or INVALID_SYNTAX), message, Span(start, max(start, end)))


def _broken(match: re.Match[str]) -> str:
    return match.group()[0] + "0" + match.group()[2:]


def _plain_name(stem: str) -> str:
    """The module's name as a part of a URI; what has no place in one becomes an underscore."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", stem) or "module"
