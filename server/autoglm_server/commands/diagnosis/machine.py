"""What this machine allows: the sandbox, memory, the settings file."""

from __future__ import annotations

import time

import psutil

from autoglm_core.config import Settings, user_settings_file
from autoglm_core.errors import SandboxUnavailableError
from autoglm_core.validators.sandbox import Sandbox
from autoglm_server.commands.diagnosis.check import Check, State


async def machine_checks(settings: Settings) -> tuple[Check, ...]:
    """Whether code may run here, and how much memory models may have."""
    return (await _sandbox(settings), _memory(settings), _settings_file())


async def _sandbox(settings: Settings) -> Check:
    began = time.monotonic()
    try:
        await Sandbox(settings.sandbox).available()
    except SandboxUnavailableError as error:
        return Check("sandbox", State.WARNING, f"tests are not run, other checks are: {error}")
    milliseconds = (time.monotonic() - began) * 1000
    return Check("sandbox", State.GOOD, f"works, tried in {milliseconds:.0f} ms")


def _memory(settings: Settings) -> Check:
    memory = psutil.virtual_memory()
    words = f"{memory.available / 1e9:.1f} of {memory.total / 1e9:.1f} GB free · {psutil.cpu_count() or 1} processors"
    enough = memory.available >= settings.models.min_free_memory_gb * 1e9
    return Check("memory", State.GOOD if enough else State.NOTE, words)


def _settings_file() -> Check:
    file = user_settings_file()
    return Check("settings", State.NOTE, f"{file}" if file.exists() else f"the defaults; yours would be in {file}")
