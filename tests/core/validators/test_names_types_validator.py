import asyncio
import os
import signal
import venv
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from autoglm_core.types import Document, Draft, Finding, Replacement, Report, Severity, Span, Task, TaskKind, Workspace
from autoglm_core.validators.names_types import NamesTypesValidator
from autoglm_core.validators.ty_rules import DECISIVE_RULES
from autoglm_core.validators.ty_server import TyServer


@pytest.fixture
async def validator() -> AsyncIterator[NamesTypesValidator]:
    validator = NamesTypesValidator()
    yield validator
    await validator.aclose()


def drafted(path: Path, marked: str, text: str, unsaved: dict[Path, str] | None = None) -> tuple[Task, Draft]:
    """A task whose document is ``marked`` without « and », and the draft that puts ``text`` between them."""
    hole = Span(marked.index("«"), marked.index("»") - 1)
    document = Document(path, marked.replace("«", "").replace("»", ""))
    replacement = Replacement(hole, text)
    workspace = Workspace((path.parent,), unsaved or {})
    draft = Draft(document.replaced((replacement,)), (replacement,))
    return Task(TaskKind.INLINE, document, hole, workspace), draft


def errors(report: Report) -> list[Finding]:
    assert not report.skipped
    return [finding for finding in report.findings if finding.introduced and finding.severity is Severity.ERROR]


def rules(report: Report) -> list[str]:
    return sorted({finding.rule for finding in errors(report)})


_QUEUE = (
    "class C:\n    def __init__(self):\n        self.queue = None\n{between}        «»\n\n"
    "    def fill(self):\n        self.queue = []\n"
)
BAD = [
    pytest.param("def f(a):\n    «»\n", "return b", "unresolved-reference", id="undefined name"),
    pytest.param("def f(a):\n    «»\n", "import zork\n    return zork.x", "import-not-found", id="module nowhere"),
    pytest.param("def f(a):\n    «»\n", "from os import getcwdd", "missing-module-member", id="name not in module"),
    pytest.param(
        "def f(a):\n    «»\n", "for x in a:\n        n += x\n    return n", "unbound-local", id="no first value"
    ),
    pytest.param("import math\n«»\n", "x = math.squareroot(4)", "missing-attribute", id="attribute not in module"),
    pytest.param("x = [1]\n«»\n", "x.push(2)", "missing-attribute", id="method of another language"),
    pytest.param("def g(a): ...\n«»\n", "g(1, 2)", "too-many-positional-arguments", id="too many arguments"),
    pytest.param("def g(a, b): ...\n«»\n", "g(1)", "missing-argument", id="missing argument"),
    pytest.param("def g(a): ...\n«»\n", "g(1, c=2)", "unknown-argument", id="unknown argument"),
    pytest.param("def g(a): ...\n«»\n", "g(1, a=2)", "parameter-already-assigned", id="argument given twice"),
    pytest.param("class C:\n    def f(self):\n        «»\n", "return self.x", "missing-attribute", id="own attribute"),
    pytest.param(
        "class C:\n    def f(self):\n        «»\n\n\nclass D:\n    def x(self): ...\n",
        "return self.x()",
        "missing-attribute",
        id="attribute of a class that has nothing to do with it",
    ),
    pytest.param("«»\n", "x = 'a' + 1", "unsupported-operator", id="string plus number"),
    pytest.param("«»\n", "print(len(sum([1])))", "invalid-argument-type", id="length of a number"),
    pytest.param("«»\n", "for i in 3:\n    print(i)", "not-iterable", id="loop over a number"),
    pytest.param("import json\n«»\n", "json('{}')", "not-callable", id="module called"),
    pytest.param("«import os»\nprint(os.getcwd())\n", "", "unresolved-reference", id="removed import in use"),
    pytest.param(
        "«def g(a): ...»\ng(1)\n", "def g(a, b): ...", "missing-argument", id="signature changed under a call"
    ),
    pytest.param("async def g(): ...\nasync def f():\n    «»\n", "g()", "unused-awaitable", id="forgotten await"),
    pytest.param("«»\n", "b  # type: ignore", "unresolved-reference", id="silenced by type: ignore"),
    pytest.param("«»\n", "b  # ty: ignore[unresolved-reference]", "unresolved-reference", id="silenced by ty: ignore"),
    pytest.param("s = '😀'\r\n«»\r\n", "t = '😀😀'; print(u)", "unresolved-reference", id="CRLF and astral characters"),
    pytest.param("def f(:\n    pass\n\n\n«»\n", "print(u)", "unresolved-reference", id="in a broken file"),
    pytest.param("x = globals()['a']\n«»\n", "print(u)", "unresolved-reference", id="where globals() is only read"),
    pytest.param(
        "class C:\n    def f(self):\n        «»\n", "return self._x", "missing-attribute", id="own private attribute"
    ),
    pytest.param(
        _QUEUE.format(between="        n = len('a')\n"),
        "for x in range(n):\n            self.queue.append(x)",
        "missing-attribute",
        id="what was just set to None",
    ),
    pytest.param(
        "try:\n    x = 1\nexcept ZeroDi«»", "veError:\n    x = 2", "unresolved-reference", id="goes on with half a name"
    ),
]


