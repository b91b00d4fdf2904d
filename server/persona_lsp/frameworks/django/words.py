"""What Django's words mean inside functions."""

from typing import Final

from persona_lsp.flow.status import status_of
from persona_lsp.flow.vocabulary import Answer, Handling, Read, Scope, Thrown, Vocabulary
from persona_lsp.frameworks.django.extraction import found_in
from persona_lsp.frameworks.django.names import detects
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    ClassNode,
    Const,
    FunctionNode,
    Index,
    Items,
    Member,
    Module,
    Name,
    Node,
    ParamNode,
    Str,
    dotted,
)
from persona_lsp.text.patterns import lazy

_VERBS: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_ACTIONS: Final = frozenset({"list", "create", "retrieve", "update", "partial_update", "destroy"})
_STATUSES: Final = {"create": 201, "destroy": 204}
_BY_VERB: Final = {"post": 201, "delete": 204}
_SERVES: Final = lazy(r"(List|Create|Retrieve|Update|Destroy)(?=\w*APIView$)")
"""What a generic view is made of: `RetrieveUpdateAPIView`."""
_ROUTED: Final = frozenset({"action", "list_route", "detail_route", "link"})
_ANSWERS: Final = lazy(rb"\b(?:\w*Response\w*|render|redirect|render_to_response|get_paginated_response)\(")
_RESPONSES: Final = {
    "Response": (200, ""), "JsonResponse": (200, ""), "HttpResponse": (200, ""), "TemplateResponse": (200, "html"),
    "SimpleTemplateResponse": (200, "html"), "StreamingHttpResponse": (200, "stream"), "FileResponse": (200, "file"),
    "HttpResponseRedirect": (302, "redirect"), "HttpResponsePermanentRedirect": (301, "redirect"),
    "HttpResponseNotModified": (304, "none"), "HttpResponseBadRequest": (400, ""), "HttpResponseForbidden": (403, ""),
    "HttpResponseNotFound": (404, ""), "HttpResponseNotAllowed": (405, "none"), "HttpResponseGone": (410, ""),
    "HttpResponseServerError": (500, ""),
}  # fmt: skip
_THROWN: Final = {
    "django": {
        "Http404": 404, "PermissionDenied": 403, "SuspiciousOperation": 400, "BadRequest": 400, "DisallowedHost": 400,
        "RequestDataTooBig": 400,
    },
    "rest_framework": {
        "NotFound": 404, "PermissionDenied": 403, "ValidationError": 400, "ParseError": 400, "AuthenticationFailed": 401,
        "NotAuthenticated": 401, "MethodNotAllowed": 405, "NotAcceptable": 406, "UnsupportedMediaType": 415,
        "Throttled": 429, "APIException": 500,
    },
    "ninja": {"AuthenticationError": 401, "AuthorizationError": 403, "ValidationError": 422, "Throttled": 429},
    "ninja_extra": {
        "NotFound": 404, "PermissionDenied": 403, "ValidationError": 400, "ParseError": 400, "AuthenticationFailed": 401,
        "NotAuthenticated": 401, "MethodNotAllowed": 405, "Throttled": 429,
    },
    "rest_framework_simplejwt": {"InvalidToken": 401, "AuthenticationFailed": 401},
}  # fmt: skip
"""Failures of the frameworks, with the status that each becomes."""
_BODIES: Final = {"data": "body", "POST": "form", "body": "body", "FILES": "file"}
_PLACES: Final = {"query_params": "query", "GET": "query", "headers": "header", "META": "header", "COOKIES": "cookie"}
_MADE: Final = frozenset({"get", "getlist", "pop", "setdefault"})


def handling(function: FunctionNode, cls: ClassNode | None, module: Module) -> Handling | None:
    """Methods of views by their names and `request`; functions that take a request and answer."""
    if not detects(module):
        return None
    ninja = _operation(function, module)
    if ninja is not None:
        return ninja
    params = [p for p in function.params if p.kind != "self" and p.name not in ("self", "cls")]
    if cls is not None:
        return _method(function, cls, params)
    if not params or not _takes_request(params[0].name, params[0].type):
        return _inner(function, module)
    named = {d.name.rsplit(".", 1)[-1] for d in function.decorators}
    decorated = "api_view" in named or any(n.startswith("require_") for n in named)
    if not decorated and _ANSWERS.search(module.source, function.body_start, function.end) is None:
        return None
    if len(params) > 1 and params[1].name in ("exception", "exc"):
        return Handling(
            kind="error-handler", returns_answer=True, request=(params[0].name,), inputs={params[1].name: "error"}
        )
    return _handler(params[0].name, [p.name for p in params[1:] if p.kind not in ("rest", "kwrest")])


