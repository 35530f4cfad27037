"""``autoglm lsp``."""

from __future__ import annotations

import argparse
from pathlib import Path

from autoglm_server.lsp.server import run as run_server


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How the editor is connected."""
    wire = parser.add_mutually_exclusive_group()
    wire.add_argument("--stdio", action="store_true", help="speak over stdin and stdout; this is the default")
    wire.add_argument("--tcp", type=int, metavar="PORT", help="listen on loopback instead, and print a key; 0: any")
    parser.add_argument("--script", type=Path, metavar="FILE", help="play answers from a JSON file: for tests")
    parser.add_argument("--log-level", default="warning", choices=("debug", "info", "warning", "error"))


def run(options: argparse.Namespace) -> int:
    """Serve one editor until it leaves."""
    return run_server(tcp=options.tcp, script=options.script, log_level=options.log_level)
