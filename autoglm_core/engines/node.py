"""The process that holds one model for all of a user's editor windows: ``python -m autoglm_core.engines.node``."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import stat
import sys
import traceback
from collections.abc import Sequence

import httpx
from filelock import Timeout

from autoglm_core.engines.llama_server import start_llama_server
from autoglm_core.engines.node_arguments import add_arguments, read_arguments
from autoglm_core.engines.node_control import ControlPort
from autoglm_core.engines.node_report import FAILED, READY, TAKEN, send_report
from autoglm_core.engines.node_state import NodeSpec, node_lock, remove_state, this_node, write_state
from autoglm_core.errors import EngineUnavailableError

_LOG_BYTES = 1 << 20
_LOG_CHECK_S = 30.0
_SLOTS_TIMEOUT_S = 30.0
_STDOUT, _STDERR = 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run a node as the arguments say; returns the exit status."""
    parser = argparse.ArgumentParser(prog="autoglm node", description="Hold an embedded model for editors.")
    add_arguments(parser)
    arguments = parser.parse_args(argv)
    return run_node(read_arguments(arguments), arguments.report_fd)


def run_node(spec: NodeSpec, report_fd: int | None = None) -> int:
    """Serve the model until nobody needs it any more, or until SIGTERM or SIGINT.

    Returns the exit status when the node could not start; one that has served ends the process itself.
    ``report_fd`` is where a starter reads how the start went.
    """
    # llama.cpp prints to both descriptors, and stdout may be a protocol's.
    os.dup2(_STDERR, _STDOUT)
    try:
        with node_lock(spec.id):
            key, status = secrets.token_urlsafe(32), 0
            _server, address = start_llama_server(spec, key)
            try:
                asyncio.run(_serve(spec, address, key, report_fd))
            except Exception:  # noqa: BLE001 - the process's own boundary; the log gets all of it
                traceback.print_exc()
                status = 1
            finally:
                remove_state(spec.id)
                sys.stderr.flush()
                # At once, and while the server is still referenced: its own end waits up to half a minute for
                # answers that are under way.
                os._exit(status)
    except Timeout:
        send_report(report_fd, TAKEN)
        _say(f"Another node holds {spec.name} already.")
        return 0
    except EngineUnavailableError as error:
        send_report(report_fd, FAILED, str(error))
        _say(str(error))
        return 1


async def _serve(spec: NodeSpec, address: str, key: str, report_fd: int | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)  # after llama.cpp has put its own handlers there
    control = ControlPort(key)
    write_state(spec.id, this_node(spec, address, await control.open(), key))
    send_report(report_fd, READY)
    async with asyncio.TaskGroup() as tasks:
        watches = [
            tasks.create_task(_stop_when_idle(control, f"{address}/slots", key, spec.settings.idle_minutes * 60, stop)),
            tasks.create_task(_keep_log_short()),
        ]
        await stop.wait()
        for watch in watches:
            watch.cancel()
    # Before the port closes: who sees the node end must not find its state file again.
    remove_state(spec.id)
    control.close()


async def _stop_when_idle(control: ControlPort, slots_url: str, key: str, idle_s: float, stop: asyncio.Event) -> None:
    while not stop.is_set():
        await control.unheld_for(idle_s)
        if not await _is_busy(slots_url, key):
            stop.set()


async def _is_busy(slots_url: str, key: str) -> bool:
    """Whether a slot runs, for a client that uses the server without holding the node."""
    async with httpx.AsyncClient(trust_env=False, timeout=_SLOTS_TIMEOUT_S) as client:
        try:
            response = await client.get(slots_url, headers={"Authorization": f"Bearer {key}"})
            return any(slot["is_processing"] for slot in response.raise_for_status().json())
        except httpx.TimeoutException:
            return True
        except (httpx.HTTPError, ValueError, TypeError, KeyError) as error:
            _say(f"The slots cannot be read ({type(error).__name__}), so the node ends.")
            return False


async def _keep_log_short() -> None:
    while stat.S_ISREG(os.fstat(_STDERR).st_mode):
        if os.fstat(_STDERR).st_size > _LOG_BYTES:
            os.ftruncate(_STDERR, 0)
        await asyncio.sleep(_LOG_CHECK_S)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
