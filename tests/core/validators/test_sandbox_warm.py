"""A process that waits does a job as a new one would, once, and is not left behind."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from autoglm_core.config import SandboxSettings
from autoglm_core.validators import sandbox_warm
from autoglm_core.validators.sandbox import CHANNEL, Limit, Link, Sandbox, SandboxResult, Scratch, Script
from autoglm_core.validators.sandbox_mounts import interpreter
from autoglm_core.validators.sandbox_warm import WarmSandbox

SETTINGS = SandboxSettings(cpu_s=3, wall_s=20, memory_mb=512, file_mb=4, processes=24, output_kb=64)
START = f"import os\nchannel = int(os.environ['{CHANNEL}'])\n"
NOTHING = "import json"


@pytest.fixture
async def sandbox() -> AsyncIterator[WarmSandbox]:
    sandbox = WarmSandbox(SETTINGS)
    yield sandbox
    await sandbox.aclose()


async def ready(sandbox: WarmSandbox, count: int = 1) -> None:
    """Wait until so many processes wait."""
    async with asyncio.timeout(20):
        while sandbox.waiting < count:
            await asyncio.sleep(0.01)


def script(text: str, before: str = NOTHING, **more: object) -> Script:
    return Script(interpreter(), START + text, before, **more)  # type: ignore[arg-type]


def marked(mark: str) -> list[psutil.Process]:
    """The processes whose arguments speak of the mark."""
    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if process.info["status"] != psutil.STATUS_ZOMBIE
        and any(mark in argument for argument in process.info["cmdline"] or [])
    ]


async def run(sandbox: Sandbox, text: str, folder: Path, **more: object) -> SandboxResult:
    return await sandbox.run_script(script(text), scratch=Scratch(folder, {}), **more)  # type: ignore[arg-type]


async def test_the_second_job_is_done_by_a_process_that_waited(sandbox: WarmSandbox, tmp_path: Path) -> None:
    text = "import sys\nos.write(channel, sys.stdin.buffer.read()); print('out', flush=True); os._exit(9)"
    for number in range(3):
        result = await run(sandbox, text, tmp_path, stdin=b"job %d" % number)
        assert (result.channel, result.stdout, result.exit_code) == (b"job %d" % number, b"out\n", 9)
        assert sandbox.served == number
        await ready(sandbox)


async def test_nothing_waits_before_a_job_that_could_have_used_it(sandbox: WarmSandbox, tmp_path: Path) -> None:
    await sandbox.run([str(interpreter()), "-c", "pass"])
    await sandbox.run_script(script("", before=""), scratch=Scratch(tmp_path))
    assert not marked(str(tmp_path))


SEEN = """
import json, resource, sys
sys.path = [folder for folder in sys.path if folder]
limits = [resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith('RLIMIT')]
held = [fd for fd in os.listdir('/proc/self/fd') if os.path.lexists('/proc/self/fd/' + fd)]
state = [line for line in open('/proc/self/status') if line.startswith(('Cap', 'NoNewPrivs', 'Seccomp', 'Groups'))]
me = sys.modules['__main__']
facts = [sys.argv, sys.path, sys.flags, sys.prefix, dict(os.environ), os.getcwd(), limits, sorted(held), state]
facts += [os.getuid() == 0, os.listdir(FOLDER), os.umask(0), me.__name__, 'channel' in vars(me)]
facts += [me.__name__, sorted(os.listdir('/tmp')), [os.stat(FOLDER + '/a.py').st_mode, os.readlink(FOLDER + '/b')]]
facts += [os.getpid() < 4, os.getppid(), len(os.listdir('/proc')) < 80, hash('word'), sys.stdin.read()]
facts += [open('/proc/mounts').read().replace('size=', '').count('rw,')]
os.write(channel, json.dumps([*facts, [line.split()[:2] for line in open('/proc/mounts')]]).encode())
"""


async def test_a_job_finds_the_same_world_in_a_new_process_and_in_one_that_waited(
    sandbox: WarmSandbox, tmp_path: Path
) -> None:
    folder, data = tmp_path / "project", tmp_path / "data"
    data.mkdir()
    scratch = Scratch(folder, {"a.py": b"x = 1\n", "b": Link("a.py"), "deep/c.txt": b"c"})
    job = script(f"FOLDER = {str(folder)!r}\n" + SEEN)
    seen = []
    for _ in range(2):
        result = await sandbox.run_script(job, scratch=scratch, mounts=[data], stdin=b"in", env={"WORD": "said"})
        seen.append(json.loads(result.channel))
        await ready(sandbox)
    assert sandbox.served == 1
    assert seen[0] == seen[1]


async def test_a_job_meets_nothing_of_the_job_before(sandbox: WarmSandbox, tmp_path: Path) -> None:
    text = (
        "import builtins, sys\n"
        f"os.chdir({str(tmp_path)!r})\n"
        "seen = [os.path.exists(name) for name in ('/tmp/mark', 'mark', '/dev/shm/mark')]\n"
        "seen += [hasattr(builtins, 'mark'), 'mark' in sys.modules]\n"
        "os.write(channel, repr(any(seen)).encode())\n"
        "builtins.mark = sys.modules['mark'] = True\n"
        "open('/tmp/mark', 'w'), open('mark', 'w'), open('/dev/shm/mark', 'w')\n"
        "if os.fork() == 0:\n    os.setsid()\n    import time; time.sleep(600)"
    )
    for _ in range(3):
        assert (await run(sandbox, text, tmp_path)).channel == b"False"
        await ready(sandbox)
    assert sandbox.served == 2


LIMITS = {
    "endless loop": ("while True: pass", {"cpu_s": 1.0}, Limit.CPU),
    "sleep": ("import time; time.sleep(60)", {"wall_s": 1.0}, Limit.WALL),
    "output": ("while True: print('x' * 1000)", {}, Limit.OUTPUT),
    "results": ("while True: os.write(channel, b'x' * 1000)", {}, Limit.OUTPUT),
    "memory of many": ("for _ in range(3): os.fork()\nx = b'x' * (150 << 20)\nwhile True: pass", {}, Limit.MEMORY),
}


@pytest.mark.parametrize("case", LIMITS)
async def test_a_limit_ends_a_job_and_is_named(case: str, tmp_path: Path) -> None:
    text, changes, limit = LIMITS[case]
    sandbox = WarmSandbox(replace(SETTINGS, **changes))  # type: ignore[arg-type]
    text = f"import sys\nif sys.stdin.read():\n    os._exit(0)\n{text}"
    await run(sandbox, text, tmp_path, stdin=b"nothing to do")
    await ready(sandbox)
    await asyncio.sleep(1.2 if limit is Limit.WALL else 0)  # time that does not count
    result = await run(sandbox, text, tmp_path)
    assert (result.limit, result.exit_code, sandbox.served) == (limit, None, 1)
    await sandbox.aclose()


async def test_the_wall_time_of_a_job_is_its_own(sandbox: WarmSandbox, tmp_path: Path) -> None:
    text = "import sys, time\ntime.sleep(float(sys.stdin.read()))"
    await run(sandbox, text, tmp_path, stdin=b"0")
    await ready(sandbox)
    result = await run(sandbox, text, tmp_path, stdin=b"30", limits=replace(SETTINGS, wall_s=0.5))
    assert (result.limit, sandbox.served) == (Limit.WALL, 1)


async def test_a_module_named_like_one_that_is_loaded_is_imported_from_the_workspace(
    sandbox: WarmSandbox, tmp_path: Path
) -> None:
    text = f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\nimport calendar\nos.write(channel, calendar.NAME)"
    job = script(text, before="import calendar", import_from=(str(tmp_path),))
    for files in ({"calendar.py": b"NAME = b'ours'"}, {"calendar/__init__.py": b"NAME = b'ours'"}):
        for _ in range(2):
            result = await sandbox.run_script(job, scratch=Scratch(tmp_path, files))
            assert result.channel == b"ours", result.stderr
            if not sandbox._failures.total():
                await ready(sandbox)
    assert sandbox.served == 0
    assert not sandbox.waiting  # it is not tried for ever


async def test_a_folder_of_data_hides_no_module(sandbox: WarmSandbox, tmp_path: Path) -> None:
    job = script("os.write(channel, b'done')", before="import json", import_from=(str(tmp_path),))
    for served in range(2):
        result = await sandbox.run_script(job, scratch=Scratch(tmp_path, {"json/a.json": b"{}", "re.txt": b""}))
        assert (result.channel, sandbox.served) == (b"done", served)
        await ready(sandbox)


async def test_another_environment_or_larger_files_get_a_new_process(sandbox: WarmSandbox, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    job = script("import sys\nos.write(channel, os.environ.get('WORD', '').encode())", libraries=(library,))
    scratch = Scratch(tmp_path / "p")
    await sandbox.run_script(job, scratch=scratch)
    await ready(sandbox)
    assert (await sandbox.run_script(job, scratch=scratch, env={"WORD": "said"})).channel == b"said"
    huge = Scratch(scratch.folder, {"data": bytes((4 << 20) + 1)})
    assert (await sandbox.run_script(job, scratch=huge)).exit_code == 0
    await sandbox.run_script(job, scratch=scratch, limits=replace(SETTINGS, cpu_s=1))
    await sandbox.run_script(job, scratch=Scratch(tmp_path / "q"))
    await sandbox.run_script(job, scratch=scratch, mounts=[library])
    (library / "new.py").write_text("")
    await sandbox.run_script(job, scratch=scratch)
    assert sandbox.served == 0
    await ready(sandbox, 4)
    assert len(sandbox._spares) == 4  # the one that waited longest has made way
    await sandbox.run_script(job, scratch=scratch)
    assert sandbox.served == 1


async def test_a_folder_that_was_made_anew_is_not_that_of_a_process_that_waits(
    sandbox: WarmSandbox, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    text = f"os.write(channel, open({str(library / 'word')!r}, 'rb').read()); os._exit(0)"
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    for word in (b"old", b"new"):
        library.mkdir()
        (library / "word").write_bytes(word)
        (library / "pyvenv.cfg").touch()
        for _ in range(2):
            result = await run(sandbox, text, workspace, mounts=(library,))
            assert result.channel == word
            await ready(sandbox)
        shutil.rmtree(library)


@pytest.mark.parametrize("before", ["raise SystemExit", "import os; os._exit(3)", "import time; time.sleep(60)"])
async def test_imports_that_break_or_hang_cost_no_result(
    sandbox: WarmSandbox, before: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox_warm, "_PATIENCE_S", 0.3)
    job = script("os.write(channel, b'done')", before)
    for _ in range(4):
        result = await sandbox.run_script(job, scratch=Scratch(tmp_path))
        assert result.channel == b"done"
        await asyncio.sleep(0.2)
    assert sandbox.served == 0


async def test_one_that_waits_too_long_ends(tmp_path: Path) -> None:
    sandbox = WarmSandbox(SETTINGS, idle_s=0.5)
    await run(sandbox, "pass", tmp_path)
    await ready(sandbox)
    async with asyncio.timeout(10):
        while marked(str(tmp_path)) or sandbox._spares:
            await asyncio.sleep(0.05)
    await run(sandbox, "pass", tmp_path)
    await ready(sandbox)
    await sandbox.aclose()


async def test_one_that_grows_while_it_waits_ends(
    sandbox: WarmSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox_warm, "_IDLE_LOOK_S", 0.1)
    before = "import os, time\nif os.fork() == 0:\n    os.fork()\n    x = b'x' * (300 << 20)\n    time.sleep(600)"
    await sandbox.run_script(script("pass", before), scratch=Scratch(tmp_path))
    await ready(sandbox)
    async with asyncio.timeout(10):
        while marked(str(tmp_path)):
            await asyncio.sleep(0.05)


async def test_closing_leaves_nothing_and_later_jobs_get_new_processes(tmp_path: Path) -> None:
    sandbox = WarmSandbox(SETTINGS)
    for folder in ("a", "b"):
        await run(sandbox, "pass", tmp_path / folder)
    await ready(sandbox, 2)
    await run(sandbox, "pass", tmp_path / "c")  # closed while one is starting
    await sandbox.aclose()
    assert not marked(str(tmp_path))
    assert (await run(sandbox, "os._exit(4)", tmp_path)).exit_code == 4
    assert not marked(str(tmp_path))


async def test_cancelling_a_job_ends_its_process(sandbox: WarmSandbox, tmp_path: Path) -> None:
    text = "import sys, time\nos.write(1, b'x')\nif not sys.stdin.read():\n    time.sleep(600)"
    await run(sandbox, text, tmp_path, stdin=b"nothing to do")
    for delay in (0.0, 0.005, 0.3):
        await ready(sandbox)
        before = {process.pid for process in marked(str(tmp_path))}
        job = asyncio.create_task(run(sandbox, text, tmp_path))
        await asyncio.sleep(delay)
        while delay and sandbox.waiting:  # until it has taken the process that waits, on a busy machine too
            await asyncio.sleep(0.001)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        if delay:
            assert not before & {process.pid for process in marked(str(tmp_path))}


async def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    program = f"""
import asyncio
from pathlib import Path
from autoglm_core.config import SandboxSettings
from autoglm_core.validators.sandbox import Scratch, Script
from autoglm_core.validators.sandbox_warm import WarmSandbox
async def main():
    sandbox = WarmSandbox(SandboxSettings())
    script = Script(Path({str(interpreter())!r}), "pass", "import json")
    await sandbox.run_script(script, scratch=Scratch(Path({str(tmp_path)!r})))
    while not sandbox.waiting:
        await asyncio.sleep(0.01)
    print("waiting", flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    assert await process.stdout.readline() == b"waiting\n"
    assert len([each for each in marked(str(tmp_path)) if each.pid != process.pid]) >= 2
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    async with asyncio.timeout(5):
        while marked(str(tmp_path)):
            await asyncio.sleep(0.02)
