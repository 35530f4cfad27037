import asyncio
import re
import textwrap
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from autoglm_core.config import LicenceSettings
from autoglm_core.types import Document, Draft, Replacement, Report, Severity, Span, Task, TaskKind, Workspace
from autoglm_core.validators import licence_index
from autoglm_core.validators.licence import LicenceValidator
from autoglm_core.validators.licence_build import build
from autoglm_core.validators.licence_index import IndexWriter
from autoglm_core.validators.licence_packages import installed_packages

ROUTINE = '''
def smooth(values, width=5, edge="reflect"):
    """Moving average over a window, with the edges mirrored."""
    if width < 1 or width % 2 == 0:
        raise ValueError(f"width must be odd and positive, got {width}")
    half = width // 2
    padded = list(reversed(values[1 : half + 1])) + list(values) + list(reversed(values[-half - 1 : -1]))
    total = sum(padded[:width])
    smoothed = [total / width]
    for entering, leaving in zip(padded[width:], padded):
        total += entering - leaving
        smoothed.append(total / width)
    return smoothed
'''
Make = Callable[..., LicenceValidator]
LICENCES = {"permissivepkg": "MIT", "copyleftpkg": "GPL-3.0-only", "strangepkg": ""}


def routine(number: int) -> str:
    """A routine that differs from those of other numbers in all of its names."""
    return re.sub(r"\b(smooth|values|width|half|padded|total|smoothed|entering|leaving)\b", rf"\1_{number}", ROUTINE)


def install(workspace: Path, name: str, licence: str, code: str, version: str = "1.0") -> Path:
    """A package in the workspace's environment, as pip leaves it."""
    site = workspace / ".venv" / "lib" / "python3.11" / "site-packages"
    metadata = site / f"{name}-{version}.dist-info"
    (site / name).mkdir(parents=True)
    metadata.mkdir()
    (site / name / "__init__.py").write_text("")
    (site / name / "core.py").write_text(f"# {name}\nimport os\n{code}")
    expression = f"License-Expression: {licence}\n" if licence else ""
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{expression}")
    (metadata / "RECORD").write_text(f"{name}/__init__.py,,\n{name}/core.py,,\n../../../escape.py,,\n")
    return site


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project under MIT with an environment of its own that holds three packages, one routine each."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    folder = tmp_path / "project"
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to(Path("/proc/self/exe").resolve())
    (folder / ".venv" / "pyvenv.cfg").write_text(f"home = {Path('/proc/self/exe').resolve().parent}\n")
    (folder / "pyproject.toml").write_text('[project]\nname = "mine"\nlicense = "MIT"\n')
    for number, (name, licence) in enumerate(LICENCES.items(), 3):
        install(folder, name, licence, routine(number))
    return folder


@pytest.fixture
async def make(workspace: Path, tmp_path: Path) -> AsyncIterator[Make]:
    """Validators whose index lies in a folder of the test, already built unless asked otherwise."""
    made: list[LicenceValidator] = []

    def validator(*, built: bool = True, settings: LicenceSettings | None = None) -> LicenceValidator:
        index = tmp_path / "cache" / "index.sqlite3"
        settings = settings or LicenceSettings()
        if built:
            site = workspace / ".venv" / "lib" / "python3.11" / "site-packages"
            build(index, [site], [Path(folder) for folder in settings.folders])
        made.append(LicenceValidator(settings, index))
        return made[-1]

    yield validator
    for each in made:
        await each.aclose()


def drafted(
    path: Path, text: str, before: str = "x = 1\n", unsaved: dict[Path, str] | None = None
) -> tuple[Task, Draft]:
    """A draft that adds a text at the end of a document."""
    document = Document(path, before)
    end = Span(len(before), len(before))
    change = (Replacement(end, text),)
    top = next(folder for folder in path.parents if folder.name == "project")
    task = Task(TaskKind.EDIT, document, end, Workspace((top,), unsaved or {}))
    return task, Draft(document.replaced(change), change)


def found(report: Report) -> list[tuple[str, Severity]]:
    assert not report.skipped
    return [(finding.rule, finding.severity) for finding in report.findings if finding.introduced]


