"""What a key costs to read: the order of a fill-in-the-middle prompt, with llama.cpp's ``n_cache_reuse`` and without.

A function is typed into the middle of a file, a prompt is sent behind each few characters, and one token is asked for.
Told for each way: the tokens that were not in the cache and the seconds until the token, medians and worst. Each way
has a server and a process of its own; they run one after the other.

    python benchmarks/cache_reuse.py --model MODEL.gguf --keys 24
"""

from __future__ import annotations

import argparse
import inspect
import json
import secrets
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import httpx

from autoglm_core.config import NodeSettings
from autoglm_core.engines import llama_server
from autoglm_core.engines.node_state import NodeSpec
from autoglm_core.engines.openai_request import fim_text
from autoglm_core.types import FimPrompt, Sampling

ORDERS = {"prefix, suffix, middle": False, "suffix first, what is typed last": True}
REUSES = (0, 64)
_STRIDE = 4
_WINDOW = 1600
"""Characters before the function and behind the cursor: about 350 tokens each. Windows of lines rarely slide."""


def prompts(keys: int, typed_last: bool) -> list[str]:
    """The prompts of a user who types a function of ``shutil`` in, ``_STRIDE`` characters a key."""
    text = Path(inspect.getfile(shutil)).read_text("utf-8")
    start = text.index("def copytree(")
    made = []
    for offset in range(start, start + keys * _STRIDE, _STRIDE):
        before, after = text[start - _WINDOW : offset], text[start + keys * _STRIDE :][:_WINDOW]
        near = len(before) if typed_last else 0
        made.append(fim_text(FimPrompt(before, after, Sampling(), near=near)))
    return made


def measure(model: Path, keys: int, typed_last: bool, reuse: int) -> dict[str, float]:
    """Tokens read and seconds for each key behind the first, which reads all."""
    llama_server._REUSED_CHUNK_TOKENS = reuse
    key = secrets.token_hex(16)
    spec = NodeSpec(model, model.stem, NodeSettings(context_tokens=4096, slots=1), False)
    server, address = llama_server.start_llama_server(spec, key)
    read, seconds = [], []
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=300) as client:
        for prompt in prompts(keys, typed_last):
            body = {"prompt": prompt, "n_predict": 1, "cache_prompt": True, "id_slot": 0, "temperature": 0}
            started = time.perf_counter()
            answer = client.post("/completion", json=body).raise_for_status().json()
            seconds.append(time.perf_counter() - started)
            read.append(answer["timings"]["prompt_n"])
    del server
    return {
        "first": read[0],
        "median": statistics.median(read[1:]),
        "most": max(read[1:]),
        "median_s": statistics.median(seconds[1:]),
        "most_s": max(seconds[1:]),
    }


def main() -> None:
    """Measure each way in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--keys", type=int, default=24)
    parser.add_argument("--one", nargs=2, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.model, options.keys, bool(options.one[0]), options.one[1])), flush=True)
        return
    print("| order | n_cache_reuse | tokens first | a key, median | most | seconds, median | most |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for order, typed_last in ORDERS.items():
        for reuse in REUSES:
            command = [sys.executable, __file__, f"--model={options.model}", f"--keys={options.keys}"]
            command += ["--one", str(int(typed_last)), str(reuse)]
            result = subprocess.run(command, capture_output=True, text=True, check=True)
            found = json.loads(result.stdout.strip().split("\n")[-1])
            cells = (found["first"], found["median"], found["most"])
            print(
                f"| {order} | {reuse or 'off'} | " + " | ".join(f"{cell:.0f}" for cell in cells)
                + f" | {found['median_s']:.2f} | {found['most_s']:.2f} |",
                flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    main()
