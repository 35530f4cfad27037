"""Where tests belong, and how they import the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoglm_core.analysis.test_files import find_test_file, import_name, is_test_file
from autoglm_core.types import Document, Workspace


def lay(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")


@pytest.mark.parametrize(
    ("files", "module", "place"),
    [
        ((), "pkg.py", "tests/test_pkg.py"),
        (("tests/test_other.py",), "pkg.py", "tests/test_pkg.py"),
        (("test/test_other.py",), "pkg.py", "test/test_pkg.py"),
        (("test_pkg.py",), "pkg.py", "test_pkg.py"),
        (("tests/pkg_test.py",), "pkg.py", "tests/pkg_test.py"),
        (("tests/unit/deep/test_stack.py",), "src/shop/stack.py", "tests/unit/deep/test_stack.py"),
        (("src/shop/tests/test_a.py", "tests/test_b.py"), "src/shop/stack.py", "src/shop/tests/test_stack.py"),
        (("src/shop/test_stack.py", "tests/test_stack.py"), "src/shop/stack.py", "src/shop/test_stack.py"),
        ((), "src/shop/__init__.py", "tests/test_shop.py"),
    ],
)
def test_the_file_of_tests(tmp_path, files, module, place):
    lay(tmp_path, *files)
    found = find_test_file(Document(tmp_path / module, ""), Workspace((tmp_path,)))
    assert found.path == tmp_path / place
    assert found.text == (f"# {place}\n" if place in files else "")


def test_an_unsaved_file_of_tests_counts_before_the_disk(tmp_path):
    lay(tmp_path, "tests/test_pkg.py")
    path = tmp_path / "tests" / "test_pkg.py"
    found = find_test_file(Document(tmp_path / "pkg.py", ""), Workspace((tmp_path,), {path: "# unsaved\n"}))
    assert found.text == "# unsaved\n"


@pytest.mark.parametrize(
    ("files", "module", "tests", "name"),
    [
        ((), "pkg.py", "", "pkg"),
        (("shop/__init__.py",), "shop/stack.py", "", "shop.stack"),
        (("src/shop/__init__.py", "src/shop/a/__init__.py"), "src/shop/a/b.py", "", "shop.a.b"),
        (("shop/__init__.py",), "shop/__init__.py", "", "shop"),
        ((), "shop/stack.py", "", "stack"),
        ((), "shop/stack.py", "import os\nfrom shop.stack import Stack\n", "shop.stack"),
        ((), "my-script.py", "", ""),
    ],
)
def test_the_name_that_tests_import(tmp_path, files, module, tests, name):
    lay(tmp_path, *files)
    assert import_name(Document(tmp_path / module, ""), tmp_path, Document(tmp_path / "t.py", tests)) == name


@pytest.mark.parametrize(
    ("name", "is_test"), [("test_a.py", True), ("a_test.py", True), ("conftest.py", True), ("testing.py", False)]
)
def test_files_of_tests_are_known_by_name(name, is_test):
    assert is_test_file(Path("src") / name) is is_test