async def test_a_copy_is_found_with_its_file_and_licence(make: Make, workspace: Path) -> None:
    for number, severity, words in (
        (3, Severity.WARNING, "permissivepkg 1.0 (permissivepkg/core.py, line 4), which is under MIT: keep its notice"),
        (
            4,
            Severity.ERROR,
            "copyleftpkg 1.0 (copyleftpkg/core.py, line 4), whose licence GPL-3.0-only does not go with",
        ),
        (5, Severity.WARNING, "strangepkg 1.0 (strangepkg/core.py, line 4), whose licence we do not know"),
    ):
        copied = textwrap.indent(routine(number), "    ").replace("    half =", "    half  =  # same tokens\n      ")
        task, draft = drafted(workspace / "m.py", "class C:\n" + copied)
        report = await make().check(task, draft)
        assert found(report) == [("copied-code", severity)]
        [finding] = report.findings
        assert words in finding.message
        text = draft.document.text[finding.span.start : finding.span.end]
        assert text.startswith("def smooth_")
        assert text.endswith(f"return smoothed_{number}")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("width", "size"), id="in other names"),
        pytest.param(lambda text: text[: text.index("padded")], id="too short"),
        pytest.param(lambda text: "y = [" + "1, 2, " * 200 + "]\n", id="other code"),
    ],
)
async def test_what_is_no_copy_is_let_pass(make: Make, workspace: Path, change: Callable[[str], str]) -> None:
    report = await make().check(*drafted(workspace / "m.py", change(routine(4))))
    assert found(report) == []
    assert report.summary


async def test_text_that_the_user_has_already_is_no_copy(make: Make, workspace: Path) -> None:
    copy = routine(4)
    assert found(await make().check(*drafted(workspace / "m.py", "y = 2\n", before=copy))) == []
    assert found(await make().check(*drafted(workspace / "m.py", copy, before=copy))) == []
    assert found(await make().check(*drafted(workspace / "m.py", copy, unsaved={workspace / "n.py": copy}))) == []
    (workspace / "n.py").write_text(f"z = 3\n{copy}")
    assert found(await make().check(*drafted(workspace / "m.py", copy))) == []


async def test_a_file_of_a_package_may_repeat_its_package(make: Make, workspace: Path) -> None:
    site = workspace / ".venv" / "lib" / "python3.11" / "site-packages"
    copy = routine(4)
    assert found(await make().check(*drafted(site / "copyleftpkg" / "new.py", copy))) == []
    assert found(await make().check(*drafted(site / "permissivepkg" / "new.py", copy))) != []


async def test_the_projects_own_package_is_not_compared_with(make: Make, workspace: Path) -> None:
    install(workspace, "mine", "MIT", routine(7))
    assert found(await make().check(*drafted(workspace / "m.py", routine(7)))) == []


async def test_what_three_packages_have_is_common(make: Make, workspace: Path) -> None:
    install(workspace, "second", "GPL-3.0-only", routine(4))
    assert found(await make().check(*drafted(workspace / "m.py", routine(4)))) != []
    install(workspace, "third", "GPL-3.0-only", routine(4))
    assert found(await make().check(*drafted(workspace / "m.py", routine(4)))) == []


async def test_of_two_sources_the_milder_terms_count(make: Make, workspace: Path) -> None:
    install(workspace, "second", "BSD-3-Clause", routine(4))
    report = await make().check(*drafted(workspace / "m.py", routine(4)))
    assert found(report) == [("copied-code", Severity.WARNING)]


async def test_what_a_package_carries_of_others_is_not_its_own(make: Make, workspace: Path) -> None:
    site = install(workspace, "carrier", "GPL-3.0-only", "")
    (site / "carrier" / "_vendor").mkdir()
    (site / "carrier" / "_vendor" / "other.py").write_text(routine(8))
    with (site / "carrier-1.0.dist-info" / "RECORD").open("a") as record:
        record.write("carrier/_vendor/other.py,,\n")
    assert found(await make().check(*drafted(workspace / "m.py", routine(8)))) == []


async def test_folders_of_the_user_are_compared_with(make: Make, workspace: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "deep").mkdir(parents=True)
    (other / "LICENSE").write_text("GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3, 19 November 2007\n")
    (other / "deep" / "code.py").write_text(routine(9))
    validator = make(settings=LicenceSettings(folders=(str(other),)))
    report = await validator.check(*drafted(workspace / "m.py", routine(9)))
    assert found(report) == [("copied-code", Severity.ERROR)]
    assert "deep/code.py, line 2" in report.findings[0].message


