"""Fixes of what Rust registers link by link: `.route(...)` that is taken out of its chain, or moved ahead in it."""

from typing import Any

from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import DeleteStatement, MoveBefore
from persona_lsp.syntax.around import around
from persona_lsp.syntax.ir import Call, Member, Module

Edits = tuple[Edit, ...] | None


def delete_link(intent: DeleteStatement, module: Module) -> Edits:
    """The link is taken out, with the white space in front of it."""
    link = _link(intent.where, module)
    return (Edit(module.path, *link, ""),) if link is not None else None


def move_link(intent: MoveBefore, module: Module) -> Edits:
    """The link stands before another one of its chain."""
    mine, other = _link(intent.where, module), _link(intent.target, module)
    if mine is None or other is None or intent.where.start != intent.target.start or mine[0] < other[1]:
        return None
    text = module.source[mine[0] : mine[1]].decode("utf-8")
    return (Edit(module.path, other[0], other[0], text), Edit(module.path, *mine, ""))


def _link(where: Where, module: Module) -> tuple[int, int] | None:
    """From the end of what a call is made on to the end of the call."""
    path = around(module, where.start, where.end)
    call: Any = next((n for n in path if isinstance(n, Call) and (n.start, n.end) == (where.start, where.end)), None)
    if not isinstance(call, Call) or not isinstance(call.func, Member):
        return None
    return call.func.base.end, call.end
