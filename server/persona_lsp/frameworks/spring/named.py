"""What Spring serves beside HTTP: fields of GraphQL, messages of sockets, procedures, listeners of queues and topics."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from persona_lsp.facts.http import Guard, Level, Route
from persona_lsp.facts.text import Text
from persona_lsp.flow.receiving import calls, name_of, place, received
from persona_lsp.frameworks.spring.annotations import (
    Values,
    argument,
    classes,
    find,
    joined,
    listed,
    rooted,
    simple,
    trimmed,
    type_arguments,
    type_name,
)
from persona_lsp.frameworks.spring.guards import declared_guards
from persona_lsp.syntax.ir import AnyExpr, Call, ClassNode, Decorator, FunctionNode, Module, dotted

_ID: Final = "spring"
SIGNS: Final = (
    b"Mapping(", b"Mapping\n", b"Mapping ", b"Mapping\r", b"Listener(", b"Listener<", b"@Dgs", b"ImplBase", b"addHandler(", b"@ServerEndpoint", b"@RabbitHandler",
)  # fmt: skip
"""What a file has that serves something of that kind."""
_ROOTS: Final = {
    "QueryMapping": "Query", "MutationMapping": "Mutation", "SubscriptionMapping": "Subscription", "DgsQuery": "Query",
    "DgsMutation": "Mutation", "DgsSubscription": "Subscription",
}  # fmt: skip
_FIELDS: Final = frozenset({"SchemaMapping", "BatchMapping", "DgsData"})
_FROM: Final = {
    "KafkaListener": ("topics", "value", "topicPattern"), "RabbitListener": ("queues",),
    "JmsListener": ("destination",), "SqsListener": ("queueNames", "value"), "PulsarListener": ("topics",),
    "StreamListener": ("target", "value"), "RedisStreamListener": ("value",), "SqsHandler": ("value",),
}  # fmt: skip
"""Annotations of listeners, with the attributes that say what they listen to."""


class _Of(Struct, frozen=True):
    """A class that is read."""

    cls: ClassNode
    path: str
    module: Module
    values: Values


def named(module: Module, values: Values) -> Iterator[Route]:
    """The endpoints of a file that are no routes."""
    source = module.source
    if not any(sign in source for sign in SIGNS):
        return
    for cls, path in classes(module):
        of = _Of(cls, path, module, values)
        around = declared_guards(cls.decorators, Level.CLASS, module)
        yield from _listening(of)
        yield from _procedures(of, around)
        for method, key in _keys(of):
            for decorator in method.decorators:
                for kind, name in _told(of, method, decorator):
                    guards = (*around, *declared_guards(method.decorators, Level.ROUTE, module))
                    yield _route(kind, name, of, method, key, decorator, guards)
    if b"addHandler(" in source:
        yield from _handlers(module, values)


def _route(
    kind: str, name: Text, of: _Of, method: FunctionNode, key: str, decorator: Decorator | None,
    guards: tuple[Guard, ...] = (),
) -> Route:  # fmt: skip
    return received(
        kind, name, _ID, name_of(method, of.module),
        statement=place(decorator, of.module) if decorator is not None else None, key=key, guards=guards,
    ).route  # fmt: skip


def _keys(of: _Of) -> Iterator[tuple[FunctionNode, str]]:
    taken: dict[str, int] = {}
    for method in of.cls.methods:
        count = taken.get(method.name, 0)
        taken[method.name] = count + 1
        yield method, f"{of.path}.{method.name}" + (f"#{count}" if count else "")


def _told(of: _Of, method: FunctionNode, decorator: Decorator) -> Iterator[tuple[str, Text]]:
    """What an annotation of a method says that it answers: kind and name."""
    word = simple(decorator.name)
    if word in _ROOTS:
        field = of.values.text(argument(decorator, "name", "field", "value"), of.path) or (method.name,)
        yield "graphql", (f"{_ROOTS[word]}.", *field)
    elif word in _FIELDS and (parent := _parent(of, method, decorator)):
        field = of.values.text(argument(decorator, "field", "value"), of.path) or (method.name,)
        yield "graphql", (*parent, ".", *field)
    elif word in ("MessageMapping", "SubscribeMapping"):
        above = find(of.cls.decorators, "MessageMapping")
        before = of.values.texts(argument(above, "value"), of.path) if above is not None else ()
        for name, _ in of.values.texts(argument(decorator, "value"), of.path) or (((), None),):
            for prefix in [text for text, _ in before] or [()]:
                yield "websocket", joined(trimmed(prefix), rooted(name) if prefix else name)
    elif word in _FROM:
        yield from (("message", text) for text in _topics(of, decorator, _FROM[word]))
    elif word == "OnMessage" and (endpoint := find(of.cls.decorators, "ServerEndpoint")) is not None:
        yield "websocket", of.values.text(argument(endpoint, "value"), of.path)


def _parent(of: _Of, method: FunctionNode, decorator: Decorator) -> Text:
    """The type whose field a method answers: given to it or to its class, else the one of its first parameter."""
    for one in (decorator, find(of.cls.decorators, "SchemaMapping")):
        told = argument(one, "typeName", "parentType") if one is not None else None
        if told is not None:
            return of.values.text(told, of.path)
    for param in method.params:
        kind = type_name(param.type)
        if kind in ("List", "Set", "Collection"):
            kind = type_name(next(iter(type_arguments(param.type)), None))
        if kind and not param.decorators:
            return (kind,)
    return ()


def _topics(of: _Of, decorator: Decorator, names: tuple[str, ...]) -> Iterator[Text]:
    for name in names:
        said = argument(decorator, name)
        for item in listed(said):
            yield of.values.text(item, of.path)
        if said is not None:
            return
    for binding in listed(argument(decorator, "bindings")):
        # `@QueueBinding(value = @Queue("orders"), exchange = ...)`
        yield from _queue(binding.kwarg("value") if isinstance(binding, Call) else None, of)
    for queue in listed(argument(decorator, "queuesToDeclare")):
        yield from _queue(queue, of)


def _queue(queue: AnyExpr | None, of: _Of) -> Iterator[Text]:
    """`@Queue("orders")`; one without a name is given one by the broker."""
    if isinstance(queue, Call):
        name = queue.kwarg("value") or queue.kwarg("name") or next(iter(queue.args), None)
        if name is not None:
            yield of.values.text(name, of.path)


def _listening(of: _Of) -> Iterator[Route]:
    """Classes that listen as a whole: `@RabbitListener(queues = "x")` with `@RabbitHandler`, RocketMQ's listeners."""
    for decorator in of.cls.decorators:
        word = simple(decorator.name)
        rocket = word == "RocketMQMessageListener"
        if word not in _FROM and not rocket:
            continue
        texts = list(_topics(of, decorator, ("topic",) if rocket else _FROM[word]))
        for method, key in _keys(of):
            handles = (
                method.name == "onMessage"
                if rocket
                else find(method.decorators, "RabbitHandler", "KafkaHandler") is not None
            )
            for text in texts if handles else ():
                yield _route("message", text, of, method, key, decorator)