async def test_the_index_is_built_in_the_background_and_says_so(make: Make, workspace: Path) -> None:
    validator = make(built=False)
    ask = drafted(workspace / "m.py", routine(4))
    started = time.monotonic()
    report = await validator.check(*ask)
    assert report.skipped == "the index of installed packages is being built, 0 of 3 packages"
    assert time.monotonic() - started < 5  # what it waits for is the start of a process, not its work
    await validator.indexing.wait()
    assert found(await validator.check(*ask)) == [("copied-code", Severity.ERROR)]
    install(workspace, "later", "MIT", routine(11))
    report = await make(built=False).check(*ask)
    assert report.skipped == "the index of installed packages is being built, 3 of 4 packages"


async def test_short_drafts_start_nothing(make: Make, workspace: Path) -> None:
    before = psutil.Process().children()
    validator = make(built=False)
    report = await validator.check(*drafted(workspace / "m.py", "y = 2\n"))
    assert report.summary == "no new import, and under 60 new tokens in a row"
    assert psutil.Process().children() == before


async def test_closing_ends_the_process_that_builds(make: Make, workspace: Path) -> None:
    before = psutil.Process().children()
    validator = make(built=False)
    await validator.check(*drafted(workspace / "m.py", routine(4)))
    await asyncio.sleep(0)
    await validator.aclose()
    assert psutil.Process().children() == before
    report = await validator.check(*drafted(workspace / "m.py", routine(4)))
    assert "being built" in report.skipped


