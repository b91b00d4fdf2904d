"""One registration of a route: `fastify.get(path, options, handler)` or `fastify.route({ ... })`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from persona_lsp.facts.http import Declared, Route
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text
from persona_lsp.flow.script.names import Scope, reduce, reference, text
from persona_lsp.flow.script.paths import expand
from persona_lsp.frameworks.fastify.folders import options_of
from persona_lsp.frameworks.fastify.guards import route_guards
from persona_lsp.frameworks.fastify.schemas import Described, described
from persona_lsp.syntax.ir import AnyExpr, Call, Const, FunctionNode, Items, Member, Object, Str
from persona_lsp.syntax.javascript.functions import sole_function

if TYPE_CHECKING:
    from persona_lsp.frameworks.fastify.reader import Reader

METHODS: Final = {
    "get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "head": "HEAD",
    "options": "OPTIONS", "all": "ANY",
}  # fmt: skip


class Registration(Struct, frozen=True):
    """A call that registers, the word it is called by, and the application it is called on."""

    call: Call
    word: str
    symbol: str
    scope: Scope
    conditional: bool


def routes_of(registration: Registration, reader: "Reader") -> Iterator[tuple[Route, FunctionNode | None]]:
    """The routes that a call registers, each with its handler if it is written in place."""
    call, scope = registration.call, registration.scope
    if registration.word == "route":
        options = options_of(call.args[0] if call.args else None, scope)
        if options is None:
            return
        path = options.get("url") or options.get("path")
        methods = _listed(options.get("method"), scope)
        handler = options.get("handler")
    else:
        if len(call.args) < 2:
            return
        path = call.args[0]
        methods = (METHODS[registration.word],)
        last = call.args[-1]
        options = options_of(call.args[1], scope) if len(call.args) > 2 or _is_options(last, scope) else None
        handler = last if not _is_options(last, scope) else (options.get("handler") if options is not None else None)
    if path is None or not methods or handler is None or isinstance(handler, Str | Const):
        return
    written = text(path, scope)
    if registration.word != "route" and not _is_path(written):
        return
    found = described(options, scope)
    function = sole_function(handler)
    for one in expand(written):
        yield _route(registration, reader, one, path, methods, handler, function, options, found), function


def _is_path(path: Text) -> bool:
    """What stands where a path is expected may be one: `app.get("setting", ...)` is something else."""
    first = path[0] if path else ""
    return not isinstance(first, str) or first == "" or first.startswith(("/", "*"))


def _is_options(expr: AnyExpr, scope: Scope) -> bool:
    return isinstance(reduce(expr, scope), Object)


def _listed(expr: AnyExpr | None, scope: Scope) -> tuple[str, ...]:
    value = reduce(expr, scope) if expr is not None else None
    items = value.items if isinstance(value, Items) else (value,) if value is not None else ()
    found: list[str] = []
    for item in items:
        plain = reduce(item, scope)
        if not isinstance(plain, Str) or not plain.value:
            return ()
        found.append("ANY" if plain.value == "*" else plain.value.upper())
    return tuple(dict.fromkeys(found))


def _route(
    registration: Registration, reader: "Reader", path: Text, path_node: AnyExpr, methods: tuple[str, ...],
    handler: AnyExpr, function: FunctionNode | None, options: Object | None, found: Described,
) -> Route:  # fmt: skip
    call, scope, module = registration.call, registration.scope, registration.scope.module
    key, ref = "", None
    if function is not None:
        shown = "".join(p if isinstance(p, str) else "*" for p in path)
        key = reader.inline.get(function.start) or ""
        if not key:
            name = f"{registration.word} {shown}"
            number = reader.keys.get(name, 0)
            reader.keys[name] = number + 1
            key = f"{name}#{number}"
            reader.inline[function.start] = key
    else:
        ref = reference(handler, scope)
    func = call.func
    start = func.name_start if isinstance(func, Member) else call.start
    inside = path_node if call.start <= path_node.start < call.end else None
    end = inside.end if inside is not None and registration.word != "route" else start + len(registration.word)
    where = Where(module.path, start, end)
    default = Declared(200, where, is_default=True)
    return Route(
        methods=methods,
        path=path,
        framework="fastify",
        where=where,
        statement=Where(module.path, call.start, call.end),
        order=reader.next_order(),
        router=Ref(registration.symbol),
        handler=ref,
        handler_key=key,
        handler_name=key or (ref.name if ref is not None else module.text(handler)[:60]),
        guards=route_guards(options, scope),
        params=found.params,
        body=found.body,
        declared=(default, *found.declared),
        doc=found.doc,
        conditional=registration.conditional,
        kind="websocket" if _is_socket(options) else "http",
        path_where=Where(module.path, inside.start, inside.end) if inside is not None else None,
        method_where=Where(module.path, start, start + len(registration.word)),
        unknown_params=found.unknown,
        forwards_errors=True,
        variants=_variants(options, scope),
    )


def _variants(options: Object | None, scope: Scope) -> tuple[str, ...]:
    """What tells routes of one path apart: `constraints: { version: "1.0.0" }`, the version of older releases."""
    named = [options.get(name) for name in ("constraints", "version")] if options is not None else []
    return tuple(scope.module.text(value)[:80] for value in named if value is not None)


def _is_socket(options: Object | None) -> bool:
    flag = options.get("websocket") if options is not None else None
    return isinstance(flag, Const) and flag.value is True