def _procedures(of: _Of, around: tuple[Guard, ...]) -> Iterator[Route]:
    """Methods of a class that extends what was made of a `.proto` file: `extends OrdersGrpc.OrdersImplBase`."""
    base = next((name for b in of.cls.bases if (name := dotted(b)).endswith("ImplBase")), "")
    service = simple(base).removesuffix("ImplBase")
    if not service or "abstract" in of.cls.modifiers:
        return
    for method, key in _keys(of):
        if find(method.decorators, "Override") is not None and method.name != "bindService":
            name = f"{service.removeprefix('Reactor').removeprefix('Rx')}/{method.name[:1].upper()}{method.name[1:]}"
            guards = (*around, *declared_guards(method.decorators, Level.ROUTE, of.module))
            yield _route("grpc", (name,), of, method, key, None, guards)


def _handlers(module: Module, values: Values) -> Iterator[Route]:
    """`registry.addHandler(chatHandler, "/chat")` in a class that configures sockets."""
    for cls, path in classes(module):
        if not any(type_name(base) == "WebSocketConfigurer" for base in cls.bases):
            continue
        for method in cls.methods:
            for call, _ in calls(module, inside=method):
                if call.name != "addHandler" or len(call.args) < 2:
                    continue
                made = _class_of(call.args[0], cls)
                for arg in call.args[1:]:
                    at = place(arg, module)
                    handler = f"{made}.handleTextMessage" if made else ""
                    yield received(
                        "websocket", values.text(arg, path), _ID, at, statement=place(call, module), handler=handler
                    ).route


def _class_of(handler: AnyExpr, cls: ClassNode) -> str:
    """The class of a handler: made here, the type of a field, or what a method of the configuration gives."""
    if isinstance(handler, Call):
        if handler.new:
            return type_name(handler.func)
        method = next((m for m in cls.methods if m.name == handler.name), None)
        return type_name(method.returns) if method is not None else ""
    name = dotted(handler).removeprefix("this.")
    return next((type_name(f.type) for f in cls.fields if f.name == name), "")
