"""Fixes: intents spelled in Rust, for all its frameworks."""

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
    DropBody,
    GuardNotFound,
    HideError,
    Intent,
    MoveBefore,
    ReadFromEnvironment,
    Rethrow,
    SetStatus,
)
from persona_lsp.flow.rust.chain_fixes import delete_link, move_link
from persona_lsp.flow.rust.failure_fixes import guard_not_found, read_from_environment, rethrow
from persona_lsp.flow.rust.names import VERBS, last_name, rust_file, unwrapped
from persona_lsp.flow.status import STATUS_NAMES, status_named
from persona_lsp.flow.walking import calls
from persona_lsp.syntax.around import around
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    Const,
    Decorator,
    FunctionNode,
    Index,
    Items,
    Member,
    Module,
    Name,
    ParamNode,
    Raise,
    Return,
    Str,
    dotted,
    walk,
)

Edits = tuple[Edit, ...] | None
_STATUSES: Final = frozenset({"StatusCode", "Status", "HttpResponse"})


def spell(intent: Intent, module: Module, facts: FileFacts) -> Edits:  # noqa: ARG001 -- the tree says it all
    """The edits of a fix, None when it cannot be spelled here."""
    speller = _SPELLERS.get(type(intent))
    return speller(intent, module) if speller is not None else None


# -- statuses and answers --------------------------------------------------------------------------------------------


def _set_status(intent: SetStatus, module: Module) -> Edits:
    path = around(module, intent.where.start, intent.where.end)
    for node in reversed(path):
        for part in walk(node) if isinstance(node, Call | Member | Items) else ():
            if isinstance(part, Member) and last_name(part.base) in _STATUSES and status_named(part.name) is not None:
                return (Edit(module.path, part.name_start, part.end, _named(part, intent.status)),)
        if isinstance(node, Return | Raise | FunctionNode):
            break
    function = _handler(path, module)
    return _with_status(function, intent.status, module) if function is not None else None


def _named(part: Member, status: int) -> str:
    """The name of a status as the type spells it: `StatusCode::NOT_FOUND`, `HttpResponse::NotFound`."""
    upper = next((n for n, code in STATUS_NAMES.items() if code == status), str(status))
    upper = {"UNPROCESSABLE_CONTENT": "UNPROCESSABLE_ENTITY", "CONTENT_TOO_LARGE": "PAYLOAD_TOO_LARGE"}.get(
        upper, upper
    )
    if last_name(part.base) == "StatusCode":
        return upper
    return "".join(word.capitalize() for word in upper.split("_"))


def _handler(path: tuple[Any, ...], module: Module) -> FunctionNode | None:
    """The function that the registration at a place names, or whose attribute it is."""
    own = next((n for n in reversed(path) if isinstance(n, FunctionNode)), None)
    if any(isinstance(n, Decorator) for n in path):
        return own
    call = next((n for n in reversed(path) if isinstance(n, Call) and n.name in VERBS and n.args), None)
    if call is None or not isinstance(call.args[0], Name):
        return None
    wanted = call.args[0].id
    return next((u.node for u in rust_file(module).units if u.key == wanted), None)


def _with_status(function: FunctionNode, status: int, module: Module) -> Edits:
    """axum's `Ok(Json(x))` becomes `Ok((StatusCode::CREATED, Json(x)))`, and the declared type says so."""
    if b"axum" not in module.source:
        return None
    returned = [s for s in function.body if isinstance(s, Return)]
    declared = _json_type(function.returns)
    if len(returned) != 1 or declared is None or b"return " in module.source[function.body_start : function.body_end]:
        return None
    value = returned[0].value
    if not (isinstance(value, Call) and value.name == "Json"):
        return None
    name = next(n for n, code in STATUS_NAMES.items() if code == status)
    return (
        Edit(module.path, declared.start, declared.start, "(StatusCode, "),
        Edit(module.path, declared.end, declared.end, ")"),
        Edit(module.path, value.start, value.start, f"(StatusCode::{name}, "),
        Edit(module.path, value.end, value.end, ")"),
        *_with_use(module, "axum::http", "StatusCode"),
    )


def _json_type(returns: AnyExpr | None) -> AnyExpr | None:
    inner = unwrapped(returns)
    return inner if isinstance(inner, Index) and last_name(inner) == "Json" else None


def _with_use(module: Module, package: str, name: str) -> tuple[Edit, ...]:
    """`use package::name;`, unless the name is there already."""
    if any(i.local == name for i in module.imports):
        return ()
    # In front of the first `use` of the file.
    at = module.source.find(b"use ")
    while at > 0 and module.source[at - 1 : at] != b"\n":
        at = module.source.find(b"use ", at + 1)
    at = max(at, 0)
    return (Edit(module.path, at, at, f"use {package}::{name};\n"),)


def _drop_body(intent: DropBody, module: Module) -> Edits:
    path = around(module, intent.where.start, intent.where.end)
    for node in reversed(path):
        if isinstance(node, Call) and isinstance(node.func, Member) and node.name in ("json", "body"):
            return (Edit(module.path, node.func.name_start, node.end, "finish()"),)
        if isinstance(node, Items) and node.kind == "tuple" and node.items:
            function = next((n for n in reversed(path) if isinstance(n, FunctionNode)), None)
            declared = unwrapped(function.returns) if function is not None else None
            if not (isinstance(declared, Items) and declared.items):
                return None
            first = declared.items[0]
            return (
                Edit(module.path, declared.start, declared.end, module.text(first)),
                Edit(module.path, node.start, node.end, module.text(node.items[0])),
            )
    return None


