"""Fixes for ASP.NET Core: what an intent looks like in C#."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import (
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
    ReadFromEnvironment,
    RestrictOrigins,
    Rethrow,
    SetStatus,
)
from persona_lsp.flow.status import STATUS_TITLES
from persona_lsp.frameworks.aspnet.attributes import argument, classes, find, simple, type_name
from persona_lsp.frameworks.aspnet.controllers import RESULTS, VERBS, answered_type, is_controller
from persona_lsp.frameworks.aspnet.minimal import VERBS as MAPS
from persona_lsp.frameworks.aspnet.statuses import status_value
from persona_lsp.syntax.ir import (
    Call,
    CatchNode,
    ClassNode,
    FunctionNode,
    Jump,
    Lambda,
    Member,
    Module,
    ParamNode,
    Raise,
    Return,
    Str,
)
from persona_lsp.syntax.places import Place, exactly, indent_at, line_end, line_start, newline, place, unit

_PLAIN_TEXT: Final = '"Internal server error"'
_HELPERS: Final = {
    200: "Ok", 400: "BadRequest", 401: "Unauthorized", 404: "NotFound", 409: "Conflict", 422: "UnprocessableEntity",
}  # fmt: skip
_BARE: Final = {403: "Forbid", 401: "Unauthorized", 404: "NotFound", 204: "NoContent", 409: "Conflict"}
_NUMBERS: Final = frozenset({"int", "long", "short", "uint", "Int32", "Int64"})


def spell(intent: Intent, module: Module, facts: FileFacts) -> tuple[Edit, ...] | None:
    """The edits of an intent; None if there is no safe way to write it."""
    del facts
    match intent:
        case SetStatus(status=status):
            return _set_status(intent, status, module)
        case DropBody():
            return _drop_body(intent, module)
        case HideError():
            return _hide_error(intent, module)
        case GuardNotFound():
            return _guard(intent, module)
        case ForwardErrors(where=place) if module.source[place.start : place.end] == b"void":
            return (Edit(place.path, place.start, place.end, "Task"),)
        case Rethrow():
            return _rethrow(intent, module)
        case CapLimit(maximum=maximum):
            return _cap(intent, maximum, module)
        case CopyGuard(source=source) if source.startswith("["):
            return _copied(intent, source, module)
        case ChangeMethod(method=method):
            return _change_method(intent, method, module)
        case RestrictOrigins():
            return _restricted(intent, module)
        case DenyCredentials():
            return _denied(intent, module)
        case ReadFromEnvironment(name=name):
            return _environment(intent, name, module)
        case DeleteStatement():
            return _deleted(intent, module)
        case _:
            return None


def _edit(where: Where | Call | Str, module: Module, text: str) -> Edit:
    return Edit(module.path, where.start, where.end, text)


def _set_status(intent: Intent, status: int, module: Module) -> tuple[Edit, ...] | None:
    """Another status for `Ok(x)`, `StatusCode(400, x)`, `Results.Ok(x)`, `new ApiException(HttpStatusCode.NotFound)`."""
    found = place(module, intent.where)
    call = exactly(found, intent.where, Call)
    if not isinstance(call, Call):
        return None
    written = _written(status)
    given = next((a for a in (*call.args, *(k.value for k in call.kwargs)) if status_value(a)[0] is not None), None)
    if given is not None and (call.new or call.name in {"StatusCode", "Problem", "Json", "SendAsync"}):
        if isinstance(given, Member) and module.text(given).startswith("HttpStatusCode."):
            written = f"HttpStatusCode.{_pascal(status)}"
        return (Edit(module.path, given.start, given.end, written),) if written else None
    if call.new or not written or call.kwargs or len(call.args) > 1:
        return None
    body = module.text(call.args[0]) if call.args else ""
    owner = module.text(call.receiver) if call.receiver is not None else ""
    if owner == "TypedResults":
        return None  # its type says the status, too, and is declared elsewhere
    if owner == "Results":
        return (_edit(call, module, f"Results.Json({body}, statusCode: {written})"),) if body else None
    if owner not in {"", "this", "base"}:
        return None
    if body:
        text = f"{_HELPERS[status]}({body})" if status in _HELPERS else f"StatusCode({written}, {body})"
    else:
        text = f"{_BARE[status]}()" if status in _BARE else f"StatusCode({written})"
    return (_edit(call, module, text),)


def _written(status: int) -> str:
    name = _pascal(status)
    return f"StatusCodes.Status{status}{name}" if name else ""


def _pascal(status: int) -> str:
    return "".join(word.capitalize() for word in STATUS_TITLES.get(status, "").replace("-", " ").split())


def _drop_body(intent: Intent, module: Module) -> tuple[Edit, ...] | None:
    """`StatusCode(204, x)` is `StatusCode(204)`."""
    call = exactly(place(module, intent.where), intent.where, Call)
    if not isinstance(call, Call) or call.new or len(call.args) < 2 or call.name != "StatusCode":
        return None
    return (Edit(module.path, call.args[0].end, call.args[-1].end, ""),)


def _hide_error(intent: HideError, module: Module) -> tuple[Edit, ...] | None:
    found = place(module, intent.where)
    edits = [Edit(module.path, intent.where.start, intent.where.end, _PLAIN_TEXT)]
    logger = _logger(found)
    if intent.log and intent.variable and logger:
        statement = found.statement
        indent = indent_at(module.source, statement.start) if statement is not None else None
        if statement is None or indent is None:
            return None
        line = f'{logger}.LogError({intent.variable}, "Request failed");{newline(module.source)}{indent}'
        edits.append(Edit(module.path, statement.start, statement.start, line))
    return tuple(edits)


def _logger(found: Place) -> str:
    """The logger that the class or the function around has."""
    for node in reversed(found.nodes):
        if isinstance(node, FunctionNode):
            own = next((p.name for p in node.params if type_name(p.type) in {"ILogger", "Logger"}), "")
        elif isinstance(node, ClassNode):
            fields = sorted(node.fields, key=lambda f: "component" in f.modifiers)
            own = next((f.name for f in fields if type_name(f.type) in {"ILogger", "Logger"}), "")
        else:
            continue
        if own:
            return own
    return ""


def _guard(intent: GuardNotFound, module: Module) -> tuple[Edit, ...] | None:
    """`if (order is null) { return NotFound(); }` behind the lookup, where a result may be returned."""
    found = place(module, intent.where)
    function = found.function
    cls = next((n for n in reversed(found.nodes) if isinstance(n, ClassNode)), None)
    indent = indent_at(module.source, intent.where.start)
    if function is None or cls is None or indent is None or not intent.variable.isidentifier():
        return None
    if not is_controller(cls) or answered_type(function) not in RESULTS or function.passed_to:
        return None
    line, step = newline(module.source), unit(module.source)
    text = f"{line}{indent}if ({intent.variable} is null){line}{indent}{{{line}{indent}{step}return NotFound();{line}{indent}}}"
    return (Edit(module.path, intent.where.end, intent.where.end, text),)


def _rethrow(intent: Intent, module: Module) -> tuple[Edit, ...] | None:
    found = place(module, intent.where)
    catch = next((n for n in reversed(found.nodes) if isinstance(n, CatchNode)), None)
    if catch is not None and not catch.body:
        return _only_throw(catch.end, module)
    if catch is None or isinstance(catch.body[-1], Return | Raise | Jump):
        return None
    last = catch.body[-1]
    indent = indent_at(module.source, last.start)
    if indent is None:
        return None
    return (Edit(module.path, last.end, last.end, f"{newline(module.source)}{indent}throw;"),)


def _only_throw(end: int, module: Module) -> tuple[Edit, ...] | None:
    """`throw;` in a block that is empty but for a comment."""
    source = module.source
    closing = end - 1
    indent = indent_at(source, closing)
    if source[closing:end] != b"}" or indent is None:
        return None
    start = line_start(source, closing)
    return (Edit(module.path, start, start, f"{indent}{unit(source)}throw;{newline(source)}"),)


def _cap(intent: Intent, maximum: int, module: Module) -> tuple[Edit, ...] | None:
    """`[Range(1, 100)]` before a parameter of an action; data annotations are not checked for minimal endpoints."""
    for cls, method in _methods(module):
        for p in method.params:
            if not (p.start <= intent.where.start and intent.where.end <= p.end) or p.type is None:
                continue
            if type_name(p.type) not in _NUMBERS or find(cls.decorators, "ApiController") is None:
                return None
            return _ranged(p, maximum, module)
    return None


def _ranged(p: ParamNode, maximum: int, module: Module) -> tuple[Edit, ...] | None:
    known = find(p.decorators, "Range")
    if known is not None:
        value = argument(known, position=1)
        return (Edit(module.path, value.start, value.end, str(maximum)),) if value is not None else None
    if p.type is None:
        return None
    return (
        Edit(module.path, p.type.start, p.type.start, f"[Range(1, {maximum})] "),
        *_using(module, "System.ComponentModel.DataAnnotations"),
    )


def _using(module: Module, name: str) -> tuple[Edit, ...]:
    """A namespace of the system; a file without any is a fragment or has them elsewhere."""
    plain = [i for i in module.imports if i.local == "*"]
    if not plain or any(i.module == name for i in plain):
        return ()
    before = next((i for i in plain if not i.module.startswith("System")), None)  # those of the system come first
    line = newline(module.source)
    if before is not None:
        return (Edit(module.path, before.start, before.start, f"using {name};{line}"),)
    return (Edit(module.path, plain[-1].end, plain[-1].end, f"{line}using {name};"),)


def _methods(module: Module) -> Iterator[tuple[ClassNode, FunctionNode]]:
    for cls, _ in classes(module):
        for method in cls.methods:
            yield cls, method


def _method_at(module: Module, where: Where) -> tuple[ClassNode, FunctionNode] | None:
    held = [(c, m) for c, m in _methods(module) if m.outer_start <= where.start and where.end <= m.end]
    return max(held, key=lambda pair: pair[1].start, default=None)


def _copied(intent: Intent, source: str, module: Module) -> tuple[Edit, ...] | None:
    found = _method_at(module, intent.where)
    if found is None or source in module.source[found[1].outer_start : found[1].start].decode("utf-8", "replace"):
        return None
    at = found[1].start
    indent = indent_at(module.source, at)
    text = f"{source} " if indent is None else f"{source}{newline(module.source)}{indent}"
    return (Edit(module.path, at, at, text),)


def _change_method(intent: Intent, verb: str, module: Module) -> tuple[Edit, ...] | None:
    """`[HttpGet]` is `[HttpPost]`, `MapGet` is `MapPost`."""
    found = _method_at(module, intent.where)
    if found is not None:
        mapping = next((d for d in found[1].decorators if simple(d.name) in VERBS), None)
        other = next((name for name, method in VERBS.items() if method == verb), "")
        if mapping is not None and other and not found[1].passed_to:
            return (Edit(module.path, mapping.start, mapping.start + len(mapping.name), other),)
    held = place(module, intent.where)
    for node in reversed(held.nodes):
        if isinstance(node, Call) and node.name in MAPS and isinstance(node.func, Member):
            other = next((name for name, method in MAPS.items() if method == verb), "")
            at = node.func.name_start
            return (Edit(module.path, at, at + len(node.name), other),) if other else None
    return None


def _restricted(intent: Intent, module: Module) -> tuple[Edit, ...] | None:
    """`AllowAnyOrigin()` becomes a list from the configuration, where the file has one at hand."""
    text = module.source[intent.where.start : intent.where.end]
    if text.rstrip(b"()") != b"AllowAnyOrigin" or b"builder.Configuration" not in module.source:
        return None
    listed = 'WithOrigins(builder.Configuration.GetSection("Cors:Origins").Get<string[]>() ?? [])'
    return (Edit(module.path, intent.where.start, intent.where.end, listed),)


def _denied(intent: Intent, module: Module) -> tuple[Edit, ...] | None:
    text = module.source[intent.where.start : intent.where.end]
    if text != b"AllowCredentials()":
        return None
    return (Edit(module.path, intent.where.start, intent.where.end, "DisallowCredentials()"),)


def _environment(intent: Intent, name: str, module: Module) -> tuple[Edit, ...] | None:
    """A constant and an attribute take constants only, so a literal there has to be moved by hand."""
    found = place(module, intent.where)
    literal = exactly(found, intent.where, Str)
    if not name or not isinstance(literal, Str) or literal.value is None:
        return None
    held = next(
        (n for n in reversed(found.nodes) if hasattr(n, "modifiers") and not isinstance(n, ClassNode | Lambda)), None
    )
    words = held.modifiers if held is not None else ()
    if (
        "const" in words
        or getattr(found.statement, "const", False)
        or any(type(n).__name__ == "Decorator" for n in found.nodes)
    ):
        return None
    return (_edit(literal, module, f'Environment.GetEnvironmentVariable("{name}")'),)


def _deleted(intent: Intent, module: Module) -> tuple[Edit, ...] | None:
    """The whole method with its lines and the empty line before it, or the whole statement."""
    source = module.source
    start, end = line_start(source, intent.where.start), line_end(source, intent.where.end)
    if source[start : intent.where.start].strip() or source[intent.where.end : end].strip(b" \t\r\n;"):
        return None
    before = line_start(source, max(start - 1, 0))
    if not source[before:start].strip():
        start = before
    return (Edit(module.path, start, end, ""),)
