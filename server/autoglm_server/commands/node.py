"""``autoglm node``."""

from __future__ import annotations

import argparse

from autoglm_core.bootstrap import load_settings
from autoglm_core.engines import node_arguments
from autoglm_core.engines.node import run_node
from autoglm_server.commands.action.offer import model_store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The model, and what it may use."""
    node_arguments.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Hold the model until nobody needs it any more; 3 when it cannot be loaded."""
    if not options.model.exists():
        settings, _ = load_settings(())
        options.name = options.name or str(options.model)
        options.model = model_store(settings).path(str(options.model))
    return 3 if run_node(node_arguments.read_arguments(options), options.report_fd) else 0
