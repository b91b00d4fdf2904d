"""Intents, spelled as edits of JavaScript and Express code, in the manner of the file."""

import re
from collections.abc import Callable
from typing import Any, Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Edit
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
from persona_lsp.flow.status import STATUS_TITLES, status_of
from persona_lsp.syntax.ir import (
    Assign,
    Await,
    Binary,
    Call,
    CatchNode,
    Const,
    Do,
    Entry,
    FunctionNode,
    Lambda,
    Member,
    Module,
    Name,
    Object,
    Return,
    Spread,
    Str,
    Ternary,
    Unary,
    dotted,
    walk,
)
from persona_lsp.syntax.places import (
    Place,
    exactly,
    indent_at,
    line_end,
    line_start,
    newline,
    place,
    quote,
    semicolon,
    unit,
)

Edits = tuple[Edit, ...] | None
_TERMINALS: Final = frozenset(
    {"json", "jsonp", "send", "end", "sendStatus", "render", "sendFile", "download", "redirect"}
)
_WRAPPER: Final = re.compile(
    r"^(?:asyncHandler|expressAsyncHandler|catchAsync|catchAsyncErrors|asyncWrapper|wrapAsync|asyncMiddleware|asyncWrap)$"
)
_NUMERIC: Final = frozenset({"Number", "parseInt", "parseFloat", "toInteger", "toNumber"})
_SPELLED: Final = {
    200: "OK", 201: "CREATED", 202: "ACCEPTED", 204: "NO_CONTENT", 400: "BAD_REQUEST", 401: "UNAUTHORIZED",
    403: "FORBIDDEN", 404: "NOT_FOUND", 409: "CONFLICT", 410: "GONE", 422: "UNPROCESSABLE_ENTITY",
    429: "TOO_MANY_REQUESTS", 500: "INTERNAL_SERVER_ERROR",
}  # fmt: skip


def spell(intent: Intent, module: Module, facts: FileFacts) -> Edits:  # noqa: ARG001  # the tree says it all
    """The edits of a fix, None when it cannot be spelled here."""
    if module.language not in {"javascript", "typescript", "tsx"}:
        return None
    speller = _SPELLERS.get(type(intent))
    return speller(intent, module) if speller is not None else None


def _edit(module: Module, start: int, end: int, text: str) -> Edit:
    return Edit(module.path, start, end, text)


def _set_status(intent: SetStatus, module: Module) -> Edits:
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
    return (_edit(module, root.end, root.end, f".status({intent.status})"),)


def _status_text(node: Any, status: int, module: Module) -> Edits:
    if isinstance(node, Member) and node.name.isupper() and status in _SPELLED:
        return (_edit(module, node.name_start, node.end, _SPELLED[status]),)
    if isinstance(node, Member) and status in STATUS_TITLES and not node.name.isupper():
        return None
    if isinstance(node, Const | Member):
        return (_edit(module, node.start, node.end, str(status)),)
    return None


def _links(call: Call) -> list[Call]:
    """The calls of a chain, the last one first."""
    links: list[Call] = []
    node: Any = call
    while isinstance(node, Call) and isinstance(node.func, Member):
        links.append(node)
        node = node.func.base
    return links


def _add_return(intent: AddReturn, module: Module) -> Edits:
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
        return (_edit(module, statement.end, statement.end, f"{newline(source)}{indent}return{semicolon(source)}"),)
    return (_edit(module, statement.start, statement.start, "return "),)


def _guard_not_found(intent: GuardNotFound, module: Module) -> Edits:
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
    return (_edit(module, statement.end, statement.end, text),)


def _response(function: FunctionNode | None) -> str:
    if function is None:
        return ""
    params = function.params
    if len(params) == 4:
        return params[2].name
    return params[1].name if len(params) in {2, 3} else ""


def _drop_body(intent: DropBody, module: Module) -> Edits:
    found = place(module, intent.where)
    call = exactly(found, intent.where, Call)
    if call is None or not isinstance(call.func, Member) or call.name not in {"json", "jsonp", "send", "end"}:
        return None
    if call.name in {"json", "jsonp"}:
        return (_edit(module, call.func.name_start, call.end, "end()"),)
    return (_edit(module, call.args_start, call.args_end, ""),)


