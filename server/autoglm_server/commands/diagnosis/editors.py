"""What to paste into an editor's configuration: files of ``snippets`` with this installation's command."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

_PLACES = {
    "vscode": ("settings.json, with the AutoGLM extension installed", "vscode.json"),
    "neovim": ("~/.config/nvim/init.lua (Neovim 0.11 or newer)", "neovim.lua"),
    "helix": ("~/.config/helix/languages.toml", "helix.toml"),
    "emacs": ("your init file (Emacs 29 or newer, or eglot from ELPA)", "emacs.el"),
}

EDITORS = tuple(_PLACES)


def snippet(editor: str, command: str | None = None) -> tuple[str, str]:
    """Where it belongs, and the text. ``command`` is the program; without one, the ``autoglm`` that runs now."""
    where, file = _PLACES[editor]
    text = (Path(__file__).parent / "snippets" / file).read_text("utf-8")
    # JSON's string is a string of Lua, TOML and Emacs Lisp too, as long as no control character is in it.
    return where, text.replace('"@AUTOGLM@"', json.dumps(command or own_command(), ensure_ascii=False))


def own_command() -> str:
    """``autoglm`` where the PATH finds this installation, else its full path: editors have a PATH of their own."""
    beside = Path(sys.executable).with_name("autoglm")
    found = shutil.which("autoglm")
    if not beside.exists():
        return found or "autoglm"
    return "autoglm" if found and Path(found).resolve() == beside.resolve() else str(beside)
