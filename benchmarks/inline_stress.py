"""Two hundred keys a second in twenty documents for a minute, with requests and cancels, over real stdio.

Prints how many answers were right, late or wrong, the server's memory over time, and how long ``shutdown`` took at the
end of it. The model is scripted and slow, so that most answers are overtaken: what is measured is the server.

    python benchmarks/inline_stress.py --seconds 60 --keys 200 --documents 20
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

FUNCTION = """\
def total(values, start):
    result = start
    for value in values:
        result += value
    return result
"""
ANSWER = {"answer": "result + start", "token_delay_s": 0.02}


class Client:
    """A language client of few words: frames JSON, matches answers to requests."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._last = 0
        self._reading = asyncio.create_task(self._read())

    def notify(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._write({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Any) -> tuple[int, asyncio.Future[Any]]:
        """Send a request; the future has the whole answer."""
        self._last += 1
        future = self._waiting[self._last] = asyncio.get_running_loop().create_future()
        self._write({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        return self._last, future

    async def drain(self) -> None:
        """Wait until the pipe takes more."""
        assert self._process.stdin is not None
        await self._process.stdin.drain()

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps(message).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    async def _read(self) -> None:
        reader = self._process.stdout
        assert reader is not None
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                message = json.loads(await reader.readexactly(size))
                if "method" not in message:
                    waiting = self._waiting.pop(message["id"], None)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(message)
                elif "id" in message:
                    self._write({"jsonrpc": "2.0", "id": message["id"], "result": None})
        except asyncio.IncompleteReadError:
            return


class Page:
    """One open document in which somebody types the same function again and again."""

    def __init__(self, client: Client, uri: str, counts: Counter[str]) -> None:
        self._client, self._uri, self._counts = client, uri, counts
        self.text, self.version, self._typed = "", 1, 0
        self._asked: tuple[int, asyncio.Future[Any]] | None = None
        document = {"uri": uri, "languageId": "python", "version": 1, "text": ""}
        client.notify("textDocument/didOpen", {"textDocument": document})

    def key(self) -> None:
        """Type one character, cancel what was asked, and ask again."""
        if self._typed == len(FUNCTION):
            self._typed, self.text = 0, ""
            changes: list[dict[str, Any]] = [{"text": ""}]
        else:
            character = FUNCTION[self._typed]
            here = self._position()
            changes = [{"range": {"start": here, "end": here}, "text": character}]
            self.text += character
            self._typed += 1
        self.version += 1
        self._counts["keys"] += 1
        if self._asked is not None and not self._asked[1].done():
            self._client.notify("$/cancelRequest", {"id": self._asked[0]})
            self._counts["cancelled"] += 1
        identifier = {"uri": self._uri, "version": self.version}
        self._client.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": changes})
        params = {
            "textDocument": {"uri": self._uri},
            "position": self._position(),
            "context": {"triggerKind": 2},
        }
        self._asked = self._client.ask("textDocument/inlineCompletion", params)
        version, text = self.version, self.text
        self._asked[1].add_done_callback(lambda done: self._answered(done.result(), version, text))

    def _answered(self, message: dict[str, Any], version: int, text: str) -> None:
        items = ((message.get("result") or {}).get("items")) or []
        if not items:
            self._counts["nothing"] += 1
        elif version != self.version:
            self._counts["overtaken on the way"] += 1
        else:
            start, end = items[0]["range"]["start"], items[0]["range"]["end"]
            fits = start == end == self._position() and self.text == text
            self._counts["shown" if fits else "stale"] += 1

    def _position(self) -> dict[str, int]:
        lines = self.text.split("\n")
        return {"line": len(lines) - 1, "character": len(lines[-1])}


async def measure(seconds: float, keys: float, documents: int) -> dict[str, Any]:
    """Run it; returns counts, memory in MiB by time, and the seconds to the answer to ``shutdown``."""
    with tempfile.TemporaryDirectory(prefix="autoglm-stress-") as folder:
        script = Path(folder) / "script.json"
        script.write_text(json.dumps([ANSWER]), "utf-8")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "autoglm_server", "lsp", "--script", str(script),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=folder, limit=1 << 24,
        )  # fmt: skip
        client = Client(process)
        capabilities = {"textDocument": {"inlineCompletion": {}}}
        _, ready = client.ask(
            "initialize", {"processId": None, "rootUri": Path(folder).as_uri(), "capabilities": capabilities}
        )
        await ready
        client.notify("initialized", {})
        counts: Counter[str] = Counter()
        pages = [Page(client, (Path(folder) / f"p{n}.py").as_uri(), counts) for n in range(documents)]
        memory: dict[int, float] = {}
        chance = random.Random(0)
        started = time.monotonic()
        done = 0
        while (now := time.monotonic() - started) < seconds:
            while done < now * keys:
                chance.choice(pages).key()
                done += 1
            await client.drain()
            memory.setdefault(int(now / 10) * 10, _memory(process.pid))
            await asyncio.sleep(0.005)
        memory[int(seconds)] = _memory(process.pid)
        asked = time.monotonic()
        _, down = client.ask("shutdown", None)
        await down
        shutdown_s = time.monotonic() - asked
        client.notify("exit", None)
        code = await asyncio.wait_for(process.wait(), 15)
        return {"counts": dict(counts), "memory_mib": memory, "shutdown_s": shutdown_s, "exit_code": code}


def _memory(pid: int) -> float:
    return round(psutil.Process(pid).memory_info().rss / (1 << 20), 1)


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--keys", type=float, default=200, help="a second, over all documents")
    parser.add_argument("--documents", type=int, default=20)
    options = parser.parse_args()
    result = asyncio.run(measure(options.seconds, options.keys, options.documents))
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