def _hide_error(intent: HideError, module: Module) -> Edits:
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
    edits = [_edit(module, start, end, text)]
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
    statement = next((n for n in reversed(found.nodes) if isinstance(n, Do | Return | Assign)), None)
    if statement is None:
        return None
    source = module.source
    indent = indent_at(source, statement.start)
    if indent is None:
        return None
    logger = next((i.local for i in module.imports if i.local in {"logger", "log", "Logger"}), "console")
    text = f"{logger}.error({variable}){semicolon(source)}{newline(source)}{indent}"
    return _edit(module, statement.start, statement.start, text)


def _forward_errors(intent: ForwardErrors, module: Module) -> Edits:
    found = place(module, intent.where)
    function = found.handler()
    if function is None or len(function.params) > 3 or function.has_error:
        return None
    promise = exactly(found, intent.where, (Call, Await))
    if isinstance(promise, Call) and not any(isinstance(n, Await) for n in found.nodes):
        # A chain that nobody waits for: `load().then((x) => res.json(x))`.
        name, added = _forward_param(function, module)
        return (*added, _edit(module, promise.end, promise.end, f".catch({name})")) if name else None
    wrapper = next((i.local for i in module.imports if _WRAPPER.match(i.local)), "")
    if wrapper and not function.name and any(isinstance(n, Lambda) and n.function is function for n in found.nodes):
        return (
            _edit(module, function.start, function.start, f"{wrapper}("),
            _edit(module, function.end, function.end, ")"),
        )
    source = module.source
    if function.expression_body or not source[function.body_start : function.body_end].strip():
        return None
    name, added = _forward_param(function, module)
    if not name:
        return None
    return (*added, *_try_around(function, name, module))


def _forward_param(function: FunctionNode, module: Module) -> tuple[str, tuple[Edit, ...]]:
    params = function.params
    if len(params) == 3:
        return params[2].name, ()
    last = params[1]
    if last.type is None:
        return "next", (_edit(module, last.end, last.end, ", next"),)
    written = module.text(last.type)
    owner = written.rsplit(".", 1)[0] + "." if "." in written else ""
    edits = [_edit(module, last.end, last.end, f", next: {owner}NextFunction")]
    if not owner and not any(i.local == "NextFunction" for i in module.imports):
        response = next((i for i in module.imports if i.module == "express" and i.name == "Response"), None)
        if response is None:
            return "", ()
        edits.insert(0, _edit(module, response.start, response.start, "NextFunction, "))
    return "next", tuple(edits)


def _try_around(function: FunctionNode, forward: str, module: Module) -> tuple[Edit, ...]:
    source = module.source
    step, line, end = unit(source), newline(source), semicolon(source)
    body = function.body
    first, last = body[0], body[-1]
    indent = indent_at(source, first.start)
    if indent is None:
        # A body on one line: `{ res.json(await x); }`.
        text = source[first.start : last.end].decode()
        outer = re.match(rb"[ \t]*", source[line_start(source, function.start) :])
        base = outer[0].decode() if outer is not None else ""
        inner = base + step
        wrapped = (
            f"{line}{inner}try {{{line}{inner}{step}{text}{line}{inner}}} catch (err) {{{line}"
            f"{inner}{step}{forward}(err){end}{line}{inner}}}{line}{base}"
        )
        return (_edit(module, function.body_start, function.body_end, wrapped),)
    edits = [_edit(module, first.start, first.start, f"try {{{line}{indent}{step}")]
    kept = _literal_lines(function)
    at = line_end(source, first.start)
    while at < last.end:
        if source[at : line_end(source, at)].strip() and not any(s < at <= e for s, e in kept):
            edits.append(_edit(module, at, at, step))
        at = line_end(source, at)
    tail = f"{line}{indent}}} catch (err) {{{line}{indent}{step}{forward}(err){end}{line}{indent}}}"
    edits.append(_edit(module, last.end, last.end, tail))
    return tuple(edits)


def _literal_lines(function: FunctionNode) -> list[tuple[int, int]]:
    """Texts over several lines: their inside must not be indented."""
    spans: list[tuple[int, int]] = []
    stack: list[Any] = list(function.body)
    while stack:
        node = stack.pop()
        if isinstance(node, Str):
            spans.append((node.start, node.end))
        if isinstance(node, FunctionNode):
            stack.extend(node.body)
        elif isinstance(node, tuple):
            stack.extend(node)
        elif hasattr(node, "__struct_fields__"):
            stack.extend(getattr(node, name) for name in node.__struct_fields__)
    return spans


