"""Tests run in the workspace's own environment, which is found without running or believing anything in it."""

from __future__ import annotations

import asyncio
import sys
import venv
from pathlib import Path

import pytest

from autoglm_core.config import SandboxSettings
from autoglm_core.targets import find_target
from autoglm_core.types import Document, Draft, Replacement, Report, Task, TaskKind, Workspace
from autoglm_core.validators.sandbox_mounts import installation_mounts
from autoglm_core.validators.sandbox_warm import WarmSandbox
from autoglm_core.validators.tests import TestsValidator
from autoglm_core.validators.tests_environment import find_environment

STUB = 'def add(a, b):\n    """\n    >>> add(1, 2)\n    3\n    """\n    ...\n'
TEST = "import only_there\nfrom calc import add\n\ndef test_add():\n    assert add(2, 2) == only_there.FOUR\n"


@pytest.fixture(autouse=True)
def _no_active_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)


def make_venv(prefix: Path) -> Path:
    """An environment with a module of its own; returns where its packages are."""
    venv.create(prefix, symlinks=True)
    packages = prefix / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    (packages / "only_there.py").write_text("FOUR = 4\n")
    return packages


def lay(root: Path) -> None:
    root.mkdir(exist_ok=True)
    (root / "calc.py").write_text(STUB)
    (root / "test_calc.py").write_text(TEST)


async def judge(root: Path) -> Report:
    """The report of a new process, which is that of processes that waited too."""
    sandbox = WarmSandbox(SandboxSettings())
    validator = TestsValidator(sandbox)
    first = await check(validator, root)
    async with asyncio.timeout(20):
        while sandbox.waiting < len(sandbox._spares):  # one whose imports fail ends, and is none of them
            await asyncio.sleep(0.02)
    assert await check(validator, root) == first
    assert sandbox.served, "no process waited"
    await validator.aclose()
    return first


async def check(validator: TestsValidator, root: Path) -> Report:
    lay(root)
    document = Document(root / "calc.py", STUB)
    target = find_target(document, "add")
    change = (Replacement(target.body, "\n    return a + b\n"),)
    task = Task(TaskKind.IMPLEMENT, document, target.span, Workspace((root,)), target)
    return await validator.check(task, Draft(document.replaced(change), change))


@pytest.mark.parametrize("name", [".venv", "venv"])
async def test_the_environment_in_the_folder_is_used_with_our_pytest(tmp_path: Path, name: str) -> None:
    make_venv(tmp_path / "project" / name)
    report = await judge(tmp_path / "project")
    assert report.summary == "1 doctest and 1 test passed", report


async def test_the_active_environment_is_used_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_venv(tmp_path / "active")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "active"))
    make_venv(tmp_path / "project" / ".venv").joinpath("only_there.py").write_text("FOUR = 5\n")
    assert (await judge(tmp_path / "project")).summary == "1 doctest and 1 test passed"


async def test_an_editable_install_of_the_workspace_runs_the_draft(tmp_path: Path) -> None:
    packages = make_venv(tmp_path / "project" / ".venv")
    (packages / "editable.pth").write_text(f"{tmp_path}/project\n")
    assert (await judge(tmp_path / "project")).summary == "1 doctest and 1 test passed"


async def test_a_pytest_that_cannot_be_imported_is_not_held_against_the_draft(tmp_path: Path) -> None:
    packages = make_venv(tmp_path / "project" / ".venv")
    (packages / "pytest").mkdir()
    (packages / "pytest" / "__init__.py").write_text("raise ImportError('half installed')\n")
    report = await judge(tmp_path / "project")
    assert report.findings == ()
    assert report.summary == "1 doctest passed, 1 did not run"


def test_without_an_environment_ours_is_used_without_our_plugins(tmp_path: Path) -> None:
    environment = find_environment(tmp_path)
    assert environment.python == Path(sys.executable)
    assert not environment.plugins


async def test_an_interpreter_started_by_a_roundabout_path_is_found_in_the_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Path(sys.executable)
    monkeypatch.setattr(sys, "executable", str(own.parent.parent / "lib" / ".." / "bin" / own.name))
    lay(tmp_path / "workspace")
    report = await judge(tmp_path / "workspace")
    assert ".." not in find_environment(tmp_path).python.parts
    assert report.summary.startswith("1 doctest passed"), report


def test_an_active_environment_may_be_named_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_venv(tmp_path / "active")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("VIRTUAL_ENV", "../active")
    assert find_environment(tmp_path / "here").python == tmp_path / "active" / "bin" / "python"


def test_an_old_python_without_pytest_is_told(tmp_path: Path) -> None:
    base = tmp_path / "old"
    (base / "bin").mkdir(parents=True)
    (base / "bin" / "python").write_text("")
    (base / "lib" / "python3.9").mkdir(parents=True)
    (base / "lib" / "python3.9" / "os.py").write_text("")
    (tmp_path / ".venv").symlink_to(base)
    assert "Python 3.9 is too old" in find_environment(tmp_path).reason


def test_an_environment_cannot_open_folders_outside_of_it(tmp_path: Path) -> None:
    private = tmp_path / "private"
    (private / "bin").mkdir(parents=True)
    (private / "key").write_text("secret")
    make_venv(tmp_path / "project" / ".venv")
    settings = tmp_path / "project" / ".venv" / "pyvenv.cfg"
    settings.write_text(f"home = {private}/bin\n")
    (tmp_path / "project" / ".venv" / "share").mkdir()
    (tmp_path / "project" / ".venv" / "share" / "zoneinfo").symlink_to(private)
    mounts = find_environment(tmp_path / "project").mounts
    assert mounts
    assert not any(private.is_relative_to(mount.resolve()) or mount.resolve() == private for mount in mounts)
    assert not any(mount.is_relative_to(private) for mount in mounts)


def test_only_the_parts_of_an_installation_are_shown(tmp_path: Path) -> None:
    for name in ("bin", "lib", ".ssh", "Documents"):
        (tmp_path / name).mkdir()
    assert installation_mounts(tmp_path) == (tmp_path / "bin", tmp_path / "lib")
