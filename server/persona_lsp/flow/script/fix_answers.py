"""Fixes of what a handler answers: statuses, bodies, checks of absence, texts of failures."""

from typing import Any, Final

from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import (
    AddReturn,
    DropBody,
    GuardNotFound,
    HideError,
    SetStatus,
)
from persona_lsp.flow.script.fix_edits import Edits, edit
from persona_lsp.flow.status import STATUS_TITLES, status_of
from persona_lsp.syntax.ir import (
    Assign,
    Await,
    Binary,
    Call,
    Const,
    Do,
    Entry,
    FunctionNode,
    Member,
    Module,
    Name,
    Raise,
    Return,
    Str,
    Ternary,
    dotted,
)
from persona_lsp.syntax.places import (
    Place,
    exactly,
    indent_at,
    newline,
    place,
    quote,
    semicolon,
    unit,
)

_TERMINALS: Final = frozenset(
    {"json", "jsonp", "send", "end", "sendStatus", "render", "sendFile", "download", "redirect"}
)


_SPELLED: Final = {
    200: "OK", 201: "CREATED", 202: "ACCEPTED", 204: "NO_CONTENT", 400: "BAD_REQUEST", 401: "UNAUTHORIZED",
    403: "FORBIDDEN", 404: "NOT_FOUND", 409: "CONFLICT", 410: "GONE", 422: "UNPROCESSABLE_ENTITY",
    429: "TOO_MANY_REQUESTS", 500: "INTERNAL_SERVER_ERROR",
}  # fmt: skip


def set_status(intent: SetStatus, module: Module) -> Edits:
    """The answer or failure carries another status."""
    found = place(module, intent.where)
    call = exactly(found, intent.where, Call)
    if call is None:
        call = next((n for n in reversed(found.nodes) if isinstance(n, Call) and n.name in _TERMINALS), None)
    if call is None:
        return None
    links = _links(call)
    for link in links:
        if link.name in {"status", "sendStatus", "code", "writeHead"} and link.args:
            return _status_text(link.args[0], intent.status, module)
    for arg in call.args:
        if status_of(arg) is not None:
            return _status_text(arg, intent.status, module)
    first = links[-1] if links else call
    root = first.receiver
    if call.name not in _TERMINALS or root is None:
        return None
    return (edit(module, root.end, root.end, f".status({intent.status})"),)


def _status_text(node: Any, status: int, module: Module) -> Edits:
    if isinstance(node, Member) and node.name.isupper() and status in _SPELLED:
        return (edit(module, node.name_start, node.end, _SPELLED[status]),)
    if isinstance(node, Member) and status in STATUS_TITLES and not node.name.isupper():
        return None
    if isinstance(node, Const | Member):
        return (edit(module, node.start, node.end, str(status)),)
    return None


def _links(call: Call) -> list[Call]:
    """The calls of a chain, the last one first."""
    links: list[Call] = []
    node: Any = call
    while isinstance(node, Call) and isinstance(node.func, Member):
        links.append(node)
        node = node.func.base
    return links


def add_return(intent: AddReturn, module: Module) -> Edits:
    """The handler ends with the answer."""
    found = place(module, intent.where)
    statement = exactly(found, intent.where, Do)
    function = found.function
    if statement is None or function is None:
        return None
    source = module.source
    if isinstance(statement.value, Await) or (function.returns is not None and "void" in module.text(function.returns)):
        indent = indent_at(source, statement.start)
        if indent is None:
            return None
        return (edit(module, statement.end, statement.end, f"{newline(source)}{indent}return{semicolon(source)}"),)
    return (edit(module, statement.start, statement.start, "return "),)


