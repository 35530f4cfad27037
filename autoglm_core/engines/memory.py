"""Which models fit into this machine's memory."""

from __future__ import annotations

from autoglm_core.config import Settings
from autoglm_core.engines.node_state import running_nodes
from autoglm_core.errors import EngineUnavailableError

SMALL_MODEL = "qwen2.5-coder-0.5b"
"""What a machine with little memory gets: about 0.7 GB with its caches."""

_GB = 1e9


def choose_models(settings: Settings, free_bytes: int) -> tuple[str, str, str | None]:
    """The models for inline completion and for actions, and a notice if they are not those of the settings.

    ``free_bytes`` is the memory that new processes could use. What our own nodes hold for these models
    counts as free too: this process would share those nodes and needs no second copy.
    """
    models = settings.models
    wanted = {
        model
        for model, engine in ((models.inline, settings.inline.engine), (models.actions, settings.actions.engine))
        if engine == "embedded"
    }
    if wanted <= {SMALL_MODEL}:
        return models.inline, models.actions, None
    free = free_bytes + _held_by_nodes(wanted)
    if free >= models.min_free_memory_gb * _GB:
        return models.inline, models.actions, None
    notice = (
        f"This machine has {free / _GB:.1f} GB of free memory, less than the {models.min_free_memory_gb:g} GB that "
        f"models.min_free_memory_gb asks for, so {SMALL_MODEL} is used for everything. "
        "Close other programs and start again, or lower that setting."
    )
    return SMALL_MODEL, SMALL_MODEL, notice


def _held_by_nodes(names: set[str]) -> int:
    try:
        return sum(node.memory_bytes() for node in running_nodes() if node.name in names)
    except EngineUnavailableError:
        return 0  # an unsafe runtime folder: the engine tells of it when it is needed
