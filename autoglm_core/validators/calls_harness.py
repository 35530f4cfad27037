"""Runs calls against several texts of one module inside the sandbox, and writes down what came of each.

It is read as text and run by the workspace's own interpreter (Python 3.9 or newer) with ``-S -c``, so it
imports nothing of this project, and annotations are never evaluated. Each text runs in a process of its own,
forked from one that has started: a text that ends its process, or never ends, costs its own results alone.
What a process writes is what its text says of itself: it is compared outside, and no verdict by itself.
"""

from __future__ import annotations

import ast
import io
import itertools
import json
import os
import random
import select
import signal
import site
import sys
import time
import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Plan = dict[str, Any]

_LONGEST = 4000
_DEEPEST = 12
_MOST_ITEMS = 300
_SLACK_S = 0.5


class TimeExceededError(BaseException):
    """Raised in the code that runs when the time of its call is up."""


def _main() -> None:
    plan = json.loads(sys.stdin.buffer.read())
    devnull = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(devnull, descriptor)
    channel = int(os.environ.pop("AUTOGLM_CHANNEL"))
    _prepare(plan)
    ends = time.monotonic() + plan["seconds"]
    for number in range(len(plan["texts"])):
        if time.monotonic() > ends:
            break
        for line in _follow(plan, number, channel, ends):
            _write(channel, json.dumps([number, *line]).encode("ascii") + b"\n")
    os._exit(0)


def _prepare(plan: Plan) -> None:
    """Make the interpreter what it would be in the workspace, now that the workspace's files are there."""
    sys.path = [folder for folder in sys.path if folder]
    site.main()
    sys.dont_write_bytecode = True
    sys.path[:0] = [folder for folder in plan["import_from"] if os.path.isdir(folder)]
    os.chdir(plan["root"])


