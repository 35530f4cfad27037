"""The embedded engine: a model in a node on this machine, found or started on first need."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import httpx

from autoglm_core.config import NodeSettings, RemoteSettings
from autoglm_core.engines.condition import Condition, EngineState
from autoglm_core.engines.node_hold import Hold
from autoglm_core.engines.node_start import find_or_start
from autoglm_core.engines.node_state import NodeSpec, NodeState
from autoglm_core.engines.openai_http import OpenAIEngine
from autoglm_core.engines.openai_request import fim_text
from autoglm_core.errors import AutoGLMError, EngineLostError, EngineUnavailableError, ModelStoreError
from autoglm_core.types import Chunk, FimPrompt, Prompt, Usage

_ATTEMPTS = 2
_NOTICE_S = 2.0
_WARM_TOKENS = 16  # a quarter of a batch: a request waits for what is being read ahead
_COUNT_TIMEOUT_S = 30.0
_READ_TIMEOUT_S = 900.0  # a full context on a slow processor, behind another one; a dead node is noticed at once


@dataclass(frozen=True, slots=True)
class _Connection:
    """A node that is held, the engine that asks it, and a client for what is not in the OpenAI protocol."""

    state: NodeState
    hold: Hold
    engine: OpenAIEngine
    client: httpx.AsyncClient


class LlamaCppEngine:
    """Answers with a GGUF model that llama.cpp holds in a process of its own, shared by all windows.

    ``model_path`` may be a function: it is called, in a thread, when the model is first needed. Belongs
    to one event loop.
    """

    def __init__(self, model_path: Callable[[], Path] | Path, settings: NodeSettings, name: str) -> None:
        self._model_path = model_path
        self._settings = settings
        self._model = name
        self._connection: _Connection | None = None
        self._connecting: asyncio.Task[_Connection] | None = None
        self.condition = Condition()
        """Loading while the model's process is looked for or started."""

    @property
    def name(self) -> str:
        """What a trace calls it: ``embedded qwen2.5-coder-0.5b``."""
        return f"embedded {self._model}"

    @property
    def node(self) -> str:
        """It runs on this machine."""
        return "local"

    @property
    def pid(self) -> int | None:
        """The process that holds the model, None while none is known."""
        return self._connection.state.pid if self._connection else None

    async def start(self) -> None:
        """Load the model now, if it is not loaded, so that the first request need not wait.

        Raises EngineUnavailableError.
        """
        await self._connect()

    async def generate(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        """Stream the answer. Closing the generator or cancelling its task stops the model.

        A node that ends before any text came is replaced and asked once more. Raises EngineLostError when
        it ends later, EngineUnavailableError when no node can be started, ContextTooLongError.
        """
        async with aclosing(self.generate_many(prompt, 1)) as chunks:
            async for _, chunk in chunks:
                yield chunk

    async def generate_many(self, prompt: Prompt, count: int) -> AsyncGenerator[tuple[int, Chunk], None]:
        """Stream several answers to a chat, decoded at once: see ``protocols.BatchEngine``."""
        for attempt in range(1, _ATTEMPTS + 1):
            connection = await self._connect()
            begun = False
            try:
                async with aclosing(connection.engine.generate_many(prompt, count)) as chunks:
                    async for number, chunk in chunks:
                        begun = begun or bool(chunk.text)
                        yield number, chunk
                return
            except (EngineLostError, EngineUnavailableError) as error:
                if not await connection.hold.ended(_NOTICE_S):
                    raise
                await self._forget(connection)
                if begun:
                    raise EngineLostError(
                        f"The process that holds {self._model} ended in the middle of the answer. "
                        "Ask again: it is started anew."
                    ) from error
                if attempt == _ATTEMPTS:
                    raise EngineUnavailableError(
                        f"The process that holds {self._model} ended twice before it answered. There may be too "
                        "little memory: close other programs or choose a smaller model."
                    ) from error

    async def warm(self, prompt: FimPrompt) -> AsyncGenerator[Usage, None]:
        """Read a prompt into the prefix cache in pieces of one batch, yielding what each piece cost.

        Closing the generator stops it; llama.cpp reads the piece that is under way to its end. Raises
        EngineUnavailableError and EngineLostError.
        """
        connection = await self._connect()
        try:
            response = await connection.client.post(
                "/tokenize", json={"content": fim_text(prompt), "parse_special": True}
            )
            tokens = response.raise_for_status().json()["tokens"]
            slot = -1 if prompt.slot is None else prompt.slot
            for end in range(_WARM_TOKENS, len(tokens) + _WARM_TOKENS, _WARM_TOKENS):
                started = time.monotonic()
                body = {"prompt": tokens[:end], "n_predict": 0, "cache_prompt": True, "id_slot": slot}
                response = await connection.client.post("/completion", json=body)
                timings = response.raise_for_status().json().get("timings", {})
                seconds = time.monotonic() - started
                cached, read = int(timings.get("cache_n", 0)), int(timings.get("prompt_n", 0))
                yield Usage(cached + read, cached, 0, seconds, seconds)
        except (httpx.HTTPError, LookupError, TypeError, ValueError) as error:
            raise EngineUnavailableError(
                f"The process that holds {self._model} did not read ahead ({type(error).__name__}). Try again."
            ) from error

    async def count_tokens(self, text: str) -> int:
        """How many tokens the model makes of a text. Raises EngineUnavailableError."""
        connection = await self._connect()
        try:
            response = await connection.client.post("/tokenize", json={"content": text})
            return len(response.raise_for_status().json()["tokens"])
        except httpx.HTTPError as error:
            raise EngineUnavailableError(
                f"The process that holds {self._model} did not count tokens ({type(error).__name__}). Try again."
            ) from error

    async def aclose(self) -> None:
        """Let go of the node; it ends by itself once nobody has held it for some time."""
        if self._connecting and not self._connecting.done():
            self._connecting.cancel()
            await asyncio.wait([self._connecting])
        if self._connection:
            await self._forget(self._connection)

    async def _connect(self) -> _Connection:
        """The node that is held, else one that is found or started, once for all who wait for it."""
        if self._connection and self._connection.hold.alive:
            return self._connection
        if self._connecting is None or self._connecting.done():
            self._connecting = asyncio.create_task(self._find())
            self._connecting.add_done_callback(_see_exception)
        # Shielded: a request that is cancelled meanwhile must not stop the start for the others.
        return await asyncio.shield(self._connecting)

    async def look(self) -> None:
        """Find out whether the process that holds the model answers; none is started."""
        if self._connection and not self._connection.hold.alive:
            await self._forget(self._connection)
        elif self._connection:
            await self._connection.engine.look()
            found = self._connection.engine.condition
            self.condition.become(found.state, found.problem)

    async def _find(self) -> _Connection:
        if self._connection:
            await self._forget(self._connection)
        self.condition.become(EngineState.LOADING)
        try:
            connection = await self._hold()
        except AutoGLMError as error:
            self.condition.become(EngineState.OFFLINE, str(error))
            raise
        except asyncio.CancelledError:
            self.condition.become(EngineState.IDLE)
            raise
        self.condition.address = connection.state.address
        self.condition.become(EngineState.READY)
        return connection

    async def _hold(self) -> _Connection:
        spec = NodeSpec(await self._path(), self._model, self._settings)
        state, hold = await find_or_start(spec)
        remote = RemoteSettings(
            url=state.address, model=self._model, fim="tokens", read_timeout_s=_READ_TIMEOUT_S, retries=0
        )
        engine = OpenAIEngine(
            remote,
            key=state.key,
            name=self.name,
            node=self.node,
            label="The embedded model",
            most_stops=None,
            proxies=False,
            llama=True,
        )
        client = httpx.AsyncClient(
            base_url=state.address,
            headers={"Authorization": f"Bearer {state.key}"},
            timeout=_COUNT_TIMEOUT_S,
            trust_env=False,
        )
        self._connection = _Connection(state, hold, engine, client)
        return self._connection

    async def _path(self) -> Path:
        if isinstance(self._model_path, Path):
            return self._model_path
        try:
            return await asyncio.to_thread(self._model_path)
        except ModelStoreError as error:
            raise EngineUnavailableError(str(error)) from error

    async def _forget(self, connection: _Connection) -> None:
        if self._connection is connection:
            self._connection = None
            self.condition.become(EngineState.IDLE)
        connection.hold.release()
        await connection.engine.aclose()
        await connection.client.aclose()


def _see_exception(task: asyncio.Task[_Connection]) -> None:
    """Whoever waits gets the exception; when all have been cancelled, nobody is left to be told."""
    if not task.cancelled():
        task.exception()
