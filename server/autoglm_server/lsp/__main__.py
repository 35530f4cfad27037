"""``python -m autoglm_server.lsp``: the language server alone, as ``autoglm lsp`` starts it."""

import argparse
import sys
from pathlib import Path

from autoglm_server.lsp.server import run


def main() -> int:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(prog="python -m autoglm_server.lsp", description=__doc__)
    parser.add_argument("--stdio", action="store_true", help="speak over stdin and stdout; this is the default")
    parser.add_argument("--tcp", type=int, metavar="PORT", help="listen on loopback instead, and print a key; 0: any")
    parser.add_argument("--script", type=Path, help="play answers from a JSON file instead of asking a model")
    parser.add_argument("--log-level", default="warning", choices=["debug", "info", "warning", "error"])
    options = parser.parse_args()
    return run(tcp=options.tcp, script=options.script, log_level=options.log_level)


sys.exit(main())
