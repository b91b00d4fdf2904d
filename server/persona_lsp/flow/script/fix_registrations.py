"""Fixes of registrations and of what an application is configured with."""

import re

from persona_lsp.findings.intent import ChangeMethod, DeleteStatement, DenyCredentials, MoveBefore, RestrictOrigins
from persona_lsp.flow.script.fix_edits import Edits, edit
from persona_lsp.syntax.ir import Module
from persona_lsp.syntax.places import indent_at, line_end, line_start, newline, quote


def move_before(intent: MoveBefore, module: Module) -> Edits:
    """The whole registration stands before another one."""
    source, mine, other = module.source, intent.where, intent.target
    if mine.path != other.path or mine.start < other.end:
        return None
    indent = indent_at(source, mine.start)
    if indent is None or indent != indent_at(source, other.start):
        return None
    start, end = _with_comment(source, mine.start), line_end(source, mine.end)
    if source[mine.end : end].strip(b" \t\r\n;"):
        return None
    text = source[start:end].decode()
    if not text.endswith("\n"):
        text += newline(source)
    at = _with_comment(source, other.start)
    return (edit(module, at, at, text), edit(module, start, end, ""))


def _with_comment(source: bytes, start: int) -> int:
    """Where the comment right above a statement begins, or the statement's line."""
    at = line_start(source, start)
    while at > 0:
        above = line_start(source, at - 1)
        text = source[above:at].strip()
        if not text.startswith((b"//", b"*", b"/*")):
            break
        at = above
    return at


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


def delete_statement(intent: DeleteStatement, module: Module) -> Edits:
    """The whole statement is deleted with its line, and the comment above it."""
    source, where = module.source, intent.where
    if indent_at(source, where.start) is None:
        return None
    end = line_end(source, where.end)
    if source[where.end : end].strip(b" \t\r\n;"):
        return None
    return (edit(module, _with_comment(source, where.start), end, ""),)