def _rethrow(intent: Rethrow, module: Module) -> Edits:
    source = module.source
    found = place(module, Where(module.path, max(0, intent.where.start - 1), max(0, intent.where.start - 1)))
    catch = next((n for n in reversed(found.nodes) if isinstance(n, CatchNode)), None)
    if catch is None:
        return None
    function = found.handler()
    forward = function.params[2].name if function is not None and len(function.params) == 3 else ""
    variable = catch.variable or "err"
    edits: list[Edit] = []
    if not catch.variable:
        brace = source.rfind(b"{", catch.start, catch.body_start)
        if brace < 0 or b"(" in source[catch.start : brace]:
            return None
        edits.append(_edit(module, brace, brace, f"({variable}) "))
    line, end = newline(source), semicolon(source)
    text = f"return {forward}({variable}){end}" if forward else f"throw {variable}{end}"
    if catch.body:
        last = catch.body[-1]
        indent = indent_at(source, last.start)
        joint = f"{line}{indent}" if indent is not None else " "
        edits.append(_edit(module, last.end, last.end, joint + text))
    else:
        outer = re.match(rb"[ \t]*", source[line_start(source, catch.start) :])
        base = outer[0].decode() if outer is not None else ""
        inside = source[catch.body_start : catch.body_end].strip().decode()
        kept = f"{base}{unit(source)}{inside}{line}" if inside else ""
        edits.append(
            _edit(module, catch.body_start, catch.body_end, f"{line}{kept}{base}{unit(source)}{text}{line}{base}")
        )
    return tuple(edits)


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
    return (_edit(module, at, at, text), _edit(module, start, end, ""))


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
    return (_edit(module, start, start + match.end(), intent.method.lower()),)


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
        return (_edit(module, first.end, first.end, f", {intent.source}"),)
    return (_edit(module, call.args_start, call.args_start, f"{intent.source}, "),)


def _cap_limit(intent: CapLimit, module: Module) -> Edits:
    found = place(module, intent.where)
    inner = exactly(found, intent.where, (Member, Call))
    if inner is not None and inner.end == intent.where.end:
        outer = _number(found, inner)
        text = module.text(outer)
        if outer is inner:
            text = f"Number({text})"
        return (_edit(module, outer.start, outer.end, f"Math.min({text}, {intent.maximum})"),)
    return _cap_use(intent, found, module)


def _number(found: Place, inner: Any) -> Any:
    """The whole expression that makes a number of an input: `Number(req.query.limit) || 20`."""
    result = inner
    for node in reversed(found.nodes[: found.nodes.index(inner)]):
        if isinstance(node, Call):
            if dotted(node.func).rsplit(".", 1)[-1] not in _NUMERIC or node.func is result:
                break
        elif isinstance(node, Binary):
            if node.op not in {"or", "??"}:
                break
        elif not (isinstance(node, Unary) and node.op == "+"):
            break
        result = node
    return result


def _cap_use(intent: CapLimit, found: Place, module: Module) -> Edits:
    """`const { limit = 20 } = req.query`: cap it where it is used."""
    function = found.function
    if function is None or not intent.name:
        return None
    names = {intent.name}
    entry = next((n for n in reversed(found.nodes) if isinstance(n, Entry)), None)
    if entry is not None:
        names = {p.id for p in walk(entry.value) if isinstance(p, Name)}
    for used in _limits(function):
        if any(isinstance(p, Name) and p.id in names for p in walk(used)) and not (
            isinstance(used, Call) and dotted(used.func) == "Math.min"
        ):
            text = module.text(used)
            if isinstance(used, Name):
                text = f"Number({text})"
            return (_edit(module, used.start, used.end, f"Math.min({text}, {intent.maximum})"),)
    return None


