"""What the server says that it can do for a client.

This is asked before the protocol's library is loaded, so nothing here imports it.
"""

from typing import Any

from persona_lsp import __version__
from persona_lsp.lsp.client import Client

EXPLAIN = "persona-lsp.explain"
REVIEW = "persona-lsp.review"
RESTART = "persona-lsp.restart"
APPLY = "persona-lsp.apply"
"""The edit of a code action, for clients that take commands only."""
STATUS = "persona-lsp.status"
AI_RUN = "persona-lsp.ai.run"
AI_SHOW = "persona-lsp.ai.show"
AI_ALLOW = "persona-lsp.ai.allow"
AI_FORGET = "persona-lsp.ai.forget"
AI_DISMISS = "persona-lsp.ai.dismiss"
AI = (AI_RUN, AI_SHOW, AI_ALLOW, AI_FORGET, AI_DISMISS)

ENDPOINTS = "personaLsp/endpoints"
ENDPOINTS_CHANGED = "personaLsp/endpointsChanged"
PERSONAS = "personaLsp/personas"
COVERAGE = "personaLsp/coverage"
STATUS_CHANGED = "personaLsp/status"

QUICK_FIX = "quickfix"
FIX_ALL = "source.fixAll.persona-lsp"


def answer(client: Client) -> dict[str, Any]:
    """The result of `initialize`."""
    return {"capabilities": capabilities(client), "serverInfo": {"name": "persona-lsp", "version": __version__}}


def capabilities(client: Client) -> dict[str, Any]:
    """All features; those that only some clients can use, only for these."""
    code_action: Any = {"codeActionKinds": [QUICK_FIX, FIX_ALL]} if client.action_literals else True
    if client.action_literals and client.resolves_edits:
        # Edits are made when an action is chosen.
        code_action["resolveProvider"] = True
    result: dict[str, Any] = {
        "textDocumentSync": {"openClose": True, "change": 2, "save": {"includeText": False}},
        "hoverProvider": True,
        # Persona files alone have completions; everywhere else there are none, at once.
        "completionProvider": {"triggerCharacters": [":", " ", ","], "resolveProvider": False},
        "codeActionProvider": code_action,
        "inlayHintProvider": {"resolveProvider": False},
        "codeLensProvider": {"resolveProvider": False},
        # Labelled, since other servers have their own symbols for the same file.
        "documentSymbolProvider": {"label": "persona-lsp"} if client.symbol_labels else True,
        "workspaceSymbolProvider": True,
        "definitionProvider": True,
        "executeCommandProvider": {"commands": [EXPLAIN, REVIEW, RESTART, STATUS, APPLY, *AI]},
        "workspace": {"workspaceFolders": {"supported": True, "changeNotifications": True}},
        "experimental": {"personaLsp": {"endpoints": True, "personas": True, "coverage": True, "status": True}},
    }
    if client.names_encodings or client.encoding != "utf-16":
        result["positionEncoding"] = client.encoding
    if client.pulls:
        # Only clients that pull are told that they may: never both.
        result["diagnosticProvider"] = {
            "identifier": "persona-lsp",
            "interFileDependencies": True,
            "workspaceDiagnostics": True,
        }
    return result
