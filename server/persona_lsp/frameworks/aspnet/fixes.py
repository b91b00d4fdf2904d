"""Fixes for ASP.NET Core: what an intent looks like in C#."""

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import Intent
from persona_lsp.syntax.ir import Module


def spell(intent: Intent, module: Module, facts: FileFacts) -> tuple[Edit, ...] | None:
    """The edits of an intent; None if there is no safe way to write it."""
    del intent, module, facts
    return None
