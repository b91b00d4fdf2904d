"""CORS: what `@fastify/cors` is registered with."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import CorsPolicy
from persona_lsp.facts.place import Where
from persona_lsp.flow.script.names import Scope, reduce
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Def, Items, Lambda, Module, Object, Stmt, Str, dotted, walk
from persona_lsp.syntax.javascript import required_module

_PACKAGES: Final = frozenset({"@fastify/cors", "fastify-cors"})
_DEPTH: Final = 4


def policies(module: Module, scope: Scope) -> Iterator[CorsPolicy]:
    """Every registration of the package with its options in place."""
    if not any(i.module in _PACKAGES for i in module.imports):
        return
    for call in _calls(module.body, 0):
        if call.name != "register" or not call.args:
            continue
        plugin = call.args[0]
        source = scope.imports.get(dotted(plugin), ("", ""))[0]
        if source not in _PACKAGES and required_module(plugin) not in _PACKAGES:
            continue
        options = reduce(call.args[1], scope) if len(call.args) > 1 else Object(call.end, call.end, ())
        if isinstance(options, Object):
            yield _policy(call, options, scope)


def _calls(body: tuple[Stmt, ...], depth: int) -> Iterator[Call]:
    for statement in body:
        if isinstance(statement, Def) and depth < _DEPTH:
            yield from _calls(statement.function.body, depth + 1)
        for name in ("body", "then", "orelse", "final"):
            yield from _calls(getattr(statement, name, ()), depth)
        value = getattr(statement, "value", None)
        for part in walk(value) if value is not None else ():
            if isinstance(part, Call):
                yield part
            elif isinstance(part, Lambda) and depth < _DEPTH:
                yield from _calls(part.function.body, depth + 1)


def _policy(call: Call, options: Object, scope: Scope) -> CorsPolicy:
    module = scope.module
    origin, credentials = options.get("origin"), options.get("credentials")
    value = reduce(origin, scope) if origin is not None else None
    any_origin = _any(value) if origin is not None else True
    allowed = reduce(credentials, scope) if credentials is not None else None
    flag = allowed.value if isinstance(allowed, Const) and isinstance(allowed.value, bool) else None
    star = origin is None or (isinstance(value, Str) and value.value == "*")
    return CorsPolicy(
        "@fastify/cors", Where(module.path, call.start, call.end), any_origin,
        False if credentials is None else flag, "fails" if star else "reflects",
        Where(module.path, origin.start, origin.end) if origin is not None else None,
        Where(module.path, credentials.start, credentials.end) if credentials is not None else None,
        origins_text=module.text(origin)[:120] if origin is not None else "",
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
