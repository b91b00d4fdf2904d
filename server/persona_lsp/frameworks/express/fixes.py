"""Intents, spelled as edits of JavaScript and Express code, in the manner of the file."""

import re
from collections.abc import Callable
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
    MergeParams,
    MoveBefore,
    PermitFields,
    ReadFromEnvironment,
    RestrictOrigins,
    Rethrow,
    SetStatus,
)
from persona_lsp.flow.script.fix_answers import add_return, drop_body, guard_not_found, hide_error, set_status
from persona_lsp.flow.script.fix_edits import Edits, edit
from persona_lsp.flow.script.fix_failures import forward_errors, rethrow
from persona_lsp.flow.script.fix_inputs import cap_limit, permit_fields, read_from_environment
from persona_lsp.flow.script.fix_registrations import change_method, deny_credentials, restrict_origins
from persona_lsp.flow.whole_lines import delete_statement, move_before
from persona_lsp.syntax.ir import (
    Call,
    Lambda,
    Member,
    Module,
    Object,
    Str,
)
from persona_lsp.syntax.places import (
    place,
)


def spell(intent: Intent, module: Module, facts: FileFacts) -> Edits:
    """The edits of a fix, None when it cannot be spelled here."""
    if module.language not in {"javascript", "typescript", "tsx"} or (
        facts.frameworks and "express" not in facts.frameworks
    ):
        return None
    speller = _SPELLERS.get(type(intent))
    return speller(intent, module) if speller is not None else None


def _copy_guard(intent: CopyGuard, module: Module) -> Edits:
    head = re.match(r"[A-Za-z_$][\w$]*", intent.source)
    if head is None or intent.target.path not in {"", module.path}:
        return None
    found = place(module, Where(module.path, intent.where.start, intent.where.start))
    call = next(
        (
            n
            for n in reversed(found.nodes)
            if isinstance(n, Call) and isinstance(n.func, Member) and n.func.name_start == intent.where.start
        ),
        None,
    )
    if call is None or not call.args:
        return None
    first = call.args[0]
    if intent.source in module.source[call.args_start : call.args_end].decode():
        return None
    if isinstance(first, Str) or (len(call.args) > 1 and not isinstance(first, Lambda | Call)):
        return (edit(module, first.end, first.end, f", {intent.source}"),)
    return (edit(module, call.args_start, call.args_start, f"{intent.source}, "),)


def _merge_params(intent: MergeParams, module: Module) -> Edits:
    found = place(module, intent.where)
    call = next((n for n in reversed(found.nodes) if isinstance(n, Call) and n.name == "Router"), None)
    if call is None:
        return None
    options = next((a for a in call.args if isinstance(a, Object)), None)
    if options is None:
        return (edit(module, call.args_start, call.args_end, "{ mergeParams: true }"),) if not call.args else None
    given = options.get("mergeParams")
    if given is not None:
        return (edit(module, given.start, given.end, "true"),)
    if not options.entries:
        return (edit(module, options.start, options.end, "{ mergeParams: true }"),)
    last = options.entries[-1]
    return (edit(module, last.end, last.end, ", mergeParams: true"),)


_SPELLERS: Final[dict[type, Callable[[Any, Module], Edits]]] = {
    SetStatus: set_status,
    AddReturn: add_return,
    GuardNotFound: guard_not_found,
    DropBody: drop_body,
    HideError: hide_error,
    ForwardErrors: forward_errors,
    Rethrow: rethrow,
    MoveBefore: move_before,
    ChangeMethod: change_method,
    CopyGuard: _copy_guard,
    CapLimit: cap_limit,
    RestrictOrigins: restrict_origins,
    DenyCredentials: deny_credentials,
    MergeParams: _merge_params,
    DeleteStatement: delete_statement,
    PermitFields: permit_fields,
    ReadFromEnvironment: read_from_environment,
}
