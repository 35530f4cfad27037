"""The assistant of this server: built when the settings are known, and again whenever they change."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autoglm_core.errors import AutoGLMError, ExcludedFileError, SettingsError
from autoglm_core.types import Workspace

if TYPE_CHECKING:
    from autoglm_core.assistant import Assistant
    from autoglm_core.config import Settings

logger = logging.getLogger(__name__)


@dataclass
class _Held:
    """An assistant with the number of requests that use it; a retired one is closed after the last."""

    assistant: Assistant
    users: int = 0
    retired: bool = False
    closed: bool = False


class Session:
    """Lends the assistant to requests; ``tell`` shows a sentence to the user (True: it is an error)."""

    def __init__(self, script: Path | None, tell: Callable[[str, bool], None]) -> None:
        self._script = script
        self._tell = tell
        self._held: _Held | None = None
        self._problem = "AutoGLM could not start; the server's log says why."
        self._ready = asyncio.Event()
        self._configuring = asyncio.Lock()
        self._told: set[str] = set()

    @contextlib.asynccontextmanager
    async def assistant(self) -> AsyncIterator[Assistant]:
        """The assistant for one request; waits while the first one is being built.

        Raises SettingsError while no settings were ever right.
        """
        await self._ready.wait()
        held = self._held
        if held is None:
            raise SettingsError(self._problem)
        held.users += 1
        try:
            yield held.assistant
        finally:
            held.users -= 1
            if held.retired and not held.users:
                await _close(held)

    @property
    def scripted(self) -> bool:
        """Whether a file plays the model, so that none is needed."""
        return self._script is not None

    @property
    def settings(self) -> Settings | None:
        """The settings in force; None before the first that were right."""
        return self._held.assistant.settings if self._held else None

    def lends(self, assistant: Assistant) -> bool:
        """Whether this is the assistant of new requests, and not one that finishes old ones."""
        return self._held is not None and self._held.assistant is assistant

    def guard(self, assistant: Assistant, path: Path | None, workspace: Workspace) -> None:
        """Raise ExcludedFileError for an excluded file that the assistant does not know by its path: a notebook."""
        if path is not None and (reason := self.why_excluded(assistant, path, workspace)):
            raise ExcludedFileError(f"{path.name} is not shown to any model: {reason}.")

    def why_excluded(self, assistant: Assistant, path: Path, workspace: Workspace) -> str:
        """Why no model may see a file, in words; empty when it may. Asks no model, so that offers can say it."""
        from autoglm_core.context.exclusion import Exclusions

        return Exclusions(assistant.settings.exclude).reason(path, workspace)

    async def configure(self, folders: Sequence[Path], editor: Mapping[str, Any]) -> Assistant | None:
        """Read all layers of settings, and build a new assistant when they changed, which is returned.

        Settings that do not fit are told to the user, and those before them stay in force.
        """
        async with self._configuring:
            before = self._held
            try:
                old = await self._rebuild(folders, editor)
            except AutoGLMError as error:
                self._problem = str(error)
                self._tell(self._problem, True)
                return None
            finally:
                self._ready.set()
        if old is not None:
            old.retired = True
            if not old.users:
                await _close(old)
        return self._held.assistant if self._held is not None and self._held is not before else None

    async def aclose(self) -> None:
        """Close the assistant; requests that come later are refused."""
        held, self._held = self._held, None
        self._problem = "The server is shutting down."
        self._ready.set()
        if held is not None:
            await _close(held)

    async def _rebuild(self, folders: Sequence[Path], editor: Mapping[str, Any]) -> _Held | None:
        """Build the assistant if the settings are not those of the present one; returns the one before it."""
        # Off the loop: these imports take a few hundred milliseconds, and requests come in meanwhile.
        bootstrap = await asyncio.to_thread(import_module, "autoglm_core.bootstrap")
        settings, notices = bootstrap.load_settings(folders, editor, None)
        if self._held is not None and self._held.assistant.settings == settings:
            return None
        assistant: Assistant = bootstrap.build_assistant(settings, script=self._script)
        old, self._held = self._held, _Held(assistant)
        for notice in (*notices, *assistant.notices):
            if notice not in self._told:
                self._told.add(notice)
                self._tell(notice, False)
        return old


async def _close(held: _Held) -> None:
    if held.closed:
        return
    held.closed = True
    try:
        await held.assistant.aclose()
    except* (AutoGLMError, OSError) as errors:
        logger.warning("closing the assistant: %s", errors.exceptions)
