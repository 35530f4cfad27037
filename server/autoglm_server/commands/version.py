"""``autoglm version``."""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import version


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(options: argparse.Namespace) -> int:
    """Print the version."""
    sys.stdout.write(f"autoglm {version('autoglm-ls')}\n")
    return 0
