"""Intents, spelled as edits of code that is written for Fastify."""

from collections.abc import Callable
from typing import Any, Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.intent import (
    AddReturn,
    CapLimit,
    ChangeMethod,
    DeleteStatement,
    DenyCredentials,
    DropBody,
    GuardNotFound,
    HideError,
    Intent,
    MoveBefore,
    PermitFields,
    ReadFromEnvironment,
    RestrictOrigins,
    Rethrow,
    SetStatus,
)
from persona_lsp.flow.script.fix_answers import add_return, drop_body, hide_error, set_status
from persona_lsp.flow.script.fix_edits import Edits, edit
from persona_lsp.flow.script.fix_failures import rethrow
from persona_lsp.flow.script.fix_inputs import cap_limit, permit_fields, read_from_environment
from persona_lsp.flow.script.fix_registrations import (
    change_method,
    delete_statement,
    deny_credentials,
    move_before,
    restrict_origins,
)
from persona_lsp.frameworks.fastify.signs import detects
from persona_lsp.syntax.ir import Assign, Call, FunctionNode, Module, Return
from persona_lsp.syntax.places import exactly, indent_at, newline, place, quote, semicolon, unit


def spell(intent: Intent, module: Module, facts: FileFacts) -> Edits:  # noqa: ARG001 - the tree says it all
    """The edits of a fix, None when it cannot be spelled here."""
    if not detects(module):
        return None
    speller = _SPELLERS.get(type(intent))
    return speller(intent, module) if speller is not None else None


def _reply(function: FunctionNode | None) -> str:
    return function.params[1].name if function is not None and len(function.params) in {2, 3} else ""


def _set_status(intent: SetStatus, module: Module) -> Edits:
    """`reply.code(201).send(order)`; `reply.code(201)` before the value that is returned."""
    found = place(module, intent.where)
    returned = next((n for n in reversed(found.nodes) if isinstance(n, Return)), None)
    reply = _reply(found.handler())
    value = returned.value if returned is not None else None
    if returned is None or value is None or value.start != intent.where.start or value.end != intent.where.end:
        return set_status(intent, module)
    if isinstance(value, Call) and module.text(value).startswith(f"{reply}."):
        return set_status(intent, module)
    indent = indent_at(module.source, returned.start)
    if not reply or indent is None:
        return None
    text = f"{reply}.code({intent.status}){semicolon(module.source)}{newline(module.source)}{indent}"
    return (edit(module, returned.start, returned.start, text),)


def _guard_not_found(intent: GuardNotFound, module: Module) -> Edits:
    """What is absent is answered with 404."""
    found = place(module, intent.where)
    statement, reply = exactly(found, intent.where, Assign), _reply(found.handler())
    source = module.source
    indent = indent_at(source, statement.start) if statement is not None else None
    if statement is None or indent is None or not reply or not intent.variable:
        return None
    step, line, mark, end = unit(source), newline(source), quote(source), semicolon(source)
    entity = intent.entity.rsplit(".", 1)[-1]
    name = (entity[:1].upper() + entity[1:]) if entity else "Resource"
    answer = f"return {reply}.code(404).send({{ error: {mark}{name} not found{mark} }}){end}"
    text = f"{line}{indent}if (!{intent.variable}) {{{line}{indent}{step}{answer}{line}{indent}}}"
    return (edit(module, statement.end, statement.end, text),)


_SPELLERS: Final[dict[type, Callable[[Any, Module], Edits]]] = {
    SetStatus: _set_status,
    AddReturn: add_return,
    GuardNotFound: _guard_not_found,
    DropBody: drop_body,
    HideError: hide_error,
    Rethrow: rethrow,
    MoveBefore: move_before,
    ChangeMethod: change_method,
    CapLimit: cap_limit,
    RestrictOrigins: restrict_origins,
    DenyCredentials: deny_credentials,
    DeleteStatement: delete_statement,
    PermitFields: permit_fields,
    ReadFromEnvironment: read_from_environment,
}
