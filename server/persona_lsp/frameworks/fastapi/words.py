"""What FastAPI's and Starlette's words mean inside functions."""

import re
from functools import lru_cache
from typing import Final

from persona_lsp.flow.status import status_of
from persona_lsp.flow.vocabulary import Answer, Handling, Read, Scope, Thrown, Vocabulary
from persona_lsp.frameworks.fastapi.guards import kind_of
from persona_lsp.frameworks.fastapi.names import PACKAGES, detects, from_fastapi
from persona_lsp.frameworks.fastapi.registration import path_params
from persona_lsp.frameworks.fastapi.routes import found_in
from persona_lsp.frameworks.fastapi.signature import DEPENDS, MARKERS, Signature, signature, type_name
from persona_lsp.syntax.ir import (
    AnyExpr,
    Await,
    Binary,
    Call,
    ClassNode,
    Const,
    FunctionNode,
    Index,
    Member,
    Module,
    Name,
    Node,
    Str,
    dotted,
)
from persona_lsp.syntax.python_names import Names, names_of, ref_name
from persona_lsp.text.patterns import Words, lazy

_PACKAGES: Final = frozenset({*PACKAGES, "sse_starlette"})
_RESPONSES: Final = {
    "JSONResponse": "", "ORJSONResponse": "", "UJSONResponse": "", "Response": "", "HTMLResponse": "html",
    "PlainTextResponse": "string", "RedirectResponse": "redirect", "StreamingResponse": "stream",
    "FileResponse": "file", "EventSourceResponse": "stream",
}  # fmt: skip
_REDIRECT: Final = 307
_HTTP_ERRORS: Final = frozenset({"HTTPException", "WebSocketException", "StarletteHTTPException"})
_VALIDATION: Final = {"RequestValidationError": 422}
_PRINCIPAL: Final = lazy(
    r"^(?:current_\w+|\w*current_user\w*|user|auth_user|authed_user|principal|identity|requester|caller|token_data|me)$"
)
_PLACES: Final = {
    "query_params": "query", "path_params": "path", "headers": "header", "cookies": "cookie",
}  # fmt: skip
_BODIES: Final = {"json": "body", "body": "body", "form": "form", "stream": "body"}
_SOCKETS: Final = frozenset({"websocket", "websocket_route"})
_WORD: Final = lazy(rb"\b(?:Depends|Security|Query|Header|Cookie|Path|Body|Form|File)\b")


def handling(function: FunctionNode, cls: ClassNode | None, module: Module) -> Handling | None:
    """Handlers by their decorator or registration; dependencies by the words in their signature."""
    if not detects(module):
        return None
    names = names_of(module)
    found = found_in(module)
    if function.start in found.handled:
        return _handler(function, found.handled[function.start], names)
    if function.start in found.failing or _is_error_handler(function):
        return _error_handler(function)
    if any(d.call is not None and d.name.rsplit(".", 1)[-1] in _SOCKETS for d in function.decorators):
        declared = signature(function.params, names)
        return Handling(
            kind="socket", returns_answer=False, inputs=dict(declared.inputs), request=_special(declared, "WebSocket"),
            validated=declared.validated,
        )  # fmt: skip  # one line says it all
    if any(d.call is not None and d.name.endswith(".middleware") for d in function.decorators):
        return _plain(function, "middleware")
    if cls is not None and function.name == "dispatch":
        return _plain(function, "middleware")
    if cls is not None and _is_asgi(function):
        return Handling(kind="middleware", returns_answer=False)
    registration = _registrations(module).get(function.name) if function.name else None
    if registration == "handler":
        return _handler(function, None, names)
    if registration == "dependency" or _WORD.search(module.source, function.start, function.body_start) is not None:
        declared = signature(function.params, names)
        if registration == "dependency" or declared.marked:
            return Handling(
                kind="dependency", inputs=dict(declared.inputs), request=_special(declared, "Request"),
                response=_special(declared, "Response"), validated=declared.validated, passing="return",
            )  # fmt: skip  # one line says it all
    return None


def _is_asgi(function: FunctionNode) -> bool:
    """`async def __call__(self, scope, receive, send)`: middleware without Starlette's base."""
    return function.name == "__call__" and {"scope", "receive", "send"} <= {p.name for p in function.params}


def _is_error_handler(function: FunctionNode) -> bool:
    """`def on_error(request: Request, error: AppError)`: it may be registered in another file."""
    params = [p for p in function.params if p.kind != "self"]
    return (
        len(params) == 2
        and type_name(params[0].type) == "Request"
        and type_name(params[1].type).endswith(("Exception", "Error"))
    )


