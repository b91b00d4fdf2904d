"""What methods of controllers on Express answer, throw and ask, where decorators made them handlers."""

from typing import Final

from persona_lsp.flow.status import status_named, status_of
from persona_lsp.flow.vocabulary import Answer, Handling, Scope, Thrown
from persona_lsp.frameworks.express.controllers import (
    default_status,
    dialect_of,
    mapping_of,
    names_of,
    places_of,
    request_of,
)
from persona_lsp.frameworks.express.dialects import INVERSIFY, TSOA
from persona_lsp.syntax.ir import AnyExpr, Call, ClassNode, FunctionNode, Member, Module, Name
from persona_lsp.text.patterns import lazy

_RESULTS: Final = {
    "ok": 200, "created": 201, "badRequest": 400, "conflict": 409, "notFound": 404, "internalServerError": 500,
    "redirect": 302,
}  # fmt: skip
TRIGGERS: Final = (
    "this.json(",
    "this.statusCode(",
    "CurrentUser",
    "principal",
    *(f"this.{word}(" for word in _RESULTS),
)
_SENDS_ITSELF: Final = lazy(rb"\.\s*(?:json|send|sendStatus|end|redirect|render|sendFile|download)\s*\(")


def handling(function: FunctionNode, cls: ClassNode | None, module: Module) -> Handling | None:
    """A method that a decorator maps to requests."""
    names = names_of(module)
    dialect = dialect_of(cls, names) if cls is not None and names is not None else None
    if names is None or dialect is None or not any(True for _ in mapping_of(function, dialect, names)):
        return None
    request, response, forward = request_of(function, dialect, names)
    body = module.source[function.body_start : function.body_end]
    manual = bool(response) and _SENDS_ITSELF.search(body) is not None
    status, _ = default_status(function, dialect, names)
    inputs = {function.params[i].name: place.value for i, place, _ in places_of(function, dialect, names)}
    return Handling(
        kind="handler",
        returns_answer=not manual,
        default_status=200 if manual else status,
        inputs={name: place for name, place in inputs.items() if name},
        request=request,
        response=response,
        forward=forward,
        forwards_errors=True,
        validated=tuple(n for n, place in inputs.items() if place == "body") if dialect is TSOA else (),
        implicit_answer=not manual and status is not None,
    )


def result(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`this.json(user, 201)`, `this.notFound()`: what controllers of inversify-express-utils make to be sent."""
    if not isinstance(expr, Call) or not isinstance(expr.func, Member):
        return None
    base, word = expr.func.base, expr.func.name
    if not isinstance(base, Name) or base.id != "this" or scope.cls is None:
        return None
    names = names_of(scope.module)
    if names is None:
        return None
    if dialect_of(scope.cls, names) is not INVERSIFY or any(m.name == word for m in scope.cls.methods):
        return None
    body = expr.args[0] if expr.args else None
    sends = scope.handling is not None and not scope.handling.returns_answer
    if word == "json":
        given = status_of(expr.args[1]) if len(expr.args) > 1 else None
        unknown = len(expr.args) > 1 and given is None
        return Answer(
            given[0] if given else None if unknown else 200, unknown, given[1] if given else None, body, sends=sends
        )
    if word == "statusCode" and body is not None:
        given = status_of(body)
        return Answer(given[0] if given else None, given is None, given[1] if given else None, None, "none", sends)
    if word in _RESULTS:
        return Answer(_RESULTS[word], False, None, body, "" if body is not None else "none", sends)
    return None


def failure(expr: Call, made: Thrown | None, scope: Scope) -> Thrown | None:
    """`throw new NotFoundError("x")` of routing-controllers: the name tells the status."""
    name = expr.func.id if isinstance(expr.func, Name) else ""
    package, word = scope.imported(name) or ("", "")
    if package != "routing-controllers" or not word.endswith("Error") or (made is not None and made.status is not None):
        return made
    status = status_named(word.removesuffix("Error"))
    if status is None or status < 400:
        return made
    return Thrown(name, status, None, expr.args[0] if expr.args else None)


def is_caller(expr: AnyExpr, scope: Scope) -> bool:
    """A parameter that the library fills with whoever calls: `@CurrentUser() user`."""
    param = next((p for p in scope.function.params if isinstance(expr, Name) and p.name == expr.id), None)
    return param is not None and any(
        d.name.rsplit(".", 1)[-1] in ("CurrentUser", "principal") for d in param.decorators
    )
