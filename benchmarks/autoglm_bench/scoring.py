"""Scores programs by the hidden half of a problem, in the sandbox.

A program has passed only if a token came out of the sandbox's channel that was made up for the run and was
read before the program ran: printing, or ending the process, does not pass. A program that searches its own
process for the token could; the programs of a code model do not.
"""

from __future__ import annotations

import json
import secrets
import sys
from dataclasses import replace
from pathlib import Path

from autoglm_bench.problems import Hidden
from autoglm_core.config import SandboxSettings
from autoglm_core.validators.sandbox import CHANNEL, Sandbox
from autoglm_core.validators.sandbox_mounts import installation_mounts

_LIMITS = replace(SandboxSettings(), cpu_s=10, wall_s=15, memory_mb=3072)
_HARNESS = f"""
import json, os, sys
plan = json.loads(sys.stdin.buffer.read())
token, channel = plan.pop("token"), int(os.environ.pop({CHANNEL!r}))
names = {{"__name__": "solution"}}
exec(compile(plan["program"], "solution.py", "exec"), names)
exec(compile(plan["check"], "check.py", "exec"), names)
os.write(channel, token.encode())
os._exit(0)
"""


class Scorer:
    """Runs programs against hidden checks; the same program is run once."""

    def __init__(self) -> None:
        self._sandbox = Sandbox(SandboxSettings())
        self._known: dict[tuple[str, Hidden], bool] = {}

    async def right(self, program: str, hidden: Hidden) -> bool:
        """Whether the program passes. Raises SandboxUnavailableError."""
        key = (program, hidden)
        if key not in self._known:
            self._known[key] = await self._run(program, hidden)
        return self._known[key]

    async def _run(self, program: str, hidden: Hidden) -> bool:
        token = secrets.token_hex(16)
        mounts = dict.fromkeys(
            part for prefix in (sys.prefix, sys.base_prefix) for part in installation_mounts(Path(prefix))
        )
        result = await self._sandbox.run(
            (sys.executable, "-s", "-B", "-c", _HARNESS),
            mounts=tuple(mounts),
            cwd=Path("/tmp"),  # the sandbox's own
            stdin=json.dumps({"token": token, "program": program, "check": hidden.check}).encode(),
            limits=_LIMITS,
            channel=True,
        )
        return result.channel.decode("utf-8", "replace") == token
