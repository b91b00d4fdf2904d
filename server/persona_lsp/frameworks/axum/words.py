"""What axum's words mean inside functions."""

from functools import lru_cache
from typing import Final

from persona_lsp.facts.http import GuardKind
from persona_lsp.flow.rust.names import Unit, last_name, rust_file, unwrapped
from persona_lsp.flow.rust.signatures import Extractors, asks_who_calls, may_handle
from persona_lsp.flow.rust.words import handler, is_part, principal, read, status_in, thrown
from persona_lsp.flow.vocabulary import Answer, Handling, Scope, Vocabulary
from persona_lsp.frameworks.axum.routes import found_in
from persona_lsp.syntax.ir import AnyExpr, Call, ClassNode, FunctionNode, Items, Member, Module, Name, Str, dotted

EXTRACTORS: Final = Extractors(
    places={
        "Path": "path", "Query": "query", "QsQuery": "query", "Json": "body", "Form": "form", "Bytes": "body",
        "Multipart": "body", "TypedHeader": "header", "JsonLines": "body", "Protobuf": "body", "Xml": "body",
        "OptionalQuery": "query", "TypedMultipart": "body", "Body": "body", "String": "body",
    },
    silent=frozenset(
        {
            "State", "Extension", "HeaderMap", "Uri", "Method", "ConnectInfo", "MatchedPath", "OriginalUri", "Version",
            "WebSocketUpgrade", "Host", "RawQuery", "Request", "Parts", "Extensions", "NestedPath", "Scheme", "RawPathParams",
            "Next", "CookieJar", "PrivateCookieJar", "SignedCookieJar", "Cookies", "RequestId", "InsecureClientIp", "SecureClientIp",
            "ClientIp", "HxRequest", "AuthSession", "FromRef", "RawForm", "RequestParts",
        }
    ),
    method="from_request_parts",
    packages=("axum",),
    guards={"AuthBearer": GuardKind.AUTHN, "AuthBasic": GuardKind.AUTHN},
    validating=frozenset({"Valid", "ValidatedJson", "ValidJson"}),
)  # fmt: skip
_ANSWERS: Final = frozenset({"Json", "Html", "Response", "Redirect", "StatusCode", "IntoResponse", "Sse", "ErasedJson"})
_REDIRECTS: Final = {"to": 303, "temporary": 307, "permanent": 308}


def handling(function: FunctionNode, cls: ClassNode | None, module: Module) -> Handling | None:
    """Handlers by their extractors or what they give; middleware by the `Next` that it is given."""
    if not detects(module):
        return None
    names = {last_name(unwrapped(p.type)) for p in function.params}
    if "Next" in names:
        forward = tuple(p.name for p in function.params if last_name(p.type) == "Next")
        request = tuple(p.name for p in function.params if last_name(p.type) == "Request")
        return Handling(kind="middleware", request=request, forward=forward)
    if function.name in ("from_request_parts", "from_request"):
        return Handling(
            kind="dependency", request=tuple(p.name for p in function.params if p.name in ("parts", "req", "request"))
        )
    if function.name in ("into_response", "error_response"):
        return Handling(kind="error-handler", returns_answer=True, default_status=None)
    file = rust_file(module)
    unit = Unit(function.name, function, cls)
    if not function.name:
        registered = any(start == function.start for start, _ in found_in(module).inline)
        return handler(unit, file, EXTRACTORS) if registered else None
    if names & _TAKEN or _answers(function.returns):
        return handler(unit, file, EXTRACTORS)
    if function.name in _registered(module) or (may_handle(unit, file) and asks_who_calls(function)):
        return handler(unit, file, EXTRACTORS)
    return None


@lru_cache(maxsize=4)
def _registered(module: Module) -> frozenset[str]:
    """Functions of the file that routes of the file name."""
    return frozenset(
        r.handler.name for r in found_in(module).routes if r.handler is not None and "." not in r.handler.name
    )


_TAKEN: Final = (frozenset(EXTRACTORS.places) | {"State", "Extension", "WebSocketUpgrade"}) - {
    "String",
    "Bytes",
    "Body",
}


