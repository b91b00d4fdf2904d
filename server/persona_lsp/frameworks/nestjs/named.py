"""What Nest serves beside HTTP: resolvers of GraphQL, gateways of sockets, patterns of microservices, queues."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, Level, Route
from persona_lsp.facts.text import Text
from persona_lsp.flow.receiving import method_keys, name_of, place, received
from persona_lsp.flow.script.names import reduce, text
from persona_lsp.flow.script.operations import operations
from persona_lsp.frameworks.nestjs.guards import attached
from persona_lsp.frameworks.nestjs.names import Names, arguments, entry, find, own_name
from persona_lsp.syntax.ir import AnyExpr, ClassNode, Const, Decorator, FunctionNode, Name, Object, Str

_ID: Final = "nestjs"
_PATTERNS: Final = frozenset({"MessagePattern", "EventPattern"})
PATTERN: Final = "pattern"
"""Among the variants of what Nest itself calls for a message, and guards as it guards requests."""
_PROCEDURES: Final = frozenset({"GrpcMethod", "GrpcStreamMethod", "GrpcStreamCall"})
_RABBIT: Final = frozenset({"RabbitSubscribe", "RabbitRPC"})


def named(names: Names) -> Iterator[Route]:
    """The endpoints of a file that are no routes."""
    graphql = {local for local, name in names.own.items() if _package(local, names) == "@nestjs/graphql" or name == "*"}
    values = names.scope.values

    def called(name: str) -> str:
        return own_name(name, names) if name.partition(".")[0] in graphql else ""

    for cls in names.module.classes():
        around = attached(cls.decorators, Level.CLASS, names)
        if graphql:
            for one in operations(cls, called, values, names.scope.imports):
                yield _route("graphql", one.name, one.method, one.key, one.decorator, around, names)
        yield from _of_class(cls, around, names)


def _package(local: str, names: Names) -> str:
    return names.scope.imports.get(local, ("", ""))[0]


def _of_class(cls: ClassNode, around: tuple[Guard, ...], names: Names) -> Iterator[Route]:
    gateway = find(cls.decorators, names, "WebSocketGateway")
    processor = find(cls.decorators, names, "Processor")
    for method, key in method_keys(cls):
        for decorator in method.decorators:
            word = own_name(decorator.name, names)
            first = next(iter(arguments(decorator)), None)
            if word == "SubscribeMessage" and gateway is not None and first is not None:
                space = _namespace(gateway, names)
                yield _route("websocket", (*space, *text(first, names.scope)), method, key, decorator, around, names)
            elif word in _PATTERNS and first is not None:
                pattern = _pattern(first, names)
                yield _marked(_route("message", pattern, method, key, decorator, around, names))
            elif word in _PROCEDURES:
                procedure = _procedure(cls, method, decorator, names)
                yield _marked(_route("grpc", procedure, method, key, decorator, around, names))
            elif word == "Process" and processor is not None:
                job = (*(("/", *text(first, names.scope)) if isinstance(first, Str | Name) else ()),)
                yield _route("message", (*_queue(processor, names), *job), method, key, decorator, around, names)
            elif decorator.name in _RABBIT and (queue := _rabbit(first, names)) is not None:
                yield _route("message", queue, method, key, decorator, around, names)
        if processor is not None and method.name == "process" and not method.decorators:
            yield _route("message", _queue(processor, names), method, key, processor, around, names)


def _route(
    kind: str, name: Text, method: FunctionNode, key: str, decorator: Decorator, around: tuple[Guard, ...], names: Names
) -> Route:  # fmt: skip
    own = attached(method.decorators, Level.ROUTE, names)
    module = names.module
    return received(
        kind, name, _ID, name_of(method, module), statement=place(decorator.value, module), key=key,
        guards=(*around, *own),
    ).route  # fmt: skip


def _marked(route: Route) -> Route:
    return replace(route, variants=(PATTERN,))


def _namespace(gateway: Decorator, names: Names) -> Text:
    """`@WebSocketGateway(8080, { namespace: "chat" })` -> `/chat `."""
    for arg in arguments(gateway):
        held = entry(arg, "namespace", names)
        if held is not None:
            known = text(held, names.scope)
            slash = "" if known and isinstance(known[0], str) and known[0].startswith("/") else "/"
            return (slash, *known, " ")
    return ()


def _pattern(expr: AnyExpr, names: Names) -> Text:
    """`"orders.created"`, or an object: `{ cmd: "sum" }` -> `cmd=sum`."""
    value = reduce(expr, names.scope)
    if not isinstance(value, Object):
        return text(expr, names.scope)
    found: Text = ()
    for item in sorted(value.entries, key=lambda e: e.name):
        inner = (
            (str(item.value.value),)
            if isinstance(item.value, Const) and item.value.value is not None
            else text(item.value, names.scope)
        )
        found += (", " if found else "", f"{item.name}=", *inner)
    return found


def _procedure(cls: ClassNode, method: FunctionNode, decorator: Decorator, names: Names) -> Text:
    """`@GrpcMethod("Orders", "Get")`; the class and the method give the names that are left out."""
    given = arguments(decorator)
    service: Text = text(given[0], names.scope) if given else (cls.name,)
    called: Text = text(given[1], names.scope) if len(given) > 1 else (method.name[:1].upper() + method.name[1:],)
    return (*service, "/", *called)


def _queue(processor: Decorator, names: Names) -> Text:
    first = next(iter(arguments(processor)), None)
    if first is None:
        return ("default",)
    held = entry(first, "name", names)
    return text(held if held is not None else first, names.scope)


def _rabbit(first: AnyExpr | None, names: Names) -> Text | None:
    """`@RabbitSubscribe({ exchange, routingKey, queue })`."""
    for key in ("queue", "routingKey"):
        held = entry(first, key, names)
        if held is not None:
            return text(held, names.scope)
    return None