def _operation(function: FunctionNode, module: Module) -> Handling | None:
    """An operation of django-ninja: what it returns is the answer."""
    found = found_in(module)
    if function.start in found.failing:
        names = [p.name for p in function.params]
        return Handling(
            kind="error-handler", returns_answer=True, request=tuple(names[:1]),
            inputs={names[1]: "error"} if len(names) > 1 else {},
        )  # fmt: skip
    declared = found.handled.get(function.start)
    if declared is None:
        return None
    return Handling(
        kind="handler", returns_answer=True, default_status=200, request=declared.request, inputs=declared.places,
        validated=declared.validated,
    )  # fmt: skip


def _inner(function: FunctionNode, module: Module) -> Handling | None:
    """`def exception_handler(exc, context)` of REST framework."""
    names = [p.name for p in function.params]
    if names[:2] == ["exc", "context"] and b"exception_handler" in module.source[function.start : function.body_start]:
        return Handling(kind="error-handler", returns_answer=True, inputs={"exc": "error"})
    return None


def _takes_request(name: str, kind: AnyExpr | None) -> bool:
    return name == "request" or dotted(kind).rsplit(".", 1)[-1] in (
        "HttpRequest",
        "Request",
        "WSGIRequest",
        "ASGIRequest",
    )


def _method(function: FunctionNode, cls: ClassNode, params: list[ParamNode]) -> Handling | None:
    names = [p.name for p in params if p.kind not in ("rest", "kwrest")]
    routed = any(d.name.rsplit(".", 1)[-1] in _ROUTED or ".mapping." in d.name for d in function.decorators)
    if function.name in ("__call__", "process_request", "process_view") and cls.name.endswith("Middleware"):
        return Handling(kind="middleware", returns_answer=True, request=tuple(names[:1]))
    if not (routed or function.name in _VERBS or function.name in _ACTIONS):
        return None
    bases = [dotted(b).rsplit(".", 1)[-1] for b in cls.bases]
    if params and params[0].kind == "rest" and function.name in _ACTIONS and any(b.endswith("ViewSet") for b in bases):
        # `def list(self, *args, **kwargs): return super().list(*args, **kwargs)`
        return Handling(kind="handler", returns_answer=True, inputs=dict.fromkeys(names, "path"))
    if names[:1] != ["request"] and not (names and names[0] in ("req", "_request")):
        return None
    if not routed and any(b.endswith(("Serializer", "Manager", "TestCase", "Admin", "Client")) for b in bases):
        return None
    return _handler(names[0], names[1:])


def _handler(request: str, others: list[str]) -> Handling:
    return Handling(
        kind="handler", returns_answer=True, default_status=None, request=(request,),
        inputs=dict.fromkeys(others, "path"),
    )  # fmt: skip


# -- answers ---------------------------------------------------------------------------------------------------------