def _answers(returns: AnyExpr | None) -> bool:
    inner = unwrapped(returns)
    if isinstance(inner, Items) and inner.items:
        return any(last_name(i) in _ANSWERS for i in inner.items)
    return last_name(inner) in _ANSWERS


@lru_cache(maxsize=8)
def detects(module: Module) -> bool:
    """The file mentions axum, or one of the kinds of router that are built on it."""
    source = module.source
    return b"axum" in source or ((b"OpenApiRouter" in source or b"utoipa::path" in source) and b"actix" not in source)


def answer(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`Json(x)`, `(StatusCode::CREATED, Json(x))`, `StatusCode::NO_CONTENT`, `.into_response()`, `Redirect::to("/")`."""
    match expr:
        case Items(items=(_, *_), kind="tuple"):
            return _tuple(expr)
        case Member():
            known = status_in(expr)
            return Answer(known[0], False, known[1], None, "none", sends=False) if known is not None else None
        case Call(func=Member(base=base, name="into_response"), args=()):
            inner = _value(base)
            return inner if inner is not None else Answer(status_unknown=True, sends=False)
        case Call() if is_part(expr, scope):
            return None
        case Call():
            return _value(expr)
        case _:
            return None


def _tuple(expr: Items) -> Answer | None:
    known = status_in(expr.items[0])
    body = expr.items[-1]
    inner = _value(body) if isinstance(body, Call) else None
    if known is None:
        return inner if len(expr.items) > 1 else None
    sent = inner.body if inner is not None else body
    kind = inner.body_kind if inner is not None else ""
    return Answer(known[0], False, known[1], sent, kind if len(expr.items) > 1 else "none", sends=False)


def _value(expr: AnyExpr) -> Answer | None:
    match expr:
        case Items(kind="tuple", items=(_, *_)):
            return _tuple(expr)
        case Items(kind="tuple"):
            return Answer(None, False, None, None, "none", sends=False)
        case Member():
            known = status_in(expr)
            return Answer(known[0], False, known[1], None, "none", sends=False) if known is not None else None
        case Str():
            return Answer(body=expr, sends=False)
        case Call(args=args):
            owner = dotted(expr.func.base).rsplit(".", 1)[-1] if isinstance(expr.func, Member) else ""
            if expr.name in ("Json", "Form") and args:
                return Answer(body=args[0], sends=False)
            if expr.name == "Html" and args:
                return Answer(body=args[0], body_kind="html", sends=False)
            if owner == "Redirect" and expr.name in _REDIRECTS:
                return Answer(_REDIRECTS[expr.name], body=args[0] if args else None, body_kind="redirect", sends=False)
            if owner == "Sse" and expr.name == "new":
                return Answer(body_kind="stream", sends=False, streaming=True)
            if expr.name in ("body", "unwrap", "expect") and isinstance(expr.func, Member):
                return _built(expr)
            return None
        case Name():
            return None
        case _:
            return None


def _built(expr: Call) -> Answer | None:
    """`Response::builder().status(StatusCode::OK).body(x)`."""
    body: AnyExpr | None = None
    status: AnyExpr | None = None
    node: AnyExpr = expr
    while isinstance(node, Call) and isinstance(node.func, Member):
        if node.name == "body" and node.args:
            body = node.args[0]
        elif node.name == "status" and node.args:
            status = node.args[0]
        elif node.name == "builder":
            known = status_in(status) if status is not None else None
            return Answer(
                known[0] if known else None, status is not None and known is None, known[1] if known else None, body,
                sends=False,
            )  # fmt: skip
        node = node.func.base
    return None


WORDS: Final = Vocabulary(
    framework="axum",
    languages=("rust",),
    handling=handling,
    applies=detects,
    answer=answer,
    thrown=thrown,
    read=read,
    principal=principal,
    triggers=(
        "StatusCode",
        "Json",
        "into_response",
        "Redirect",
        "Html",
        "header",
        "map_err",
        "ok_or",
        "Err(",
        "cookie",
        "Response",
    ),
)
