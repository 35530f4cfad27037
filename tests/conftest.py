"""What all tests share."""

import signal
from typing import Any

import pytest

VSCODE = "tests/editors/vscode/"

# A shell that starts a job in the background has it ignore Ctrl+C, and every process of the job inherits that:
# the tests that interrupt a command would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file's tests stay together in one process, and all of VS Code's, which share one editor."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            return VSCODE if file.startswith(VSCODE) else file

    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """VS Code's tests begin first, as they take longest.

    A test of a real editor is tried once more when it fails, which the summary counts as a rerun: on a loaded machine
    a window can miss a key.
    """
    for item in items:
        if item.get_closest_marker("editor"):
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=lambda item: not item.nodeid.startswith(VSCODE))
