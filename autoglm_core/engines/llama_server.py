"""llama.cpp's own HTTP server in this process: the only module that loads the native library."""

from __future__ import annotations

import os
from typing import Any

import psutil

from autoglm_core.engines.node_state import NodeSpec
from autoglm_core.errors import EngineUnavailableError

_BATCH_TOKENS = 128
_REUSED_CHUNK_TOKENS = 64
_CACHE_MB = 512
_SPINS = "2000"
_ERRORS_ONLY, _EVERYTHING = 1, 4


def start_llama_server(spec: NodeSpec, key: str) -> tuple[Any, str]:
    """Load the model and serve it on loopback; returns the server, which must be kept, and its address.

    Blocks for seconds. Takes over the handlers of SIGINT and SIGTERM. Writes to the descriptors 1 and 2.
    Raises EngineUnavailableError; llama.cpp writes the reason to its log.
    """
    # Its threads wait for each other thousands of times a token. By default they spin at that, for which a busy
    # machine pays dearly: 0.2 tokens a second with the default, 6 with this, on two cores shared with builds.
    os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)
    import xllamacpp  # native, 30 MB: never loaded by a client

    params = xllamacpp.CommonParams()
    params.model.path = str(spec.model)
    params.model_alias = {spec.name}
    params.hostnames, params.port, params.api_keys = ["127.0.0.1"], 0, [key]
    params.verbosity = _EVERYTHING if spec.verbose else _ERRORS_ONLY
    params.ui = False
    params.endpoint_slots = True  # the node asks there whether it is busy
    threads = spec.settings.threads or default_threads()
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    # Each slot has a context of its own: with one context for all, two long prompts at once would both fail.
    params.n_parallel = spec.settings.slots
    params.n_ctx = spec.settings.context_tokens * spec.settings.slots
    params.kv_unified = False
    # llama.cpp looks at cancellations only between batches; see benchmarks in the tests of cancellation.
    params.n_batch = params.n_ubatch = _BATCH_TOKENS
    # A prompt's window slides along the document: what moved by some lines is shifted, not read again.
    params.cache_prompt, params.n_cache_reuse = True, _REUSED_CHUNK_TOKENS
    params.cache_ram_mib = _CACHE_MB  # the default is 8 GB
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as error:
        raise EngineUnavailableError(f"llama.cpp cannot load {spec.model}.") from error
    return server, server.listening_address


def default_threads() -> int:
    """One for each physical core that this process may use: reading a prompt gains nothing from a second."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable, psutil.cpu_count(logical=False) or usable))
