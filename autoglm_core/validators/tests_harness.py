"""Runs doctest examples or pytest inside the sandbox and writes down what happened, an event a line.

It is read as text and run by the workspace's own interpreter (Python 3.9 or newer) with ``-S -c``, so it
imports nothing of this project, and annotations are never evaluated. It shares its process with code that
may be hostile, so nothing it says is a verdict: expected values of doctests are not told to it, and
``tests_evidence`` outside judges what it wrote. Each event carries a token that only its frames know, and
the process ends with an exit status of the same kind: code that ends the process early knows neither.
"""

from __future__ import annotations

import importlib.util
import io
import json
import os
import signal
import site
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Plan = dict[str, Any]
    Tell = Callable[..., None]

_LONGEST = 2000
_MOST_FRAMES = 12
_QUIETED = {"-n0": "xdist", "--no-cov": "pytest_cov"}


class TimeExceededError(BaseException):
    """Raised in the code that runs when its time is up, so that a traceback shows the endless loop."""


def _main() -> None:
    plan = json.loads(sys.stdin.buffer.read())
    devnull = os.open(os.devnull, os.O_RDONLY)
    os.dup2(devnull, 0)
    os.close(devnull)
    channel, write, leave = int(os.environ.pop("AUTOGLM_CHANNEL")), os.write, os._exit
    os.set_inheritable(channel, False)
    token, status = plan.pop("token"), plan.pop("status")
    dumps, numbers = json.dumps, iter(range(1, 1 << 30))

    def tell(kind: str, **facts: Any) -> None:
        line = dumps({**facts, "event": kind, "token": token, "number": next(numbers)}) + "\n"
        data = memoryview(line.encode("ascii"))
        while data:
            data = data[write(channel, data) :]

    def out_of_time(signum: int, frame: object) -> None:
        raise TimeExceededError("the time is up")

    _prepare(plan)
    for expired in (signal.SIGXCPU, signal.SIGALRM):
        signal.signal(expired, out_of_time)
    signal.setitimer(signal.ITIMER_REAL, plan["seconds"])
    (_run_doctests if plan["examples"] else _run_pytest)(plan, tell)
    loaded = any(getattr(module, "__file__", None) == plan["document"] for module in list(sys.modules.values()))
    tell("end", loaded=loaded)
    leave(status)  # at once: exit handlers and threads of the code that ran have no say


def _prepare(plan: Plan) -> None:
    """Make the interpreter what it would be in the workspace, now that the workspace's files are there."""
    sys.path = [folder for folder in sys.path if folder]
    site.main()
    sys.dont_write_bytecode = True
    sys.path[:0] = [folder for folder in plan["import_from"] if os.path.isdir(folder)]
    sys.path += plan["pytest_path"]
    os.chdir(plan["root"])


def _run_doctests(plan: Plan, tell: Tell) -> None:
    try:
        if plan["module"]:
            module = importlib.import_module(plan["module"])
        else:  # a file whose name is no identifier
            spec: Any = importlib.util.spec_from_file_location("document", plan["document"])
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
    except BaseException as error:  # noqa: BLE001 - told, and judged outside
        tell("import", **_error(error, plan))
        return
    sys.displayhook = sys.__displayhook__
    for test, sources in enumerate(plan["examples"]):
        names = dict(vars(module))
        for number, source in enumerate(sources):
            tell("example", test=test, example=number)
            told, sys.stdout = sys.stdout, io.StringIO()
            failure: dict[str, Any] = {}
            try:
                exec(compile(source, "<doctest>", "single", plan["flags"], True), names)  # noqa: S102 - its purpose
            except BaseException as error:  # noqa: BLE001 - told, and judged outside
                failure = _error(error, plan)
            got, sys.stdout = _printed(sys.stdout), told
            tell("got", test=test, example=number, got=got, error=failure)
            if failure.get("type") == "TimeExceededError":
                return


def _printed(stream: object) -> str:
    text = stream.getvalue() if isinstance(stream, io.StringIO) else ""
    return (text if len(text) <= 20 * _LONGEST else text[: 20 * _LONGEST] + "...").encode("utf-8", "replace").decode()


