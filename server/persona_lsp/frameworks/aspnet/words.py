"""What ASP.NET's words mean inside methods: answers, failures, inputs and the authenticated caller."""

import re
from typing import Final

from msgspec.structs import replace

from persona_lsp.flow.vocabulary import Answer, Handling, Read, Scope, Thrown, Vocabulary
from persona_lsp.frameworks.aspnet.attributes import find, type_arguments, type_name, unwrapped
from persona_lsp.frameworks.aspnet.controllers import (
    PAGES,
    RESULTS,
    VERBS,
    answered_type,
    is_action,
    is_controller,
    mappings,
)
from persona_lsp.frameworks.aspnet.endpoints import SENDS, answered, is_endpoint, is_handle
from persona_lsp.frameworks.aspnet.errors import handles_errors, is_middleware
from persona_lsp.frameworks.aspnet.inputs import input_places
from persona_lsp.frameworks.aspnet.minimal import VERBS as MAPS
from persona_lsp.frameworks.aspnet.results import HELPERS, helper_answer, made_answer, typed_success
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    ClassNode,
    FunctionNode,
    Index,
    Member,
    Module,
    Name,
    Str,
    dotted,
)
from persona_lsp.text.patterns import lazy

_ASSIGNED: Final = lazy(rb"\b(\w+)\s*=\s*(?:this\.)?\Z")
_CODE: Final = lazy(rb"[1-5]\d\d(?!\d)")
_MATCHES: Final = frozenset({"Match", "MatchAsync", "MatchFirst", "MatchFirstAsync"})
_BUILDERS: Final = frozenset({"Results", "TypedResults"})
_REGISTERED: Final = lazy(
    rb"\bMap(Get|Post|Put|Delete|Patch|Methods)?\s*(?:<\w+>)?\(\s*(?:[^()\n;]|\([^()]*\))*?\b%s\s*[),]"
)
_NAMES: Final = lazy(r"\{\**(\w+)")
_PRINCIPALS: Final = frozenset({
    "GetUserId", "GetCurrentUserId", "GetCurrentUsername", "GetCurrentUser", "GetUserAsync",
    "GetUsername", "GetUserName", "GetUserIdentity", "GetSubject", "CurrentUserId",
})  # fmt: skip
_PRINCIPAL_TYPES: Final = frozenset(
    {"ClaimsPrincipal", "IPrincipal", "ICurrentUser", "CurrentUser", "ICurrentUserService"}
)
_STATUSES: Final = {"BadHttpRequestException": 400, "HttpResponseException": None, "UnauthorizedHttpException": 401}
_READS: Final = {"Query": "query", "Headers": "header", "Cookies": "cookie", "Form": "form", "RouteValues": "path"}


def handling(function: FunctionNode, cls: ClassNode | None, module: Module) -> Handling | None:
    """Actions of controllers, what minimal APIs map, endpoint classes, error handlers and helpers that answer."""
    if function.passed_to.rpartition(".")[2] in MAPS:
        return _mapped(function, function.passed_to.rpartition(".")[2])
    if cls is not None and handles_errors(function, cls):
        return Handling(
            "error-handler", True, None, {p.name: "error" for p in function.params if _is_error(p.type)},
            _typed(function, "HttpContext"), _typed(function, "HttpContext"),
        )  # fmt: skip
    if cls is not None and is_middleware(function, cls):
        return Handling(
            "middleware", False, None, {}, _typed(function, "HttpContext"), _typed(function, "HttpContext"),
            tuple(p.name for p in function.params if type_name(p.type) in {"RequestDelegate", "EndpointFilterDelegate"}),
        )  # fmt: skip
    if cls is not None and is_endpoint(cls) and is_handle(function):
        typed = typed_success(function)
        return Handling(
            "handler", answered_type(function) != "void", typed or 200, {p.name: "body" for p in function.params[:1]}
        )
    answered_with = answered_type(function)
    if cls is not None and is_controller(cls) and is_action(function, cls):
        return _action(function, cls, answered_with)
    if "abstract" in function.modifiers or "constructor" in function.modifiers:
        return None
    registered = _registered(function, module)
    if registered:
        return _mapped(function, f"Map{registered}")
    if answered_with in RESULTS and _answers(cls, answered_with):
        return Handling("helper", True, None, opaque="all")
    return None


def _answers(cls: ClassNode | None, answered_with: str) -> bool:
    return answered_with != "Results" or cls is None or not cls.name.endswith("Tests")


