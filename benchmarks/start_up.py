"""Spawn to initialize reply, and memory then: our language server and jedi-language-server in turn.

Prints the medians and the median of the ratios pair by pair: on a busy machine the ratio is what counts.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

OURS = (sys.executable, "-m", "autoglm_server", "lsp", "--stdio")
JEDI = (str(Path(sys.executable).with_name("jedi-language-server")),)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=10, help="starts of each server, after one that does not count (10)"
    )
    options = parser.parse_args()
    for command in (OURS, JEDI):
        start(command)
    pairs = [(start(OURS), start(JEDI)) for _ in range(options.runs)]
    for name, figures in (
        ("autoglm", [ours for ours, _ in pairs]),
        ("jedi-language-server", [jedi for _, jedi in pairs]),
    ):
        seconds, mebibytes = (statistics.median(column) for column in zip(*figures, strict=True))
        print(f"{name:22} {seconds * 1000:6.0f} ms {mebibytes:6.1f} MiB")
    print(f"ratio of the times, median of pairs: {statistics.median(ours[0] / jedi[0] for ours, jedi in pairs):.2f}")


def start(command: tuple[str, ...]) -> tuple[float, float]:
    """Seconds from spawn to the initialize reply, and the resident memory then in MiB."""
    request = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"processId": None, "capabilities": {}}}
    body = json.dumps(request).encode()
    began = time.perf_counter()
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=tempfile.gettempdir(),
    ) as server:
        assert server.stdin
        assert server.stdout
        server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        server.stdin.flush()
        length = 0
        while (line := server.stdout.readline()).strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        server.stdout.read(length)
        seconds = time.perf_counter() - began
        memory = psutil.Process(server.pid).memory_info().rss / 2**20
        server.kill()
    return seconds, memory


if __name__ == "__main__":
    main()