def _follow(plan: Plan, number: int, channel: int, ends: float) -> list[list[object]]:
    """Run one text in a process of its own; returns a line for each call that came to an end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(channel)
        os.close(reading)
        os.setsid()
        _run(plan, number, writing)
        os._exit(0)
    os.close(writing)
    # At each line the next call begins, so the time that a call may take counts from there.
    lines: list[list[object]] = []
    rest, patience = b"", plan["import_seconds"] + _SLACK_S
    last, stuck = time.monotonic(), False
    while len(lines) <= len(plan["calls"]):
        left = min(last + patience, ends + _SLACK_S) - time.monotonic()
        if left <= 0 or not select.select([reading], [], [], left)[0]:
            stuck = True
            break
        piece = os.read(reading, 1 << 16)
        if not piece:
            break
        *whole, rest = (rest + piece).split(b"\n")
        lines += [parsed for parsed in map(_parsed, whole) if parsed is not None]
        last, patience = time.monotonic(), plan["call_seconds"] + _SLACK_S
    os.close(reading)
    for kill in (os.killpg, os.kill):
        try:
            kill(child, signal.SIGKILL)
        except OSError:  # it has ended, or has not made its group yet
            continue
    os.waitpid(child, 0)
    results = lines[1:]  # the first one says that the module was imported
    if stuck and lines:
        results.append([len(results), "timeout", "", "", ""])
    return results[: len(plan["calls"])]


def _parsed(line: bytes) -> list[object] | None:
    try:
        parsed = json.loads(line)
    except ValueError:
        return None
    return parsed if isinstance(parsed, list) else None


def _run(plan: Plan, number: int, writing: int) -> None:
    """In the process of one text: import it, then make the calls."""
    dumps, write, setitimer = json.dumps, os.write, signal.setitimer

    def tell(*facts: object) -> None:
        data = memoryview((dumps(facts) + "\n").encode("ascii"))
        while data:
            data = data[write(writing, data) :]

    def out_of_time(signum: int, frame: object) -> None:
        raise TimeExceededError("the time is up")

    for expired in (signal.SIGXCPU, signal.SIGALRM):
        signal.signal(expired, out_of_time)
    sys.stdout = sys.stderr = io.StringIO()
    try:
        setitimer(signal.ITIMER_REAL, plan["import_seconds"])
        names = _import(plan, plan["texts"][number])
        setitimer(signal.ITIMER_REAL, 0)
    except BaseException as error:  # noqa: BLE001 - told, and judged outside
        tell(-1)
        for index in range(len(plan["calls"])):
            tell(index, "error", _said(error), "", "")
        return
    tell(-1)
    for index, source in enumerate(plan["calls"]):
        random.seed(0)
        printed = sys.stdout = io.StringIO()
        came, text, changed = "value", "", ""
        try:
            setitimer(signal.ITIMER_REAL, plan["call_seconds"])
            text, changed = _call(source, dict(names))
            setitimer(signal.ITIMER_REAL, 0)
        except TimeExceededError:
            came = "timeout"
        except BaseException as error:  # noqa: BLE001 - told, and judged outside
            came, text = "error", _said(error)
        finally:
            setitimer(signal.ITIMER_REAL, 0)
        said = printed.getvalue() if isinstance(printed, io.StringIO) else ""
        tell(index, came, text, changed, said[:_LONGEST])


def _import(plan: Plan, text: str) -> dict[str, Any]:
    module = types.ModuleType(plan["module"] or "document")
    module.__file__ = plan["document"]
    module.__package__ = (plan["module"] or "").rpartition(".")[0]
    sys.modules[module.__name__] = module
    exec(compile(text, plan["document"], "exec", dont_inherit=True), vars(module))  # noqa: S102 - its purpose
    return dict(vars(module))


def _call(source: str, names: dict[str, Any]) -> tuple[str, str]:
    """The value of a call, and its arguments after it."""
    tree = ast.parse(source.strip(), mode="eval")
    call = tree.body
    if not isinstance(call, ast.Call) or any(isinstance(a, ast.Starred) for a in call.args):
        return _canonical(eval(compile(tree, "<call>", "eval"), names)), ""  # noqa: S307 - its purpose

    def value(node: ast.expr) -> Any:
        return eval(compile(ast.Expression(node), "<call>", "eval"), names)  # noqa: S307 - its purpose

    function = value(call.func)
    arguments = [value(node) for node in call.args]
    keywords = {word.arg: value(word.value) for word in call.keywords if word.arg}
    answer = _canonical(function(*arguments, **keywords))
    return answer, _canonical([*arguments, *keywords.values()])


def _canonical(value: Any) -> str:
    return _shown(value, 0)[:_LONGEST]


def _shown(value: Any, depth: int) -> str:
    """A text that is the same for equal plain values, whatever order sets and dicts have."""
    kind = type(value)
    if depth > _DEEPEST:
        return "..."
    if kind is float:
        return repr(float(f"{value:.10g}"))
    if kind in (int, bool, str, bytes, type(None), complex):
        return repr(value)
    if kind in (list, tuple):
        inner = [_shown(each, depth + 1) for each in value[:_MOST_ITEMS]]
        inner += ["..."] if len(value) > _MOST_ITEMS else []
        return "[" + ", ".join(inner) + "]" if kind is list else "(" + ", ".join(inner) + ",)"
    if kind in (set, frozenset):
        return kind.__name__ + "{" + ", ".join(sorted(_shown(each, depth + 1) for each in value)) + "}"
    if kind is dict:
        pairs = [f"{_shown(k, depth + 1)}: {_shown(v, depth + 1)}" for k, v in list(value.items())[:_MOST_ITEMS]]
        return "{" + ", ".join(sorted(pairs)) + "}"
    if hasattr(value, "__next__"):
        items = list(itertools.islice(value, _MOST_ITEMS))
        return f"iterator {_shown(items, depth + 1)}"
    own = getattr(value, "__dict__", None)
    if "__repr__" not in {name for each in kind.__mro__[:-1] for name in vars(each)}:
        return f"{kind.__name__} {_shown(own, depth + 1) if isinstance(own, dict) else ''}"
    return f"{kind.__name__} {repr(value)[:_LONGEST]}"


def _said(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:_LONGEST].encode("utf-8", "replace").decode()
    except BaseException:  # noqa: BLE001 - an exception whose words cannot be had
        return type(error).__name__


def _write(channel: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(channel, view) :]


_main()
