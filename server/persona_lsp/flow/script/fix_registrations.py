"""Fixes of registrations and of what an application is configured with."""

import re

from persona_lsp.findings.intent import ChangeMethod, DenyCredentials, RestrictOrigins
from persona_lsp.flow.script.fix_edits import Edits, edit
from persona_lsp.syntax.ir import Module
from persona_lsp.syntax.places import quote


def change_method(intent: ChangeMethod, module: Module) -> Edits:
    """The route is registered for another method."""
    match = re.match(
        rb"get|post|put|patch|delete|head|all|del", module.source[intent.where.start : intent.where.start + 8]
    )
    if match is None:
        return None
    start = intent.where.start
    return (edit(module, start, start + match.end(), intent.method.lower()),)


def restrict_origins(intent: RestrictOrigins, module: Module) -> Edits:
    """The origins are read from the environment."""
    mark = quote(module.source)
    text = f"(process.env.CORS_ORIGINS ?? {mark}{mark}).split({mark},{mark})"
    return (edit(module, intent.where.start, intent.where.end, text),)


def deny_credentials(intent: DenyCredentials, module: Module) -> Edits:
    """Credentials are not allowed."""
    return (edit(module, intent.where.start, intent.where.end, "false"),)
