"""A model on its way to this machine: a bar on a terminal, some lines in a file."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from autoglm_core.store.transfer import Transfer

_LINES = 10


@contextlib.contextmanager
def transfer_on(console: Console) -> Generator[Callable[[Transfer], None], None, None]:
    """A function to tell of each step of a transfer."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (
        TextColumn(" "),
        SpinnerColumn(style="cyan"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=None, complete_style="cyan", finished_style="green"),
        DownloadColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn(" "),
    )
    with Progress(*columns, console=console, expand=True, transient=True) as progress:
        task = progress.add_task("getting ready", total=None)
        phase = ""

        def show(transfer: Transfer) -> None:
            nonlocal phase
            if transfer.note:
                progress.console.print(Text(f"  {transfer.note}", "dim"))
            words = _words(transfer)
            if words != phase:
                phase = words
                progress.reset(task)  # the speed of one phase says nothing of the next one's
            progress.update(task, description=words, completed=max(transfer.done, 0), total=transfer.total)

        yield show


class _Lines:
    """A line for each phase, and for each tenth of a long one."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = ""

    def __call__(self, transfer: Transfer) -> None:
        if transfer.note:
            self._console.print(transfer.note, markup=False, soft_wrap=True)
        tenths = _LINES * max(transfer.done, 0) // max(transfer.total, 1)
        line = f"{transfer.model}: {_words(transfer)}"
        if tenths:
            line += f", {tenths * 100 // _LINES} %"
        if line != self._last:
            self._last = line
            self._console.print(line, markup=False, soft_wrap=True)


def _words(transfer: Transfer) -> str:
    return f"{transfer.phase.value} from {transfer.source}" if transfer.source else transfer.phase.value
