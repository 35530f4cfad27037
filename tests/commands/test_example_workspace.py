"""The workspace of ``make demo``: its two functions can be written, and its tests tell a wrong one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "inventory"

SOLD_OUT = """\
```python
def sold_out(stock: list[Article]) -> list[str]:
    return sorted(article.name for article in stock if article.quantity == 0)
```"""
NAIVE = """\
```python
def average_price(stock: list[Article]) -> float:
    pieces = sum(article.quantity for article in stock)
    return round(sum(article.quantity * article.price for article in stock) / pieces, 2)
```"""
CAREFUL = NAIVE.replace("    return", "    if pieces == 0:\n        return 0.0\n    return")


def test_both_functions_can_be_written_and_a_naive_average_is_repaired(autoglm):
    folder = autoglm.folder / "inventory"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    traces = []
    for place, answers in {"sold_out": [SOLD_OUT], "average_price": [NAIVE, CAREFUL]}.items():
        script = autoglm.script(*answers)
        done = autoglm.run("implement", f"inventory/inventory.py:{place}", "--yes", "--json", "--script", script)
        assert done.returncode == 0, done.stdout + done.stderr
        traces.append(json.loads(done.stdout))
    assert [len(trace["attempts"]) for trace in traces] == [1, 2]
    rejected = [finding["message"] for finding in traces[1]["attempts"][0]["rejected_by"]]
    assert any("test_an_empty_shop_has_an_average_of_zero" in message for message in rejected)
    tests = [sys.executable, "-m", "pytest", "-q", "--doctest-modules", "-p", "no:cacheprovider"]
    plain = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    passed = subprocess.run(tests, cwd=folder, env=plain, capture_output=True, text=True, check=False)
    assert passed.returncode == 0, passed.stdout
    assert "6 passed" in passed.stdout
