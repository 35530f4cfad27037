"""A program that pulls a model, for tests that need a process to kill, to limit or to run beside another."""

from __future__ import annotations

import argparse
import json
import resource
import sys
from pathlib import Path

from autoglm_core.errors import ModelStoreError
from autoglm_core.store.catalogue import CatalogueModel, Mirror
from autoglm_core.store.store import ModelStore
from autoglm_core.store.transfer import Transfer


def main() -> None:
    """Print ``phase NAME`` at each new phase, ``paused BYTES``, then ``done PATH`` or ``error MESSAGE``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("model", type=json.loads)
    parser.add_argument("--source", default="auto")
    parser.add_argument("--pause-at", type=int, help="wait for a line on stdin once so many bytes are done")
    parser.add_argument("--file-limit", type=int, help="the longest file in bytes that the system lets it write")
    options = parser.parse_args()
    if options.file_limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (options.file_limit, options.file_limit))
    model = CatalogueModel(**{**options.model, "mirror": Mirror(**options.model["mirror"])})
    phases: list[str] = []
    pause_at = options.pause_at

    def show(transfer: Transfer) -> None:
        nonlocal pause_at
        if transfer.phase.name not in phases:
            phases.append(transfer.phase.name)
            print("phase", transfer.phase.name, flush=True)
        if pause_at is not None and transfer.done >= pause_at:
            pause_at = None
            print("paused", transfer.done, flush=True)
            sys.stdin.readline()

    try:
        print("done", ModelStore(options.folder, (model,)).pull("tiny", options.source, show), flush=True)
    except ModelStoreError as error:
        print("error", error, flush=True)


if __name__ == "__main__":
    main()
