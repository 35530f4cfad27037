"""Text from outside that reaches SQL, a shell, a path, an interpreter or a deserialiser some lines further on."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

from autoglm_core.analysis.trees import node_span, parse_tree
from autoglm_core.types import Document, Severity, Span
from autoglm_core.validators.injection_flow import FlowSearch


class UnreadableError(Exception):
    """The text cannot be followed; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Injection:
    """One flow: ``span`` is the dangerous call, ``message`` says from where to where."""

    rule: str
    severity: Severity
    span: Span
    message: str


def find_injections(document: Document) -> tuple[Injection, ...]:
    """The flows in a Python document, in text order. Raises UnreadableError where it cannot be followed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # of the workspace's text, and not for our own log
            tree = parse_tree(document.text)
        flows = FlowSearch(tree).flows
    except (SyntaxError, ValueError) as error:
        raise UnreadableError("the file does not parse as Python that runs here") from error
    except (RecursionError, MemoryError) as error:
        raise UnreadableError("the file is nested too deeply") from error
    return tuple(Injection(flow.rule, flow.severity, node_span(document, flow.node), flow.message) for flow in flows)