def answer(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`Response(data, status=201)`, `JsonResponse(...)`, `render(...)`, `redirect(...)`."""
    if not isinstance(expr, Call) or not detects(scope.module):
        return None
    name = expr.name
    if name == "create_response" and len(expr.args) > 1:
        return _with_status(expr, 200, "", expr.args[1], scope)
    known = _RESPONSES.get(name)
    if known is not None:
        return _response(expr, name, *known, scope)
    if name == "render" and isinstance(expr.func, Name) and len(expr.args) > 1 and scope.imported("render"):
        return _with_status(expr, 200, "html", expr.args[1], scope)
    if name == "redirect" and isinstance(expr.func, Name) and scope.imported("redirect"):
        return Answer(status=302, body_kind="redirect", sends=False)
    if name in _ACTIONS and isinstance(expr.func, Member) and _is_inherited(expr.func.base, name, scope):
        return Answer(
            status=_STATUSES.get(name, 200),
            body=None if name == "destroy" else expr,
            body_kind="none" if name == "destroy" else "value",
            sends=False,
        )
    if name in _VERBS and (verb := _of_generic_view(expr, name, scope)):
        nothing = verb == 204
        return Answer(
            status=verb, body=None if nothing else expr, body_kind="none" if nothing else "value", sends=False
        )
    if name == "get_paginated_response" and expr.args:
        return Answer(status=200, body=expr.args[0], sends=False)
    return None


def returned(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`return 201, book` and `return Status(201, book)` in an operation of django-ninja."""
    match expr:
        case Items(items=(code, body), kind="tuple"):
            pass
        case Call(func=Name(id="Status"), args=(code, body)):
            pass
        case _:
            return None
    if scope.handling is None or scope.handling.default_status is None:
        return None
    known = status_of(code)
    if known is None or not detects(scope.module):
        return None
    nothing = isinstance(body, Const) and body.value is None
    return Answer(
        status=known[0], status_node=code, body=None if nothing else body,
        body_kind="none" if nothing else "", sends=False,
    )  # fmt: skip


def _is_inherited(base: AnyExpr, name: str, scope: Scope) -> bool:
    """`super().create(...)`, or `self.create(...)` where the class leaves it to its bases."""
    if isinstance(base, Call) and base.name == "super":
        return True
    own = scope.cls is not None and any(m.name == name for m in scope.cls.methods)
    return isinstance(base, Name) and base.id == "self" and not own


def _of_generic_view(call: Call, verb: str, scope: Scope) -> int:
    """What `super().post(...)` answers where REST framework's class says so, 0 for others."""
    base = call.func.base if isinstance(call.func, Member) else None
    if scope.cls is None or not isinstance(base, Call) or base.name != "super":
        return 0
    served = {word for b in scope.cls.bases if _is_rest(b, scope) for word in _SERVES.findall(dotted(b))}
    action = {"get": {"List", "Retrieve"}, "post": {"Create"}, "delete": {"Destroy"}}.get(verb, {"Update"})
    return _BY_VERB.get(verb, 200) if served & action else 0


def _is_rest(base: AnyExpr, scope: Scope) -> bool:
    """A class of REST framework, by its import."""
    origin = scope.imported(dotted(base).split(".", 1)[0])
    return origin is not None and origin[0].split(".", 1)[0] == "rest_framework"


def _response(call: Call, name: str, status: int, kind: str, scope: Scope) -> Answer | None:
    origin = scope.imported(name)
    if (
        isinstance(call.func, Name)
        and origin is not None
        and origin[0].split(".", 1)[0] in ("flask", "requests", "starlette", "fastapi", "httpx")
    ):
        return None
    body = call.args[0] if call.args else call.kwarg("data") or call.kwarg("content")
    if name == "HttpResponseNotAllowed":
        body = None
    if isinstance(body, Const) and body.value is None:
        body = None
    if name == "HttpResponse" and isinstance(body, Str) and body.value == "":
        body = None
    given = call.kwarg("status") or (call.args[1] if name == "Response" and len(call.args) > 1 else None)
    if given is None:
        return Answer(status=status, body=body, body_kind=kind or ("none" if body is None else ""), sends=False)
    return _with_status(call, status, kind or ("none" if body is None else ""), body, scope, given)


def _with_status(
    call: Call, status: int, kind: str, body: AnyExpr | None, scope: Scope, given: Node | None = None
) -> Answer:
    given = given or call.kwarg("status")
    if given is None:
        return Answer(status=status, body=body, body_kind=kind, sends=False)
    known = status_of(given)  # type: ignore[arg-type]  # what stands there is an expression
    if known is None and isinstance(given, Name):
        value = scope.assigned(given.id)
        known = status_of(value) if value is not None else None
    return Answer(
        status=known[0] if known is not None else None, status_unknown=known is None,
        status_node=given if known is not None else None, body=body, body_kind=kind, sends=False,
    )  # fmt: skip


# -- failures --------------------------------------------------------------------------------------------------------


def thrown(expr: AnyExpr, scope: Scope) -> Thrown | None:
    """`raise NotFound(...)`, `get_object_or_404(...)`, `serializer.is_valid(raise_exception=True)`."""
    if isinstance(expr, Call):
        if not detects(scope.module):
            return None
        name = expr.name
        if name == "is_valid":
            given = expr.kwarg("raise_exception") or (expr.args[0] if expr.args else None)
            if isinstance(given, Const) and given.value is True:
                return Thrown("ValidationError", 400, ends=False)
            return None
        if name in ("get_object_or_404", "get_list_or_404", "aget_object_or_404"):
            return Thrown("Http404", 404, ends=False)
        if (
            name == "get_object"
            and isinstance(expr.func, Member)
            and dotted(expr.func.base) == "self"
            and not expr.args
        ):
            return Thrown("Http404", 404, ends=False)
        return _raised(name, expr, scope)
    if isinstance(expr, Name | Member):
        name = dotted(expr).rsplit(".", 1)[-1]
        return _raised(name, None, scope)
    return None


def _raised(name: str, call: Call | None, scope: Scope) -> Thrown | None:
    """An exception of Django's or of a framework on top of it: imported from there, or through their `exceptions`."""
    root = dotted(call.func).split(".", 1)[0] if call is not None else name
    origin = scope.imported(root)
    if origin is None:
        return None
    top = origin[0].split(".", 1)[0]
    if name == "HttpError" and top in ("ninja", "ninja_extra") and call is not None:
        given = call.args[0] if call.args else call.kwarg("status_code")
        known = status_of(given)
        message = call.args[1] if len(call.args) > 1 else call.kwarg("message")
        return Thrown(name, known[0] if known else None, given if known else None, message)
    if name not in _THROWN.get(top, {}):
        return None
    message = (call.args[0] if call.args else call.kwarg("detail")) if call is not None else None
    return Thrown(name, _THROWN[top][name], message=message)


# -- inputs ----------------------------------------------------------------------------------------------------------


def read(expr: AnyExpr, scope: Scope) -> Read | None:
    """`request.data["x"]`, `request.GET.get("q")`, `self.kwargs["pk"]`."""
    del scope
    # Asked for nearly every expression: its type decides first.
    if isinstance(expr, Call):
        func = expr.func
        if isinstance(func, Member) and func.name in _MADE and expr.args:
            return _entry(func.base, expr.args[0], guarded=func.name == "get")
    elif isinstance(expr, Member):
        place = _BODIES.get(expr.name) or _PLACES.get(expr.name)
        if place is not None and _is_request(expr.base):
            return Read(place, "")
    elif isinstance(expr, Index) and len(expr.keys) == 1:
        return _entry(expr.base, expr.keys[0], guarded=False)
    return None


def _entry(base: AnyExpr, key: AnyExpr, *, guarded: bool) -> Read | None:
    if not isinstance(base, Member):
        return None
    if not isinstance(key, Str) or key.value is None:
        known = base.name in _PLACES and _is_request(base.base)
        return Read(_PLACES[base.name], "", key, guarded) if known else None
    if base.name == "kwargs" and isinstance(base.base, Name) and base.base.id == "self":
        return Read("path", key.value, key, guarded)
    place = _BODIES.get(base.name) or _PLACES.get(base.name)
    if place is None or not _is_request(base.base):
        return None
    name = key.value
    if base.name == "META" and name.startswith("HTTP_"):
        name = name.removeprefix("HTTP_").replace("_", "-").title()
    return Read(place, name, key, guarded)


def _is_request(expr: AnyExpr) -> bool:
    if isinstance(expr, Name):
        return expr.id in ("request", "req")
    return (
        isinstance(expr, Member) and expr.name == "request" and isinstance(expr.base, Name) and expr.base.id == "self"
    )


def principal(expr: AnyExpr, scope: Scope) -> bool:
    """`request.user`."""
    del scope
    return isinstance(expr, Member) and expr.name in ("user", "auth") and _is_request(expr.base)


def silent(module: Module) -> tuple[str, ...]:
    """Inputs are told by the names of attributes, which mean something else in files of others."""
    return () if detects(module) else ("read",)


WORDS: Final = Vocabulary(
    framework="django",
    languages=("python",),
    handling=handling,
    answer=answer,
    thrown=thrown,
    read=read,
    principal=principal,
    returned=returned,
    silent=silent,
    triggers=("request", "Response", "render", "redirect", "_or_404", "is_valid", "self.kwargs"),
)