@pytest.mark.parametrize(("marked", "text", "rule"), BAD)
async def test_bad_drafts_are_found(
    validator: NamesTypesValidator, tmp_path: Path, marked: str, text: str, rule: str
) -> None:
    report = await validator.check(*drafted(tmp_path / "module.py", marked, text))
    assert rules(report) == [rule]


GOOD = [
    *(
        pytest.param(_QUEUE.format(between=between), "self.queue.append(1)", id=f"None, and then {between.strip()}")
        for between in (
            "        self.fill()\n",
            "        super().__init__()\n",
            "        fill(self)\n",
            "        self.queue = [1]\n",
        )
    ),
    pytest.param("def f():\n    «»\n\n\ndef later(): ...\n", "return later()", id="name defined later"),
    pytest.param(
        "x = [1]\n«»\n", "y = [(a, b) for a in x for b in x if (c := a) and c]", id="comprehension and walrus"
    ),
    pytest.param("«»\n", "from math import *\n\nprint(sqrt(4))", id="star import"),
    pytest.param("«»\n", "try:\n    import zork\nexcept ImportError:\n    zork = None", id="optional import"),
    pytest.param(
        "«»\n", "from contextlib import suppress\nwith suppress(ImportError):\n    import zork", id="suppressed"
    ),
    pytest.param("import zork\n«»\n", "from zork.sub import thing\n\nprint(thing)", id="module missing before too"),
    pytest.param("import typing\n«»\n", "if typing.TYPE_CHECKING:\n    from os import PathLike\n", id="type checking"),
    pytest.param(
        "import sys\n«»\n", "if sys.platform == 'win32':\n    import winreg\n    winreg.zork()", id="platform"
    ),
    pytest.param("«»\n", "Pairs = list[tuple[int, str]]\n\n\ndef f(p: Pairs) -> None: ...", id="type alias"),
    pytest.param(
        "«»\n", "import functools\n@functools.cache\ndef f(a): return a\nf(1)\nf.cache_clear()", id="decorator"
    ),
    pytest.param("«»\n", "import asyncio\nasync def f():\n    asyncio.create_task(f())\n    await f()", id="async"),
    pytest.param("def f(m):\n    «»\n", "return m.anything(1, k=2)[0].more", id="untyped parameter"),
    pytest.param("import re\n«»\n", "print(re.match('a', 'b').group())", id="optional without a test"),
    pytest.param(
        "class B: ...\nclass C(B):\n    x = 1\n«»\n", "def f(b: B):\n    b.y = 1", id="attribute set from outside"
    ),
    pytest.param(
        "class B:\n    def f(self):\n        «»\n\n\nclass C(B):\n    def g(self):\n        self.x = 1\n",
        "return self.x",
        id="attribute of subclasses",
    ),
    pytest.param(
        "class B:\n    def f(self):\n        «»\n\n\nclass A:\n    def x(self): ...\n\n\nclass C(B, A): ...\n",
        "return self.x()",
        id="attribute of what it is mixed with",
    ),
    pytest.param(
        "class B:\n    def f(self):\n        «»\n\n\ndef make():\n    b = B()\n    b.x = 1\n    return b\n",
        "return self.x",
        id="attribute that the maker sets",
    ),
    pytest.param(
        "class M:\n    def f(self):\n        return self.db.a()\n\n    def g(self):\n        «»\n",
        "return self.db.b()",
        id="attribute that a mixin uses already",
    ),
    pytest.param("for n in 'ab':\n    globals()['N_' + n] = n\n«»\n", "print(N_a)", id="name made at run time"),
    pytest.param("«»\n", "from _tokenize import TokenizerIter", id="private module of the library"),
    pytest.param(
        "import _compression\nclass R(_compression.DecompressReader):\n    def f(self):\n        «»\n",
        "return self._decomp_args",
        id="private attribute of a base elsewhere",
    ),
    pytest.param("class DataMixin:\n    def f(self):\n        «»\n", "return self.data", id="attribute of a mixin"),
    pytest.param(
        "import enum\nclass E(enum.Enum):\n    A = 1\n    B = 2\n«»\n", "print(E.A.made_in_new)", id="enum member"
    ),
    pytest.param("def f(x):\n    match x:\n        «»\n", "case {'a': [b, *c]}:\n            return b, c", id="match"),
    pytest.param("print(old)\n«»\n", "x = 1", id="old errors elsewhere"),
    pytest.param("def f(:\n    pass\n\n\nprint(old)\nx = «»\n", "1", id="half-typed line in a broken file"),
    pytest.param("x = «»\nprint(old)\n", "1", id="old errors that a half-typed line hid"),
]


