"""Error mapping: `@ExceptionHandler` methods, `ResponseEntityExceptionHandler` and statuses of exception classes."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import ErrorHandler
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.spring.annotations import argument, classes, find, listed, simple, type_name
from persona_lsp.frameworks.spring.code import calls_of
from persona_lsp.frameworks.spring.routes import method_keys
from persona_lsp.frameworks.spring.statuses import status_value
from persona_lsp.syntax.ir import Call, ClassNode, FunctionNode, Index, Member, Module, dotted

FIXED: Final = {
    "ok": 200, "created": 201, "accepted": 202, "noContent": 204, "badRequest": 400, "notFound": 404,
    "unprocessableEntity": 422, "unprocessableContent": 422, "internalServerError": 500, "seeOther": 303,
    "temporaryRedirect": 307, "permanentRedirect": 308, "notModified": 304,
}  # fmt: skip
"""Builders of `ResponseEntity` and `ServerResponse` that fix the status."""

_FIRST_ERROR: Final = 400
_OVERRIDES: Final = {
    "handleMethodArgumentNotValid": "MethodArgumentNotValidException",
    "handleHttpMessageNotReadable": "HttpMessageNotReadableException",
    "handleBindException": "BindException",
    "handleMissingServletRequestParameter": "MissingServletRequestParameterException",
    "handleNoHandlerFoundException": "NoHandlerFoundException",
    "handleNoResourceFoundException": "NoResourceFoundException",
    "handleHttpRequestMethodNotSupported": "HttpRequestMethodNotSupportedException",
    "handleTypeMismatch": "TypeMismatchException",
    "handleHandlerMethodValidationException": "HandlerMethodValidationException",
}


def error_handlers(module: Module) -> Iterator[ErrorHandler]:
    """What each handled exception is answered with; the status is None when the code decides."""
    if b"ExceptionMapper" in module.source:
        yield from _mappers(module)
    if b"ExceptionHandler" not in module.source and b"ControllerAdvice" not in module.source:
        return
    for cls, path in classes(module):
        advice = find(cls.decorators, "ControllerAdvice", "RestControllerAdvice") is not None
        for method, key in method_keys(cls, path):
            annotated = find(method.decorators, "ExceptionHandler")
            at = Where(module.path, method.name_start, method.name_end)
            if annotated is not None:
                names = [dotted(_class(item)) for item in listed(argument(annotated, "value", "exception"))]
                names = [n for n in names if n] or _thrown_parameters(method)
                for name in names:
                    yield ErrorHandler(simple(name), at, _status(method), key, None if advice else Ref(path))
            elif advice and method.name in _OVERRIDES:
                yield ErrorHandler(_OVERRIDES[method.name], at, _status(method), key)


def _mappers(module: Module) -> Iterator[ErrorHandler]:
    """`class Missing implements ExceptionMapper<NotFoundException>` of JAX-RS."""
    for cls, path in classes(module):
        handled = next((b for b in cls.bases if type_name(b) == "ExceptionMapper"), None)
        name = simple(dotted(handled.keys[0])) if isinstance(handled, Index) and handled.keys else ""
        for method, key in method_keys(cls, path) if name else ():
            if method.name == "toResponse" and len(method.params) == 1:
                at = Where(module.path, method.name_start, method.name_end)
                said = {status_value(arg)[0] for made in calls_of(method) for arg in made.call.args}
                said |= {
                    FIXED.get(made.call.name) for made in calls_of(method) if dotted(made.call.receiver) == "Response"
                }
                codes = {code for code in said if code is not None and code >= _FIRST_ERROR}
                yield ErrorHandler(name, at, codes.pop() if len(codes) == 1 else None, key)


def exception_status(cls: ClassNode) -> int | None:
    """The status that an exception class declares: `@ResponseStatus`, or what it hands to `ResponseStatusException`."""
    annotated = find(cls.decorators, "ResponseStatus")
    if annotated is not None:
        return status_value(argument(annotated, "code", "value"))[0]
    bases = {type_name(base) for base in cls.bases}
    if bases & {"ResponseStatusException", "ErrorResponseException", "HttpClientErrorException"}:
        statuses: set[int] = set()
        for method in cls.methods:
            if "constructor" not in method.modifiers:
                continue
            for made in calls_of(method):
                if made.call.args and getattr(made.call.func, "id", "") == "super":
                    statuses.add(status_value(made.call.args[0])[0] or 0)
        if len(statuses) == 1:
            return statuses.pop() or None
        return None
    handed = {_handed(m) for m in cls.methods if "constructor" in m.modifiers}
    return handed.pop() if len(handed) == 1 else None


def _handed(constructor: FunctionNode) -> int | None:
    """`super(HttpStatus.NOT_FOUND, "…")`: what an exception tells the one of the project that it derives from."""
    for made in calls_of(constructor):
        if getattr(made.call.func, "id", "") == "super":
            codes = {status_value(a)[0] for a in made.call.args if isinstance(a, Member)} - {None}
            return codes.pop() if len(codes) == 1 else None
    return None


def _class(item: object) -> Member | None:
    """`X` of `X.class`."""
    if isinstance(item, Member) and item.name == "class":
        return item.base  # type: ignore[return-value]  # names and members are what a class literal can hold
    return None


def _thrown_parameters(method: FunctionNode) -> list[str]:
    names = (type_name(p.type) for p in method.params)
    return [n for n in names if n.endswith(("Exception", "Error", "Throwable"))]


def _status(method: FunctionNode) -> int | None:
    annotated = find(method.decorators, "ResponseStatus")
    if annotated is not None:
        value = argument(annotated, "code", "value")
        return status_value(value)[0]
    statuses: set[int | None] = set()
    for made in calls_of(method):
        status = answered_status(made.call)
        if status is not False:
            statuses.add(status)
    if len(statuses) == 1:
        return statuses.pop()
    if not statuses:
        # `return answer(HttpStatus.NOT_FOUND, failure)`: a method beside it makes the answer.
        own = [m.call for m in calls_of(method) if m.call.receiver is None or dotted(m.call.receiver) == "this"]
        told = {code for call in own for a in call.args if (code := status_value(a)[0]) is not None}
        if told:
            return told.pop() if len(told) == 1 else None
    returns = type_name(method.returns)
    if not statuses and returns not in {
        "ResponseEntity",
        "ProblemDetail",
        "Mono",
        "void",
        "ErrorResponse",
        "HttpEntity",
    }:
        return 200
    return None


def answered_status(call: Call) -> int | bool | None:
    """The status that a call of a response builder fixes; None if unknown; False if it is no such call."""
    name = call.name
    owner = simple(dotted(call.receiver)) if call.receiver is not None else ""
    if owner in {"ResponseEntity", "ServerResponse"}:
        if name in FIXED:
            return FIXED[name]
        if name in {"status", "of"} and call.args:
            return status_value(call.args[0])[0]
        return False
    if call.new and type_name(call.func) == "ResponseEntity":
        for arg in reversed(call.args):
            found = status_value(arg)[0]
            if found is not None:
                return found
        return None
    if owner == "ProblemDetail" and name in {"forStatus", "forStatusAndDetail"} and call.args:
        return status_value(call.args[0])[0]
    if name == "handleExceptionInternal":
        for arg in call.args:
            found = status_value(arg)[0]
            if found is not None:
                return found
        return None
    return False
