"""autoglm/modelChoice: all models that a user can switch to, and which ones the settings name."""

from __future__ import annotations

import asyncio
from typing import Any

from autoglm_server.lsp.server import Server

MODEL_CHOICE = "autoglm/modelChoice"


def register(server: Server) -> None:
    """Answer it."""
    server.answer(MODEL_CHOICE, _model_choice)


async def _model_choice(server: Server, params: Any) -> dict[str, Any]:
    """What an editor offers to choose from.

    ``models``: the catalogue, each with ``name``, ``bytes`` of its file, ``licence``, ``description`` and ``state``
    (whole, unverified, partial, absent). ``chosen``: for the roles ``inline`` and ``actions`` the ``engine``
    (embedded or remote) and the ``model`` that the settings name. ``remote``: the endpoint's model, empty where
    there is none.
    """
    from autoglm_core.store.store import ModelStore

    async with server.session.assistant() as assistant:
        settings = assistant.settings
    models = [
        {
            "name": stored.model.name,
            "bytes": stored.model.bytes,
            "licence": stored.model.licence,
            "description": stored.model.description,
            "state": stored.state.value,
        }
        for stored in await asyncio.to_thread(ModelStore.of(settings.models).list)
    ]
    chosen = {
        "inline": {"engine": settings.inline.engine, "model": settings.models.inline},
        "actions": {"engine": settings.actions.engine, "model": settings.models.actions},
    }
    return {"models": models, "chosen": chosen, "remote": settings.remote.model if settings.remote.url else ""}
