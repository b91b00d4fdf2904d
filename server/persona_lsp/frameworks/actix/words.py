"""What actix-web's words mean inside functions."""

from functools import lru_cache
from typing import Final

from persona_lsp.facts.http import GuardKind
from persona_lsp.flow.rust.names import Unit, last_name, rust_file, unwrapped
from persona_lsp.flow.rust.signatures import Extractors, asks_who_calls, may_handle
from persona_lsp.flow.rust.words import handler, is_part, principal, read, status_in, thrown
from persona_lsp.flow.status import status_named, status_of
from persona_lsp.flow.vocabulary import Answer, Handling, Read, Scope, Vocabulary
from persona_lsp.frameworks.actix.routes import found_in
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    ClassNode,
    Const,
    FunctionNode,
    Items,
    Member,
    Module,
    Name,
    Str,
    dotted,
)

EXTRACTORS: Final = Extractors(
    places={
        "Path": "path", "Query": "query", "QsQuery": "query", "Json": "body", "Form": "form", "Bytes": "body",
        "Payload": "body", "Multipart": "body", "MultipartForm": "body", "String": "body", "Header": "header",
    },
    silent=frozenset(
        {
            "Data", "ReqData", "HttpRequest", "State", "ConnectionInfo", "PeerAddr", "Method", "Uri", "ServiceRequest",
            "ThinData", "ServiceConfig", "GQLRequest", "GraphQLRequest", "IncomingFlashMessages", "Session", "AppData",
            "RequestHead", "Extensions", "HttpServer", "Next", "RealIp",
        }
    ),
    method="from_request",
    packages=("actix_web",),
    guards={
        "BearerAuth": GuardKind.AUTHN, "BasicAuth": GuardKind.AUTHN, "Identity": GuardKind.AUTHN,
        "JwtClaims": GuardKind.AUTHN,
    },
    validating=frozenset({"ValidatedJson"}),
)  # fmt: skip
_RESPONSES: Final = frozenset({"HttpResponse", "HttpResponseBuilder"})
_BODIES: Final = frozenset({"json", "body", "finish", "streaming", "message_body", "await_body", "protobuf"})
_ANSWERS: Final = frozenset(
    {"HttpResponse", "Responder", "Json", "Redirect", "NamedFile", "CustomizeResponder", "Either"}
)


@lru_cache(maxsize=8)
def detects(module: Module) -> bool:
    """The file mentions actix, or has its words and no other framework's."""
    source = module.source
    if b"actix" in source:
        return True
    return (
        b"axum" not in source
        and b"rocket" not in source
        and (b"HttpResponse::" in source or b"ServiceConfig" in source)
    )


def handling(function: FunctionNode, cls: ClassNode | None, module: Module) -> Handling | None:
    """Handlers by their attribute, their extractors or what they give; extractors and middleware by their names."""
    if not detects(module):
        return None
    names = {last_name(unwrapped(p.type)) for p in function.params}
    for param in function.params:
        if isinstance(param.type, Items):
            names |= {last_name(unwrapped(t)) for t in param.type.items}
    if "Next" in names or (function.name == "call" and "ServiceRequest" in names):
        forward = tuple(p.name for p in function.params if last_name(p.type) == "Next")
        return Handling(kind="middleware", request=tuple(p.name for p in function.params if last_name(p.type) == "ServiceRequest"), forward=forward)  # fmt: skip
    if "ServiceRequest" in names:
        return Handling(kind="middleware", request=tuple(p.name for p in function.params if last_name(p.type) == "ServiceRequest"))  # fmt: skip
    if function.name == "from_request":
        return Handling(kind="dependency", request=("req", "request"))
    if function.name in ("error_response", "status_code"):
        return Handling(kind="error-handler", returns_answer=True, default_status=None)
    file = rust_file(module)
    unit = Unit(function.name, function, cls)
    if not function.name:
        registered = any(start == function.start for start, _ in found_in(module).inline)
        return handler(unit, file, EXTRACTORS) if registered else None
    if names & _TAKEN or _answers(function.returns):
        return handler(unit, file, EXTRACTORS)
    if function.start in _registered(module) or (may_handle(unit, file) and asks_who_calls(function)):
        return handler(unit, file, EXTRACTORS)
    return None


@lru_cache(maxsize=4)
def _registered(module: Module) -> frozenset[int]:
    """Starts of the functions that routes of the file name, or that are routes themselves."""
    routes = found_in(module).routes
    named = {r.handler.name if r.handler is not None else r.handler_key for r in routes}
    return frozenset(u.node.start for u in rust_file(module).units if u.key in named)