def _limits(function: FunctionNode) -> list[Any]:
    """Expressions that say how many rows are asked for."""
    found: list[Any] = []
    stack: list[Any] = list(reversed(function.body))
    while stack:
        node = stack.pop()
        if isinstance(node, Call) and node.name in {"limit", "take"} and len(node.args) == 1:
            found.append(node.args[0])
        elif isinstance(node, Entry) and node.name in {"limit", "take", "first"}:
            found.append(node.value)
        if isinstance(node, FunctionNode):
            stack.extend(reversed(node.body))
        elif isinstance(node, Assign):
            # What an object is taken apart into is no use of it.
            stack.append(node.value)
        elif isinstance(node, tuple):
            stack.extend(reversed(node))
        elif hasattr(node, "__struct_fields__"):
            stack.extend(getattr(node, name) for name in reversed(node.__struct_fields__))
    return found


def _restrict_origins(intent: RestrictOrigins, module: Module) -> Edits:
    mark = quote(module.source)
    text = f"(process.env.CORS_ORIGINS ?? {mark}{mark}).split({mark},{mark})"
    return (_edit(module, intent.where.start, intent.where.end, text),)


def _deny_credentials(intent: DenyCredentials, module: Module) -> Edits:
    return (_edit(module, intent.where.start, intent.where.end, "false"),)


def _merge_params(intent: MergeParams, module: Module) -> Edits:
    found = place(module, intent.where)
    call = next((n for n in reversed(found.nodes) if isinstance(n, Call) and n.name == "Router"), None)
    if call is None:
        return None
    options = next((a for a in call.args if isinstance(a, Object)), None)
    if options is None:
        return (_edit(module, call.args_start, call.args_end, "{ mergeParams: true }"),) if not call.args else None
    given = options.get("mergeParams")
    if given is not None:
        return (_edit(module, given.start, given.end, "true"),)
    if not options.entries:
        return (_edit(module, options.start, options.end, "{ mergeParams: true }"),)
    last = options.entries[-1]
    return (_edit(module, last.end, last.end, ", mergeParams: true"),)


def _delete_statement(intent: DeleteStatement, module: Module) -> Edits:
    source, where = module.source, intent.where
    if indent_at(source, where.start) is None:
        return None
    end = line_end(source, where.end)
    if source[where.end : end].strip(b" \t\r\n;"):
        return None
    return (_edit(module, _with_comment(source, where.start), end, ""),)


def _permit_fields(intent: PermitFields, module: Module) -> Edits:
    if not intent.fields:
        return None
    found = place(module, intent.where)
    node = exactly(found, intent.where, (Member, Name, Spread))
    entry = next((n for n in reversed(found.nodes) if isinstance(n, Entry)), None)
    spread = isinstance(node, Spread) or (entry is not None and entry.key is None and entry.value is node)
    base = node.value if isinstance(node, Spread) else node
    text = dotted(base)
    if node is None or not text:
        return None
    listed = ", ".join(f"{name}: {text}.{name}" for name in intent.fields)
    if spread and entry is not None:
        return (_edit(module, entry.start, entry.end, listed),)
    return (_edit(module, node.start, node.end, f"{{ {listed} }}"),)


def _read_from_environment(intent: ReadFromEnvironment, module: Module) -> Edits:
    source, start, end = module.source, intent.where.start, intent.where.end
    if source[start : start + 1] not in {b"'", b'"', b"`"} and source[start - 1 : start] in {b"'", b'"', b"`"}:
        start, end = start - 1, end + 1
    if source[start : start + 1] not in {b"'", b'"', b"`"}:
        return None
    text = f"process.env.{intent.name}"
    before = re.search(rb"process\.env\.(\w+)\s*(?:\|\||\?\?)\s*$", source[max(0, start - 120) : start])
    if before is not None:
        text = f"process.env.{before[1].decode()}"
        start -= len(before[0])
    if module.language != "javascript":
        text = f"{text} as string"
    return (_edit(module, start, end, text),)


_SPELLERS: Final[dict[type, Callable[[Any, Module], Edits]]] = {
    SetStatus: _set_status,
    AddReturn: _add_return,
    GuardNotFound: _guard_not_found,
    DropBody: _drop_body,
    HideError: _hide_error,
    ForwardErrors: _forward_errors,
    Rethrow: _rethrow,
    MoveBefore: _move_before,
    ChangeMethod: _change_method,
    CopyGuard: _copy_guard,
    CapLimit: _cap_limit,
    RestrictOrigins: _restrict_origins,
    DenyCredentials: _deny_credentials,
    MergeParams: _merge_params,
    DeleteStatement: _delete_statement,
    PermitFields: _permit_fields,
    ReadFromEnvironment: _read_from_environment,
}
