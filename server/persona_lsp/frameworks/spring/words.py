"""What Spring's words mean inside methods: answers, failures, inputs and the authenticated caller."""

from typing import Final

from persona_lsp.flow.vocabulary import Answer, Handling, Read, Scope, Thrown, Vocabulary
from persona_lsp.frameworks.spring.annotations import argument, find, simple, type_arguments, type_name
from persona_lsp.frameworks.spring.builders import started, status_built
from persona_lsp.frameworks.spring.inputs import input_places
from persona_lsp.frameworks.spring.jaxrs import is_resource_method
from persona_lsp.frameworks.spring.pages import redirects, returned, view
from persona_lsp.frameworks.spring.profiles import for_developers
from persona_lsp.frameworks.spring.routes import (
    ENTITY_TYPES,
    JAX_RS,
    answered_type,
    answers_later,
    is_answer,
    is_page,
    mapping_of,
    of_jax_rs,
)
from persona_lsp.frameworks.spring.statuses import status_value
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    ClassNode,
    Const,
    FunctionNode,
    Lambda,
    Module,
    Name,
    Return,
    Str,
    dotted,
)

_STREAMS: Final = frozenset({"StreamingResponseBody", "ResponseBodyEmitter", "SseEmitter", "Stream"})
_EXCEPTIONS: Final = {
    "ResponseStatusException": None, "ErrorResponseException": None, "AccessDeniedException": 403,
    "AuthenticationCredentialsNotFoundException": 401, "BadCredentialsException": 401,
    "UsernameNotFoundException": 401, "InsufficientAuthenticationException": 401,
    "MethodArgumentNotValidException": 400, "HttpMessageNotReadableException": 400,
    "MissingServletRequestParameterException": 400, "NoHandlerFoundException": 404, "NoResourceFoundException": 404,
    "HttpRequestMethodNotSupportedException": 405, "HttpMediaTypeNotSupportedException": 415,
    "ServerWebInputException": 400, "UnsupportedMediaTypeStatusException": 415,
    "NotFoundException": None, "BadRequestException": None, "ForbiddenException": None,
    "NotAuthorizedException": None, "WebApplicationException": None, "ClientErrorException": None,
    "ServerErrorException": None,
}  # fmt: skip
_JAX_EXCEPTIONS: Final = {
    "NotFoundException": 404, "BadRequestException": 400, "ForbiddenException": 403, "NotAuthorizedException": 401,
    "InternalServerErrorException": 500, "ServiceUnavailableException": 503, "NotAllowedException": 405,
}  # fmt: skip
_READS: Final = {
    "getParameter": "query", "getParameterValues": "query", "getHeader": "header", "getHeaders": "header",
    "queryParam": "query", "pathVariable": "path", "getPart": "file", "getFile": "file", "bodyToMono": "body",
    "bodyToFlux": "body", "getReader": "body", "getInputStream": "body", "getQueryParams": "query",
    "getQueryString": "query",
}  # fmt: skip
_OPTIONAL: Final = "ResponseUtil.wrapOrNotFound"
"""JHipster's way to answer with what was found; what was not is a 404."""
_PRINCIPAL_TYPES: Final = frozenset({
    "Principal", "Authentication", "Jwt", "UserDetails", "JwtAuthenticationToken", "OAuth2AuthenticationToken",
    "OAuth2User", "OidcUser", "UsernamePasswordAuthenticationToken", "UserPrincipal", "CurrentUser", "SecurityUser",
    "LoginUser", "CustomUserDetails", "UserDetailsImpl",
})  # fmt: skip
_PRINCIPAL_CALLS: Final = frozenset({
    "SecurityContextHolder.getContext", "ReactiveSecurityContextHolder.getContext", "StpUtil.getLoginId",
    "StpUtil.getLoginIdAsLong", "SecurityUtils.getSubject",
})  # fmt: skip
_PRINCIPAL_NAMES: Final = frozenset({
    "getUserPrincipal", "getRemoteUser", "getCurrentUser", "getCurrentUserLogin", "getLoginUser", "currentUser",
    "getCurrentUserId", "getAuthentication", "getCurrentMember", "getAuthenticatedUser", "authenticatedUser",
    "getLoggedInUser",
})  # fmt: skip