def _handler(function: FunctionNode, call: Call | None, names: Names) -> Handling:
    path = (call.args[0] if call.args else call.kwarg("path")) if call is not None else None
    text = "".join(p for p in path.parts if isinstance(p, str)) if isinstance(path, Str) else ""
    declared = signature(function.params, names, path_params((text,)))
    given = call.kwarg("status_code") if call is not None else None
    status: int | None = 200
    if given is not None and not (isinstance(given, Const) and given.value is None):
        known = status_of(names.values.get(given.id, given) if isinstance(given, Name) else given)
        status = known[0] if known is not None else None
    if _returns_response(function, names):
        status = None  # what it answers is said by what it makes, here or elsewhere
    for name in _special(declared, "Response"):
        if re.search(
            rb"\b%s\.status_code\s*=" % re.escape(name.encode()), names.module.source[function.start : function.end]
        ):
            status = None
    return Handling(
        kind="handler",
        returns_answer=True,
        default_status=status,
        inputs=dict(declared.inputs),
        request=_special(declared, "Request"),
        response=_special(declared, "Response"),
        validated=declared.validated,
    )


def _returns_response(function: FunctionNode, names: Names) -> bool:
    """The annotation says that the function makes the response itself."""
    pending = [function.returns]
    while pending:
        part = pending.pop()
        if isinstance(part, Binary):
            pending += [part.left, part.right]
        elif isinstance(part, Index):
            pending += part.keys
        elif isinstance(part, Name | Member) and from_fastapi(part, names).endswith("Response"):
            return True
    return False


def _error_handler(function: FunctionNode) -> Handling:
    names = [p.name for p in function.params if p.kind != "self"]
    inputs = {names[1]: "error"} if len(names) > 1 else {}
    return Handling(
        kind="error-handler", returns_answer=True, default_status=None, inputs=inputs, request=tuple(names[:1])
    )


def _plain(function: FunctionNode, kind: str) -> Handling:
    names = [p.name for p in function.params if p.kind != "self"]
    return Handling(kind=kind, returns_answer=False, request=tuple(names[:1]), forward=tuple(names[1:2]))


def _special(declared: Signature, kind: str) -> tuple[str, ...]:
    return tuple(n for n, k in declared.special.items() if k == kind)


_REGISTERED: Final = lazy(
    rb"(add_api_route|\bRoute|add_route|APIRoute|add_exception_handler|Depends|Security)\(\s*"
    rb"(?:[^(),]*,\s*)?(?:endpoint=|handler=|dependency=)?(?:self\.)?([A-Za-z_]\w*)\s*[,)]"
)
_ROLES: Final = {b"add_exception_handler": "error-handler", b"Depends": "dependency", b"Security": "dependency"}


@lru_cache(maxsize=4)
def _registrations(module: Module) -> dict[str, str]:
    """Functions of the file that are registered by a call: name -> what as. Trees are compared by identity."""
    return {m[2].decode(): _ROLES.get(m[1], "handler") for m in _REGISTERED.finditer(module.source)}


def _imported_from(expr: AnyExpr, scope: Scope) -> str:
    """The name of something of FastAPI or Starlette, "" for anything else."""
    name = dotted(expr)
    root, _, rest = name.partition(".")
    found = scope.imported(root) if root else None
    if found is None:
        return ""
    module, given = found
    if module.split(".", 1)[0] not in _PACKAGES:
        return ""
    return rest.rsplit(".", 1)[-1] if rest else given


_FAILED: Final = 400


