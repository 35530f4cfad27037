"""llama.cpp's own HTTP server in this process: the only module that loads the native library."""

from __future__ import annotations

import os
from typing import Any

import psutil

from autoglm_core.engines.node_state import NodeSpec
from autoglm_core.errors import EngineUnavailableError

_CPU_BATCH_TOKENS = 64
_GPU_BATCH_TOKENS = 512
_REUSED_CHUNK_TOKENS = 64
_CACHE_MB = 512
_MOST_DRAFTS = 4
_SPINS = "2000"
_ERRORS_ONLY, _EVERYTHING = 1, 4


def start_llama_server(spec: NodeSpec, key: str) -> tuple[Any, str]:
    """Load the model and serve it on loopback; returns the server, which must be kept, and its address.

    Blocks for seconds. Takes over the handlers of SIGINT and SIGTERM. Writes to the descriptors 1 and 2.
    Raises EngineUnavailableError; llama.cpp writes the reason to its log.
    """
    # Its threads wait for each other hundreds of times a token, and GNU OpenMP spins at that by default. A busy
    # machine pays dearly: 0.2 tokens a second with the default, 6 with this, on two cores shared with builds.
    os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)
    import xllamacpp  # native, and never loaded by a client

    gpu = any(device["type"].name.endswith("GPU") for device in xllamacpp.get_device_info())
    params = xllamacpp.CommonParams()
    params.model.path = str(spec.model)
    params.model_alias = {spec.name}
    params.hostnames, params.port, params.api_keys = ["127.0.0.1"], 0, [key]
    params.verbosity = _EVERYTHING if spec.verbose else _ERRORS_ONLY
    params.ui = False
    params.endpoint_slots = params.endpoint_metrics = True  # the node asks there whether it is busy
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = spec.settings.threads or default_threads()
    # Slots share one store of keys and values, so that several drafts of one prompt have its tokens once.
    params.n_parallel, params.kv_unified = max(spec.settings.slots, _MOST_DRAFTS), True
    params.n_ctx = spec.settings.context_tokens * spec.settings.slots
    # A cancelled prompt is read to the end of its batch. Tokens read in a second of processor time (0.5B,
    # Q4_K_M), by batch: 50 with 32, 57 with 64, 60 with 128, 256 and 512.
    params.n_batch = params.n_ubatch = _GPU_BATCH_TOKENS if gpu else _CPU_BATCH_TOKENS
    # The window of a prompt slides along the document: what only moved is shifted, and not read again.
    params.cache_prompt, params.n_cache_reuse = True, _REUSED_CHUNK_TOKENS
    params.cache_ram_mib = _CACHE_MB  # prompts that lost their slot; the default is 8 GB
    params.fit_params = gpu  # how many layers fit on the GPU; without one it only loads the model twice
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as error:
        raise EngineUnavailableError(f"llama.cpp cannot load {spec.model}.") from error
    return server, server.listening_address


def default_threads() -> int:
    """One for each physical core that this process may use: a second one on a core does not help."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable, psutil.cpu_count(logical=False) or usable))