def handling(function: FunctionNode, cls: ClassNode | None, module: Module) -> Handling | None:
    """Handlers are mapped methods, methods of controllers that implement a mapped interface, and error handlers."""
    if cls is None or "constructor" in function.modifiers:
        return None
    if "static" in function.modifiers:
        return _helper(function, module)
    if find(function.decorators, "ExceptionHandler") is not None or _is_override_of_advice(function, cls):
        status = find(function.decorators, "ResponseStatus")
        code = status_value(argument(status, "code", "value"))[0] if status is not None else None
        default: int | None = (
            None
            if is_answer(function, module) or answered_type(function) in {"ProblemDetail", "Object"}
            else code or 200
        )
        return Handling(
            "error-handler", True, default, {p.name: "error" for p in function.params if _is_error(p.type)},
            tuple(p.name for p in function.params if type_name(p.type).endswith("Request")),
            development_only=for_developers((*cls.decorators, *function.decorators)),
        )  # fmt: skip
    overrides = find(function.decorators, "Override") is not None and find(
        cls.decorators, "RestController", "Controller"
    )
    resource = is_resource_method(function, cls)
    if mapping_of(function) is None and not overrides and not resource and not _is_functional(function):
        if function.name in {"doFilter", "doFilterInternal", "preHandle", "filter"} and len(function.params) >= 2:
            return Handling(
                "middleware",
                False,
                None,
                {},
                _typed(function, "Request"),
                _typed(function, "Response"),
                _typed(function, "Chain"),
            )
        return _helper(function, module)
    status = find(function.decorators, "ResponseStatus")
    declared = status_value(argument(status, "code", "value"))[0] if status is not None else None
    answered = answered_type(function)
    default = 200
    if status is not None:
        default = declared
    elif is_answer(function, module) or answers_later(function):
        default = None
    elif resource and answered == "void":
        default = 204
    places, validated, requests = input_places(function)
    return Handling(
        "handler", not is_page(cls, function) or redirects(function, module), default, places, (*requests, *_typed(function, "ServerRequest")),
        _typed(function, "HttpServletResponse"), validated=validated, body_kind=_declared_kind(function, module),
        development_only=for_developers((*cls.decorators, *function.decorators)),
    )  # fmt: skip


def _helper(function: FunctionNode, module: Module) -> Handling | None:
    """What a method makes that returns a whole answer, is the answer of those who return it."""
    made = function.body_start < function.body_end and is_answer(function, module)
    return Handling("helper", True, None) if made else None


def _declared_kind(function: FunctionNode, module: Module) -> str:
    """What the declared type says of the body: `byte[]`, `Resource` and `StreamingResponseBody` are no JSON."""
    declared = function.returns
    if type_name(declared) in ENTITY_TYPES and type_arguments(declared):
        declared = type_arguments(declared)[0]
    name = type_name(declared)
    if name in _STREAMS:
        return "stream"
    bytes_ = name == "Array" and [type_name(held) for held in type_arguments(declared)] == ["byte"]
    imported = any(i.module.startswith("org.springframework.core.io") for i in module.imports)
    return "file" if bytes_ or (imported and name.endswith("Resource")) else ""


_PUBLISHERS: Final = frozenset({"Mono", "Flux", "Single", "Maybe", "Flowable", "Observable"})
"""Types whose `error(failure)` hands a failure on, as `throw` does."""


