"""CORS as the `cors` package is configured."""

import re

from persona_lsp.facts.http import CorsPolicy
from persona_lsp.facts.place import Where
from persona_lsp.flow.script.names import Scope, reduce
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Items, Lambda, Name, Object, Str, dotted
from persona_lsp.syntax.javascript import required_module


def cors_policy(call: Call, scope: Scope) -> CorsPolicy | None:
    """The policy that a call of the `cors` package makes, None for any other call."""
    func = call.func
    source = scope.imported(func.id) if isinstance(func, Name) else None
    if not (source is not None and source[0] == "cors") and not (
        isinstance(func, Call) and required_module(func) == "cors"
    ):
        return None
    path = scope.module.path
    where = Where(path, call.start, call.end)
    if not call.args:
        return CorsPolicy("cors", where, True, False)
    options = reduce(call.args[0], scope)
    if not isinstance(options, Object) or any(e.key is None for e in options.entries):
        return CorsPolicy("cors", where, None, None)
    if _is_assigned(call.args[0], scope):
        return CorsPolicy("cors", where, None, None)
    origin, credentials = options.get("origin"), options.get("credentials")
    allowed = _flag(reduce(credentials, scope)) if credentials is not None else False
    any_origin, effect = _origins(reduce(origin, scope) if origin is not None else None)
    return CorsPolicy(
        "cors",
        where,
        any_origin,
        allowed,
        effect=effect,
        origins_where=Where(path, origin.start, origin.end) if origin is not None else None,
        credentials_where=Where(path, credentials.start, credentials.end) if credentials is not None else None,
    )


def _is_assigned(options: AnyExpr, scope: Scope) -> bool:
    """`options.origin = ...` stands somewhere: what the options are in the end, their literal does not tell."""
    name = dotted(options)
    if not name:
        return False
    written = rb"\b" + re.escape(name.encode()) + rb"(?:\.|\[['\"])(?:origin|credentials)(?:['\"]\])?\s*=(?!=)"
    return re.search(written, scope.module.source) is not None


def _flag(expr: AnyExpr) -> bool | None:
    return expr.value if isinstance(expr, Const) and isinstance(expr.value, bool) else None


def _origins(origin: AnyExpr | None) -> tuple[bool | None, str]:
    """Whether any origin is allowed, and what follows with credentials.

    `origin: true` answers with the caller's own origin; `*` together with credentials is refused by browsers.
    """
    match origin:
        case None:
            return True, "fails"
        case Str(regex=True):
            return origin.value in {".*", "^.*$", "."}, "reflects"
        case Str():
            value = origin.value
            return (None if value is None else value == "*"), "fails"
        case Const(value=bool(flag)):
            return flag, "reflects"
        case Items(items=items):
            stars = any(isinstance(i, Str) and i.value == "*" for i in items)
            return (True, "fails") if stars else (False, "reflects")
        case Lambda(function=function):
            return _decides(function.params[-1].name if function.params else "", origin)
        case _:
            return None, "reflects"


def _decides(callback: str, origin: Lambda) -> tuple[bool | None, str]:
    """`(origin, callback) => callback(null, true)` lets everyone in; a function that tests something is unknown."""
    body = origin.function.body
    if len(body) == 1 and callback:
        value = getattr(body[0], "value", None)
        if (
            isinstance(value, Call)
            and isinstance(value.func, Name)
            and value.func.id == callback
            and len(value.args) == 2
        ):
            return True if isinstance(value.args[1], Const) and value.args[1].value is True else None, "reflects"
    return None, "reflects"
