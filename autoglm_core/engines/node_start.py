"""Finds the node that holds a model, or starts it: whoever comes first, however many come at once."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO

import psutil

from autoglm_core.engines.node_arguments import write_arguments
from autoglm_core.engines.node_hold import Hold, NodeSilentError, take_hold
from autoglm_core.engines.node_report import READY, TAKEN, read_report
from autoglm_core.engines.node_state import NodeSpec, NodeState, is_locked, log_file, read_state
from autoglm_core.engines.runtime_folder import runtime_folder
from autoglm_core.errors import EngineUnavailableError

_START_LIMIT_S = 300.0
_POLL_S = 0.1
_STARTS = 2
_KEPT_LOG_BYTES = 256 << 10
_REASONS = (
    re.compile(r"error loading model: (?P<why>.+)"),
    re.compile(r"(?P<why>(?:failed to allocate|unable to allocate|cannot allocate|out of memory|GGML_ASSERT).*)", re.I),
    re.compile(r" E .*?: (?P<why>.+)"),
    re.compile(r"^(?P<why>\w+Error: .+)", re.MULTILINE),
)


async def find_or_start(spec: NodeSpec) -> tuple[NodeState, Hold]:
    """A node that holds the model, held for the caller.

    The lock, which the system frees with the node's end, says whether one lives: a state file alone may
    be left from a node that was killed. Raises EngineUnavailableError with the reason.
    """
    node, starts, deadline = spec.id, 0, time.monotonic() + _START_LIMIT_S
    while time.monotonic() < deadline:
        if not is_locked(node):
            if starts == _STARTS:
                break
            starts += await _start(spec)
        state = read_state(node) if is_locked(node) else None
        try:
            hold = await take_hold(state) if state else None
        except NodeSilentError:
            hold = None
            _kill(state)
        if state and hold:
            return state, hold
        await asyncio.sleep(_POLL_S)
    raise EngineUnavailableError(
        f"The process for the model {spec.name} does not get ready. Look into {log_file(node)}, "
        "end the processes named autoglm_core.engines.node, and try again."
    )


async def _start(spec: NodeSpec) -> bool:
    """Start the process and wait until it is ready; False when another one was quicker."""
    log = log_file(spec.id)
    reading, writing = os.pipe()
    try:
        with os.fdopen(writing, "wb") as report, _open_log(log) as output:
            old_log = output.tell()
            process = _spawn(spec, report.fileno(), output)
    except BaseException:
        os.close(reading)
        raise
    report_read = await read_report(reading)
    if report_read.word in (READY, TAKEN):
        return report_read.word == READY
    code = await asyncio.to_thread(process.wait)
    raise EngineUnavailableError(_describe_failure(spec, code, report_read.reason, log, old_log))


def _spawn(spec: NodeSpec, report_fd: int, output: BinaryIO) -> subprocess.Popen[bytes]:
    # -P and the folder: a workspace's own modules must not be imported in place of ours.
    command = [sys.executable, "-P", "-m", "autoglm_core.engines.node", *write_arguments(spec)]
    try:
        process = subprocess.Popen(
            [*command, f"--report-fd={report_fd}"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=runtime_folder(),
            pass_fds=(report_fd,),
            start_new_session=True,
        )
    except OSError as error:
        raise EngineUnavailableError(f"The process for the model cannot be started: {error}.") from error
    # It may outlive us or end before us; in the second case somebody must collect it.
    threading.Thread(target=process.wait, name="collects-node", daemon=True).start()
    return process


def _open_log(path: Path) -> BinaryIO:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    file = os.fdopen(handle, "ab")
    if file.tell() > _KEPT_LOG_BYTES:
        file.truncate(0)
        file.seek(0)
    return file


def _describe_failure(spec: NodeSpec, code: int, reported: str, log: Path, old_log: int) -> str:
    with log.open("rb") as file:
        file.seek(old_log)
        words = file.read(_KEPT_LOG_BYTES).decode(errors="replace")
    match = next((match for pattern in _REASONS if (match := pattern.search(words))), None)
    what = reported or f"The process for the model {spec.name} ended while it loaded {spec.model}."
    why = f" The reason: {match['why'].strip()}." if match else ""
    if code == -signal.SIGKILL:
        why = " It was killed; most often there is not enough memory: close other programs or choose a smaller model."
    elif code < 0:
        why += f" It was ended by {signal.Signals(-code).name}."
    advice = " Pull the model again or choose another one" if match else " Try again"
    return f"{what}{why}{'' if code == -signal.SIGKILL else advice + f'; its log is {log}.'}"


def _kill(state: NodeState | None) -> None:
    """End a node that lives but does not answer, so that another one can take its place."""
    process = state.process() if state else None
    try:
        if process and process.uids().real == os.getuid() and any("autoglm" in part for part in process.cmdline()):
            process.kill()
    except psutil.Error:
        pass  # it has ended by itself
