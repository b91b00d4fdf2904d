"""Errors that are made with a status, and what `next` is given that is none."""

from typing import Final

from persona_lsp.flow.status import status_named, status_of
from persona_lsp.flow.vocabulary import Thrown
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Name, Object, Str, Ternary, dotted
from persona_lsp.text.patterns import lazy

_FACTORIES: Final = lazy(r"(?:^|\.)(?:createError|createHttpError|httpError|httpErrors|HttpError|Boom|boom|errors?)$")
_BOOM: Final = {
    "badRequest": 400, "unauthorized": 401, "paymentRequired": 402, "forbidden": 403, "notFound": 404,
    "methodNotAllowed": 405, "conflict": 409, "resourceGone": 410, "badData": 422, "tooManyRequests": 429,
    "internal": 500, "badImplementation": 500, "notImplemented": 501, "badGateway": 502, "serverUnavailable": 503,
}  # fmt: skip


def is_no_failure(given: AnyExpr) -> bool:
    """What `next` is given to go on: `undefined`, `"route"`, or a choice between such."""
    match given:
        case Ternary(then=then, orelse=orelse):
            return is_no_failure(then) and is_no_failure(orelse)
        case Const(value=value):
            return not value
        case Name(id=name):
            return name == "undefined"
        case _:
            return isinstance(given, Str)


def failure_of(call: Call) -> Thrown | None:
    """An error that is made with a status: `new HttpError(404, "x")`, `createError(404)`, `Boom.notFound()`."""
    name = dotted(call.func)
    if not name:
        return None
    owner, _, last = name.rpartition(".")
    if owner and _FACTORIES.search(owner):
        code = _BOOM.get(last) or status_named(last)
        if code is not None and code >= 400:
            return Thrown(name, code, None, call.args[0] if call.args else None)
    if not (last.endswith(("Error", "Exception", "Response")) or _FACTORIES.search(name) or call.new):
        return None
    status, node = None, None
    message: AnyExpr | None = None
    for arg in call.args:
        found = status_of(arg)
        if found is not None and found[0] >= 400 and status is None:
            status, node = found
        elif message is None and not isinstance(arg, Const | Object):
            message = arg
        elif isinstance(arg, Object) and status is None:
            inner = arg.get("status") or arg.get("statusCode") or arg.get("httpCode") or arg.get("code")
            found = status_of(inner)
            if found is not None:
                status, node = found
            message = message or arg.get("message")
    if status is None and last.endswith("Exception"):
        # `NotFoundException`, `UnauthorizedException`: the classes of Nest, and those that are named like them.
        code = status_named(last.removesuffix("Exception"))
        status = code if code is not None and code >= 400 else None
    return Thrown(name, status, node, message)
