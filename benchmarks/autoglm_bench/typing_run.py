"""``autoglm bench typing``: real editing of real files, key by key, through the real server and the real model."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from autoglm_bench.faults import find_faults
from autoglm_bench.typing_baseline import PlainClient
from autoglm_bench.typing_figures import figures
from autoglm_bench.typing_scripts import MODULES, Script, read_files, write_scripts
from autoglm_bench.typing_server import ServerClient
from autoglm_bench.typing_user import Session, Shown, Suggester, User
from autoglm_core.config import NodeSettings, Settings, parse_settings, read_settings_file, user_settings_file
from autoglm_core.engines.llama_cpp import LlamaCppEngine
from autoglm_core.errors import SettingsError
from autoglm_core.protocols import Engine
from autoglm_core.store.store import ModelStore

_COUNTERS = ("requests", "asked", "joined", "from_cache", "shown", "cancelled", "prefetched", "tokens_read",
             "tokens_written", "warmed_tokens")  # fmt: skip
_SETTLE_S = 2.0


@dataclass(frozen=True, slots=True)
class TypingOptions:
    """What is typed and against what. ``server`` are further arguments of ``autoglm lsp``.

    ``settings`` is the editor's section ``autoglm``. ``speed`` 2 types twice as fast, for trials. ``from_header``:
    the function's header and docstring are typed too.
    """

    functions: int = 8
    seed: int = 0
    files: tuple[str, ...] = MODULES
    baseline: bool = True
    speed: float = 1.0
    model: str = "qwen2.5-coder-0.5b"
    settings: Mapping[str, Any] = field(default_factory=dict)
    server: tuple[str, ...] = ()
    from_header: bool = False


async def measure_typing(
    options: TypingOptions, told: Callable[[str], None], engine: Engine | None = None
) -> dict[str, Any]:
    """Type the scripts with ours and, function by function in turn, with the baseline.

    Both hold the same model in a process each, so that neither finds what the other has read. ``engine`` is the
    baseline's, by default the embedded model. Raises SettingsError and EngineError.
    """
    try:
        files = read_files(options.files)
        scripts = write_scripts(files, options.functions, options.seed, from_header=options.from_header)
    except (ImportError, OSError, SyntaxError, UnicodeDecodeError) as error:
        raise SettingsError(f"The files to type cannot be read: {error}.") from error
    if not scripts:
        raise SettingsError("None of the files has a function of 4 to 25 lines to type.")
    sessions: dict[str, list[Session]] = {"ours": [], "baseline": []}
    counts: list[Counter[str]] = []
    editor = _editor_settings(options)
    settings = parse_settings([read_settings_file(user_settings_file()), editor])
    with tempfile.TemporaryDirectory(prefix="autoglm-typing-") as folder, _terminated_as_interrupted():
        root = _workspace(folder, files)
        ours = ServerClient(root, options.server, editor)
        model = _embedded(settings, settings.node)
        other = engine or _embedded(settings, node_of_its_own(settings.node))
        plain = PlainClient(other)
        try:
            # A model that is loaded while the first function is typed would be missing there.
            if settings.inline.engine == "embedded" and "--script" not in options.server:
                await model.start()
            if options.baseline and isinstance(other, LlamaCppEngine):
                await other.start()
            await ours.start()
            for number, script in enumerate(scripts):
                before = await ours.metrics()
                session = await _type(ours, script, options, number)
                after = await ours.metrics()
                counts.append(Counter({name: after.get(name, 0) - before.get(name, 0) for name in _COUNTERS}))
                session.shown = [replace(each, from_cache=ours.from_cache.get(each.key)) for each in session.shown]
                sessions["ours"].append(session)
                told(_line(number, len(scripts), "ours", session))
                if options.baseline:
                    session = await _type(plain, script, options, number)
                    session.shown = [replace(each, from_cache=False) for each in session.shown]
                    sessions["baseline"].append(session)
                    told(_line(number, len(scripts), "baseline", session))
            steps = (await ours.metrics()).get("steps", {})
        finally:
            await ours.stop()
            await plain.aclose()
            await model.aclose()
    for message in dict.fromkeys(ours.messages):
        told(f"The server told its user: {message}")
    checks = steps.get("validate", {}).get("p50_ms")
    counters = sum(counts, Counter[str]())
    result: dict[str, Any] = {
        "benchmark": "typing",
        "model": settings.models.inline,
        "seed": options.seed,
        "n": len(scripts),
        "speed": options.speed,
        "from_header": options.from_header,
        "steps": steps,
        "counters": {name: counters[name] for name in _COUNTERS},
        "messages": ours.messages,
        "ours": _judged(sessions["ours"], counters, checks / 1000 if checks is not None else None, counts),
    }
    if options.baseline:
        result["baseline"] = _judged(sessions["baseline"], _tokens(plain), None)
    return result


def node_of_its_own(node: NodeSettings) -> NodeSettings:
    """Settings that do the same in another process: a node is told apart by its model, context, slots and threads."""
    return replace(node, context_tokens=node.context_tokens + 256)


def _editor_settings(options: TypingOptions) -> dict[str, Any]:
    """The section ``autoglm``: both suggesters have the same model, and the user's own record is left alone."""
    models = {"inline": options.model, **options.settings.get("models", {})}
    return {"history": {"enabled": False}, **options.settings, "models": models}