def _action(function: FunctionNode, cls: ClassNode, answered_with: str) -> Handling:
    found = mappings(function)
    methods = tuple(dict.fromkeys(m for mapping in found for m in mapping.methods))
    texts = [m.template.value or "" for m in found if isinstance(m.template, Str)]
    texts += [
        arg.value or ""
        for d in cls.decorators
        if d.name.endswith("Route") and d.call
        for arg in d.call.args
        if isinstance(arg, Str)
    ]
    names = frozenset(n for text in texts for n in _NAMES.findall(text))
    places, requests = input_places(function.params, names, methods, minimal=False)
    api = find(cls.decorators, "ApiController") is not None
    return Handling(
        "handler", answered_with not in PAGES, None if _opaque(function, answered_with) == "all" else 200, places, requests,
        body_kind=_declared_kind(function), opaque=_opaque(function, answered_with),
        validated=tuple(places) if api else (),
    )  # fmt: skip


def _opaque(function: FunctionNode, answered_with: str) -> str:
    """`ActionResult<T>` may be a plain `T`; what a method of the class makes may be any result."""
    if answered_with not in RESULTS:
        return ""
    return "own" if answered_with == "ActionResult" and type_arguments(unwrapped(function.returns)) else "all"


def _mapped(function: FunctionNode, verb: str) -> Handling:
    answered_with = answered_type(function) if function.returns is not None else ""
    methods = (MAPS.get(verb) or "POST",)
    places, requests = input_places(function.params, frozenset(), methods, minimal=True)
    typed = typed_success(function)
    if typed is not None:
        return Handling(
            "handler",
            True,
            typed,
            places,
            (*requests, *_typed(function, "HttpRequest")),
            _typed(function, "HttpResponse"),
        )
    return Handling(
        "handler", True, None if _opaque(function, answered_with) == "all" else 200, places,
        (*requests, *_typed(function, "HttpRequest")), _typed(function, "HttpResponse"),
        opaque=_opaque(function, answered_with) if function.returns is not None else "turned",
    )  # fmt: skip


def _registered(function: FunctionNode, module: Module) -> str:
    """The verb that some call of this file maps the function to by its name, "" if none does."""
    name = function.name.encode()
    if not name or b"Map" not in module.source:
        return ""
    found = re.search(_REGISTERED.pattern.replace(b"%s", re.escape(name)), module.source)
    return (found[1] or b"").decode() or "" if found is not None else ""


def _declared_kind(function: FunctionNode) -> str:
    declared = unwrapped(function.returns)
    if type_name(declared) == "ActionResult" and type_arguments(declared):
        declared = type_arguments(declared)[0]
    name = type_name(declared)
    if name in {"FileResult", "FileStreamResult", "FileContentResult", "PhysicalFileResult", "Stream"}:
        return "file"
    return "stream" if name == "IAsyncEnumerable" else ""


def answer(expr: AnyExpr, scope: Scope) -> Answer | None:
    """What an expression answers, with the status that is set on it later: `var gone = Ok(x); gone.StatusCode = 410;`."""
    found = _answered(expr, scope)
    if found is None or found.sends:
        return found
    source, function = scope.module.source, scope.function
    if source.find(b".StatusCode", expr.end, function.body_end) < 0:
        return found
    name = _ASSIGNED.search(source, function.body_start, expr.start)
    if name is None:
        return found
    status = re.compile(rb"\b" + name[1] + rb"\.StatusCode\s*=(?!=)([^;]*)").search(source, expr.end, function.body_end)
    if status is None:
        return found
    code = _CODE.search(status[1])
    return replace(
        found, status=int(code[0]) if code is not None else None, status_unknown=code is None, status_node=None
    )