def guard_not_found(intent: GuardNotFound, module: Module) -> Edits:
    """What is absent is answered with 404."""
    found = place(module, intent.where)
    statement, function = exactly(found, intent.where, Assign), found.handler()
    response = _response(function)
    source = module.source
    if statement is None or function is None or not response or not intent.variable:
        return None
    indent = indent_at(source, statement.start)
    if indent is None:
        return None
    step, line, mark, end = unit(source), newline(source), quote(source), semicolon(source)
    entity = intent.entity.rsplit(".", 1)[-1]
    name = (entity[:1].upper() + entity[1:]) if entity else "Resource"
    answer = f"{response}.status(404).json({{ error: {mark}{name} not found{mark} }}){end}"
    inside = f"{indent}{step}return {answer}"
    if function.returns is not None and "void" in module.text(function.returns):
        inside = f"{indent}{step}{answer}{line}{indent}{step}return{end}"
    text = f"{line}{indent}if (!{intent.variable}) {{{line}{inside}{line}{indent}}}"
    return (edit(module, statement.end, statement.end, text),)


def _response(function: FunctionNode | None) -> str:
    if function is None:
        return ""
    params = function.params
    if len(params) == 4:
        return params[2].name
    return params[1].name if len(params) in {2, 3} else ""


def drop_body(intent: DropBody, module: Module) -> Edits:
    """The answer has no body."""
    found = place(module, intent.where)
    call = exactly(found, intent.where, Call)
    if call is None or not isinstance(call.func, Member) or call.name not in {"json", "jsonp", "send", "end"}:
        return None
    if call.name in {"json", "jsonp"}:
        return (edit(module, call.func.name_start, call.end, "end()"),)
    return (edit(module, call.args_start, call.args_end, ""),)


def hide_error(intent: HideError, module: Module) -> Edits:
    """The client reads a plain text; the failure goes to the log."""
    found = place(module, intent.where)
    source = module.source
    mark = quote(source)
    text = f"{mark}Internal server error{mark}"
    leak = _leaking(found, intent.where)
    if leak is None:
        return None
    start, end = leak.start, leak.end
    entry = next((n for n in reversed(found.nodes) if isinstance(n, Entry)), None)
    if entry is not None and entry.key is not None and entry.start == start and entry.end == end:
        # `{ error }` is short for `{ error: error }`.
        text = f"{entry.name}: {text}"
    elif isinstance(leak, Name) and _is_json_body(found, leak):
        text = f"{{ error: {text} }}"
    edits = [edit(module, start, end, text)]
    if intent.log and intent.variable:
        logged = _log(found, intent.variable, module)
        if logged is None:
            return None
        edits.insert(0, logged)
    return tuple(edits)


def _leaking(found: Place, where: Where) -> Any:
    """What is replaced: the leaking expression, or the whole text that it is put into."""
    inner = next((n for n in reversed(found.nodes) if n.start == where.start and n.end == where.end), None)
    if inner is None:
        return None
    position = found.nodes.index(inner)
    for node in reversed(found.nodes[:position]):
        if (
            isinstance(node, Str)
            or (isinstance(node, Binary) and node.op in {"+", "or", "??"})
            or isinstance(node, Ternary)
            or (isinstance(node, Call) and isinstance(node.func, Name) and node.func.id in {"String", "inspect"})
            or (isinstance(node, Call) and dotted(node.func) in {"JSON.stringify", "util.inspect"})
        ):
            inner = node
        elif not (isinstance(node, Call | Member) and node.start == inner.start):
            break
    return inner


def _is_json_body(found: Place, leak: Any) -> bool:
    call = next((n for n in reversed(found.nodes) if isinstance(n, Call)), None)
    return call is not None and call.name in {"json", "jsonp", "send"} and any(a is leak for a in call.args)


def _log(found: Place, variable: str, module: Module) -> Edit | None:
    statement = next((n for n in reversed(found.nodes) if isinstance(n, Do | Return | Raise | Assign)), None)
    if statement is None:
        return None
    source = module.source
    indent = indent_at(source, statement.start)
    if indent is None:
        return None
    logger = next((i.local for i in module.imports if i.local in {"logger", "log", "Logger"}), "console")
    text = f"{logger}.error({variable}){semicolon(source)}{newline(source)}{indent}"
    return edit(module, statement.start, statement.start, text)