# -- failures --------------------------------------------------------------------------------------------------------


def _hide_error(intent: HideError, module: Module) -> Edits:
    path = around(module, intent.where.start, intent.where.end)
    leak = next((n for n in reversed(path) if isinstance(n, Str) and len(n.parts) > 1), None)
    start, end = (leak.start, leak.end) if leak is not None else (intent.where.start, intent.where.end)
    if leak is not None:
        # The text of `format!` is that of its first argument; the macro around it goes, too.
        start = module.source.rfind(b"format!(", 0, leak.start + 9)
        if start < 0:
            return None
        end = module.source.find(b")", leak.end) + 1
    hidden = Edit(module.path, start, end, '"Internal server error".to_string()')
    if not intent.log or not intent.variable:
        return (hidden,)
    log = f'{_logger(module)}("{{{intent.variable}}}")'
    closure = next((n for n in reversed(path) if isinstance(n, FunctionNode)), None)
    if closure is not None and not closure.name and closure.expression_body:
        return (
            Edit(module.path, closure.body_start, closure.body_start, f"{{ {log}; "),
            hidden,
            Edit(module.path, closure.body_end, closure.body_end, " }"),
        )
    statement = next((n for n in reversed(path) if isinstance(n, Return | Raise)), None)
    if statement is None:
        return None
    line = module.source.rfind(b"\n", 0, statement.start) + 1
    before = module.source[line : statement.start]
    if not before.strip():
        return (Edit(module.path, line, line, f"{before.decode()}{log};\n"), hidden)
    if before.rstrip().endswith(b"=>"):
        return (
            Edit(module.path, statement.start, statement.start, f"{{ {log}; "),
            hidden,
            Edit(module.path, statement.end, statement.end, " }"),
        )
    return None


def _logger(module: Module) -> str:
    if b"tracing" in module.source:
        return "tracing::error!"
    return "log::error!" if b"log::" in module.source else "eprintln!"


# -- registrations and inputs ----------------------------------------------------------------------------------------


def _change_method(intent: ChangeMethod, module: Module) -> Edits:
    text = module.source[intent.where.start : intent.where.end].decode("utf-8", "replace")
    new = intent.method.lower()
    if text in VERBS:
        return (Edit(module.path, intent.where.start, intent.where.end, new), *_like(module, text, new))
    path = around(module, intent.where.start, intent.where.end)
    decorator = next((n for n in reversed(path) if isinstance(n, Decorator)), None)
    call = decorator.call if decorator is not None else None
    if call is not None and isinstance(call.func, Name) and call.func.id in VERBS:
        return (Edit(module.path, call.func.start, call.func.end, new), *_like(module, call.func.id, new))
    return None


def _like(module: Module, name: str, other: str) -> tuple[Edit, ...]:
    """`use axum::routing::post;` where `get` was imported by its name."""
    package = next((i.module for i in module.imports if i.local == name and i.name == name), "")
    return _with_use(module, package.replace(".", "::"), other) if package else ()


def _copy_guard(intent: CopyGuard, module: Module) -> Edits:
    path = around(module, intent.where.start, intent.where.end)
    function = _handler(path, module)
    text = intent.source.strip()
    if (
        function is None
        or ":" not in text
        or "(" in text
        or any(p.name == text.split(":")[0].strip() for p in function.params)
    ):
        return None
    opened = module.source.find(b"(", function.name_end)
    if opened < 0:
        return None
    glue = ", " if function.params else ""
    return (Edit(module.path, opened + 1, opened + 1, f"{text}{glue}"),)


def _cap_limit(intent: CapLimit, module: Module) -> Edits:
    path = around(module, intent.where.start, intent.where.end)
    function = next((n for n in reversed(path) if isinstance(n, FunctionNode)), None)
    param = next((n for n in reversed(path) if isinstance(n, ParamNode)), None)
    if function is None:
        return None
    for call in calls(function.body):
        given = _size(call, param)
        if given is not None and intent.name.replace("-", "_") in module.text(given):
            return (Edit(module.path, given.end, given.end, f".min({intent.maximum})"),)
    return None


def _size(call: Call, param: ParamNode | None) -> AnyExpr | None:
    """What a call is given as the number of rows: `.limit(x)`, or what is bound where the text says `LIMIT $1`."""
    if call.name == "limit" and len(call.args) == 1:
        return call.args[0] if not isinstance(call.args[0], Const) else None
    if call.name.endswith("!") and call.name.startswith("query"):
        names = {param.name} if param is not None else set()
        return next((a for a in call.args if isinstance(a, Member) and dotted(a.base) in names), None)
    return None


def _deny_credentials(intent: DenyCredentials, module: Module) -> Edits:
    text = module.source[intent.where.start : intent.where.end]
    if text == b"true":
        return (Edit(module.path, intent.where.start, intent.where.end, "false"),)
    if text.startswith(b"supports_credentials"):
        start = module.source.rfind(b".", 0, intent.where.start)
        gap = len(module.source[:start].rstrip())
        return (Edit(module.path, gap, intent.where.end, ""),)
    return None


_SPELLERS: Final[dict[type, Callable[[Any, Module], Edits]]] = {
    SetStatus: _set_status,
    DropBody: _drop_body,
    HideError: _hide_error,
    ChangeMethod: _change_method,
    CopyGuard: _copy_guard,
    CapLimit: _cap_limit,
    DenyCredentials: _deny_credentials,
    DeleteStatement: delete_link,
    MoveBefore: move_link,
    GuardNotFound: guard_not_found,
    Rethrow: rethrow,
    ReadFromEnvironment: read_from_environment,
}
