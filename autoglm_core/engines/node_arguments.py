"""A node's spec as the arguments of its process, and back."""

from __future__ import annotations

import argparse
from pathlib import Path

from autoglm_core.config import NodeSettings
from autoglm_core.engines.node_state import NodeSpec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of a node to the parser of any command line."""
    defaults = NodeSettings()
    parser.add_argument("--model", type=Path, required=True, help="the GGUF file")
    parser.add_argument("--name", default="", help="what to call the model (default: the file's name)")
    parser.add_argument("--context-tokens", type=_positive, default=defaults.context_tokens, help="of each slot")
    parser.add_argument("--slots", type=_positive, default=defaults.slots, help="answers at the same time")
    parser.add_argument("--threads", type=int, default=defaults.threads, help="0: one for each physical core")
    parser.add_argument("--idle-minutes", type=float, default=defaults.idle_minutes, help="end so long after use")
    parser.add_argument("--verbose", action="store_true", help="llama.cpp's own log, which quotes prompts")
    parser.add_argument("--report-fd", type=int, help=argparse.SUPPRESS)


def read_arguments(arguments: argparse.Namespace) -> NodeSpec:
    """The spec that the arguments of ``add_arguments`` stand for."""
    settings = NodeSettings(arguments.idle_minutes, arguments.threads, arguments.context_tokens, arguments.slots)
    model = arguments.model.absolute()
    return NodeSpec(model, arguments.name or model.stem, settings, arguments.verbose)


def write_arguments(spec: NodeSpec) -> list[str]:
    """The arguments that stand for the spec."""
    settings = spec.settings
    options = {
        "model": spec.model,
        "name": spec.name,
        "context-tokens": settings.context_tokens,
        "slots": settings.slots,
        "threads": settings.threads,
        "idle-minutes": settings.idle_minutes,
    }
    return [*(f"--{name}={value}" for name, value in options.items()), *(["--verbose"] if spec.verbose else [])]


def _positive(text: str) -> int:
    if (value := int(text)) < 1:
        raise ValueError("must be at least 1")
    return value
