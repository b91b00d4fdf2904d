"""CORS: the options that the plugins of JavaScript's frameworks share, `{ origin, credentials }`."""

from persona_lsp.facts.http import CorsPolicy
from persona_lsp.facts.place import Where
from persona_lsp.flow.script.names import Scope, reduce
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Items, Object, Str


def policy(library: str, call: Call, options: Object, scope: Scope) -> CorsPolicy:
    """What the options say; without an origin, every one is allowed by `*`."""
    module = scope.module
    origin, credentials = options.get("origin"), options.get("credentials")
    value = reduce(origin, scope) if origin is not None else None
    any_origin = _any(value) if origin is not None else True
    allowed = reduce(credentials, scope) if credentials is not None else None
    flag = allowed.value if isinstance(allowed, Const) and isinstance(allowed.value, bool) else None
    star = origin is None or (isinstance(value, Str) and value.value == "*")
    return CorsPolicy(
        library, Where(module.path, call.start, call.end), any_origin,
        False if credentials is None else flag, "fails" if star else "reflects",
        Where(module.path, origin.start, origin.end) if origin is not None else None,
        Where(module.path, credentials.start, credentials.end) if credentials is not None else None,
    )  # fmt: skip


def _any(value: AnyExpr | None) -> bool | None:
    match value:
        case Const(value=bool() as flag):
            return flag
        case Str(regex=True):
            return True if value.value in (".*", "^.*$", ".+") else None
        case Str():
            return value.value == "*" if value.value is not None else None
        case Items(items=items):
            literals = [i.value for i in items if isinstance(i, Str) and not i.regex]
            return True if "*" in literals else False if len(literals) == len(items) else None
        case _:
            return None
