"""Errors of the service: one form on the wire, ``{"error": {"code", "message", "field"}}``."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from autoglm_core.errors import (
    AutoGLMError,
    EngineError,
    ExcludedFileError,
    ModelStoreError,
    SettingsError,
    TargetNotFoundError,
)


class ApiError(Exception):
    """An answer other than 2xx. ``field`` names the part of the request that is wrong: ``files[0].path``."""

    def __init__(self, status: int, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field

    def body(self) -> dict[str, dict[str, str | None]]:
        """What the client reads."""
        return {"error": {"code": self.code, "message": self.message, "field": self.field}}

    def response(self) -> JSONResponse:
        """The answer, with the headers that its status asks for."""
        headers = {
            401: {"WWW-Authenticate": 'Bearer realm="autoglm"'},
            413: {"Connection": "close"},  # the rest of the body is not read
            500: {"Connection": "close"},  # uvicorn closes it after an exception
            429: {"Retry-After": "5"},
        }
        return JSONResponse(self.body(), self.status, headers.get(self.status))


def invalid(field: str, message: str) -> ApiError:
    """The request is JSON, but not what the endpoint takes."""
    return ApiError(422, "invalid_request", f"{field}: {message}" if field else message, field or None)


def from_core(error: AutoGLMError) -> ApiError:
    """The core's own errors: what the caller asked wrong, or what this machine lacks."""
    if isinstance(error, TargetNotFoundError):
        return ApiError(422, "target_not_found", str(error), "target.name")
    if isinstance(error, ExcludedFileError):
        return ApiError(422, "excluded_file", str(error), "target.path")
    if isinstance(error, (EngineError, ModelStoreError)):
        return ApiError(503, "engine_unavailable", str(error))
    if isinstance(error, SettingsError):
        return ApiError(503, "settings", str(error))
    return ApiError(500, "internal_error", str(error))


async def answer_error(request: Request, error: Exception) -> JSONResponse:
    """Starlette's handler for everything that is raised: ours, Starlette's own refusals, and the unforeseen."""
    if isinstance(error, ApiError):
        return error.response()
    if isinstance(error, HTTPException):
        return _refusal(request, error)
    # Whatever nobody foresaw: Starlette raises it again, and uvicorn logs its traceback; it is not for the wire.
    return ApiError(500, "internal_error", "The service failed; its log says why.").response()


def _refusal(request: Request, error: HTTPException) -> JSONResponse:
    code, message = {
        404: ("not_found", f"There is nothing at {request.url.path}; GET /openapi.json lists what there is."),
        405: ("method_not_allowed", f"{request.url.path} does not take {request.method}."),
    }.get(error.status_code, ("http_error", error.detail))
    response = ApiError(error.status_code, code, message).response()
    response.headers.update(error.headers or {})
    return response
