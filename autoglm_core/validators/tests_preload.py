"""Imports what pytest imports in any case before it looks at a workspace.

It is read as text and run in a process that waits for tests, see ``sandbox_preloader``. Plugins of others are
left to the run: pytest rewrites their assertions while it imports them.
"""

from __future__ import annotations

import importlib

import pytest  # noqa: F401 - for the modules that it loads
from _pytest import config

_OFF = ("cacheprovider", "stepwise")  # turned off by tests_harness, the second with the first

for _name in config.default_plugins:
    if _name not in _OFF:
        importlib.import_module(f"_pytest.{_name}")