_TAKEN: Final = (frozenset(EXTRACTORS.places) | {"Data", "HttpRequest"}) - {"String", "Bytes"}


def _answers(returns: AnyExpr | None) -> bool:
    inner = unwrapped(returns)
    return last_name(inner) in _ANSWERS


def answer(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`HttpResponse::Created().json(x)`, `HttpResponse::build(status)`, `web::Json(x)`, `Redirect::to("/x")`."""
    match expr:
        case Call(
            func=Member(name="into" | "map_into_boxed_body" | "map_into_left_body", base=Call() as inner), args=()
        ):
            return answer(inner, scope)
        case Call():
            built = _built(expr)
            if built is not None:
                return built
            if is_part(expr, scope):
                return None
            return _plain(expr)
        case Items(items=(first, second), kind="tuple"):
            known = status_in(second)
            if known is None:
                return None
            made = _plain(first) if isinstance(first, Call) else None
            return Answer(known[0], False, known[1], made.body if made is not None else first, sends=False)
        case _:
            return None


def _plain(expr: Call) -> Answer | None:
    owner = dotted(expr.func.base).rsplit(".", 1)[-1] if isinstance(expr.func, Member) else ""
    if expr.name == "Json" and expr.args:
        return Answer(body=expr.args[0], sends=False)
    if owner == "Redirect" and expr.name == "to":
        return Answer(307, body=expr.args[0] if expr.args else None, body_kind="redirect", sends=False)
    if expr.name == "with_status" and expr.args and isinstance(expr.func, Member):
        known = status_in(expr.args[0])
        held = expr.func.base
        while isinstance(held, Call) and isinstance(held.func, Member) and held.name in ("customize", "respond_to"):
            held = held.func.base
        inner = _plain(held) if isinstance(held, Call) else None
        return Answer(known[0] if known else None, known is None, known[1] if known else None, inner.body if inner else None, sends=False)  # fmt: skip
    if expr.name == "error_response" and isinstance(expr.func, Member):
        return Answer(status_unknown=True, sends=False)
    return None


def _built(expr: Call) -> Answer | None:
    """A chain that begins with `HttpResponse`."""
    body: AnyExpr | None = None
    ended = ""
    node: AnyExpr = expr
    status: AnyExpr | None = None
    while isinstance(node, Call) and isinstance(node.func, Member):
        name = node.name
        owner = last_name(node.func.base) if isinstance(node.func.base, Name | Member) else ""
        if owner in _RESPONSES:
            return _began(node, name, body, ended, status)
        if name in _BODIES and not ended:
            ended, body = name, node.args[0] if node.args else None
        elif name == "status" and node.args:
            status = node.args[0]
        node = node.func.base
    return None


def _began(node: Call, name: str, body: AnyExpr | None, ended: str, given: AnyExpr | None) -> Answer | None:
    if isinstance(body, Const) and body.value is None:
        body = None
    kind = "none" if ended in ("", "finish") and body is None else "stream" if ended == "streaming" else ""
    if given is None and name in ("build", "new", "with_body") and node.args:
        given = node.args[0]
        body = node.args[1] if name == "with_body" and len(node.args) > 1 else body
    if given is not None:
        known = status_in(given) or status_of(given)
        return Answer(known[0] if known else None, known is None, known[1] if known else None, body, kind, sends=False)
    code = status_named(name)
    if code is None:
        return Answer(status_unknown=True, body=body, body_kind=kind, sends=False) if name == "from_error" else None
    at = node.func if isinstance(node.func, Member) else node
    return Answer(code, False, at, body, "redirect" if 300 <= code < 400 and body is None else kind, sends=False)


def _read(expr: AnyExpr, scope: Scope) -> Read | None:
    """`req.match_info().get("id")`, and the headers that all frameworks of Rust read alike."""
    if isinstance(expr, Call) and expr.name in ("get", "query", "load") and isinstance(expr.func, Member):
        base = expr.func.base
        if isinstance(base, Call) and base.name == "match_info" and expr.args and isinstance(expr.args[0], Str):
            return Read("path", expr.args[0].value or "", expr.args[0])
    return read(expr, scope)


WORDS: Final = Vocabulary(
    framework="actix",
    languages=("rust",),
    handling=handling,
    applies=detects,
    answer=answer,
    thrown=thrown,
    read=_read,
    principal=principal,
    triggers=(
        "HttpResponse",
        "Json",
        "Error",
        "Redirect",
        "header",
        "map_err",
        "ok_or",
        "Err(",
        "match_info",
        "cookie",
    ),
)