@pytest.mark.parametrize(("marked", "text"), GOOD)
async def test_good_drafts_pass(validator: NamesTypesValidator, tmp_path: Path, marked: str, text: str) -> None:
    report = await validator.check(*drafted(tmp_path / "module.py", marked, text))
    assert errors(report) == []


async def test_places_are_code_points(validator: NamesTypesValidator, tmp_path: Path) -> None:
    marked, text = "s = '😀'\r\n«»\r\nt = 1\r\n", "t = '😀😀'; print(unknown)"
    task, draft = drafted(tmp_path / "module.py", marked, text)
    [finding] = errors(await validator.check(task, draft))
    assert draft.document.text[finding.span.start : finding.span.end] == "unknown"


async def test_no_folder_of_the_user_is_told_to_the_model(validator: NamesTypesValidator, tmp_path: Path) -> None:
    [finding] = errors(await validator.check(*drafted(tmp_path / "module.py", "«»", "import zork\n")))
    assert str(tmp_path) not in finding.message + finding.detail


async def test_unsaved_text_is_laid_over_its_file(validator: NamesTypesValidator, tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    for name, text in (("__init__", ""), ("saved", "on_disk = 1\n"), ("module", "")):
        (package / f"{name}.py").write_text(text)
    unsaved = {package / "saved.py": "in_editor = 1\n"}
    text = "from .saved import in_editor\n"
    assert rules(await validator.check(*drafted(package / "module.py", "«»", text, unsaved))) == []
    assert rules(await validator.check(*drafted(package / "module.py", "«»", text))) == ["missing-module-member"]
    text = "from .saved import on_disk\n"
    assert rules(await validator.check(*drafted(package / "module.py", "«»", text))) == []
    assert (package / "module.py").read_text() == ""
    assert (package / "saved.py").read_text() == "on_disk = 1\n"


async def test_new_files_may_import_and_be_imported(validator: NamesTypesValidator, tmp_path: Path) -> None:
    (tmp_path / "package" / "below").mkdir(parents=True)
    (tmp_path / "package" / "saved.py").write_text("x = 1\n")
    unsaved = {tmp_path / "package" / "new_too.py": "x = 1\n", tmp_path / "package" / "fresh" / "__init__.py": ""}
    good = "from . import saved\nfrom .saved import x\nfrom .new_too import x\nfrom .fresh import y\nfrom .. import z\n"
    report = await validator.check(*drafted(tmp_path / "package" / "new.py", "«»", good, unsaved))
    assert rules(report) == []
    report = await validator.check(*drafted(tmp_path / "other.py", "«»", "import package.new_too\n", unsaved))
    assert rules(report) == []
    report = await validator.check(*drafted(tmp_path / "package" / "new.py", "«»", "from .nowhere import x\n", unsaved))
    assert rules(report) == ["import-not-found"]


@pytest.mark.parametrize("place", ["no/such/folder/new.py", "script", "untitled:Untitled-1"])
async def test_untitled_documents_and_new_folders_work(
    validator: NamesTypesValidator, tmp_path: Path, place: str
) -> None:
    path = Path(place) if ":" in place else tmp_path / place
    task, draft = drafted(path, "«»", "import os\nos.getcwd()\nnowhere\n")
    assert rules(await validator.check(task, draft)) == ["unresolved-reference"]
    assert os.listdir(tmp_path) == []


async def test_what_changes_on_the_disk_is_seen(validator: NamesTypesValidator, tmp_path: Path) -> None:
    ask = drafted(tmp_path / "module.py", "«»", "import other\nprint(other.x)\n")
    assert rules(await validator.check(*ask)) == ["import-not-found"]
    (tmp_path / "other.py").write_text("y = 1\n")
    assert rules(await validator.check(*ask)) == ["missing-attribute"]
    (tmp_path / "other.py").write_text("x = 1\nz = 2\n")
    assert rules(await validator.check(*ask)) == []
    (tmp_path / "other.py").unlink()
    assert rules(await validator.check(*ask)) == ["import-not-found"]


async def test_the_workspace_has_its_own_environment_and_not_ours(
    validator: NamesTypesValidator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    venv.create(tmp_path / ".venv", symlinks=True)
    [packages] = (tmp_path / ".venv").glob("lib/python3*/site-packages")
    ask = drafted(tmp_path / "module.py", "«»", "import theirs\nimport pygls\n")
    missing = [finding.message for finding in errors(await validator.check(*ask))]
    nowhere = "neither the standard library, nor the environment, nor the workspace has it"
    assert missing == [f"Cannot resolve imported module `{name}`; {nowhere}" for name in ("theirs", "pygls")]
    (packages / "theirs.py").write_text("x = 1\n")
    missing = [finding.message for finding in errors(await validator.check(*ask))]
    assert missing == [f"Cannot resolve imported module `pygls`; {nowhere}"]


async def test_settings_of_the_workspace_switch_no_error_off(validator: NamesTypesValidator, tmp_path: Path) -> None:
    (tmp_path / "ty.toml").write_text(
        '[src]\nexclude = ["*"]\n[rules]\nall = "ignore"\nunresolved-reference = "ignore"\n'
    )
    report = await validator.check(*drafted(tmp_path / "module.py", "import os\n«»", "os.zork()\nnowhere\n"))
    assert rules(report) == ["missing-attribute", "unresolved-reference"]


async def test_documents_of_two_workspaces_do_not_mix(validator: NamesTypesValidator, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}_only.py").write_text("x = 1\n")
    for name, rule in (("one", []), ("two", ["import-not-found"]), ("one", [])):
        report = await validator.check(*drafted(tmp_path / name / "m.py", "«»", "import one_only\n"))
        assert rules(report) == rule


async def test_ty_killed_in_mid_life_is_started_again(tmp_path: Path) -> None:
    ty = TyServer(DECISIVE_RULES)
    validator = NamesTypesValidator(ty)
    ask = drafted(tmp_path / "module.py", "«»", "nowhere\n")
    assert rules(await validator.check(*ask)) == ["unresolved-reference"]
    first = ty.pid
    assert first
    os.kill(first, signal.SIGKILL)
    assert rules(await validator.check(*ask)) == ["unresolved-reference"]
    second = ty.pid
    assert second
    assert second != first
    await validator.aclose()
    assert not psutil.pid_exists(second)


async def test_a_cancelled_check_leaves_ty_usable(validator: NamesTypesValidator, tmp_path: Path) -> None:
    long = "".join(f"def f{n}(a):\n    return [a.b, nowhere{n}, {n}]\n" for n in range(2000))
    for turns in range(12):
        check = asyncio.create_task(validator.check(*drafted(tmp_path / "module.py", "«»", long)))
        for _ in range(turns):  # cancelled at another await each time, starting and asking included
            await asyncio.sleep(0)
        check.cancel()
        with pytest.raises(asyncio.CancelledError):
            await check
    report = await validator.check(*drafted(tmp_path / "module.py", "«»", "nowhere\n"))
    assert rules(report) == ["unresolved-reference"]


async def test_checks_at_the_same_time_keep_apart(validator: NamesTypesValidator, tmp_path: Path) -> None:
    texts = [f"nowhere_{number}\n" for number in range(8)]
    checks = [validator.check(*drafted(tmp_path / "module.py", "«»", text)) for text in texts]
    for text, report in zip(texts, await asyncio.gather(*checks), strict=True):
        assert [finding.message for finding in errors(report)] == [f"Name `{text.strip()}` used when not defined"]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        pytest.param(("/no/such/ty", "server"), "cannot be started", id="not there"),
        pytest.param(("/bin/sh", "-c", "echo no such option >&2; exit 2"), "no such option", id="ends at once"),
        pytest.param(("/bin/sh", "-c", "echo hello"), "ended", id="speaks another language"),
    ],
)
async def test_a_ty_that_cannot_be_started_is_a_reason_and_no_exception(
    tmp_path: Path, command: tuple[str, ...], reason: str
) -> None:
    validator = NamesTypesValidator(TyServer(command=command))
    report = await validator.check(*drafted(tmp_path / "module.py", "«»", "nowhere\n"))
    assert report.findings == ()
    assert reason in report.skipped
    await validator.aclose()


