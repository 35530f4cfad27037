"""What all tests share."""

import signal
from pathlib import Path

import pytest

VSCODE = Path(__file__).parent / "editors" / "vscode"

# A shell that starts a job in the background has it ignore Ctrl+C, and every process of the job inherits that:
# the tests that interrupt a command would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests stay together, and all of VS Code's, which share one: they begin first, as they take longest.

    A test of a real editor is tried once more when it fails, which the summary counts as a rerun: on a loaded machine
    a window can miss a key.
    """
    for item in items:
        group = VSCODE if VSCODE in item.path.parents else item.path
        item.add_marker(pytest.mark.xdist_group(str(group.relative_to(VSCODE.parents[1]))))
        if item.get_closest_marker("editor"):
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=lambda item: VSCODE not in item.path.parents)
