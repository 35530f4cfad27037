"""The models and endpoints that the settings lead to, and on demand how quick they are."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil

from autoglm_core.config import Settings
from autoglm_core.engines.keys import describe_sources, find_key
from autoglm_core.engines.memory import choose_models
from autoglm_core.errors import ModelStoreError
from autoglm_core.store.store import ModelState, ModelStore
from autoglm_server.commands.action.offer import model_store
from autoglm_server.commands.diagnosis.check import Check, State
from autoglm_server.commands.diagnosis.speed import measure_speed


async def engine_checks(settings: Settings, *, measure: bool) -> tuple[Check, ...]:
    """Each role's engine; the models that are here; the endpoint if one is used."""
    store = model_store(settings)
    inline, actions, notice = choose_models(settings, psutil.virtual_memory().available)
    roles = {"inline": (settings.inline.engine, inline), "actions": (settings.actions.engine, actions)}
    embedded = dict.fromkeys(model for engine, model in roles.values() if engine == "embedded")
    checks = [Check("memory", State.WARNING, notice)] if notice else []
    for role, (engine, model) in roles.items():
        checks.append(_role(role, model if engine == "embedded" else "", settings, store))
    for stored in store.list():
        if stored.state is not ModelState.ABSENT and stored.model.name not in embedded:
            words = f"{stored.state.value} · {stored.path}"
            checks.append(Check(stored.model.name, State.NOTE, words))
    if "remote" in {engine for engine, _ in roles.values()} or settings.remote.url:
        checks.append(await _endpoint(settings))
    if measure:
        checks += [await measure_speed(settings, store, model) for model in embedded if _is_here(store, model)]
    return tuple(checks)


def _role(role: str, model: str, settings: Settings, store: ModelStore) -> Check:
    if not model:
        return Check(role, State.GOOD, f"remote {settings.remote.model} at {_host(settings.remote.url)}")
    try:
        return Check(role, State.GOOD, f"{Path(model).name} · {store.path(model)}")
    except ModelStoreError as error:
        return Check(role, State.BAD, str(error))


def _is_here(store: ModelStore, model: str) -> bool:
    try:
        store.path(model)
    except ModelStoreError:
        return False
    return True


async def _endpoint(settings: Settings) -> Check:
    remote = settings.remote
    if not remote.url:
        return Check("endpoint", State.BAD, "an engine is set to remote, but remote.url is not set")
    key = find_key(remote)
    words = "with a key" if key else f"without a key; one would be looked for {describe_sources(remote)}"
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    began = time.monotonic()
    try:
        async with httpx.AsyncClient(timeout=remote.connect_timeout_s) as client:
            answer = await client.get(f"{remote.url.rstrip('/')}/models", headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return Check("endpoint", State.BAD, f"{_host(remote.url)} cannot be reached: {error or type(error).__name__}")
    milliseconds = (time.monotonic() - began) * 1000
    found = f"{_host(remote.url)} answers {answer.status_code} in {milliseconds:.0f} ms, asked {words}"
    if answer.status_code in (401, 403):
        return Check("endpoint", State.BAD, found)
    # Some endpoints have no list of models: that they answer at all is what counts.
    return Check("endpoint", State.GOOD if answer.is_success else State.WARNING, found)


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2] or "no URL"
