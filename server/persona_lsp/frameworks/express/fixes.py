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
from persona_lsp.frameworks.express.fix_answers import add_return, drop_body, guard_not_found, hide_error, set_status
from persona_lsp.frameworks.express.fix_edits import Edits, edit
from persona_lsp.frameworks.express.fix_failures import forward_errors, rethrow
from persona_lsp.frameworks.express.fix_inputs import cap_limit, permit_fields, read_from_environment
from persona_lsp.syntax.ir import (
    Call,
    Lambda,
    Member,
    Module,
    Object,
    Str,
)
from persona_lsp.syntax.places import (
    indent_at,
    line_end,
    line_start,
    newline,
    place,
    quote,
)


def spell(intent: Intent, module: Module, facts: FileFacts) -> Edits:  # noqa: ARG001  # the tree says it all
    """The edits of a fix, None when it cannot be spelled here."""
    if module.language not in {"javascript", "typescript", "tsx"}:
        return None
    speller = _SPELLERS.get(type(intent))
    return speller(intent, module) if speller is not None else None


def _move_before(intent: MoveBefore, module: Module) -> Edits:
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


def _change_method(intent: ChangeMethod, module: Module) -> Edits:
    match = re.match(
        rb"get|post|put|patch|delete|head|all|del", module.source[intent.where.start : intent.where.start + 8]
    )
    if match is None:
        return None
    start = intent.where.start
    return (edit(module, start, start + match.end(), intent.method.lower()),)


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


def _restrict_origins(intent: RestrictOrigins, module: Module) -> Edits:
    mark = quote(module.source)
    text = f"(process.env.CORS_ORIGINS ?? {mark}{mark}).split({mark},{mark})"
    return (edit(module, intent.where.start, intent.where.end, text),)


def _deny_credentials(intent: DenyCredentials, module: Module) -> Edits:
    return (edit(module, intent.where.start, intent.where.end, "false"),)


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


def _delete_statement(intent: DeleteStatement, module: Module) -> Edits:
    source, where = module.source, intent.where
    if indent_at(source, where.start) is None:
        return None
    end = line_end(source, where.end)
    if source[where.end : end].strip(b" \t\r\n;"):
        return None
    return (edit(module, _with_comment(source, where.start), end, ""),)


_SPELLERS: Final[dict[type, Callable[[Any, Module], Edits]]] = {
    SetStatus: set_status,
    AddReturn: add_return,
    GuardNotFound: guard_not_found,
    DropBody: drop_body,
    HideError: hide_error,
    ForwardErrors: forward_errors,
    Rethrow: rethrow,
    MoveBefore: _move_before,
    ChangeMethod: _change_method,
    CopyGuard: _copy_guard,
    CapLimit: cap_limit,
    RestrictOrigins: _restrict_origins,
    DenyCredentials: _deny_credentials,
    MergeParams: _merge_params,
    DeleteStatement: _delete_statement,
    PermitFields: permit_fields,
    ReadFromEnvironment: read_from_environment,
}
