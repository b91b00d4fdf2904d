"""Intents, spelled as edits of code that is written for Nest."""

from collections.abc import Callable
from typing import Any, Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import (
    CapLimit,
    ChangeMethod,
    CopyGuard,
    DeleteStatement,
    DenyCredentials,
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
from persona_lsp.flow.script.fix_answers import hide_error
from persona_lsp.flow.script.fix_edits import Edits, edit
from persona_lsp.flow.script.fix_failures import rethrow, return_promise
from persona_lsp.flow.script.fix_inputs import cap_limit, permit_fields, read_from_environment
from persona_lsp.flow.script.fix_registrations import deny_credentials, restrict_origins
from persona_lsp.flow.status import status_of
from persona_lsp.flow.whole_lines import delete_statement, move_before
from persona_lsp.syntax.ir import Assign, Call, Decorator, FunctionNode, Member, Module, Object, Return
from persona_lsp.syntax.places import exactly, indent_at, newline, place, quote, semicolon, unit
from persona_lsp.text.patterns import lazy

_COMMON: Final = "@nestjs/common"
_METHOD: Final = lazy(rb"Get|Post|Put|Patch|Delete|Head|Options|All")
_EXCEPTIONS: Final = {
    400: "BadRequestException", 401: "UnauthorizedException", 403: "ForbiddenException", 404: "NotFoundException",
    409: "ConflictException", 410: "GoneException", 422: "UnprocessableEntityException",
    500: "InternalServerErrorException",
}  # fmt: skip


def spell(intent: Intent, module: Module, facts: FileFacts) -> Edits:  # noqa: ARG001 - the tree says it all
    """The edits of a fix, None when it cannot be spelled here."""
    if not any(i.module.startswith("@nestjs/") for i in module.imports):
        return None
    speller = _SPELLERS.get(type(intent))
    return speller(intent, module) if speller is not None else None


def _imported(module: Module, name: str) -> tuple[Edit, ...] | None:
    """The edit that imports something of Nest; none where it is imported, None where no import can take it."""
    if any(i.local == name for i in module.imports):
        return ()
    last = next((i for i in reversed(module.imports) if i.module == _COMMON and i.name not in ("*", "default")), None)
    if last is None:
        return None
    return (edit(module, last.end, last.end, f", {name}"),)


def _method_at(intent: Intent, module: Module) -> FunctionNode | None:
    """The handler whose decorator or body the intent is about."""
    for cls in module.classes():
        for method in cls.methods:
            start = method.start if method.outer_start < 0 else min(method.outer_start, method.start)
            if start <= intent.where.start < method.end:
                return method
    return None


def _set_status(intent: SetStatus, module: Module) -> Edits:
    """`@HttpCode(204)` on the handler, another exception, or another number where one is written."""
    found = place(module, intent.where)
    for node in reversed(found.nodes):
        if isinstance(node, Call) and node.new and node.name.endswith("Exception"):
            return _exception(node, intent.status, module)
    returned = next((n for n in reversed(found.nodes) if isinstance(n, Return)), None)
    if returned is not None and isinstance(returned.value, Object) and intent.status in _EXCEPTIONS:
        return _thrown(returned, intent.status, module)
    method = _method_at(intent, module)
    if method is None:
        return None
    for decorator in method.decorators:
        if decorator.name == "HttpCode" and decorator.call is not None and decorator.call.args:
            given = decorator.call.args[0]
            return (edit(module, given.start, given.end, str(intent.status)),)
    added = _imported(module, "HttpCode")
    first = next(iter(method.decorators), None)
    if added is None or first is None:
        return None
    indent = indent_at(module.source, first.start)
    if indent is None:
        return None
    text = f"@HttpCode({intent.status}){newline(module.source)}{indent}"
    return (*added, edit(module, first.start, first.start, text))


def _thrown(returned: Return, status: int, module: Module) -> Edits:
    """`throw new NotFoundException({ ... })`: an exception that is given an object answers with it."""
    name, value = _EXCEPTIONS[status], returned.value
    added = _imported(module, name)
    if added is None or value is None:
        return None
    before, after = f"throw new {name}(", ")"
    return (
        *added,
        edit(module, returned.start, value.start, before),
        edit(module, value.end, value.end, after),
    )


def _exception(call: Call, status: int, module: Module) -> Edits:
    for arg in call.args:
        known = status_of(arg)
        if known is not None and isinstance(arg, Member):
            return None
        if known is not None:
            return (edit(module, arg.start, arg.end, str(status)),)
    name = _EXCEPTIONS.get(status)
    if name is None or isinstance(call.func, Member):
        return None
    added = _imported(module, name)
    return None if added is None else (*added, edit(module, call.func.start, call.func.end, name))


def _guard_not_found(intent: GuardNotFound, module: Module) -> Edits:
    """What is absent is answered with 404."""
    found = place(module, intent.where)
    statement = exactly(found, intent.where, Assign)
    source = module.source
    indent = indent_at(source, statement.start) if statement is not None else None
    added = _imported(module, "NotFoundException")
    if statement is None or indent is None or added is None or not intent.variable:
        return None
    step, line, mark, end = unit(source), newline(source), quote(source), semicolon(source)
    entity = intent.entity.rsplit(".", 1)[-1]
    name = (entity[:1].upper() + entity[1:]) if entity else "Resource"
    thrown = f"throw new NotFoundException({mark}{name} not found{mark}){end}"
    text = f"{line}{indent}if (!{intent.variable}) {{{line}{indent}{step}{thrown}{line}{indent}}}"
    return (*added, edit(module, statement.end, statement.end, text))


def _change_method(intent: ChangeMethod, module: Module) -> Edits:
    start = intent.where.start
    match = _METHOD.match(module.source, start)
    name = intent.method.capitalize()
    added = _imported(module, name)
    if match is None or added is None:
        return None
    return (*added, edit(module, start, match.end(), name))


def _copy_guard(intent: CopyGuard, module: Module) -> Edits:
    """`@UseGuards(JwtAuthGuard)` above the handler, as its siblings have it."""
    if intent.target.path not in {"", module.path} or not intent.source:
        return None
    method = _method_at(intent, module)
    first: Decorator | None = next(iter(method.decorators), None) if method is not None else None
    if method is None or first is None or any(d.name == "UseGuards" for d in method.decorators):
        return None
    indent = indent_at(module.source, first.start)
    if indent is None:
        return None
    own = intent.source if intent.source.startswith("@") else f"@UseGuards({intent.source})"
    return (edit(module, first.start, first.start, f"{own}{newline(module.source)}{indent}"),)


_SPELLERS: Final[dict[type, Callable[[Any, Module], Edits]]] = {
    SetStatus: _set_status,
    GuardNotFound: _guard_not_found,
    HideError: hide_error,
    Rethrow: rethrow,
    ForwardErrors: return_promise,
    MoveBefore: move_before,
    ChangeMethod: _change_method,
    CopyGuard: _copy_guard,
    CapLimit: cap_limit,
    DeleteStatement: delete_statement,
    PermitFields: permit_fields,
    ReadFromEnvironment: read_from_environment,
    RestrictOrigins: restrict_origins,
    DenyCredentials: deny_credentials,
}