def answer(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`ResponseEntity` and `ServerResponse` builders, `new ResponseEntity<>(…)`, `response.sendError(…)`."""
    if not isinstance(expr, Call):
        return None
    if expr.new and type_name(expr.func) == "ResponseEntity":
        return _constructed(expr)
    if dotted(expr.func) == _OPTIONAL and expr.args:
        return Answer(200, body_kind="value", sends=False)
    if expr.new and type_name(expr.func) in {"ModelAndView", "RedirectView"}:
        return view(expr)
    owner = started(expr, scope)
    if owner is None:
        return _problem(expr) or _sent(expr, scope)
    start, calls, builder = owner
    if simple(builder) == "Response" and not of_jax_rs(scope.module):
        return None
    if expr is not calls[-1]:
        return None
    status, node, unknown = status_built(start, simple(builder))
    body: AnyExpr | None = None
    kind = ""
    for call in calls[1:]:
        if call.name in {"body", "bodyValue", "entity", "json"} and call.args:
            body = call.args[0]
        elif call.name == "status" and call.args:
            found, at = status_value(call.args[0])
            status, node, unknown = found, at, found is None
    if (start.name in {"ok", "of", "ofNullable"} and start.args and body is None) or (
        simple(builder) == "Response" and start.name in {"ok", "accepted"} and start.args and body is None
    ):
        body = start.args[0]
    if start.name in {"of", "ofNullable"}:
        status, node, unknown = 200, None, False  # what is there; what is not is a 404
    if body is None:
        kind = "none"
    return Answer(status, unknown, node, body, kind, sends=False)


def thrown(expr: AnyExpr, scope: Scope) -> Thrown | None:
    """Exceptions whose status Spring or JAX-RS knows; `orElseThrow` throws what its supplier makes."""
    if not isinstance(expr, Call):
        return None
    if expr.new:
        return _exception(expr, scope)
    if expr.name in {"orElseThrow", "switchIfEmpty", "error"} and expr.args:
        if expr.name == "error" and dotted(expr.receiver) in _PUBLISHERS and isinstance(expr.args[0], Name):
            return Thrown("", ends=False)
        made = _supplied(expr.args[0], expr.name)
        if made is not None:
            found = _exception(made, scope)
            if found is not None:
                return Thrown(found.exception, found.status, found.status_node, found.message, ends=False)
            message = made.args[0] if made.args and isinstance(made.args[0], Str) else None
            return Thrown(type_name(made.func), message=message, ends=False)
    return None


def read(expr: AnyExpr, scope: Scope) -> Read | None:
    """`request.getParameter("x")` and what reactive requests call it."""
    if not isinstance(expr, Call) or expr.name not in _READS or expr.receiver is None:
        return None
    handled = scope.handling
    if handled is None or not isinstance(expr.receiver, Name) or expr.receiver.id not in handled.request:
        return None
    key = expr.args[0] if expr.args else None
    place = _READS[expr.name]
    if place == "body":
        return Read("body", "")
    if isinstance(key, Str) and key.value:
        return Read(place, key.value, key, guarded=expr.name in {"queryParam", "getHeader"})
    return Read(place, "") if expr.args == () else None


def principal(expr: AnyExpr, scope: Scope) -> bool:
    """A parameter that carries the caller, `SecurityContextHolder.getContext()`, or a project's accessor."""
    match expr:
        case Name(id=name):
            for p in scope.function.params:
                if p.name == name:
                    names = {simple(d.name) for d in p.decorators}
                    return bool(
                        type_name(p.type) in _PRINCIPAL_TYPES
                        or names
                        & {
                            "AuthenticationPrincipal",
                            "CurrentUser",
                            "CurrentSecurityContext",
                            "LoginUser",
                            "AuthUser",
                            "CurrentMember",
                            "CurrentAccount",
                        }
                    )
            return False
        case Call():
            if dotted(expr.func) in _PRINCIPAL_CALLS:
                # Who signs somebody in sets what others read.
                return not scope.module.source.startswith(b".setAuthentication", expr.end)
            return expr.name in _PRINCIPAL_NAMES
        case _:
            return False


def _constructed(expr: Call) -> Answer:
    """`new ResponseEntity<>(body, headers, status)`: the status is the last argument that is one."""
    for index in range(len(expr.args) - 1, -1, -1):
        status, node = status_value(expr.args[index])
        if status is not None:
            body = expr.args[0] if index > 0 else None
            return Answer(status, False, node, body, "" if body is not None else "none", sends=False)
    body = expr.args[0] if len(expr.args) > 1 else None
    return Answer(None, True, None, body, sends=False)


def _problem(expr: Call) -> Answer | None:
    """`ProblemDetail.forStatusAndDetail(…)`, and what `ResponseEntityExceptionHandler` offers its subclasses."""
    name, args = expr.name, expr.args
    if name in {"forStatus", "forStatusAndDetail"} and dotted(expr.receiver).endswith("ProblemDetail") and args:
        status, node = status_value(args[0])
        return Answer(status, status is None, node, args[1] if len(args) > 1 else None, "value", sends=False)
    if name == "handleExceptionInternal" and len(args) > 3:
        status, node = status_value(args[3])
        nothing = isinstance(args[1], Const) and args[1].value is None
        return Answer(
            status, status is None, node, None if nothing else args[1], "none" if nothing else "", sends=False
        )
    return None


def _sent(expr: Call, scope: Scope) -> Answer | None:
    """Answers written on the servlet response."""
    handled = scope.handling
    receiver = expr.receiver
    if handled is None or not isinstance(receiver, Name) or receiver.id not in handled.response:
        return None
    if expr.name == "sendError" and expr.args:
        status, node = status_value(expr.args[0])
        return Answer(
            status,
            status is None,
            node,
            expr.args[1] if len(expr.args) > 1 else None,
            "string" if len(expr.args) > 1 else "none",
        )
    if expr.name == "sendRedirect":
        return Answer(302, body_kind="redirect")
    return None


def _exception(made: Call, scope: Scope) -> Thrown | None:
    name = type_name(made.func)
    if name not in _EXCEPTIONS and name not in _JAX_EXCEPTIONS:
        return None
    fixed = _EXCEPTIONS.get(name)
    if name in {
        "ResponseStatusException",
        "ErrorResponseException",
        "WebApplicationException",
        "ClientErrorException",
        "ServerErrorException",
    }:
        for arg in made.args:
            status, node = status_value(arg)
            if status is not None:
                return Thrown(name, status, node, _told(made, arg))
        return Thrown(name, None)
    origin = scope.imported(name)
    if name in _JAX_EXCEPTIONS and origin is not None and origin[0].startswith(JAX_RS):
        return Thrown(name, _JAX_EXCEPTIONS[name], None, _told(made))
    if fixed is None or (origin is not None and not origin[0].startswith(("org.springframework", "java."))):
        return None
    return Thrown(name, fixed, None, _told(made))


def _told(made: Call, status: AnyExpr | None = None) -> AnyExpr | None:
    """What an exception is given to tell; a name alone may be its cause."""
    given = [a for a in made.args if a is not status]
    return next((a for a in given if not isinstance(a, Name)), given[0] if given else None)


def _supplied(value: AnyExpr, name: str) -> Call | None:
    """The exception that `() -> new X()` or `X::new` makes."""
    if name in {"error", "switchIfEmpty"} and isinstance(value, Call):
        if value.name == "error" and value.args:
            return _supplied(value.args[0], "error")
        if value.name == "defer" and value.args:
            return None
        return value if value.new and type_name(value.func).endswith(("Exception", "Error")) else None
    if not isinstance(value, Lambda) or not value.function.expression_body:
        return None
    body = value.function.body
    if body and isinstance(body[0], Return) and isinstance(body[0].value, Call):
        made = body[0].value
        if made.new:
            if "reference" in value.function.modifiers:
                return Call(made.start, made.end, made.func, (), new=True, args_start=made.end, args_end=made.end)
            return made
    return None


def _is_error(declared: AnyExpr | None) -> bool:
    return type_name(declared).endswith(("Exception", "Error", "Throwable"))


def _is_override_of_advice(function: FunctionNode, cls: ClassNode) -> bool:
    if find(cls.decorators, "ControllerAdvice", "RestControllerAdvice") is None:
        return False
    return function.name.startswith("handle") and any(_is_error(p.type) for p in function.params)


def _is_functional(function: FunctionNode) -> bool:
    """A handler function: `ServerResponse` of a `ServerRequest`."""
    return (
        any(type_name(p.type) == "ServerRequest" for p in function.params)
        and answered_type(function) == "ServerResponse"
    )


def _typed(function: FunctionNode, ending: str) -> tuple[str, ...]:
    return tuple(p.name for p in function.params if type_name(p.type).endswith(ending))


WORDS: Final = Vocabulary(
    framework="spring", languages=("java",), handling=handling, answer=answer, thrown=thrown, read=read,
    principal=principal, returned=returned,
    triggers=("ProblemDetail", "ResponseEntity", "ServerResponse", "Exception", "Response.", "getParameter", "getHeader", "Mapping", "Principal", "Current", "SecurityContextHolder", "sendError", "ok(", "created(", "accepted(", "noContent(", "notFound(", "badRequest(", "status(", ".error("),
)  # fmt: skip