async def test_after_its_end_it_says_so(tmp_path: Path) -> None:
    validator = NamesTypesValidator()
    await validator.aclose()
    report = await validator.check(*drafted(tmp_path / "module.py", "«»", "nowhere\n"))
    assert "closed" in report.skipped


NEARBY = [
    pytest.param("import math\n«»\n", "x = math.floot(4)", "did you mean `floor`?", id="of a module"),
    pytest.param("value_a = value_b = 1\n«»\n", "print(value_c)", None, id="two are as near"),
    pytest.param(
        "class C:\n    def push(self): ...\n    def f(self):\n        «»\n",
        "self.puhs()",
        "did you mean `push`?",
        id="own method",
    ),
    pytest.param("total_count = 3\n«»\n", "print(totl_count)", "did you mean `total_count`?", id="name in scope"),
    pytest.param("def f(items):\n    «»\n", "return itms", "did you mean `items`?", id="parameter"),
    pytest.param("class B:\n    myValue = 1\n«»\n", "B.my_value", "did you mean `myValue`?", id="another style"),
    pytest.param("x = [1]\n«»\n", "x.zork(2)", None, id="nothing near"),
    pytest.param("«»\n", "import jsn", "did you mean `json`?", id="standard library"),
    pytest.param("«»\n", "import helperz", "did you mean `helpers`?", id="module of the workspace"),
    pytest.param("«»\n", "import package.fist", "did you mean `package.first`?", id="in a package of the workspace"),
    pytest.param("«»\n", "import xml.domm", "did you mean `xml.dom`?", id="in a module of the standard library"),
    pytest.param("«»\n", "import sklearn", "the package scikit-learn provides it", id="known under another name"),
    pytest.param("«»\n", "import flask_magic_login", "nor the workspace has it", id="a name that a model made up"),
]


