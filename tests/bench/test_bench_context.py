"""bench context: holes in lines that use other files, filled with and without what stands there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from autoglm_bench.elsewhere import ContextOptions, measure_context, table
from autoglm_bench.elsewhere_holes import find_holes
from autoglm_core.errors import SettingsError

SHOP = 'def price_of(basket, currency):\n    """What a basket costs."""\n    return basket[currency]\n'
ORDER = """\
import json

from shop import price_of


def order_total(basket, currency):
    rows = json.loads(basket["rows"])
    total = price_of(basket, currency)
    return total + len(rows)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "shop.py").write_text(SHOP, "utf-8")
    (folder / "order.py").write_text(ORDER, "utf-8")
    (folder / "tests").mkdir()
    (folder / "tests" / "test_order.py").write_text(ORDER, "utf-8")
    return folder


def test_only_lines_that_use_another_file_have_holes_and_tests_have_none(project: Path) -> None:
    holes = find_holes(project, 10, seed=3)
    assert {(hole.file.as_posix(), hole.line) for hole in holes} == {("order.py", 8)}
    (hole,) = holes
    assert hole.before + hole.truth + hole.after == ORDER
    assert "total = price_of(basket, currency)".endswith(hole.truth)


def test_the_same_seed_gives_the_same_holes(project: Path) -> None:
    assert find_holes(project, 10, seed=5) == find_holes(project, 10, seed=5)


def test_a_folder_without_such_lines_is_told(tmp_path: Path) -> None:
    (tmp_path / "alone.py").write_text(SHOP, "utf-8")
    with pytest.raises(SettingsError, match="has no lines that use"):
        find_holes(tmp_path, 10, seed=0)


async def test_each_set_is_asked_and_counted(project: Path, tmp_path: Path) -> None:
    seed = next(seed for seed in range(100) if find_holes(project, 1, seed)[0].truth.startswith("basket"))
    (hole,) = find_holes(project, 1, seed)
    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"answer": hole.truth, "when": "shop.py"}, "None)"]), "utf-8")
    told: list[str] = []
    options = ContextOptions(project, seed=seed, sets=("none", "signatures"), script=script, work=tmp_path / "work")
    result = await measure_context(options, told.append)
    assert (result["none"]["exact"], result["signatures"]["exact"]) == (0, 1)
    assert result["signatures"]["similarity"] == 1.0
    assert "| the true text | 0 of 1" in table(result)
    assert len(told) == 1
    script.write_text(json.dumps(["never asked"]), "utf-8")
    again = await measure_context(options, told.append)
    assert again["cases"] == result["cases"]
    fresh = await measure_context(replace(options, fresh=True), told.append)
    assert fresh["signatures"]["exact"] == 0


async def test_an_unknown_kind_is_told(project: Path) -> None:
    with pytest.raises(SettingsError, match="no kind gossip"):
        await measure_context(ContextOptions(project, sets=("gossip",)), print)
