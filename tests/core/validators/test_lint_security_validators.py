import asyncio
from pathlib import Path

import psutil
import pytest

from autoglm_core.types import Document, Draft, Finding, Replacement, Report, Severity, Span, Task, TaskKind
from autoglm_core.validators.baseline import CannotInspectError, StaticValidator
from autoglm_core.validators.lint import LintValidator
from autoglm_core.validators.ruff_check import RuffCheck
from autoglm_core.validators.ruff_server import RuffServer
from autoglm_core.validators.security import SecurityValidator

AWS_KEY = "AKIA" + "Q3EGWLZJ5NDKRYT2"  # in two pieces, so that no scanner takes this file for a leak


def drafted(marked: str, text: str, path: Path) -> tuple[Task, Draft]:
    """A task whose document is ``marked`` without « and », and the draft that puts ``text`` between them."""
    hole = Span(marked.index("«"), marked.index("»") - 1)
    document = Document(path, marked.replace("«", "").replace("»", ""))
    replacement = Replacement(hole, text)
    return Task(TaskKind.EDIT, document, hole), Draft(document.replaced((replacement,)), (replacement,))


async def check(validator: StaticValidator, marked: str, text: str, path: Path = Path("/w/module.py")) -> Report:
    """One report; the validator's ruff is ended, as it belongs to this test's event loop."""
    try:
        return await validator.check(*drafted(marked, text, path))
    finally:
        await validator.aclose()


def introduced(report: Report, severity: Severity) -> list[str]:
    assert not report.skipped
    return sorted({f.rule for f in report.findings if f.introduced and f.severity is severity})


@pytest.mark.parametrize(
    ("marked", "text", "severity", "rule"),
    [
        pytest.param("def f(a):\n    «»\n", "return b", Severity.ERROR, "F821", id="undefined name"),
        pytest.param("def f(a):\n    «»\n", "return b  # noqa", Severity.ERROR, "F821", id="silenced on its line"),
        pytest.param("«»\n", "# ruff: noqa\nprint(b)", Severity.ERROR, "F821", id="silenced for the file"),
        pytest.param("«import os»\nprint(os)\n", "", Severity.ERROR, "F821", id="removed import in use"),
        pytest.param("def f(a):\n    «»\n", "return a is 'x'", Severity.ERROR, "F632", id="identity of a literal"),
        pytest.param("def f(a):\n    «»\n", "print(x)\n    x = a", Severity.ERROR, "F821", id="used before assigned"),
        pytest.param("«»\n", "print('%s %s' % (1,))", Severity.ERROR, "F507", id="format that does not fit"),
        pytest.param("«»\n", "print('{} {}'.format(1))", Severity.ERROR, "F524", id="format without its argument"),
        pytest.param("«»\n", "__all__ = ['nothing']", Severity.ERROR, "F822", id="wrong __all__"),
        pytest.param("«»\n", "return 1", Severity.ERROR, "F706", id="return outside a function"),
        pytest.param("def f(a):\n    «...»\n", "return (a", Severity.ERROR, "invalid-syntax", id="open bracket"),
        pytest.param("def f(e):\n    «»\n", "raise", Severity.WARNING, "PLE0704", id="called while handling"),
        pytest.param("«»\n", "import os", Severity.WARNING, "F401", id="unused import"),
        pytest.param("def f():\n    «»\n", "x = 1", Severity.WARNING, "F841", id="unused variable"),
        pytest.param("«»\n", "def f(a=[]): return a", Severity.INFO, "B006", id="mutable default"),
    ],
)
async def test_lint_finds_mistakes(marked: str, text: str, severity: Severity, rule: str) -> None:
    assert rule in introduced(await check(LintValidator(), marked, text), severity)


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        pytest.param("def f():\n    «»\n\n\ndef later(): ...\n", "return later()", id="defined later"),
        pytest.param("«»\n", "from math import *\n\nprint(sqrt(4))", id="star import"),
        pytest.param("«»\n", "type Pair[T] = tuple[T, T]\nprint(f'{'a'}')", id="grammar of 3.12"),
        pytest.param("import os, sys\n«»\n", "x = 1", id="old findings"),
        pytest.param("import os\nprint(nothing)\nx = («»\n", "1)", id="old findings that a half-typed line hid"),
        pytest.param("x = 1\n«»\nprint(nothing)  # noqa\n", "y = 2\n", id="old finding that a comment hid"),
        pytest.param("for n in 'ab':\n    globals()['N_' + n] = n\n«»\n", "print(N_a)", id="name made at run time"),
        pytest.param("from m import a\n__all__ = ['a']\n«»", "__all__ += ['b']\nb = 1\n", id="__all__"),
    ],
)
async def test_lint_lets_good_drafts_pass(marked: str, text: str) -> None:
    assert introduced(await check(LintValidator(), marked, text), Severity.ERROR) == []


