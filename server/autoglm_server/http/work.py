"""One request to one call of the assistant."""

from __future__ import annotations

import copy
from dataclasses import replace

from autoglm_core.assistant import Assistant
from autoglm_core.protocols import Progress
from autoglm_core.types import Outcome
from autoglm_server.http.schemas import GenerateRequest
from autoglm_server.http.workspace import Checkout


async def generate(assistant: Assistant, request: GenerateRequest, place: Checkout, progress: Progress) -> Outcome:
    """Implement the request's function, or write new code at the end of its file."""
    assistant = _with_budget(assistant, request)
    words = "\n\n".join(part for part in (request.description, request.instruction) if part)
    if request.target and request.target.name:
        return await assistant.implement(
            place.document, request.target.name, place.workspace, instruction=words, progress=progress
        )
    return await assistant.generate(
        words, place.workspace, document=place.document, tests=request.tests, progress=progress
    )


def _with_budget(assistant: Assistant, request: GenerateRequest) -> Assistant:
    """The same assistant, loops and engines shared, with this request's own budget."""
    actions = assistant.settings.actions
    if request.attempts is not None:
        actions = replace(actions, attempts=request.attempts)
    if request.deadline_s is not None:
        actions = replace(actions, deadline_s=request.deadline_s)
    view = copy.copy(assistant)
    view.settings = replace(assistant.settings, actions=actions)
    return view
