"""Which suggestions are invalid: only by faults of their own, and never by a tool that failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_bench import faults
from autoglm_bench.faults import find_faults
from autoglm_bench.typing_user import Shown
from autoglm_core.errors import SettingsError


def shown(before: str, text: str, after: str = "\n") -> Shown:
    return Shown(before, after, text, 0.1, False)


def test_an_old_fault_is_not_new_because_the_document_parses_at_last(tmp_path: Path) -> None:
    # Ruff looks for names only in a document that parses: the old fault above comes to light with the suggestion.
    above = "old = missing_before\n\n\ndef f(a):\n    return ("
    reasons = find_faults([shown(above, "a)"), shown(above, "missing_now)")], tmp_path)

    assert reasons[0] == ""
    assert reasons[1] in ("F821", "unresolved-reference")


def test_a_name_that_the_suggestion_completes_is_its_own(tmp_path: Path) -> None:
    before = "import os\nx = os.get"
    reasons = find_faults([shown(before, "cwd()"), shown(before, "nothing()"), shown("import ", "no_m")], tmp_path)

    assert reasons == ["", "missing-attribute", "import-not-found"]


def test_nothing_shown_is_nothing_to_judge(tmp_path: Path) -> None:
    assert find_faults([], tmp_path) == []


def test_a_tool_that_fails_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "_RUFF_RULES", ("NO_SUCH_RULE",))
    with pytest.raises(SettingsError, match="could not judge"):
        find_faults([shown("", "x = 1")], tmp_path)
