"""``autoglm serve``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from autoglm_core.bootstrap import build_assistant
from autoglm_server.commands.action.offer import ensure_engine
from autoglm_server.commands.action.options import add_model_arguments, settings_from
from autoglm_server.http.server import key_from_file, new_key, serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The address, the key and the model."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=_port, default=8080, help="port to listen on, 0 for a free one (8080)")
    access = parser.add_mutually_exclusive_group()
    access.add_argument("--key-file", type=Path, metavar="FILE", help="take the key from FILE, or make one there")
    access.add_argument("--no-auth", action="store_true", help="ask for no key; on loopback only")
    add_model_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    settings, notices = settings_from(options, ())
    if not options.script:
        ensure_engine(settings, Console(stderr=True, highlight=False))
    key = None if options.no_auth else key_from_file(options.key_file) if options.key_file else new_key()
    assistant = build_assistant(settings, script=options.script)
    for notice in (*notices, *assistant.notices):
        sys.stderr.write(f"autoglm: {notice}\n")

    def ready(url: str) -> None:
        sys.stdout.write(f"AutoGLM serves {url}\n")
        if options.key_file:
            sys.stdout.write(f"The key is in {options.key_file}\n")
        elif key:
            sys.stdout.write(f"Key: {key}\n")
            # A fragment is not sent to the service, and the page takes it out of the address bar.
            sys.stdout.write(f"Page: {url}/#key={key}\n")
        sys.stdout.flush()

    serve(assistant, options.host, options.port, key, ready)
    return 0


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} must be a port from 0 to 65535")
    return int(text)
