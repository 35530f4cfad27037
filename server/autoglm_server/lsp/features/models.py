"""autoglm/models and autoglm/pullModel: which models the settings need, and fetching one in the user's sight."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from autoglm_core.errors import AutoGLMError
from autoglm_server.lsp import failures
from autoglm_server.lsp.plain import plain
from autoglm_server.lsp.server import Server

if TYPE_CHECKING:
    from autoglm_core.config import Settings
    from autoglm_core.store.store import ModelStore, StoredModel
    from autoglm_core.store.transfer import Transfer

MODELS = "autoglm/models"
PULL_MODEL = "autoglm/pullModel"

logger = logging.getLogger(__name__)


def register(server: Server) -> None:
    """Answer them."""
    server.answer(MODELS, _models)
    server.answer(PULL_MODEL, _pull_model)


async def _models(server: Server, params: Any) -> dict[str, Any]:
    """The catalogue's models that the settings need: ``{"folder": ..., "models": [...]}``, grey text's first.

    Each has ``name``, ``here`` (whole on this machine), ``bytes``, ``present`` (bytes that are here already),
    ``licence``, ``source`` (a page about it), ``description`` and ``roles`` (of ``inline`` and ``actions``). A
    role that a remote endpoint plays needs no model, nor does grey text that is off, nor a scripted engine.
    """
    async with server.session.assistant() as assistant:
        settings = assistant.settings
    roles = {} if server.session.scripted else await asyncio.to_thread(_roles, settings)
    store = _store(settings)
    stored = {model.model.name: model for model in await asyncio.to_thread(store.list)}
    needed = [_plain(stored[name], played) for name, played in roles.items() if name in stored]
    return {"folder": str(store.folder), "models": needed}


async def _pull_model(server: Server, params: Any) -> dict[str, str]:
    """Download the model ``name``; returns its ``path``. Cancelling keeps what came, and the next pull goes on there.

    With a ``workDoneToken``, ``$/progress`` tells how far it is: beside LSP's ``message`` and ``percentage`` a report
    has ``phase``, ``source``, ``done`` and ``total`` (bytes).
    """
    given = plain(params)
    name = given.get("name") if isinstance(given, dict) else None
    if not isinstance(name, str):
        raise failures.invalid(f"{PULL_MODEL} takes the name of a model.")
    async with server.session.assistant() as assistant:
        store = _store(assistant.settings)
    pull = _Pull(server, store, name, given.get("workDoneToken"))
    # Spawned, so that the server's end stops it as well.
    work = server.spawn(pull.run())
    try:
        result = await work
    except asyncio.CancelledError:
        work.cancel()
        raise
    if isinstance(result, AutoGLMError):
        raise result
    logger.info("the model %s is here", name)
    # It is loaded while the user reads that it is here: the first text need not wait for it.
    server.settling.again()
    return {"path": result}


@dataclass
class _Pull:
    """One download. The store works in a thread, which asks whether to stop ten times a second."""

    server: Server
    store: ModelStore
    name: str
    token: lsp.ProgressToken | None

    async def run(self) -> str | AutoGLMError:
        """The path of the whole file, or why it could not be had. Ends when the store's thread has ended."""
        stop = threading.Event()
        loop = asyncio.get_running_loop()

        def tell(transfer: Transfer) -> None:
            loop.call_soon_threadsafe(self._report, transfer)

        thread = asyncio.ensure_future(
            asyncio.to_thread(self.store.pull, self.name, progress=tell, cancelled=stop.is_set)
        )
        self._send(lsp.WorkDoneProgressBegin(title=self.name, cancellable=True, percentage=0))
        try:
            return str(await asyncio.shield(thread))
        except AutoGLMError as error:
            return error
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait({thread})
            thread.exception()  # what it said of being stopped is known
            raise
        finally:
            self._send(lsp.WorkDoneProgressEnd())

    def _report(self, transfer: Transfer) -> None:
        if transfer.note:
            logger.info("%s: %s", self.name, transfer.note)
        value = {
            "kind": "report",
            "message": transfer.note or transfer.phase.value,
            "percentage": int(100 * max(transfer.done, 0) / transfer.total),
            "phase": transfer.phase.name.lower(),
            "source": transfer.source,
            "done": max(transfer.done, 0),
            "total": transfer.total,
        }
        self._send(value)

    def _send(self, value: Any) -> None:
        if self.token is not None:
            self.server.protocol.notify(lsp.PROGRESS, lsp.ProgressParams(self.token, value))


def _roles(settings: Settings) -> dict[str, list[str]]:
    """The models that engines on this machine need, by name, with what each is for."""
    import psutil

    from autoglm_core.engines.memory import choose_models

    inline, actions, _ = choose_models(settings, psutil.virtual_memory().available)
    roles: dict[str, list[str]] = {}
    if settings.inline.enabled and settings.inline.engine == "embedded":
        roles.setdefault(inline, []).append("inline")
    if settings.actions.engine == "embedded":
        roles.setdefault(actions, []).append("actions")
    return roles


def _store(settings: Settings) -> ModelStore:
    from autoglm_core.store.store import ModelStore

    return ModelStore.of(settings.models)


def _plain(stored: StoredModel, roles: list[str]) -> dict[str, Any]:
    from autoglm_core.store.store import ModelState

    model = stored.model
    return {
        "name": model.name,
        # A file that was put there by hand is hashed at its first use, which tells if it is damaged.
        "here": stored.state in (ModelState.WHOLE, ModelState.UNVERIFIED),
        "bytes": model.bytes,
        "present": stored.present,
        "licence": model.licence,
        "source": f"https://huggingface.co/{model.repo}",
        "description": model.description,
        "roles": roles,
    }
