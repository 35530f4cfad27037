"""Scores programs by the hidden half of a problem, in the sandbox.

A check has passed only if a token came out of the sandbox's channel that was made up for the run and is not in the
program's text: printing, or ending the process, does not pass. A program that searches its own process for the token
could; the programs of a code model do not.
"""

from __future__ import annotations

import json
import secrets
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from autoglm_bench.problems import Hidden
from autoglm_core.config import SandboxSettings
from autoglm_core.validators.sandbox import CHANNEL, Sandbox
from autoglm_core.validators.sandbox_mounts import installation_mounts, own_python

_CPU_S = 10.0
_PATIENCE = 4  # as EvalPlus has it: where the canonical solution is slow, so many times as long
_WALL = 3  # seconds of the clock for each of CPU time: other programs want the cores too
_LIMITS = replace(SandboxSettings(), cpu_s=300, wall_s=600, memory_mb=3072)
_HARNESS = f"""
import json, os, signal, sys, time
plan = json.loads(sys.stdin.buffer.read())
token, channel = plan.pop("token").encode(), int(os.environ.pop({CHANNEL!r}))
reference = {{"__name__": "reference"}}
exec(compile(plan["reference"], "reference.py", "exec"), reference)
seconds = max(plan["seconds"], {_PATIENCE} * time.process_time())
signal.setitimer(signal.ITIMER_PROF, seconds)
signal.setitimer(signal.ITIMER_REAL, seconds * {_WALL})
names = {{"__name__": "solution"}}
exec(compile(plan["program"], "solution.py", "exec"), names)
for check in plan["checks"]:
    exec(compile(check, "check.py", "exec"), names | {{"reference": reference}})
    os.write(channel, token)
os._exit(0)
"""


@dataclass(frozen=True, slots=True)
class Score:
    """``base``: the benchmark's own check passed; ``right``: the stricter ones, where there are some, passed too."""

    base: bool
    right: bool


WRONG = Score(False, False)


class Scorer:
    """Runs programs against hidden checks, ``seconds`` of CPU time each; the same program is run once."""

    def __init__(self, seconds: float = _CPU_S) -> None:
        self._seconds = seconds
        self._sandbox = Sandbox(SandboxSettings())
        self._known: dict[tuple[str, Hidden], Score] = {}

    async def score(self, program: str, hidden: Hidden) -> Score:
        """Which checks the program passes. Raises SandboxUnavailableError."""
        key = (program, hidden)
        if key not in self._known:
            passed = await self._passed(program, hidden)
            self._known[key] = Score(passed > 0, passed == len(hidden.checks))
        return self._known[key]

    async def _passed(self, program: str, hidden: Hidden) -> int:
        """How many checks the program passes before one that it does not."""
        token = secrets.token_hex(16)
        plan = {"token": token, "seconds": self._seconds, "program": program}
        plan |= {"checks": hidden.checks, "reference": hidden.reference}
        mounts = dict.fromkeys(
            part for prefix in (sys.prefix, sys.base_prefix) for part in installation_mounts(Path(prefix))
        )
        result = await self._sandbox.run(
            (str(own_python()), "-s", "-B", "-c", _HARNESS),
            mounts=tuple(mounts),
            cwd=Path("/tmp"),  # the sandbox's own
            stdin=json.dumps(plan).encode(),
            limits=_LIMITS,
            channel=True,
        )
        said = result.channel.decode("utf-8", "replace")
        return max((n for n in range(len(hidden.checks) + 1) if said == token * n), default=0)