def _run_pytest(plan: Plan, tell: Tell) -> None:
    import warnings

    arguments = ["-p", "no:cacheprovider", "-q", "--tb=no", "--no-header", "--no-summary", "--maxfail=0"]
    arguments += ["--continue-on-collection-errors", "--rootdir=" + plan["root"]]
    # Files, not tests: a file that cannot be read would keep pytest from running any test that is named.
    files = list(dict.fromkeys(node.partition("::")[0] for node in plan["nodes"]))
    plugins = "PYTEST_DISABLE_PLUGIN_AUTOLOAD" not in os.environ
    # What spreads tests over processes, or measures them, only takes time here.
    quiet = [option for option, plugin in _QUIETED.items() if plugins and importlib.util.find_spec(plugin)]
    try:
        import pytest
    except Exception as error:  # noqa: BLE001 - told, and judged outside; nothing of the draft has run yet
        tell("no-pytest", **_error(error, plan))
        return
    reporter = _reporter(plan, tell)
    errors = sys.stderr = io.StringIO()
    try:
        code = int(pytest.main([*arguments, *quiet, *files], plugins=[reporter]))
        if code == 4 and not reporter.began:  # options in the settings that belong to a plugin that is not there
            errors.truncate(0)
            warnings.resetwarnings()
            code = int(pytest.main([*arguments, "-o", "addopts=", *files], plugins=[reporter]))
    except BaseException as error:  # noqa: BLE001 - told, and judged outside
        tell("broke", **_error(error, plan))
        return
    sys.stderr = sys.__stderr__
    tell("finished", code=code, errors=errors.getvalue()[-_LONGEST:])


def _reporter(plan: Plan, tell: Tell) -> Any:
    import pytest

    class Reporter:
        """A pytest plugin that writes down each outcome."""

        def __init__(self) -> None:
            self.began = False
            self.compared: dict[str, str] | None = None

        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(self, items: list[Any]) -> None:
            asked = set(plan["nodes"])
            items[:] = [i for i in items if asked & {i.nodeid.partition("::")[0], i.nodeid.partition("[")[0]}]

        def pytest_collection_finish(self, session: Any) -> None:
            self.began = True
            tell("collected", nodes=[item.nodeid for item in session.items])

        def pytest_runtest_logstart(self, nodeid: str, location: object) -> None:
            self.compared = None
            tell("start", node=nodeid)

        def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> None:
            self.compared = {"op": op, "left": _shown(left), "right": _shown(right)}

        def pytest_runtest_logreport(self, report: Any) -> None:
            # pytest 9 reports each subtest besides the test itself: those that pass are no news.
            if type(report).__name__.lower() == "subtestreport" and report.outcome == "passed":
                return
            why = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else ""
            expected = hasattr(report, "wasxfail")
            tell("report", node=report.nodeid, when=report.when, outcome=report.outcome, xfail=expected, why=why[:300])

        def pytest_exception_interact(self, node: Any, call: Any, report: Any) -> None:
            error = call.excinfo.value
            when = getattr(report, "when", "collect")
            if when == "collect":  # pytest wraps what importing a test module raised
                error = error.__cause__ or error
            facts = _error(error, plan)
            if not facts["frames"]:
                facts["text"] = facts["text"] or str(report.longrepr)[-_LONGEST:]
            tell("error", node=node.nodeid, when=when, compared=self.compared, **facts)

    return Reporter()


def _error(error: BaseException, plan: Plan) -> dict[str, Any]:
    """What an exception says and the frames of the workspace's code that it came through, outermost first."""
    import traceback

    frames: list[list[object]] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith(plan["root"] + os.sep):
            frames.append([code.co_filename, trace.tb_lineno, code.co_name])
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.filename and error.filename.startswith(plan["root"] + os.sep):
        frames.append([error.filename, error.lineno or 1, "<module>"])
    try:
        last = traceback.format_exception_only(type(error), error)[-1]
        text = str(error)
    except BaseException:  # noqa: BLE001 - an exception whose words cannot be had
        last, text = type(error).__name__, ""
    if len(frames) > _MOST_FRAMES:
        frames = frames[: _MOST_FRAMES // 2] + frames[-_MOST_FRAMES // 2 :]
    return {"type": type(error).__name__, "text": text[:_LONGEST], "last": last[:_LONGEST], "frames": frames}


def _shown(value: object) -> str:
    import reprlib

    shorten = reprlib.Repr()
    shorten.maxstring = shorten.maxother = shorten.maxlong = 200
    shorten.maxlist = shorten.maxtuple = shorten.maxdict = shorten.maxset = shorten.maxfrozenset = 40
    try:
        return shorten.repr(value)[:_LONGEST]
    except BaseException as error:  # noqa: BLE001 - a value whose words cannot be had
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"


_main()
