"""What .NET serves beside HTTP: methods of SignalR's hubs, procedures of gRPC, fields of Hot Chocolate, consumers."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from persona_lsp.facts.http import Guard, Level, Route
from persona_lsp.facts.text import Text
from persona_lsp.flow.receiving import camel, name_of, place, received, root_of
from persona_lsp.frameworks.aspnet.attributes import Values, argument, classes, find, method_keys, simple, type_name
from persona_lsp.frameworks.aspnet.guards import declared_guards
from persona_lsp.syntax.ir import AnyExpr, Call, ClassNode, Decorator, FunctionNode, Index, Member, Module, Str, dotted

_ID: Final = "aspnet"
_SIGNS: Final = (
    b"Hub", b"Base", b"IConsumer<", b"IHandleMessages<", b"QueryType", b"MutationType", b"SubscriptionType",
    b"ObjectType", b"HotChocolate", b"CapSubscribe", b"Trigger(",
)  # fmt: skip
_HUBS: Final = frozenset({"Hub", "DynamicHub"})
_CONSUMERS: Final = {"IConsumer": "Consume", "IHandleMessages": "Handle"}
"""Interfaces of MassTransit, NServiceBus and Rebus, with the method that a message is handed to."""
_MESSAGING: Final = ("MassTransit", "NServiceBus", "Rebus")
_TYPES: Final = {"QueryType": "Query", "MutationType": "Mutation", "SubscriptionType": "Subscription"}
_TRIGGERS: Final = {
    "ServiceBusTrigger": ("queueName", "topicName"), "QueueTrigger": ("queueName",), "RabbitMQTrigger": ("queueName",),
    "KafkaTrigger": ("topic",), "EventHubTrigger": ("eventHubName",),
}  # fmt: skip
"""What starts a function of Azure, with the argument that names it."""


class _Of(Struct, frozen=True):
    """A class that is read."""

    cls: ClassNode
    path: str
    module: Module
    values: Values


def named(module: Module, values: Values) -> Iterator[Route]:
    """The endpoints of a file that are no routes."""
    if not any(sign in module.source for sign in _SIGNS):
        return
    for cls, path in classes(module):
        if cls.kind == "interface" or "abstract" in cls.modifiers:
            continue
        of = _Of(cls, path, module, values)
        for kind, name, method, key in (*_hub(of), *_procedures(of), *_fields(of), *_messages(of), *_marked(of)):
            yield _route(kind, name, method, key, of)


_Told = tuple[str, Text, FunctionNode, str]


def _route(kind: str, name: Text, method: FunctionNode, key: str, of: _Of) -> Route:
    guards: tuple[Guard, ...] = (
        *declared_guards(of.cls.decorators, Level.CLASS, of.module),
        *declared_guards(method.decorators, Level.ROUTE, of.module),
    )
    return received(
        kind, name, _ID, name_of(method, of.module), statement=place(method, of.module), key=key, guards=guards
    ).route


def _public(method: FunctionNode) -> bool:
    return "public" in method.modifiers and "static" not in method.modifiers and method.name[:1].isupper()


def _hub(of: _Of) -> Iterator[_Told]:
    """What clients call: public methods of a class that extends `Hub` or `Hub<T>`."""
    if not any(type_name(base) in _HUBS for base in of.cls.bases):
        return
    for method, key in method_keys(of.cls, of.path):
        if _public(method) and "override" not in method.modifiers and method.name not in (of.cls.name, "Dispose"):
            renamed = find(method.decorators, "HubMethodName")
            own = of.values.text(argument(renamed, "name"), of.path) if renamed is not None else (method.name,)
            yield "websocket", (f"{of.cls.name}/", *own), method, key


def _procedures(of: _Of) -> Iterator[_Told]:
    """Overridden methods of a class that extends what was made of a `.proto` file: `Orders.OrdersBase`."""
    for base in of.cls.bases:
        outer, _, inner = dotted(base).rpartition(".")
        service = inner.removesuffix("Base")
        if not outer or not service or inner == service or simple(outer) != service:
            continue
        for method, key in method_keys(of.cls, of.path):
            if "override" in method.modifiers and any(
                "ServerCallContext" in of.module.text(p.type) for p in method.params if p.type
            ):
                yield "grpc", (f"{service}/{method.name}",), method, key


def _fields(of: _Of) -> Iterator[_Told]:
    """Public methods of a type of Hot Chocolate."""
    parent = _type(of)
    if not parent:
        return
    for method, key in method_keys(of.cls, of.path):
        if "public" not in method.modifiers or "override" in method.modifiers or method.name == of.cls.name:
            continue
        if find(method.decorators, "GraphQLIgnore", "DataLoader") is not None or not method.name[:1].isupper():
            continue
        if method.returns is not None and "ISourceStream" in of.module.text(method.returns):
            continue  # where the events of a subscription come from, which another method answers
        if parent not in _TYPES.values() and find(method.decorators, "NodeResolver") is not None:
            continue  # how an object is found again by its id, and no field of it
        given = find(method.decorators, "GraphQLName")
        if given is not None:
            own = of.values.text(argument(given, "name"), of.path)
        else:
            own = (camel(_plain(method.name)),)
        yield "graphql", (f"{parent}.", *own), method, key


def _plain(name: str) -> str:
    """`GetUsersAsync` is published as `users`."""
    bare = name.removesuffix("Async")
    return bare[3:] if bare.startswith("Get") and bare[3:4].isupper() else bare


def _type(of: _Of) -> str:
    """The type whose fields a class answers."""
    for decorator in of.cls.decorators:
        word = simple(decorator.name)
        if word in _TYPES:
            return _TYPES[word]
        if word in ("ExtendObjectType", "ObjectType"):
            return _extended(decorator)
    plain = of.cls.name in ("Query", "Mutation", "Subscription") and not of.cls.bases
    return of.cls.name if plain and any(i.module.startswith("HotChocolate") for i in of.module.imports) else ""


def _extended(decorator: Decorator) -> str:
    """`[ExtendObjectType("Query")]`, `[ExtendObjectType(typeof(Order))]`, `[ExtendObjectType(OperationTypeNames.Query)]`."""
    given: AnyExpr | None = argument(decorator, "name", "Name")
    if isinstance(given, Str):
        return given.value or ""
    if isinstance(given, Call) and given.args:
        return root_of(type_name(given.args[0]))
    if isinstance(given, Member):
        return given.name if dotted(given.base).endswith("OperationTypeNames") else ""
    if decorator.call is not None and decorator.call.types:
        return root_of(type_name(decorator.call.types[0]))
    return ""


def _messages(of: _Of) -> Iterator[_Told]:
    """`IConsumer<OrderCreated>`: the type of what is consumed is its name."""
    wanted = [
        (_CONSUMERS[base_name], type_name(base.keys[0]))
        for base in of.cls.bases
        if isinstance(base, Index) and base.keys and (base_name := type_name(base.base)) in _CONSUMERS
    ]
    if not wanted:
        return
    if (
        not any(i.module.startswith(_MESSAGING) for i in of.module.imports)
        and b"ConsumeContext<" not in of.module.source
    ):
        return
    for method, key in method_keys(of.cls, of.path):
        taken = " ".join(of.module.text(p.type) for p in method.params if p.type is not None)
        for called, kind in wanted:
            if method.name == called and (len(wanted) == 1 or f"{kind}>" in taken or taken.startswith(kind)):
                yield "message", (kind,), method, key


def _marked(of: _Of) -> Iterator[_Told]:
    """Methods that an attribute subscribes: `[CapSubscribe("x")]`, triggers of Azure Functions."""
    for method, key in method_keys(of.cls, of.path):
        for decorator in method.decorators:
            word = simple(decorator.name)
            if word == "CapSubscribe":
                yield "message", of.values.text(argument(decorator, "name"), of.path), method, key
        for param in method.params:
            for decorator in param.decorators:
                names = _TRIGGERS.get(simple(decorator.name))
                told = argument(decorator, *names) if names else None
                if told is not None:
                    text = of.values.text(told, of.path)
                    yield "message", tuple(p.strip("%") if isinstance(p, str) else p for p in text), method, key