async def test_lint_says_when_a_broken_file_kept_it_from_looking() -> None:
    report = await check(LintValidator(), "def f(:\n    pass\n«»\n", "print(nothing)")
    assert report.skipped == "the file does not parse, so ruff's rules were not run"


@pytest.mark.parametrize(
    ("text", "severity", "rule"),
    [
        pytest.param("os.system('ls ' + a)", Severity.ERROR, "S605", id="shell with a variable"),
        pytest.param("os.system('ls')", Severity.WARNING, "S605", id="shell with a constant"),
        pytest.param("subprocess.run(a, shell=True)", Severity.ERROR, "S602", id="shell=True with a variable"),
        pytest.param("subprocess.run('ls', shell=True)", Severity.WARNING, "S602", id="shell=True with a constant"),
        pytest.param("eval(a)", Severity.ERROR, "S307", id="eval"),
        pytest.param("eval(a)  # noqa: S307", Severity.ERROR, "S307", id="silenced eval"),
        pytest.param("exec(a)", Severity.ERROR, "S102", id="exec"),
        pytest.param("exec('x = 1')", Severity.WARNING, "S102", id="exec of a constant"),
        pytest.param("exec('x = 1' + a)", Severity.ERROR, "S102", id="exec of a constant and more"),
        pytest.param("pickle.loads(b'N.')", Severity.WARNING, "S301", id="unpickling of a constant"),
        pytest.param("pickle.loads(a)", Severity.ERROR, "S301", id="unpickling"),
        pytest.param("requests.get(a, verify=False)", Severity.ERROR, "S501", id="no certificate check"),
        pytest.param("yaml.load(a)", Severity.ERROR, "S506", id="unsafe yaml"),
        pytest.param("db.execute(f'SELECT * FROM t WHERE a = {a}')", Severity.ERROR, "S608", id="SQL by string"),
        pytest.param("hashlib.md5(a)", Severity.WARNING, "S324", id="weak hash"),
        pytest.param("random.random()", Severity.INFO, "S311", id="pseudo-random number"),
        pytest.param("subprocess.run(['ls', a])", Severity.INFO, "S603", id="program without a shell"),
        pytest.param(f"key = '{AWS_KEY}'", Severity.ERROR, "secret-aws", id="secret"),
    ],
)
async def test_security_finds_holes(text: str, severity: Severity, rule: str) -> None:
    marked = "import hashlib, os, pickle, random, requests, subprocess, yaml\n\n\ndef f(a, db):\n    «»\n"
    assert rule in introduced(await check(SecurityValidator(), marked, text), severity)


async def test_an_assert_is_fine_in_tests() -> None:
    assert introduced(await check(SecurityValidator(), "«»", "assert 1\n"), Severity.INFO) == ["S101"]
    for path in (Path("/w/test_module.py"), Path("/w/tests/module.py"), Path("/w/conftest.py")):
        assert introduced(await check(SecurityValidator(), "«»", "assert 1\n", path), Severity.INFO) == []


async def test_secrets_are_found_in_files_that_do_not_parse_and_never_repeated() -> None:
    report = await check(SecurityValidator(), "def f(:\n    pass\n«»\n", f"key = '{AWS_KEY}'")
    assert introduced(report, Severity.ERROR) == ["secret-aws"]
    assert AWS_KEY not in "".join(finding.message + finding.detail for finding in report.findings)


async def test_an_old_secret_is_not_introduced_and_its_copy_is() -> None:
    old = f"key = '{AWS_KEY}'\n"
    assert introduced(await check(SecurityValidator(), f"{old}«»", "x = 1\n"), Severity.ERROR) == []
    assert introduced(await check(SecurityValidator(), f"{old}«»", old), Severity.ERROR) == ["secret-aws"]


@pytest.mark.parametrize(
    "before", ["s = '😀'\r\nt = 1\r\n", "s = '😀'; ", "\ufeffs = 1\n", "s = 1\rt = '\x0c\u2028'\r"]
)
async def test_places_are_code_points(before: str) -> None:
    report = await check(LintValidator(), f"{before}«»", "u = '😀😀'; print(nothing)")
    [found] = [finding for finding in report.findings if finding.rule == "F821"]
    assert (before + "u = '😀😀'; print(nothing)")[found.span.start : found.span.end] == "nothing"


