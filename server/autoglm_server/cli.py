"""The command line: ``autoglm COMMAND``. Each command is a module of ``commands``, imported when chosen."""

from __future__ import annotations

import argparse
import os
import sys

COMMANDS = {
    "implement": "write the body of a function or method",
    "fix": "mend what is wrong with a file",
    "generate": "write new code from a description",
    "test": "write pytest tests for a function",
    "types": "add type annotations to a function",
    "document": "add a docstring with checked examples to a function",
    "refactor": "rewrite a function so that it behaves as before",
    "models": "list, pull, verify or remove models",
    "doctor": "what is installed, what works, and what to paste into your editor",
    "bench": "measure the loop on a public set of problems, and compare runs",
    "serve": "answer over HTTP",
    "lsp": "the language server, which editors start",
    "node": "hold a model for the other commands, which start it",
    "version": "print the version",
}

_DESCRIPTION = """\
Python code from a language model, checked before you see it.

commands:
""" + "\n".join(f"  {name:<11}{words}" for name, words in COMMANDS.items())

_EPILOG = """\
exit codes:
  0    done: applied, printed, or nothing was to do
  1    no attempt passed the checks; nothing was changed
  2    the command line, a setting or a file does not fit
  3    the engine or its model is not to be had
  4    not applied: declined, nobody to ask, or the file changed meanwhile
  130  interrupted; nothing was changed
"""


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    chosen = next((word for word in arguments if not word.startswith("-")), "")
    parser = argparse.ArgumentParser(
        prog="autoglm",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", help="'autoglm COMMAND --help' says more")
    for name, words in COMMANDS.items():
        command = subparsers.add_parser(
            name,
            description=words[0].upper() + words[1:] + ".",
            epilog=_EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if name == chosen:
            module = _module(name)
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    options = parser.parse_args(arguments)
    if options.version:
        options.run = _module("version").run
    elif options.command is None:
        parser.print_help(sys.stderr)
        return 2
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    from autoglm_core.errors import AutoGLMError, EngineError, ModelStoreError, StaleDocumentError

    try:
        code = int(options.run(options))
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        sys.stderr.write("autoglm: interrupted\n")
        return 130
    except BrokenPipeError:
        # The reader went away, as in ``autoglm models list | head -1``: it wants nothing more, nor a complaint.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except AutoGLMError as error:
        sys.stderr.write(f"autoglm: {error}\n")
        if isinstance(error, (EngineError, ModelStoreError)):
            return 3
        return 4 if isinstance(error, StaleDocumentError) else 2


def _module(name: str):  # type: ignore[no-untyped-def]  # a module; typing it would cost the import of types
    from importlib import import_module

    return import_module(f"autoglm_server.commands.{name}")
