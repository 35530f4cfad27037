"""jedi, set so that it reads code, runs none, starts no interpreter, and opens no file that nobody imports."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from autoglm_core.types import Document, Workspace

JEDI = threading.Lock()
"""jedi is not safe to use from several threads at once (its documentation, "Static API"): hold this meanwhile."""


def open_script(document: Document, workspace: Workspace) -> Any:
    """A ``jedi.Script`` of the document, unsaved as it is, in its folder of the workspace; hold ``JEDI``."""
    import jedi  # about 150 ms: not at start-up

    # Else, to guess the type of a parameter, jedi reads any file of the workspace, pipes and ignored ones too.
    jedi.settings.dynamic_params_for_other_modules = False
    root = workspace.folder_of(document.path)
    # The workspace's own interpreter is not started: what is in a workspace may be hostile.
    environment = jedi.InterpreterEnvironment()
    paths = _import_paths(root, document.path, environment.get_sys_path())
    # Not smart: that reads the scripts of a buildout in any folder above.
    project = jedi.Project(root, load_unsafe_extensions=False, sys_path=paths, smart_sys_path=False)
    return jedi.Script(document.text, path=document.path, project=project, environment=environment)


def _import_paths(root: Path, file: Path, own: list[str]) -> list[str]:
    """Where imports are looked for: the workspace's folder, ours, and those between it and the file, as jedi does."""
    between = [folder for folder in file.parents if folder.is_relative_to(root) and folder != root]
    plain = [folder for folder in between if not (folder / "__init__.py").is_file()]
    return [str(root), *(path for path in own if path), *map(str, (root / "src", *plain))]
