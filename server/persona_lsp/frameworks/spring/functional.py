"""Functional routes: `RouterFunctions.route()` builders, `route(GET("/x"), handler)` and their nests."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import Route, Router
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text
from persona_lsp.frameworks.spring.annotations import (
    VERBS,
    Values,
    classes,
    find,
    joined,
    rooted,
    trimmed,
    type_name,
    where,
)
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    BlockExpr,
    Call,
    Do,
    FunctionNode,
    Lambda,
    Member,
    Module,
    Name,
    Return,
    Str,
    dotted,
)

_FRAMEWORK: Final = "spring"
_DEPTH: Final = 30


class _Found:
    """The routes of one router function as they are come across."""

    def __init__(self, module: Module, values: Values, path: str, symbol: str, order: int) -> None:
        self.module = module
        self.values = values
        self.path = path
        self.symbol = symbol
        self.order = order
        self.routes: list[Route] = []
        self.inline: list[tuple[int, str]] = []


def functional(module: Module, values: Values, order: int) -> tuple[list[Router], list[Route], list[tuple[int, str]]]:
    """Routers, routes and inline handlers of methods that return a `RouterFunction`."""
    routers: list[Router] = []
    routes: list[Route] = []
    inline: list[tuple[int, str]] = []
    if b"RouterFunction" not in module.source:
        return routers, routes, inline
    for cls, path in classes(module):
        for method in cls.methods:
            if type_name(method.returns) != "RouterFunction":
                continue
            found = _Found(module, values, path, f"{path}.{method.name}", order + len(routes))
            for value in _results(method):
                _walk(value, (), found, 0)
            if found.routes:
                # What is no bean is put together elsewhere, perhaps below a prefix.
                kind = "class" if find(method.decorators, "Bean") is not None else "router"
                at = Where(module.path, method.name_start, method.name_end)
                routers.append(Router(f"{path}.{method.name}()", kind, _FRAMEWORK, at))
                routes += found.routes
                inline += found.inline
    return routers, routes, inline


def _results(method: FunctionNode) -> Iterator[AnyExpr]:
    """What is returned; a builder that is used line by line counts with every line."""
    for statement in method.body:
        match statement:
            case Return(value=value) | Assign(value=value) | Do(value=value) if value is not None:
                yield value
            case _:
                pass


def _walk(expr: AnyExpr, prefix: Text, found: _Found, depth: int) -> None:
    """The calls of a builder chain from its beginning."""
    chain: list[Call] = []
    current: AnyExpr | None = expr
    while isinstance(current, Call):
        chain.append(current)
        current = current.receiver
    for call in reversed(chain):
        if depth < _DEPTH:
            _call(call, prefix, found, depth)


def _call(call: Call, prefix: Text, found: _Found, depth: int) -> None:
    name, args = call.name, call.args
    if name in VERBS and args and not _is_predicate(call):
        # `GET("/x", accept(JSON), handler)`: requests that the predicate refuses are for others.
        predicates = tuple(found.module.text(arg) for arg in args[1:-1])
        _add(call, name, args[0], args[-1] if len(args) > 1 else None, prefix, found, variants=predicates)
    elif name in {"route", "andRoute", "orRoute"} and len(args) >= 2:
        for verb, path, at in _predicate(args[0], found):
            _add(call, verb, path, args[1], prefix, found, at)
    elif name in {"path", "nest"} and len(args) >= 2:
        for inner in _nested_prefix(name, args[0], found):
            target = args[1]
            if isinstance(target, Lambda):
                for value in _lambda_values(target):
                    _walk(value, joined(prefix, inner), found, depth + 1)
            else:
                _walk(target, joined(prefix, inner), found, depth + 1)
    elif name in {"and", "andOther", "add", "andNest"}:
        if name == "andNest" and len(args) >= 2:
            for inner in _nested_prefix("nest", args[0], found):
                _walk(args[1], joined(prefix, inner), found, depth + 1)
        else:
            for arg in args:
                if isinstance(arg, Call):
                    _walk(arg, prefix, found, depth + 1)


def _is_predicate(call: Call) -> bool:
    """`GET("/x")` and `RequestPredicates.GET("/x")` by themselves are tests, not registrations."""
    owner = dotted(call.receiver) if call.receiver is not None else ""
    return len(call.args) < 2 and (call.receiver is None or owner.endswith("RequestPredicates"))


def _predicate(expr: AnyExpr, found: _Found) -> Iterator[tuple[str, AnyExpr, Call]]:
    """`GET("/x").and(accept(JSON))` as verb and path."""
    current: AnyExpr | None = expr
    while isinstance(current, Call):
        if current.name in VERBS and len(current.args) == 1:
            yield current.name, current.args[0], current
            return
        if current.name == "path" and len(current.args) == 1:
            yield "ANY", current.args[0], current
            return
        if current.name == "method":
            return
        current = current.receiver
    del found


def _nested_prefix(name: str, expr: AnyExpr, found: _Found) -> Iterator[Text]:
    if name == "path":
        yield trimmed(rooted(found.values.text(expr, found.path)))
        return
    for verb, path, _ in _predicate(expr, found):
        if verb == "ANY":
            yield trimmed(rooted(found.values.text(path, found.path)))
            return
    yield ()


def _lambda_values(target: Lambda) -> Iterator[AnyExpr]:
    for statement in target.function.body:
        match statement:
            case Return(value=value) | Do(value=value) if value is not None:
                if isinstance(value, BlockExpr):
                    continue
                yield value
            case _:
                pass


def _add(
    call: Call,
    verb: str,
    path: AnyExpr,
    handler: AnyExpr | None,
    prefix: Text,
    found: _Found,
    at: Call | None = None,
    variants: tuple[str, ...] = (),
) -> None:
    module = found.module
    written = found.values.text(path, found.path)
    ref, key, name = _handler(handler, verb, found)
    source = at or call
    start = source.func.name_start if isinstance(source.func, Member) else source.func.start
    found.routes.append(Route(
        methods=(verb,),
        path=joined(prefix, rooted(written)),
        framework=_FRAMEWORK,
        where=Where(module.path, start, path.end),
        statement=Where(module.path, start, call.end),
        order=found.order + len(found.routes),
        router=Ref(f"{found.symbol}()"),
        handler=ref,
        handler_key=key,
        handler_name=name,
        path_where=where(module, path) if isinstance(path, Str) else None,
        method_where=Where(module.path, start, start + len(verb)),
        unknown_params=True,
        variants=variants,
    ))  # fmt: skip


def _handler(handler: AnyExpr | None, verb: str, found: _Found) -> tuple[Ref | None, str, str]:
    if not isinstance(handler, Lambda):
        return None, "", ""
    function = handler.function
    if "reference" in function.modifiers and function.body and isinstance(function.body[0], Return):
        made = function.body[0].value
        target = made.func if isinstance(made, Call) else None
        if isinstance(target, Member):
            owner = target.base.id if isinstance(target.base, Name) else ""
            if owner == "this":
                return None, f"{found.path}.{target.name}", target.name
            return Ref(f"{_type_of(owner, found) or owner}.{target.name}"), "", target.name
    key = f"{verb.lower()} {found.symbol}#{len(found.inline)}"
    found.inline.append((function.start, key))
    return None, key, ""


def _type_of(name: str, found: _Found) -> str:
    """The declared type of a parameter or field that holds the handlers."""
    for cls, path in classes(found.module):
        if path != found.path:
            continue
        for field in cls.fields:
            if field.name == name:
                return dotted(field.type)
        for method in cls.methods:
            if f"{path}.{method.name}" == found.symbol:
                for p in method.params:
                    if p.name == name:
                        return dotted(p.type)
    return ""
