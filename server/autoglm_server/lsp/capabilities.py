"""What the client can do, read once from its initialize request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lsprotocol import types as lsp
from pygls.capabilities import get_capability

_STAND_STILL = ("helix", "Eglot")
"""Clients that take no key while codeAction/resolve runs, and give it up after 20 and 10 seconds."""


@dataclass(frozen=True, slots=True)
class ClientCapabilities:
    """The abilities that change an answer; what a client does not name, it cannot do."""

    inline_completion: bool = False
    snippets: bool = False
    label_details: bool = False
    markdown: bool = False
    lazy_documentation: bool = False
    keeps_indentation: bool = False
    lazy_edits: bool = False
    """Asks for an action's edit by codeAction/resolve, and lets the user work meanwhile."""
    lazy_commands: bool = False
    action_literals: bool = False
    preferred_actions: bool = False
    disabled_actions: bool = False
    llm_tag: bool = False
    document_changes: bool = False
    creates_files: bool = False
    change_annotations: bool = False
    applies_edits: bool = False
    progress: bool = False
    shows_documents: bool = False
    configuration: bool = False
    registers_configuration: bool = False
    registers_watchers: bool = False
    code_lens: bool = False
    refreshes_code_lenses: bool = False
    hides_stale_answers: bool = False
    """Drops an answer with the error ContentModified without a word, as VS Code does."""

    @classmethod
    def read(cls, client: lsp.ClientCapabilities, name: str = "") -> ClientCapabilities:
        """Read the client's own list; ``name``: what it calls itself."""

        def has(path: str) -> bool:
            return bool(get_capability(client, path, False))

        def holds(path: str, value: Any) -> bool:
            return value in (get_capability(client, path, ()) or ())

        item, action = "text_document.completion.completion_item", "text_document.code_action"
        inline = client.text_document.inline_completion if client.text_document else None
        return cls(
            inline_completion=inline is not None,
            snippets=has(f"{item}.snippet_support"),
            label_details=has(f"{item}.label_details_support"),
            markdown=holds(f"{item}.documentation_format", lsp.MarkupKind.Markdown),
            lazy_documentation=holds(f"{item}.resolve_support.properties", "documentation"),
            keeps_indentation=holds(f"{item}.insert_text_mode_support.value_set", lsp.InsertTextMode.AsIs),
            lazy_edits=holds(f"{action}.resolve_support.properties", "edit") and name not in _STAND_STILL,
            lazy_commands=holds(f"{action}.resolve_support.properties", "command"),
            action_literals=has(f"{action}.code_action_literal_support"),
            preferred_actions=has(f"{action}.is_preferred_support"),
            disabled_actions=has(f"{action}.disabled_support"),
            llm_tag=holds(f"{action}.tag_support.value_set", lsp.CodeActionTag.LlmGenerated),
            # LSP: a client with resource operations understands document changes; Neovim says it that way.
            document_changes=has("workspace.workspace_edit.document_changes")
            or has("workspace.workspace_edit.resource_operations"),
            creates_files=holds("workspace.workspace_edit.resource_operations", lsp.ResourceOperationKind.Create),
            change_annotations=client.workspace is not None
            and client.workspace.workspace_edit is not None
            and client.workspace.workspace_edit.change_annotation_support is not None,
            applies_edits=has("workspace.apply_edit"),
            progress=has("window.work_done_progress"),
            shows_documents=has("window.show_document.support"),
            configuration=has("workspace.configuration"),
            registers_configuration=has("workspace.did_change_configuration.dynamic_registration"),
            registers_watchers=has("workspace.did_change_watched_files.dynamic_registration"),
            code_lens=client.text_document is not None and client.text_document.code_lens is not None,
            refreshes_code_lenses=has("workspace.code_lens.refresh_support"),
            hides_stale_answers=has("general.stale_request_support.cancel"),
        )
