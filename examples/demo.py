"""The main job in two minutes: two functions are written, checked, repaired and tested, with no editor.

Works on a copy of ``inventory/`` in a temporary folder, so it can be run again and again. Every step is an
ordinary command that it prints before it runs it. The model is downloaded if it is not there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MODEL = "qwen2.5-coder-1.5b"
EXAMPLE = Path(__file__).with_name("inventory")
PLACES = ("inventory.py:sold_out", "inventory.py:average_price")
AUTOGLM = (sys.executable, "-m", "autoglm_server")


def main() -> int:
    """Run the demo; 0 when both functions were written and the example's tests pass."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=MODEL, help=f"a model of 'autoglm models list', or a GGUF file ({MODEL})")
    parser.add_argument("--keep", action="store_true", help="keep the copy, to look at it")
    options = parser.parse_args()
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="autoglm-demo-"))
    try:
        code = run(folder / EXAMPLE.name, options.model)
    except KeyboardInterrupt:
        return 130
    finally:
        if options.keep:
            say(f"The copy is in {folder}.")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if code == 0:
        say(f"Two functions written and checked in {time.monotonic() - began:.0f} s.")
        say("To have this in your editor: autoglm doctor --editor vscode|neovim|helix|emacs")
    return code


def run(workspace: Path, model: str) -> int:
    """Pull the model, implement both functions, run the tests; the first exit code that is not 0."""
    shutil.copytree(EXAMPLE, workspace, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    limits = ["--attempts", "6", "--deadline", "400"]  # for machines slower than the defaults are made for
    steps = [["implement", place, "--model", model, *limits, "--yes"] for place in PLACES]
    if not Path(model).exists():
        steps.insert(0, ["models", "pull", model])
    for step in steps:
        say(f"$ autoglm {' '.join(step)}")
        code = subprocess.run([*AUTOGLM, *step], cwd=workspace, check=False).returncode
        if code:
            return code
    say("$ pytest --doctest-modules")
    tests = [sys.executable, "-m", "pytest", "-q", "--no-header", "--doctest-modules", "-p", "no:cacheprovider"]
    plain = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # the example's tests need no plugin
    return subprocess.run(tests, cwd=workspace, env=plain, check=False).returncode


def say(words: str) -> None:
    """Print at once, also where the steps' own output comes between."""
    sys.stdout.write(f"\n{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
