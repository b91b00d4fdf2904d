"""Fixes: intents spelled for Django."""

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import Intent
from persona_lsp.syntax.ir import Module


def spell(intent: Intent, module: Module, facts: FileFacts) -> tuple[Edit, ...] | None:
    """The edits of a fix, None when it cannot be spelled here."""
    del intent, module, facts
    return None
