"""Traces as files that an editor can open, readable by this user alone, the newest kept."""

from __future__ import annotations

import os
from dataclasses import dataclass

from autoglm_core.errors import AutoGLMError
from autoglm_core.types import Outcome

_KEPT_FILES = 50


@dataclass(frozen=True, slots=True)
class TraceFile:
    """A written trace."""

    uri: str
    markdown: str


def write_trace(outcome: Outcome) -> TraceFile:
    """Write the trace of an outcome. Raises AutoGLMError when the file cannot be written."""
    import platformdirs

    from autoglm_core.trace import to_markdown

    markdown = to_markdown(outcome)
    folder = platformdirs.user_state_path("autoglm", appauthor=False) / "traces"
    path = folder / f"{outcome.id}.md"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A trace holds the user's code, as prompts do.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(markdown)
        for old in sorted(folder.glob("*.md"), key=os.path.getmtime)[:-_KEPT_FILES]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise AutoGLMError(f"The trace cannot be written: {error}.") from error
    return TraceFile(path.as_uri(), markdown)