def _embedded(settings: Settings, node: NodeSettings) -> LlamaCppEngine:
    store = ModelStore.of(settings.models)
    return LlamaCppEngine(lambda: store.path(settings.models.inline), node, name=settings.models.inline)


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM ends the run as Ctrl-C does, so that the server does not outlive it."""
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGTERM, signal.raise_signal, signal.SIGINT)
    except (NotImplementedError, RuntimeError, ValueError):
        # Windows, or not the main thread: the server still ends with its input, just without a farewell.
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


def _workspace(folder: str, files: Mapping[str, str]) -> Path:
    root = Path(folder).resolve()
    for name, text in files.items():
        (root / name).write_text(text, "utf-8")
    return root


async def _type(suggester: Suggester, script: Script, options: TypingOptions, number: int) -> Session:
    session = await User(suggester, options.seed * 1000 + number, options.speed).type(script)
    # What still runs behind the last key must not slow down the one whose turn is next.
    await asyncio.sleep(_SETTLE_S / options.speed)
    return session


def _tokens(plain: PlainClient) -> dict[str, int]:
    return {
        "asked": plain.asked,
        "stopped": plain.stopped,
        "uncounted": plain.uncounted,
        "tokens_read": plain.usage.prompt_tokens - plain.usage.cached_tokens,
        "tokens_written": plain.usage.completion_tokens,
    }


def _judged(
    sessions: Sequence[Session],
    tokens: Mapping[str, int],
    checks_p50_s: float | None,
    counts: Sequence[Mapping[str, int]] = (),
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="autoglm-faults-") as folder:
        faults = find_faults([each for session in sessions for each in session.shown], Path(folder).resolve())
    rows = []
    left = iter(faults)
    for number, session in enumerate(sessions):
        row = {key: value for key, value in asdict(session).items() if key not in ("script", "shown")}
        row["trace"] = [_traced(each, next(left)) for each in session.shown]
        if counts:
            row["counters"] = dict(counts[number])
        rows.append({"file": session.script.file, "function": session.script.name, **row})
    return {**figures(sessions, faults, tokens, checks_p50_s), "functions": rows}


def _traced(shown: Shown, fault: str) -> dict[str, Any]:
    return {
        "key": shown.key,
        "line": shown.before.rpartition("\n")[2],
        "text": shown.text,
        "seconds": round(shown.seconds, 4),
        "from_cache": shown.from_cache,
        "correct": shown.correct,
        "fault": fault,
    }


def _line(number: int, total: int, who: str, session: Session) -> str:
    saved = 1 - session.keys / session.keys_alone
    return (
        f"{number + 1}/{total} {who}: {session.script.file} {session.script.name}: {session.keys} keys of "
        f"{session.keys_alone} ({100 * saved:.0f} % saved), {len(session.shown)} shown, {session.accepted} accepted"
    )
