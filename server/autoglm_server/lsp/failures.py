"""Exceptions as JSON-RPC errors: a code, and a sentence for the user; never a traceback or a local path of ours."""

from __future__ import annotations

import logging

from pygls.exceptions import JsonRpcException

from autoglm_core.errors import AutoGLMError, ModelAbsentError, StaleDocumentError

INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
PARSE_ERROR = -32700
SERVER_NOT_INITIALIZED = -32002
REQUEST_CANCELLED = -32800
CONTENT_MODIFIED = -32801
REQUEST_FAILED = -32803

MODEL_ABSENT = "modelAbsent"
"""``reason`` in an error's data: a model has to be downloaded first, which a client may offer."""

logger = logging.getLogger(__name__)


def as_json_rpc(error: Exception) -> JsonRpcException:
    """The error that a client gets; one that nobody foresaw is logged with its traceback."""
    if isinstance(error, JsonRpcException):
        return error
    if isinstance(error, StaleDocumentError):
        return JsonRpcException(str(error), CONTENT_MODIFIED)
    if isinstance(error, ModelAbsentError) or isinstance(error.__cause__, ModelAbsentError):
        return JsonRpcException(str(error), REQUEST_FAILED, {"reason": MODEL_ABSENT})
    if isinstance(error, AutoGLMError):
        return JsonRpcException(str(error), REQUEST_FAILED)
    logger.error("a request failed", exc_info=error)
    message = f"AutoGLM met an error that it did not foresee ({type(error).__name__}). The server's log says more."
    return JsonRpcException(message, INTERNAL_ERROR)


def invalid(message: str) -> JsonRpcException:
    """The error for parameters that do not fit; the message says what would."""
    return JsonRpcException(message, INVALID_PARAMS)


def failed(message: str) -> JsonRpcException:
    """The error for a request that is well formed and cannot be answered."""
    return JsonRpcException(message, REQUEST_FAILED)
