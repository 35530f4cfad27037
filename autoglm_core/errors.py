"""A wrong world is an exception; wrong code is a ``Finding``.

Every message says what is wrong and what to do about it: doors show it to users as it stands.
"""

from __future__ import annotations


class AutoGLMError(Exception):
    """The root of all errors that the project raises on purpose."""


class SettingsError(AutoGLMError):
    """A setting is unknown or has a value that does not fit."""


class ModelStoreError(AutoGLMError):
    """A model cannot be found, downloaded or verified."""


class ModelAbsentError(ModelStoreError):
    """A model of the catalogue is not on this machine; it can be downloaded."""


class EngineError(AutoGLMError):
    """An engine could not answer."""


class EngineUnavailableError(EngineError):
    """The engine cannot be reached or started: no process, no network, no memory."""


class EngineLostError(EngineError):
    """The engine went away in the middle of an answer."""


class EngineRefusedError(EngineError):
    """The endpoint refused the request: a wrong key, an unknown model, a limit reached."""


class ContextTooLongError(EngineError):
    """The prompt is longer than the model's context."""


class SandboxUnavailableError(AutoGLMError):
    """No sandbox works on this machine, so nothing may be executed."""


class TargetNotFoundError(AutoGLMError):
    """The named function, file or place does not exist in the workspace."""


class ExcludedFileError(AutoGLMError):
    """The file is excluded from prompts, by its name, by .gitignore or by the user's settings."""


class StaleDocumentError(AutoGLMError):
    """The document changed while the answer was made; the answer was thrown away."""