@pytest.mark.parametrize("damage", ["no database at all" * 500, "", "half"])
async def test_a_damaged_index_is_built_again(make: Make, workspace: Path, tmp_path: Path, damage: str) -> None:
    ask = drafted(workspace / "m.py", routine(4))
    assert found(await make().check(*ask)) != []
    index = tmp_path / "cache" / "index.sqlite3"
    whole = index.read_bytes()
    index.write_bytes(whole[: len(whole) // 2] if damage == "half" else damage.encode())
    validator = make(built=False)
    assert (await validator.check(*ask)).skipped
    await validator.indexing.wait()
    assert found(await validator.check(*ask)) == [("copied-code", Severity.ERROR)]


async def test_an_index_of_another_format_is_built_again(
    make: Make, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = drafted(workspace / "m.py", routine(4))
    assert found(await make().check(*ask)) != []
    monkeypatch.setattr(licence_index, "_FORMAT", licence_index._FORMAT + 1)
    assert (await make(built=False).check(*ask)).skipped
    assert found(await make().check(*ask)) == [("copied-code", Severity.ERROR)]


def test_the_index_is_bounded(tmp_path: Path) -> None:
    writer = IndexWriter(tmp_path / "index.sqlite3", most_bytes=400_000)
    stored = [
        writer.add((f"package{number}", "1"), {"a.py": range(number * 2000, number * 2000 + 2000)})
        for number in range(30)
    ]
    known = writer.keep([(f"package{number}", "1") for number in range(30)])
    writer.close()
    assert stored[0]
    assert not stored[-1]
    assert len(known) == 30  # what did not fit is known, and not tried again
    assert (tmp_path / "index.sqlite3").stat().st_size < 500_000


async def test_a_file_that_is_gone_is_no_source(make: Make, workspace: Path) -> None:
    validator = make()
    (workspace / ".venv" / "lib" / "python3.11" / "site-packages" / "copyleftpkg" / "core.py").write_text("y = 2\n")
    assert found(await validator.check(*drafted(workspace / "m.py", routine(4)))) == []


async def test_files_outside_of_the_environment_are_never_read(make: Make, workspace: Path) -> None:
    (workspace / ".venv" / "escape.py").write_text(routine(12))
    site = workspace / ".venv" / "lib" / "python3.11" / "site-packages"
    assert all(".." not in module for package in installed_packages([site]) for module in package.modules)
    assert found(await make().check(*drafted(workspace / "m.py", routine(12)))) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("import copyleftpkg\n", [Severity.ERROR], id="copyleft"),
        pytest.param("from copyleftpkg.core import smooth\n", [Severity.ERROR], id="from a module of it"),
        pytest.param("def f():\n    import os, copyleftpkg as c\n", [Severity.ERROR], id="in a function, with others"),
        pytest.param("import permissivepkg\n", [], id="permissive"),
        pytest.param("import strangepkg\n", [Severity.INFO], id="unknown"),
        pytest.param("try:\n    import copyleftpkg\nexcept ImportError:\n    pass\n", [Severity.WARNING], id="maybe"),
        pytest.param("import os\nimport nowhere\n", [], id="not installed"),
        pytest.param("'''\nimport copyleftpkg\n'''\n", [], id="in a string"),
    ],
)
async def test_new_imports_go_with_the_projects_licence(
    make: Make, workspace: Path, text: str, expected: list[Severity]
) -> None:
    report = await make().check(*drafted(workspace / "m.py", text))
    assert [severity for rule, severity in found(report) if rule == "import-licence"] == expected


async def test_an_import_that_is_there_already_is_the_users(make: Make, workspace: Path) -> None:
    task, draft = drafted(workspace / "m.py", "from copyleftpkg import core\n", before="import copyleftpkg\n")
    assert found(await make().check(task, draft)) == []


async def test_a_dependency_that_is_declared_is_a_hint(make: Make, workspace: Path) -> None:
    (workspace / "pyproject.toml").write_text('[project]\nlicense = "MIT"\ndependencies = ["CopyleftPkg[x] >=1; a"]\n')
    report = await make().check(*drafted(workspace / "m.py", "import copyleftpkg\n"))
    assert found(report) == [("import-licence", Severity.INFO)]


async def test_an_import_in_tests_is_a_warning(make: Make, workspace: Path) -> None:
    report = await make().check(*drafted(workspace / "tests" / "test_m.py", "import copyleftpkg\n"))
    assert found(report) == [("import-licence", Severity.WARNING)]


async def test_modules_of_the_workspace_come_first(make: Make, workspace: Path) -> None:
    (workspace / "src" / "copyleftpkg").mkdir(parents=True)
    assert found(await make().check(*drafted(workspace / "m.py", "import copyleftpkg\n"))) == []


@pytest.mark.parametrize(
    ("files", "setting", "severity"),
    [
        pytest.param({}, "", [Severity.INFO], id="no licence at all"),
        pytest.param({"pyproject.toml": "[project]\nlicense = {text = 'GPLv3+'}"}, "", [], id="a table"),
        pytest.param({"pyproject.toml": "[project]\nlicense = {file = 'COPYING'}",
                      "COPYING": "GNU GENERAL PUBLIC LICENSE\nVersion 3"}, "", [], id="a file"),
        pytest.param({"pyproject.toml": "[project]\nclassifiers = ['License :: Other/Proprietary License']"}, "",
                     [Severity.ERROR], id="a classifier"),
        pytest.param({"pyproject.toml": "[tool.poetry]\nlicense = 'Apache-2.0'"}, "", [Severity.ERROR], id="poetry"),
        pytest.param({"LICENSE": "GNU GENERAL PUBLIC LICENSE\nVersion 3"}, "", [], id="a LICENSE file"),
        pytest.param({"LICENSE": "All rights reserved."}, "", [Severity.ERROR], id="terms of its own"),
        pytest.param({"pyproject.toml": "no [ toml"}, "", [Severity.INFO], id="broken metadata"),
        pytest.param({"pyproject.toml": "[project]\nlicense = 'MIT'"}, "GPL-3.0-or-later", [], id="the setting"),
    ],
)  # fmt: skip
async def test_the_projects_licence_is_found(
    make: Make,
    workspace: Path,
    files: dict[str, str],
    setting: str,
    severity: list[Severity],
) -> None:
    (workspace / "pyproject.toml").unlink()
    for name, text in files.items():
        (workspace / name).write_text(text)
    validator = make(settings=LicenceSettings(project=setting))
    report = await validator.check(*drafted(workspace / "pkg" / "m.py", "import copyleftpkg\n"))
    assert [each for _, each in found(report)] == severity


async def test_other_languages_are_skipped(make: Make, workspace: Path) -> None:
    document = Document(workspace / "m.js", "x", language="javascript")
    report = await make().check(Task(TaskKind.EDIT, document, Span(0, 0)), Draft(document, ()))
    assert report.skipped == "javascript is not checked, only Python is"
