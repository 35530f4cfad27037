"""What the actions show: the work as it goes on, each attempt with its findings, the change."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Generator

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.live import Live
from rich.padding import Padding
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from autoglm_core.protocols import Progress
from autoglm_core.types import Attempt, AttemptKind, Draft, Finding, Outcome, Report, Stage
from autoglm_server.commands.terminal.text import visible

_FINDINGS = 3
_DETAIL_LINES = 4


class Working:
    """A spinner, the stage in words, and the seconds so far: one line, however narrow the terminal."""

    def __init__(self) -> None:
        self._spinner = Spinner("dots", style="cyan")
        self._began = time.monotonic()
        self._words = Text("getting ready", "dim")

    def show(self, stage: Stage) -> None:
        """Another stage begins."""
        self._words = Text.assemble(
            (f"attempt {stage.attempt} of {stage.attempts}", "bold"), (" · ", "dim"), visible(stage.message)
        )

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """One line."""
        now = time.monotonic()
        row = Table.grid(expand=True, padding=(0, 1))
        row.add_column(width=1)
        row.add_column(ratio=1, overflow="ellipsis", no_wrap=True)
        row.add_column(justify="right", no_wrap=True, style="dim")
        row.add_row(self._spinner.render(now), self._words, f"{now - self._began:.1f} s")
        yield Padding(row, (0, 2, 0, 2))


@contextlib.contextmanager
def progress_on(console: Console) -> Generator[Progress, None, None]:
    """Show the stages: a live line on a terminal, a line each in a file, nothing on a quiet console."""
    if not console.is_terminal:
        yield lambda stage: console.print(
            f"attempt {stage.attempt} of {stage.attempts}: {visible(stage.message)}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
        return
    working = Working()
    with Live(working, console=console, refresh_per_second=10, transient=True):
        yield working.show


def heading(title: str, place: str, right: str = "") -> RenderableType:
    """The first line: what is done where, and by which model."""
    row = Table.grid(expand=True)
    row.add_column(overflow="ellipsis", no_wrap=True)
    row.add_column(justify="right", style="dim", no_wrap=True)
    row.add_row(Text.assemble((title, "bold cyan"), "  ", visible(place)), right)
    return Padding(row, (1, 2, 1, 2))


def line(mark: str, style: str, words: Text | str) -> RenderableType:
    """One closing sentence behind a mark; it wraps beside the mark."""
    row = Table.grid(padding=(0, 1))
    row.add_column(width=1)
    row.add_column(overflow="fold")
    row.add_row(Text(mark, style), words)
    return Padding(row, (0, 2, 0, 2))


def attempts(outcome: Outcome) -> RenderableType:
    """All attempts, one block each."""
    return Padding(Group(*(_attempt(outcome, attempt) for attempt in outcome.attempts)), (0, 2, 0, 2))


def _attempt(outcome: Outcome, attempt: Attempt) -> RenderableType:
    rows = Table.grid(padding=(0, 1))
    rows.add_column(width=1)
    rows.add_column(ratio=1, overflow="fold")
    if attempt.problem:
        rows.add_row(_CROSS, Text(f"no usable code: {visible(attempt.problem)}"))
    shown = list(attempt.rejected_by)
    if attempt.draft:
        for finding in shown[:_FINDINGS]:
            rows.add_row(_CROSS, _finding(finding, attempt.draft))
            for row in _details(finding):
                rows.add_row("", Text(row, "dim", no_wrap=True, overflow="ellipsis"))
        if len(shown) > _FINDINGS:
            rows.add_row(_CROSS, Text(f"and {len(shown) - _FINDINGS} more", "dim"))
        good = [r for r in attempt.reports if r.summary and not r.skipped and not _fails(r, shown)]
        if good:
            rows.add_row(_TICK, Text(" · ".join(visible(report.summary) for report in good), "green"))
    for report in attempt.reports:
        if report.skipped:
            rows.add_row(_SKIPPED, Text(f"{report.validator} not checked: {visible(report.skipped)}", "dim"))
    return Group(_title(outcome, attempt), Padding(rows, (0, 0, 1, 2)))


_CROSS, _TICK, _SKIPPED = Text("✗", "red"), Text("✓", "green"), Text("○", "dim")


def _title(outcome: Outcome, attempt: Attempt) -> Table:
    existing = attempt.kind is AttemptKind.EXISTING
    words = Text("The code as it is", "bold") if existing else Text(f"Attempt {attempt.number}", "bold")
    if not existing:
        words.append(f" · {attempt.kind.value}", "not bold dim")
    if attempt is outcome.accepted:
        words.append(" · accepted", "not bold green")
    cost = [f"{attempt.seconds:.1f} s"]
    if attempt.usage.completion_tokens:
        cost.append(f"{attempt.usage.completion_tokens} tokens")
    row = Table.grid(expand=True)
    row.add_column(no_wrap=True)
    row.add_column(justify="right", style="dim", no_wrap=True)
    row.add_row(words, " · ".join(cost))
    return row


def _finding(finding: Finding, draft: Draft) -> Text:
    line = draft.document.position(finding.span.start)[0] + 1
    text = Text.assemble((f"line {line}", "bold"), " ", visible(finding.message.strip()))
    text.append(f"  {finding.validator}{f' {finding.rule}' if finding.rule else ''}", "dim")
    return text


def _details(finding: Finding) -> list[str]:
    """The first lines of the evidence that say more than the message; all of it is in the trace."""
    before_frames = itertools.takewhile(
        lambda row: not row.startswith("Traceback"), visible(finding.detail).splitlines()
    )
    return [row for row in before_frames if _says_more(row, finding.message)][:_DETAIL_LINES]


def _says_more(row: str, message: str) -> bool:
    """False for an empty line, and for an example or a value that stands in the message already."""
    words = row.strip().removeprefix(">>> ")
    for label in ("Expected: ", "Got: "):
        words = words.removeprefix(label)
    return bool(words) and words not in message


def _fails(report: Report, against: list[Finding]) -> bool:
    return any(finding in against for finding in report.findings)