@pytest.fixture(scope="module")
def empty_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    return folder


@pytest.mark.parametrize(("marked", "text", "advice"), NEARBY)
async def test_what_was_meant_is_named_if_it_is_clear(
    validator: NamesTypesValidator,
    tmp_path: Path,
    empty_environment: Path,
    monkeypatch: pytest.MonkeyPatch,
    marked: str,
    text: str,
    advice: str | None,
) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", str(empty_environment))
    (tmp_path / "helpers.py").write_text("")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "first.py").write_text("")
    report = await validator.check(*drafted(tmp_path / "module.py", marked, text))
    found = errors(report)
    assert found
    for finding in found:
        assert ("; " in finding.message) == bool(advice)
        assert finding.message.endswith(advice or "")


async def test_an_unknown_package_is_never_proposed(validator: NamesTypesValidator, tmp_path: Path) -> None:
    [finding] = errors(await validator.check(*drafted(tmp_path / "module.py", "«»", "import huggingface_cli\n")))
    assert "package" not in finding.message
    assert "huggingface-cli" not in finding.message


async def test_advice_does_not_make_an_old_finding_new(validator: NamesTypesValidator, tmp_path: Path) -> None:
    marked, text = "print(totl_count)\n«»\n", "total_count = 3\nprint(totl_count)\n"
    report = await validator.check(*drafted(tmp_path / "module.py", marked, text))
    assert [finding.introduced for finding in report.findings] == [False, True]
    assert [finding.message.endswith("did you mean `total_count`?") for finding in report.findings] == [False, True]


@pytest.mark.parametrize(
    ("kind", "body", "found"),
    [
        (TaskKind.FIX, "found = a + 1", ["invalid-implicit-return"]),
        (TaskKind.IMPLEMENT, "print(a)", ["invalid-implicit-return"]),
        (TaskKind.INLINE, "found = a + 1", []),
        (TaskKind.FIX, "if a:\n        return 1", []),
        (TaskKind.IMPLEMENT, "raise NotImplementedError", []),
        (TaskKind.EDIT, "...", []),
    ],
)
async def test_a_function_written_to_its_end_returns_what_it_says(
    validator: NamesTypesValidator, tmp_path: Path, kind: TaskKind, body: str, found: list[str]
) -> None:
    task, draft = drafted(tmp_path / "m.py", "def f(a: int) -> int:\n    «return a»\n", body)
    assert rules(await validator.check(replace(task, kind=kind), draft)) == found


async def test_what_never_returned_is_no_news(validator: NamesTypesValidator, tmp_path: Path) -> None:
    task, draft = drafted(tmp_path / "m.py", "def f(a: int) -> int:\n    b = «a»\n", "a + 1")
    assert rules(await validator.check(replace(task, kind=TaskKind.EDIT), draft)) == []
