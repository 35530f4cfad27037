"""Judges the evidence of one run: which tests passed, which failed and why, and which prove nothing."""

from __future__ import annotations

import doctest
import re
import secrets
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from autoglm_core.validators.tests_doctests import DocstringTest, answers
from autoglm_core.validators.tests_evidence import Event, Evidence
from autoglm_core.validators.tests_failure import Failure, Sources, describe_error, describe_import
from autoglm_core.validators.tests_selection import TestPlace

_NO_ASYNC_PLUGIN = "async def functions are not natively supported"
_LONGEST_GOT = 400


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run proves. ``unproven`` names tests that were skipped or never reported, with the reason.

    ``unable`` names those that the environment cannot run, whatever the code.

    ``sound`` False: what the run reported cannot be believed, or it did not come to its end.
    ``reached`` False: the code that ran was not the document's.
    """

    passed: int = 0
    failures: tuple[Failure, ...] = ()
    unproven: dict[str, str] = field(default_factory=dict)
    unable: dict[str, str] = field(default_factory=dict)
    sound: bool = True
    reached: bool = True


@dataclass(frozen=True, slots=True)
class ControlTest:
    """A test that must fail, made up anew for each run: a reporter that calls it passed is not believed."""

    __test__ = False

    name: str = field(default_factory=lambda: f"test_{secrets.token_hex(6)}")
    left: str = field(default_factory=lambda: secrets.token_hex(6))
    right: str = field(default_factory=lambda: secrets.token_hex(6))

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}.py"

    @property
    def node(self) -> str:
        """What pytest calls it."""
        return f"{self.file}::{self.name}"

    @property
    def source(self) -> str:
        """Its text."""
        return f'def {self.name}():\n    assert "{self.left}" == "{self.right}"\n'

    def failed(self, outcomes: Counter[tuple[str, str]], errors: dict[str, Event]) -> bool:
        """Whether it was reported as it must be: as failed, once, with the values it compared."""
        error = errors.get(self.node)
        told = error is not None and self.left in error.text("text") and self.right in error.text("text")
        return told and outcomes["call", "failed"] == 1 and outcomes["call", "passed"] == 0


def judge_doctests(
    evidence: Evidence,
    tests: tuple[DocstringTest, ...],
    lines: dict[tuple[str, str], int],
    sources: Sources,
    *,
    lenient: bool,
) -> Verdict:
    """Compare what each example printed with what its docstring says; ``lines`` finds it in the document.

    ``lenient`` as for ``tests_doctests.answers``.
    """
    failures: list[Failure] = []
    asked = [(test, example) for test in tests for example in test.examples]
    passed = told = 0
    running = ""
    for event in evidence.events:
        if event.kind == "import":
            return Verdict(failures=(describe_import(event, sources, sources.document.name),))
        if told == len(asked):
            break
        test, example = asked[told]
        if event.kind == "example":
            running = f"doctest of {test.name}, `{_first(example.source)}`"
        if event.kind != "got":
            continue
        running = ""
        told += 1
        error = event.inner("error")
        got, last = str(event.facts.get("got", "")), str(error.facts.get("last", ""))
        if answers(example, got, last, lenient=lenient):
            passed += 1
        else:
            line = sources.in_document(error.frames)
            place = line if line is not None else lines.get((test.name, example.source))
            failures.append(_doctest_failure(test.name, example, event, sources, place))
    if evidence.ended and told == len(asked):
        return Verdict(passed, tuple(failures))
    if not any(failure.rule == "timeout" for failure in failures):
        failures.append(_broken(evidence, running))
    return Verdict(passed, tuple(failures), sound=False)


def judge_pytest(
    evidence: Evidence, expected: tuple[TestPlace, ...], control: ControlTest, sources: Sources
) -> Verdict:
    """Believe only tests that were reported as passed in each phase, once, in a run that came to its end."""
    outcomes: dict[str, Counter[tuple[str, str]]] = {}
    reasons: dict[str, str] = {}
    errors: dict[str, Event] = {}
    failures: list[Failure] = []
    unread: set[str] = set()
    running = ""
    for event in evidence.events:
        node = event.text("node")
        if event.kind == "start":
            running = node
        elif event.kind == "report":
            outcome = "xfailed" if event.facts.get("xfail") else event.text("outcome")
            outcomes.setdefault(node, Counter())[event.text("when"), outcome] += 1
            reasons[node] = event.text("why") or reasons.get(node, "")
            running = "" if event.text("when") == "teardown" else running
        elif event.kind == "no-pytest" and event is evidence.events[0]:
            words = f"pytest cannot be imported: {event.text('last').strip()}"
            return Verdict(unable={test.node: words for test in expected})
        elif event.kind == "error" and event.text("when") == "collect":
            unread.add(node.partition("::")[0])
            failures.append(describe_import(event, sources, node.partition("::")[0]))
        elif event.kind == "error":
            errors.setdefault(node, event)
        elif event.kind == "broke":
            failures.append(describe_import(event, sources, sources.document.name))
        elif event.kind == "finished" and event.number("code") in (3, 4) and not failures:
            words = event.text("errors").strip()
            failures.append(
                Failure("pytest", "import-error", "pytest ends before it has collected the tests", words).bounded()
            )
    control_failed = control.failed(outcomes.pop(control.node, Counter()), errors)
    passed = 0
    unproven: dict[str, str] = {}
    unable: dict[str, str] = {}
    asynchronous = {test.node for test in expected if test.is_async}
    for node, counts in outcomes.items():
        if any(outcome == "failed" for _, outcome in counts):
            error = errors.get(node)
            # Only of a test that is async by its own text: code under test could raise the same words.
            if error and _base(node) in asynchronous and _NO_ASYNC_PLUGIN in error.text("text"):
                unable[node] = "no pytest plugin for async tests is installed"
            else:
                failures.append(_test_failure(node, error, sources))
        elif counts == Counter({("setup", "passed"): 1, ("call", "passed"): 1, ("teardown", "passed"): 1}):
            passed += 1
        elif node != running:  # the one that was running when the process ended is reported below
            unproven[node] = reasons.get(node) or "it was not reported as passed"
    reported = {_base(node) for node in outcomes}
    whole = not any(failure.test == "pytest" for failure in failures)
    if whole and evidence.ended:
        absent = (test for test in expected if test.node not in reported and test.file not in unread)
        unproven |= {test.node: "it was not run" for test in absent}
    if not evidence.ended and not any(failure.rule == "timeout" for failure in failures):
        failures.append(_broken(evidence, _test_name(running)))
    elif evidence.ended and running:  # pytest.exit, KeyboardInterrupt
        words = f"{_test_name(running)}: the code ended the whole run of pytest"
        failures.append(Failure(running, "crash", words))
    elif evidence.ended and whole and not control_failed:
        failures.append(_TAMPERED)
    reached = any(event.kind == "end" and event.facts.get("loaded") is True for event in evidence.events)
    sound = evidence.ended and control_failed
    return Verdict(passed, tuple(failures), unproven, unable, sound, reached or not evidence.ended)


_TAMPERED = Failure(
    "pytest",
    "tampering",
    "what the tests report cannot be believed: a test that must fail was not reported as failed",
    "The code under test changed pytest, its settings or its reports.",
)


def _broken(evidence: Evidence, running: str) -> Failure:
    during = f"{running}: " if running else ""
    if evidence.forged:
        words = "the code under test wrote results of its own"
        return Failure(running or "run", "tampering", f"{during}{words}", f"The run {evidence.cause}.")
    cause = evidence.cause or "reported too few results"
    return Failure(running or "run", evidence.rule or "crash", f"{during}the code {cause}").bounded()


def _test_failure(node: str, error: Event | None, sources: Sources) -> Failure:
    if error is None:
        return Failure(node, "test-failed", f"{_test_name(node)} fails")
    return describe_error(node, _test_name(node), error, sources)


def _base(node: str) -> str:
    """A node without its parameters."""
    return node.partition("[")[0]


def _test_name(node: str) -> str:
    return node.partition("::")[2].replace("::", ".") or node


def _doctest_failure(name: str, example: doctest.Example, event: Event, sources: Sources, line: int | None) -> Failure:
    error = event.inner("error")
    expected, answer = _value(example.want), error.text("last").strip() or _value(event.text("got"))
    source = example.source
    code = "\n".join(f">>> {part}" for part in source.rstrip("\n").split("\n"))
    trace = sources.traceback(error.frames)
    detail = "\n".join(filter(None, (code, f"Expected: {expected}", f"Got: {answer}", trace)))
    message, rule = f"`{_first(source)}`: expected {_first(expected)}, got {_first(answer)}", "doctest-failed"
    if error.text("type") == "TimeExceededError":
        message, rule = f"`{_first(source)}`: did not end in time (an endless loop?)", "timeout"
    uses = frozenset(re.findall(r"\w+", source))
    return Failure(f"{name}: {source}", rule, message, detail, line, uses).bounded()


def _value(text: str) -> str:
    stripped = text.rstrip("\n")
    return stripped[:_LONGEST_GOT] if stripped else "nothing"


def _first(text: str) -> str:
    first, more, _ = text.strip().partition("\n")
    return first[:120] + (" ..." if more or len(first) > 120 else "")


def document_sources(root: Path, document: Path, texts: dict[str, str]) -> Sources:
    """Sources with relative names made absolute."""
    return Sources(root, document, {str(root / name): text for name, text in texts.items()})
