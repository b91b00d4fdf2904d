"""Fixes, spelled as edits of Go code in the words of its frameworks."""

import re
from collections.abc import Callable
from typing import Any, Final

from persona_lsp.facts.code import FileFacts
from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import (
    AddReturn,
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
from persona_lsp.flow.whole_lines import delete_statement, move_before
from persona_lsp.frameworks.golang.dialects import VERBS
from persona_lsp.frameworks.golang.handlers import CONTEXTS
from persona_lsp.syntax.ir import Assign, Call, Const, Do, FunctionNode, Items, Member, Module, Name, dotted
from persona_lsp.syntax.places import exactly, indent_at, line_start, newline, place
from persona_lsp.text.patterns import lazy

Edits = tuple[Edit, ...] | None

_STATUSES: Final = {
    200: "StatusOK", 201: "StatusCreated", 202: "StatusAccepted", 204: "StatusNoContent", 400: "StatusBadRequest",
    401: "StatusUnauthorized", 403: "StatusForbidden", 404: "StatusNotFound", 405: "StatusMethodNotAllowed",
    409: "StatusConflict", 410: "StatusGone", 422: "StatusUnprocessableEntity", 429: "StatusTooManyRequests",
    500: "StatusInternalServerError",
}  # fmt: skip
_EMPTY: Final = {"gin.Context": "Status", "echo.Context": "NoContent"}
_FIBER: Final = "fiber.Ctx"
_VERB: Final = lazy(rb"[A-Za-z]+")
_HIDDEN: Final = '"internal error"'


def spell(intent: Intent, module: Module, _facts: FileFacts) -> Edits:
    """The edits of a fix, None when it cannot be spelled here."""
    speller = _SPELLERS.get(type(intent)) if module.language == "go" else None
    return speller(intent, module) if speller is not None else None


def _edit(module: Module, start: int, end: int, text: str) -> Edit:
    return Edit(module.path, start, end, text)


def _context(function: FunctionNode | None) -> tuple[str, str]:
    """(name, type) of the context or the writer that the function answers through."""
    for param in function.params if function is not None else ():
        kind = dotted(param.type)
        if kind in CONTEXTS or kind == "http.ResponseWriter":
            return param.name, kind
    return "", ""


def _set_status(intent: SetStatus, module: Module) -> Edits:
    """The answer carries another status."""
    found = place(module, intent.where)
    call = exactly(found, intent.where, Call)
    name, kind = _context(found.function)
    constant = _STATUSES.get(intent.status)
    if call is None or constant is None or not name:
        return None
    given = _status_argument(call)
    if given is not None:
        if isinstance(given, Member):
            return (_edit(module, given.name_start, given.end, constant),)
        return (_edit(module, given.start, given.end, str(intent.status)),)
    package = kind.partition(".")[0] if kind == _FIBER else "http"
    if kind == _FIBER and isinstance(call.func, Member) and isinstance(call.func.base, Name):
        return (_edit(module, call.func.base.end, call.func.base.end, f".Status({package}.{constant})"),)
    if kind == "http.ResponseWriter":
        return _header(intent, module, name, constant)
    return None


def _status_argument(call: Call) -> Any:
    node: Any = call
    while isinstance(node, Call):
        for arg in node.args:
            if isinstance(arg, Const) and isinstance(arg.value, int) and 100 <= arg.value <= 599:
                return arg
            if isinstance(arg, Member) and arg.name.startswith("Status"):
                return arg
        node = node.receiver
    return None


def _header(intent: SetStatus, module: Module, writer: str, constant: str) -> Edits:
    """`w.WriteHeader(http.StatusCreated)` in front of what writes the body, or in place of what was written there."""
    found = place(module, intent.where)
    statement = found.statement
    source = module.source
    if statement is None or b'"net/http"' not in source:
        return None
    written = re.compile(rb"\b" + writer.encode() + rb"\.WriteHeader\(([\w.]+)\)")
    function = found.function
    before = list(written.finditer(source, function.body_start if function else 0, statement.start))
    if before:
        last = before[-1]
        return (_edit(module, last.start(1), last.end(1), f"http.{constant}"),)
    indent = indent_at(source, statement.start)
    if indent is None:
        return None
    line = f"{writer}.WriteHeader(http.{constant}){newline(source)}{indent}"
    return (_edit(module, statement.start, statement.start, line),)


def _add_return(intent: AddReturn, module: Module) -> Edits:
    """The handler ends with the answer."""
    found = place(module, intent.where)
    statement = exactly(found, intent.where, Do)
    if statement is None:
        return None
    function = found.function
    if function is not None and function.returns is not None:
        return (
            (_edit(module, statement.start, statement.start, "return "),)
            if dotted(function.returns) == "error"
            else None
        )
    indent = indent_at(module.source, statement.start)
    if indent is None:
        return None
    return (_edit(module, statement.end, statement.end, f"{newline(module.source)}{indent}return"),)


def _drop_body(intent: DropBody, module: Module) -> Edits:
    """`c.JSON(204, x)` is `c.Status(204)`."""
    found = place(module, intent.where)
    call = exactly(found, intent.where, Call)
    name, kind = _context(found.function)
    if call is None or not isinstance(call.func, Member) or not name:
        return None
    status = _status_argument(call)
    if status is None:
        return None
    word = _EMPTY.get(kind)
    if word is not None and call.args and call.args[0] is status:
        return (_edit(module, call.func.name_start, call.end, f"{word}({module.text(status)})"),)
    if kind == _FIBER:
        return (_edit(module, call.start, call.end, f"{name}.SendStatus({module.text(status)})"),)
    return None


def _hide_error(intent: HideError, module: Module) -> Edits:
    """A plain text goes out; the failure goes to the log, where the file has one."""
    where = intent.where
    shown = module.source[where.start : where.end].decode("utf-8", "replace")
    if not shown.endswith(".Error()"):
        return None  # whether `fmt` is still needed without it, the compiler would have to say
    hidden = _edit(module, where.start, where.end, _HIDDEN)
    if not intent.log:
        return (hidden,)
    imported = {i.local: i.module for i in module.imports}
    statement = place(module, where).statement
    indent = indent_at(module.source, statement.start) if statement is not None else None
    if imported.get("log") != "log" or statement is None or indent is None:
        return None
    line = f"log.Println({intent.variable or shown.removesuffix('.Error()')}){newline(module.source)}{indent}"
    return (_edit(module, statement.start, statement.start, line), hidden)


def _rethrow(intent: Rethrow, module: Module) -> Edits:
    """At the end of what deals with the failure: it is answered, or handed to the caller."""
    where, source = intent.where, module.source
    function = place(module, where).function
    indent = indent_at(source, where.start)
    if function is None or indent is None or not source[where.start : where.end].strip():
        return None
    line = newline(source)
    if function.returns is not None:
        handed = dotted(function.returns) == "error" and intent.variable.isidentifier() and _context(function)[0]
        return (_edit(module, where.end, where.end, f"{line}{indent}return {intent.variable}"),) if handed else None
    answer = _answer(function, 500, module)
    return (_edit(module, where.end, where.end, "".join(f"{line}{indent}{one}" for one in answer)),) if answer else None


def _guard_not_found(intent: GuardNotFound, module: Module) -> Edits:
    """`if db.First(&book, id).RowsAffected == 0 { ... }`: GORM counts what it found."""
    found = place(module, intent.where)
    statement = found.statement
    indent = indent_at(module.source, statement.start) if statement is not None else None
    answer = _answer(found.function, 404, module)
    if not isinstance(statement, Do) or indent is None or not answer or b"gorm" not in module.source:
        return None
    line, step = newline(module.source), _step(module.source)
    inside = "".join(f"{line}{indent}{step}{one}" for one in answer)
    return (
        _edit(module, statement.start, statement.start, "if "),
        _edit(module, statement.end, statement.end, f".RowsAffected == 0 {{{inside}{line}{indent}}}"),
    )


def _answer(function: FunctionNode | None, status: int, module: Module) -> tuple[str, ...]:
    """The statements with which a handler answers a failure and ends; none where its type does not tell."""
    name, kind = _context(function)
    if function is None or not name:
        return ()
    constant = f"http.{_STATUSES[status]}"
    if function.returns is not None:
        package = {"echo.Context": "echo", _FIBER: "fiber"}.get(kind)
        error = {404: "ErrNotFound", 500: "ErrInternalServerError"}[status]
        return (f"return {package}.{error}",) if package and dotted(function.returns) == "error" else ()
    if b'"net/http"' not in module.source:
        return ()
    if kind == "http.ResponseWriter":
        text = {404: '"not found"', 500: _HIDDEN}[status]
        return (f"http.Error({name}, {text}, {constant})", "return")
    return (f"{name}.AbortWithStatus({constant})", "return") if kind == "gin.Context" else ()


def _step(source: bytes) -> str:
    return "\t" if b"\n\t" in source else "    "


def _cap_limit(intent: CapLimit, module: Module) -> Edits:
    """`if limit > 100 { limit = 100 }` in front of the statement that asks for so many rows."""
    found = place(module, intent.where)
    read = next((n for n in reversed(found.nodes) if isinstance(n, Assign)), None)
    first = read.targets[0] if read is not None else None
    target = first.items[0] if isinstance(first, Items) and first.items else first
    if found.function is None or read is None or not isinstance(target, Name):
        return None
    name, source = target.id, module.source
    used = re.compile(rb"\.Limit\(" + name.encode() + rb"\)")
    match = used.search(source, read.end, found.function.end)
    statement = (
        place(module, type(intent.where)(module.path, match.start() + 1, match.end())).statement if match else None
    )
    indent = indent_at(source, statement.start) if statement is not None else None
    if statement is None or indent is None:
        return None
    line, step = newline(source), _step(source)
    test = f"if {name} > {intent.maximum} {{{line}{indent}{step}{name} = {intent.maximum}{line}{indent}}}{line}{indent}"
    return (_edit(module, statement.start, statement.start, test),)


def _change_method(intent: ChangeMethod, module: Module) -> Edits:
    match = _VERB.match(module.source, intent.where.start)
    word = match[0].decode() if match is not None else ""
    if match is None or word not in VERBS or VERBS[word] == "ANY":
        return None
    method = intent.method.upper() if word.isupper() else intent.method.title()
    return (_edit(module, match.start(), match.end(), method),)


def _copy_guard(intent: CopyGuard, module: Module) -> Edits:
    """The guard of a sibling, beside the handler: before it in Gin and Fiber, behind it in Echo, `With` in chi."""
    if intent.target.path not in {"", module.path} or not re.match(r"[\w.]+(?:\(.*\))?$", intent.source):
        return None
    found = place(module, intent.where)
    call = next(
        (n for n in reversed(found.nodes) if isinstance(n, Call) and isinstance(n.func, Member) and n.func.name_start == intent.where.start),
        None,
    )  # fmt: skip
    if call is None or len(call.args) < 2 or intent.source in module.text(call):
        return None
    source = module.source
    if b"labstack/echo" in source:
        return (_edit(module, call.args[-1].end, call.args[-1].end, f", {intent.source}"),)
    if b"gin-gonic/gin" in source or b"gofiber/fiber" in source:
        return (_edit(module, call.args[0].end, call.args[0].end, f", {intent.source}"),)
    if b"/chi" in source and isinstance(call.func, Member):
        return (_edit(module, call.func.base.end, call.func.base.end, f".With({intent.source})"),)
    return None


def _read_from_environment(intent: ReadFromEnvironment, module: Module) -> Edits:
    """Where `os` is at hand and nothing wants a constant."""
    where = intent.where
    line = module.source[line_start(module.source, where.start) : where.start]
    if {i.local: i.module for i in module.imports}.get("os") != "os" or re.search(rb"\bconst\b", line):
        return None
    found = place(module, where)
    if found.function is None and re.search(
        rb"^const\s*\((?:(?!^\)).)*\Z", module.source[: where.start], re.MULTILINE | re.DOTALL
    ):
        return None
    return (_edit(module, where.start, where.end, f'os.Getenv("{intent.name}")'),)


def _deny_credentials(intent: DenyCredentials, module: Module) -> Edits:
    """`AllowCredentials: false`."""
    return (_edit(module, intent.where.start, intent.where.end, "false"),)


_SPELLERS: Final[dict[type, Callable[[Any, Module], Edits]]] = {
    SetStatus: _set_status,
    AddReturn: _add_return,
    DropBody: _drop_body,
    HideError: _hide_error,
    Rethrow: _rethrow,
    GuardNotFound: _guard_not_found,
    CapLimit: _cap_limit,
    ChangeMethod: _change_method,
    CopyGuard: _copy_guard,
    MoveBefore: move_before,
    DenyCredentials: _deny_credentials,
    DeleteStatement: delete_statement,
    ReadFromEnvironment: _read_from_environment,
}
