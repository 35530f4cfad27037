"""One request to one call of the assistant."""

from __future__ import annotations

from autoglm_core.assistant import Assistant
from autoglm_core.protocols import Progress
from autoglm_core.types import Limits, Outcome
from autoglm_server.http.schemas import GenerateRequest
from autoglm_server.http.workspace import Checkout


async def generate(assistant: Assistant, request: GenerateRequest, place: Checkout, progress: Progress) -> Outcome:
    """Implement the request's function, or write new code at the end of its file."""
    limits = Limits(request.attempts, request.deadline_s, request.tests)
    words = "\n\n".join(part for part in (request.description, request.instruction) if part)
    if request.target and request.target.name:
        return await assistant.implement(
            place.document, request.target.name, place.workspace, instruction=words, limits=limits, progress=progress
        )
    return await assistant.generate(words, place.workspace, document=place.document, limits=limits, progress=progress)
