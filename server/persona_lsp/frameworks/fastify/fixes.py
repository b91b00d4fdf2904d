"""Intents, spelled as edits of code that is written for Fastify."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.place import Where
from persona_lsp.findings.intent import (
    AddReturn,
    CapLimit,
    ChangeMethod,
    CopyGuard,
    DeleteStatement,
    DenyCredentials,
    DropBody,
    ForwardErrors,
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
from persona_lsp.flow.script.fix_failures import rethrow, return_promise
from persona_lsp.flow.script.fix_inputs import cap_limit, permit_fields, read_from_environment
from persona_lsp.flow.script.fix_registrations import change_method, deny_credentials, restrict_origins
from persona_lsp.flow.whole_lines import delete_statement, move_before
from persona_lsp.frameworks.fastify.signs import detects
from persona_lsp.syntax.ir import Assign, Call, FunctionNode, Lambda, Member, Module, Object, Return, Stmt
from persona_lsp.syntax.places import exactly, indent_at, newline, place, quote, semicolon, unit
from persona_lsp.text.patterns import lazy

_NAMED: Final = lazy(r"[A-Za-z_$][\w$.]*(?:\([^()]*\))?$")


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
    registered = next(
        (
            n
            for n in found.nodes
            if isinstance(n, Call) and isinstance(n.func, Member) and n.func.name_start == intent.where.start
        ),
        None,
    )
    if registered is not None:
        return _answered_once(registered, intent, module)
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


def _answered_once(call: Call, intent: SetStatus, module: Module) -> Edits:
    """The status of a route whose handler ends with the only value that it returns."""
    handler = call.args[-1] if call.args else None
    function = handler.function if isinstance(handler, Lambda) else None
    if function is None or function.expression_body or not function.body:
        return None
    last, reply = function.body[-1], _reply(function)
    if not isinstance(last, Return) or last.value is None or not reply:
        return None
    if any(isinstance(inner, Return) for statement in function.body[:-1] for inner in _inside(statement)):
        return None
    return _set_status(
        SetStatus(Where(module.path, last.value.start, last.value.end), "", status=intent.status), module
    )


def _inside(statement: Stmt) -> Iterator[Stmt]:
    yield statement
    for name in ("body", "then", "orelse", "final"):
        for inner in getattr(statement, name, ()):
            yield from _inside(inner)


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


def _copy_guard(intent: CopyGuard, module: Module) -> Edits:
    """`{ onRequest: [fastify.authenticate] }` among the options of the route."""
    found = place(module, intent.where)
    call = next(
        (
            n
            for n in reversed(found.nodes)
            if isinstance(n, Call) and isinstance(n.func, Member) and n.func.name_start == intent.where.start
        ),
        None,
    )
    if call is None or not _NAMED.match(intent.source) or intent.target.path not in {"", module.path}:
        return None
    options = next((a for a in call.args if isinstance(a, Object)), None)
    if options is None:
        if len(call.args) != 2:
            return None
        first = call.args[0]
        return (edit(module, first.end, first.end, f", {{ onRequest: [{intent.source}] }}"),)
    if not options.entries or any(e.name == "onRequest" for e in options.entries):
        return None
    start = options.entries[0].start
    return (edit(module, start, start, f"onRequest: [{intent.source}], "),)


_SPELLERS: Final[dict[type, Callable[[Any, Module], Edits]]] = {
    SetStatus: _set_status,
    AddReturn: add_return,
    GuardNotFound: _guard_not_found,
    DropBody: drop_body,
    HideError: hide_error,
    Rethrow: rethrow,
    ForwardErrors: return_promise,
    MoveBefore: move_before,
    ChangeMethod: change_method,
    CopyGuard: _copy_guard,
    CapLimit: cap_limit,
    RestrictOrigins: restrict_origins,
    DenyCredentials: deny_credentials,
    DeleteStatement: delete_statement,
    PermitFields: permit_fields,
    ReadFromEnvironment: read_from_environment,
}