def answer(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`JSONResponse(status_code=404, content=...)`, `RedirectResponse(...)`, `templates.TemplateResponse(...)`."""
    if not isinstance(expr, Call):
        return None
    if expr.name == "TemplateResponse":
        known, node, unknown = _status(expr.kwarg("status_code"), 200)
        return Answer(known, unknown, node, None, "html", sends=False)
    name = _imported_from(expr.func, scope)
    kind = _RESPONSES.get(name)
    if kind is None:
        given = expr.kwarg("status_code") if "Response" in expr.name and expr.name[:1].isupper() else None
        known, node, unknown = _status(given, 200)
        fails = unknown or (known or 200) >= _FAILED
        # A class of the project's own: the status is that of the answer, or a field of what is answered.
        return Answer(None, True, node, expr.kwarg("content"), "", sends=False) if fails else None
    body = expr.args[0] if expr.args else expr.kwarg("content")
    given = expr.kwarg("status_code") or (expr.args[1] if len(expr.args) > 1 else None)
    known, node, unknown = _status(given, _REDIRECT if kind == "redirect" else 200)
    if isinstance(body, Const) and body.value is None:
        body = None
    if not kind and body is None:
        kind = "none"
    return Answer(known, unknown, node, body, kind, sends=False, streaming=kind == "stream")


def _status(given: AnyExpr | None, default: int) -> tuple[int | None, Node | None, bool]:
    if given is None:
        return default, None, False
    known = status_of(given)
    return (known[0], known[1], False) if known is not None else (None, None, True)


def thrown(expr: AnyExpr, scope: Scope) -> Thrown | None:
    """`raise HTTPException(404, "...")`, also when it was made before."""
    raised = expr
    if isinstance(expr, Call) and not _is_raised(expr, scope):
        return None
    if isinstance(expr, Name | Member):
        value = scope.assigned(dotted(expr))
        if not isinstance(value, Call):
            return None
        raised = value
    if not isinstance(raised, Call):
        return None
    name = _imported_from(raised.func, scope)
    if name in _VALIDATION:
        return Thrown(name, _VALIDATION[name])
    if name not in _HTTP_ERRORS:
        return None
    given = raised.args[0] if raised.args else raised.kwarg("status_code")
    detail = raised.args[1] if len(raised.args) > 1 else raised.kwarg("detail")
    known = status_of(given)
    return Thrown(dotted(raised.func), known[0] if known else None, known[1] if known else given, detail)


def _is_raised(call: Call, scope: Scope) -> bool:
    before = scope.module.source[max(0, call.start - 40) : call.start].rstrip()
    return before.endswith((b"raise", b"raise ("))


def read(expr: AnyExpr, scope: Scope) -> Read | None:
    """`request.query_params["q"]`, `request.headers.get("x")`, `await request.json()`."""
    match expr:
        case Index(base=Member(base=base, name=name), keys=(key,)) if name in _PLACES and _is_request(base, scope):
            return Read(_PLACES[name], key.value or "" if isinstance(key, Str) else "", key)
        case Call(func=Member(base=Member(base=base, name=name), name="get" | "getlist"), args=(key, *rest)) if (
            name in _PLACES and _is_request(base, scope)
        ):
            return Read(_PLACES[name], key.value or "" if isinstance(key, Str) else "", key, bool(rest))
        case Call(func=Member(base=base, name=name)) if name in _BODIES and _is_request(base, scope):
            return Read(_BODIES[name], "", expr)
        case _:
            return None


def _is_request(expr: AnyExpr, scope: Scope) -> bool:
    if not isinstance(expr, Name):
        return False
    if scope.handling is not None and expr.id in scope.handling.request:
        return True
    if scope.type_of(expr) != "Request":
        return False
    found = scope.imported("Request")
    return found is not None and found[0].split(".", 1)[0] in PACKAGES


def principal(expr: AnyExpr, scope: Scope) -> bool:
    """`request.user`, `request.state.user`, and parameters that hold the caller (`current_user`)."""
    match expr:
        case Member(base=base, name="user" | "auth") if _is_request(base, scope):
            return True
        case Member(base=Name(id="self"), name="user" | "current_user"):
            return scope.handling is not None and scope.handling.kind == "handler"
        case Member(base=Member(base=base, name="state"), name=name) if _PRINCIPAL.match(name):
            return _is_request(base, scope)
        case Name(id=name):
            for param in scope.function.params:
                if param.name == name:
                    return _holds_caller(param.type, param.default, name)
            return False
        case Await(value=value):
            return principal(value, scope)
        case _:
            return False


def _holds_caller(declared: AnyExpr | None, default: AnyExpr | None, name: str) -> bool:
    made = [default]
    if isinstance(declared, Index):
        made.extend(declared.keys)
    for item in made:
        if isinstance(item, Call) and item.name in DEPENDS:
            target = item.args[0] if item.args else item.kwarg("dependency")
            return kind_of(ref_name(target)) is not None or _PRINCIPAL.match(name) is not None
    if isinstance(default, Call) and default.name in MARKERS:
        return False
    simple = type_name(declared)
    return (simple.startswith("Current") and default is None) or (
        _PRINCIPAL.match(name) is not None and name.startswith("current_") and declared is not None
    )


def silent(module: Module) -> tuple[str, ...]:
    """What is thrown must be imported; what is read, too, or be given to something that serves."""
    if detects(module):
        return ()
    return ("thrown", "read") if _CALLERS.within(module.source) else ("thrown", "read", "principal")


_CALLERS: Final = Words(b"urrent", b".user", b".auth", b".state", *(name.encode() for name in DEPENDS))
"""One of them stands in every file that has the caller of a request, or a parameter that holds it."""


WORDS: Final = Vocabulary(
    framework="fastapi",
    languages=("python",),
    handling=handling,
    answer=answer,
    thrown=thrown,
    read=read,
    principal=principal,
    silent=silent,
    triggers=(
        "Response",
        "HTTPException",
        "request.",
        "Depends",
        "current_user",
        ".headers",
        ".query_params",
        ".cookies",
    ),
)
