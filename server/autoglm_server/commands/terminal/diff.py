"""The change as a reader of code wants it: numbered lines, in colours, with a little around it."""

from __future__ import annotations

import difflib

from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from autoglm_server.commands.terminal.text import highlighted

_AROUND = 3


class Diff:
    """What changes from one text of a file to the next."""

    def __init__(self, name: str, before: str, after: str) -> None:
        self._name = name
        self._before, self._after = _lines(before), _lines(after)
        old, new = [line.plain for line in self._before], [line.plain for line in self._after]
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        self._groups = list(matcher.get_grouped_opcodes(_AROUND))
        changes = [code for group in self._groups for code in group if code[0] != "equal"]
        self.added = sum(code[4] - code[3] for code in changes)
        self.removed = sum(code[2] - code[1] for code in changes)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """A heading with the count of lines, then the changed places."""
        yield Padding(_heading(self._name, self.added, self.removed), (0, 2, 0, 2))
        for number, group in enumerate(self._groups):
            yield Padding(Rule(style="dim") if number == 0 else Rule("⋯", style="dim"), (0, 2, 0, 2))
            yield Padding(self._rows(group), (0, 2, 0, 2))

    def _rows(self, group: list[tuple[str, int, int, int, int]]) -> Table:
        width = len(str(max(len(self._before), len(self._after))))
        grid = Table.grid(padding=(0, 1))
        grid.add_column(justify="right", style="dim", width=width, no_wrap=True)
        grid.add_column(width=1, no_wrap=True)
        grid.add_column(overflow="fold")
        for tag, first, last, new_first, new_last in group:
            if tag == "equal":
                for shift in range(last - first):
                    grid.add_row(str(new_first + shift + 1), "", _dimmed(self._after[new_first + shift]))
                continue
            for number in range(first, last):
                grid.add_row(str(number + 1), Text("-", "bold red"), Text(self._before[number].plain, "red"))
            for number in range(new_first, new_last):
                grid.add_row(Text(str(number + 1), "green"), Text("+", "bold green"), self._after[number])
        return grid


def _lines(text: str) -> list[Text]:
    """The lines in colours; what follows the last line break is no line."""
    lines = highlighted(text)
    return lines[:-1] if not lines[-1].plain else lines


def _heading(name: str, added: int, removed: int) -> Table:
    heading = Table.grid(expand=True)
    heading.add_column(overflow="ellipsis", no_wrap=True)
    heading.add_column(justify="right", no_wrap=True)
    heading.add_row(Text(name, "bold"), Text.assemble((f"+{added}", "green"), "  ", (f"-{removed}", "red")))
    return heading


def _dimmed(line: Text) -> Text:
    return Text(line.plain, "dim")