async def test_settings_of_the_workspace_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text('exclude = ["*"]\nlint.ignore = ["ALL"]\n')
    report = await check(LintValidator(), "«»", "print(nothing)\n", tmp_path / "module.py")
    assert introduced(report, Severity.ERROR) == ["F821"]


@pytest.mark.parametrize("silencer", ["# noqa", "# NOQA: F821", "# ruff: noqa", "# flake8: noqa", "# noqa:F821,S307"])
async def test_no_comment_of_a_draft_silences_a_rule(silencer: str) -> None:
    report = await check(LintValidator(), "«»", f"print(nothing)  {silencer}\n{silencer}\n")
    assert introduced(report, Severity.ERROR) == ["F821"]


async def test_both_validators_share_one_call() -> None:
    ruff = RuffCheck()
    lint, security = LintValidator(ruff), SecurityValidator(ruff)
    try:
        both = (validator.check(*drafted("«»", "eval(nothing)\n", Path("/w/m.py"))) for validator in (lint, security))
        found, insecure = await asyncio.gather(*both)
    finally:
        await ruff.aclose()
    assert introduced(found, Severity.ERROR) == ["F821"]
    assert insecure.findings
    assert ruff.questions == 2, "the draft, and the document without it"


async def test_cancelling_leaves_ruff_usable() -> None:
    ruff = RuffCheck()
    validator = LintValidator(ruff)
    try:
        await validator.check(*drafted("«»", "x = 1\n", Path("/w/m.py")))
        running = asyncio.create_task(validator.check(*drafted("«»", "y = 1\n" * 5000, Path("/w/m.py"))))
        await asyncio.sleep(0.001)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        report = await validator.check(*drafted("«»", "print(nothing)\n", Path("/w/m.py")))
        assert introduced(report, Severity.ERROR) == ["F821"]
    finally:
        await ruff.aclose()


async def test_a_ruff_that_was_killed_is_started_again_and_one_that_is_closed_has_ended() -> None:
    server = RuffServer(["F"])
    document = Document(Path("/w/m.py"), "print(nothing)\n")
    await server.diagnose(document)
    first = server.pid
    assert first is not None
    psutil.Process(first).kill()
    assert [found.rule for found in await server.diagnose(document)] == ["F821"]
    second = server.pid
    assert second not in (None, first)
    await server.aclose()
    assert not psutil.pid_exists(second or 0)
    with pytest.raises(CannotInspectError):
        await server.diagnose(document)


async def test_many_questions_at_once_are_told_apart() -> None:
    server = RuffServer(["F"])
    documents = [Document(Path("/w/m.py"), "\n" * number + "print(nothing)\n") for number in range(40)]
    try:
        answers = await asyncio.gather(*map(server.diagnose, documents))
    finally:
        await server.aclose()
    places = [document.position(found.span.start)[0] for document, (found,) in zip(documents, answers, strict=True)]
    assert places == list(range(40))


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        pytest.param(None, "cannot be started", id="not there"),
        pytest.param("#!/bin/sh\necho no such option >&2\nexit 2\n", "no such option", id="refuses"),
        pytest.param(
            "#!/bin/sh\necho 'hello, this is no protocol'; sleep 1\n", "gave no answer", id="says something else"
        ),
    ],
)
async def test_a_ruff_that_does_not_work_is_a_reason(tmp_path: Path, script: str | None, reason: str) -> None:
    fake = tmp_path / "ruff"
    if script:
        fake.write_text(script)
        fake.chmod(0o755)
    for kind in (LintValidator, SecurityValidator):
        report = await check(kind(RuffCheck(str(fake))), "«»", "print(nothing)\n")
        assert reason in report.skipped
    report = await check(SecurityValidator(RuffCheck(str(fake))), "«»", f"key = '{AWS_KEY}'\n")
    assert [finding.rule for finding in report.findings] == ["secret-aws"]


def test_every_finding_has_its_validators_name() -> None:
    async def names() -> set[str]:
        reports = [await check(LintValidator(), "«»", "nothing\n"), await check(SecurityValidator(), "«»", "eval(1)\n")]
        found: list[Finding] = [finding for report in reports for finding in report.findings]
        return {finding.validator for finding in found}

    assert asyncio.run(names()) == {"lint", "security"}
