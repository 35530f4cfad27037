"""What is known of nodes: which model and settings one holds, and how a client finds it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from autoglm_core.config import NodeSettings
from autoglm_core.engines.runtime_folder import read_private, runtime_folder, write_private
from autoglm_core.errors import EngineUnavailableError

_DEFAULTS = NodeSettings()
_ACQUIRE_S = 2.0
_CLOCK_STEP_S = 5.0  # the system's idea of when a process started moves with corrections of the clock


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """What a node is to hold: a model file under the name that users know, with settings.

    ``verbose`` lets llama.cpp write its own log, which quotes prompts.
    """

    model: Path
    name: str
    settings: NodeSettings = _DEFAULTS
    verbose: bool = False

    @property
    def id(self) -> str:
        """A short hash of what makes two nodes different: the model file, context, slots, threads, versions."""
        try:
            status = self.model.stat()
            file = [str(self.model.resolve()), status.st_size, status.st_mtime_ns]
        except OSError as error:
            raise EngineUnavailableError(
                f"The model file {self.model} cannot be read: {error.strerror}. "
                "Pull the model again, or correct its path."
            ) from error
        settings = [self.settings.context_tokens, self.settings.slots, self.settings.threads]
        return hashlib.sha256(json.dumps([file, settings, _versions()]).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class NodeState:
    """A running node, as its state file tells. ``key`` opens the model's HTTP server and the control port.

    ``started`` is the process's start in seconds since the epoch, as the system counts it.
    """

    pid: int
    started: float
    address: str
    control_port: int
    model: str
    name: str
    version: str
    key: str = field(repr=False)

    def process(self) -> psutil.Process | None:
        """The process, while it runs; None once it has ended, also if its number is another's by now."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < _CLOCK_STEP_S
        except psutil.Error:
            return None
        return process if same else None

    def memory_bytes(self) -> int:
        """Memory that only this process holds: a mapped model file counts as free for all."""
        process = self.process()
        try:
            memory = process.memory_info() if process else None
        except psutil.Error:
            memory = None
        return max(0, memory.rss - getattr(memory, "shared", 0)) if memory else 0


def state_file(node: str) -> Path:
    """Where the state of a node is kept, by the id of its spec."""
    return runtime_folder() / f"{node}.json"


def log_file(node: str) -> Path:
    """Where a node that was started in the background writes its log."""
    return runtime_folder() / f"{node}.log"


def read_state(node: str) -> NodeState | None:
    """The state of a node; None where there is none or it cannot be understood. Raises as ``read_private``."""
    return _read(state_file(node))


def write_state(node: str, state: NodeState) -> None:
    """Tell where the node is, in a file that only this user can read."""
    write_private(state_file(node), json.dumps(dataclasses.asdict(state)).encode())


def remove_state(node: str) -> None:
    """Forget where the node was."""
    state_file(node).unlink(missing_ok=True)


def running_nodes() -> tuple[NodeState, ...]:
    """The nodes of this user that run now. Raises as ``runtime_folder`` and ``read_private``."""
    states = [_read(path) for path in sorted(runtime_folder().glob("*.json")) if is_locked(path.stem)]
    return tuple(state for state in states if state and state.process())


def node_lock(node: str) -> FileLock:
    """The lock that a node holds as long as it lives: the system frees it, however the node ends."""
    return FileLock(runtime_folder() / f"{node}.lock", timeout=_ACQUIRE_S, mode=0o600, thread_local=False)


def is_locked(node: str) -> bool:
    """Whether a node with this id lives, be it still loading, ready, or about to end."""
    lock = node_lock(node)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def this_node(spec: NodeSpec, address: str, control_port: int, key: str) -> NodeState:
    """The state of a node that runs in this process."""
    started = psutil.Process().create_time()
    return NodeState(psutil.Process().pid, started, address, control_port, str(spec.model), spec.name, _versions(), key)


def _read(path: Path) -> NodeState | None:
    data = read_private(path)
    try:
        return NodeState(**json.loads(data)) if data else None
    except (ValueError, TypeError):
        return None


@cache
def _versions() -> str:
    return " ".join(f"{name} {_version(name)}" for name in ("autoglm-ls", "xllamacpp"))


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "unknown"