def _answered(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`Ok(x)`, `Results.NotFound()`, `new OkObjectResult(x)`, `SendAsync(x)`, `Problem(statusCode: 409)`."""
    if not isinstance(expr, Call):
        return None
    if expr.new:
        return made_answer(expr)
    receiver = expr.receiver
    name = expr.name
    if name in _MATCHES and expr.args and isinstance(expr.args[0], Member):
        # `result.Match(Results.Ok, Problems.Of)`: the first is for what went well.
        made = expr.args[0]
        status = HELPERS.get(made.name) if dotted(made.base).rsplit(".", 1)[-1] in _BUILDERS else None
        return Answer(status, status is None, sends=False, body_kind="value")
    if isinstance(receiver, Name | Member):
        owner = dotted(receiver).rsplit(".", 1)[-1]
        if owner in _BUILDERS:
            return helper_answer(expr)
        if owner in {"this", "base"} and name in HELPERS and _in_controller(scope):
            return helper_answer(expr)
        if owner == "Send" and scope.cls is not None and is_endpoint(scope.cls):
            return answered(expr)
        return None
    if receiver is None and name in HELPERS and _in_controller(scope):
        return helper_answer(expr)
    if receiver is None and name in SENDS and scope.cls is not None and is_endpoint(scope.cls):
        return answered(expr)
    return None


def _in_controller(scope: Scope) -> bool:
    cls = scope.cls
    if cls is None:
        return False
    handled = scope.handling
    return is_controller(cls) or (handled is not None and handled.kind in {"handler", "helper"})


def thrown(expr: AnyExpr, scope: Scope) -> Thrown | None:
    """Exceptions that carry their status: `new BadHttpRequestException(…)`, `new ApiException(HttpStatusCode.Gone)`."""
    from persona_lsp.frameworks.aspnet.statuses import status_value

    if not isinstance(expr, Call):
        return None
    if not expr.new:
        if expr.name in {"ThrowError", "ThrowIfAnyErrors"} and scope.cls is not None and is_endpoint(scope.cls):
            given = next((s for a in expr.args[1:] if (s := status_value(a)[0])), 400)
            message = expr.args[0] if expr.args else None
            return Thrown(expr.name, given, None, message, ends=expr.name == "ThrowError")
        return None
    name = type_name(expr.func)
    if not name.endswith("Exception"):
        return None
    for arg in (*expr.args, *(k.value for k in expr.kwargs)):
        if isinstance(arg, Member):
            status, node = status_value(arg)
            if status is not None:
                message = next((a for a in expr.args if a is not arg), None)
                return Thrown(name, status, node, message)
    if name in _STATUSES:
        return Thrown(name, _STATUSES[name], None, expr.args[0] if expr.args else None)
    return None


def read(expr: AnyExpr, scope: Scope) -> Read | None:
    """`Request.Query["q"]`, `context.Request.Headers["X"]`, `Request.Form`, `Request.Body`."""
    key: AnyExpr | None = None
    base: AnyExpr | None = None
    if isinstance(expr, Index) and len(expr.keys) == 1:
        key, base = expr.keys[0], expr.base
    elif isinstance(expr, Call) and expr.name in {"TryGetValue", "GetValueOrDefault"} and expr.args:
        key, base = expr.args[0], expr.receiver
    if isinstance(base, Member) and base.name in _READS and _is_request(base.base, scope):
        if isinstance(key, Str) and key.value:
            return Read(_READS[base.name], key.value, key, guarded=isinstance(expr, Call))
        return None
    if isinstance(expr, Call) and expr.name == "ReadFromJsonAsync" and _is_request(expr.receiver, scope):
        return Read("body", "")
    return None


def _is_request(expr: AnyExpr | None, scope: Scope) -> bool:
    name = dotted(expr) if expr is not None else ""
    if name in {"Request", "this.Request", "HttpContext.Request"}:
        return scope.cls is not None and is_controller(scope.cls)
    handled = scope.handling
    first = name.partition(".")[0]
    return handled is not None and first in handled.request and name in {first, f"{first}.Request"}


def principal(expr: AnyExpr, scope: Scope) -> bool:
    """`User`, a parameter that carries the caller, or a project's accessor."""
    match expr:
        case Name(id="User"):
            return scope.cls is not None and is_controller(scope.cls)
        case Name(id=name):
            return any(p.name == name and type_name(p.type) in _PRINCIPAL_TYPES for p in scope.function.params)
        case Member(name="User"):
            return dotted(expr.base).rsplit(".", 1)[-1] in {"HttpContext", "context", "httpContext", "Context"}
        case Call(receiver=receiver) if expr.name == "FindFirstValue":
            # Claims may be those of a token that the body brings.
            return receiver is not None and principal(receiver, scope)
        case Call():
            return expr.name in _PRINCIPALS
        case _:
            return False


def _is_error(declared: AnyExpr | None) -> bool:
    return type_name(declared).endswith("Exception")


def _typed(function: FunctionNode, ending: str) -> tuple[str, ...]:
    return tuple(p.name for p in function.params if type_name(p.type) == ending)


WORDS: Final = Vocabulary(
    framework="aspnet", languages=("csharp",), handling=handling, answer=answer, thrown=thrown, read=read,
    principal=principal,
    triggers=("Result", "Exception", "Request.", "Send", "User", "Ok(", "NotFound", "BadRequest", "Created", "NoContent", "StatusCode", "Problem", "Conflict", *VERBS),
)  # fmt: skip
