"""New tests use no network, do not sleep, write nowhere else, assert something, and leave the old ones alone."""

from __future__ import annotations

import pytest

from autoglm_core.validators.hygiene import HygieneValidator

CODE = "def double(x):\n    return 2 * x\n\n\ndef touch(x):\n    return x\n"
IMPORT = "from pkg import double, touch\n"


async def check(tests_for, whole, text: str, before: str = ""):
    task = tests_for(CODE, "double", before)
    return await HygieneValidator().check(task, whole(task, text))


@pytest.mark.parametrize(
    "body",
    [
        "assert double(2) == 4",
        "with pytest.raises(TypeError):\n        double(None)",
        "(tmp_path / 'a.txt').write_text('x')\n    assert double(1) == 2",
        "folder = tmp_path / 'a'\n    inner = folder / 'b'\n    inner.mkdir(parents=True)\n    assert double(1) == 2",
        "with open(tmp_path / 'a', 'w') as file:\n        file.write('x')\n    assert double(1) == 2",
        "text = io.StringIO()\n    text.write('x')\n    assert double(1) == 2",
        "with open('pkg.py') as file:\n        assert file.read()",
        "touch(1)\n    assert double(1) == 2",
        "check(double(1))",
        "numpy.testing.assert_allclose(double(1), 2)",
        "assert urllib.parse.quote(' ') == '%20'",
    ],
)
async def test_good_manners(tests_for, whole, rules, body):
    helper = "def check(value):\n    assert value == 2\n\n\n"
    text = f"import io, pytest, urllib.parse\n{IMPORT}\n\n{helper}def test_it(tmp_path):\n    {body}\n"
    assert rules(await check(tests_for, whole, text)) == []


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("time.sleep(1)\n    assert double(1) == 2", "sleep"),
        ("assert requests.get('http://x').ok", "network"),
        ("assert urllib.request.urlopen('http://x')", "network"),
        ("open('/tmp/a', 'w').write('x')\n    assert double(1) == 2", "writes"),
        ("Path('a').write_text('x')\n    assert double(1) == 2", "writes"),
        ("os.remove('a')\n    assert double(1) == 2", "writes"),
        ("Path('a').open(mode='a').write('x')\n    assert double(1) == 2", "writes"),
        ("double(1)", "asserts-nothing"),
        ("double(1)\n    assert True", "asserts-nothing"),
        ("x = double(1)\n    assert x == x", "asserts-nothing"),
        ("pytest.skip('later')\n    assert double(1) == 2", "skips"),
        ("assert 'x' in inspect.getsource(double)", "reads-source"),
    ],
)
async def test_bad_manners(tests_for, whole, body, rule):
    imports = "import inspect, os, pytest, requests, time, urllib.request\nfrom pathlib import Path\n"
    text = f"{imports}{IMPORT}\n\ndef test_good():\n    assert double(1) == 2\n\n\ndef test_it():\n    {body}\n"
    report = await check(tests_for, whole, text)
    assert [finding.rule for finding in report.findings] == [rule]
    (finding,) = report.findings
    assert finding.message.startswith("test_it: ")
    assert text[finding.span.start : finding.span.end] == "def test_it():", "where its test begins"


async def test_marks_that_skip_are_found(tests_for, whole, rules):
    text = f"import pytest\n{IMPORT}\n\n@pytest.mark.xfail\ndef test_it():\n    assert double(1) == 3\n"
    assert rules(await check(tests_for, whole, text)) == ["skips"]


async def test_old_tests_are_neither_judged_nor_may_they_change(tests_for, whole, rules):
    before = f"import time\n{IMPORT}\n\ndef test_old():\n    time.sleep(1)\n"
    new = "\n\ndef test_new():\n    assert double(1) == 2\n"
    assert rules(await check(tests_for, whole, before + new, before)) == []
    assert rules(await check(tests_for, whole, "import math\n" + before + new, before)) == []
    changed = before.replace("sleep(1)", "sleep(0)") + new
    assert rules(await check(tests_for, whole, changed, before)) == ["existing-changed"]
    assert rules(await check(tests_for, whole, IMPORT + new, before)) == ["existing-changed"]
    assert rules(await check(tests_for, whole, before + "\n\nX = 1\n", before)) == ["no-test"]
