"""Rust: procedures of tonic, fields of async-graphql and Juniper, consumers of rdkafka and lapin."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Text
from persona_lsp.flow.names import file_names
from persona_lsp.flow.receiving import (
    Received,
    Receiver,
    calls,
    camel,
    key_of,
    method_keys,
    name_of,
    place,
    received,
    root_of,
    words,
)
from persona_lsp.syntax.ir import AnyExpr, Call, Decorator, FunctionNode, Items, Module, Str, dotted
from persona_lsp.text.patterns import lazy

_LANGUAGES: Final = ("rust",)
_LEFT_OUT: Final = lazy(r"\b(?:skip|entity)\b")
"""What is no field: left out, or how a federation finds an object."""
_OBJECTS: Final = frozenset({"Object", "Subscription", "ComplexObject", "graphql_object", "graphql_subscription"})


def _pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.removeprefix("r#").split("_"))


def _tonic(module: Module) -> Iterator[Received]:
    """`impl Orders for Service` whose methods take a `Request` and give a `Response`, or a `Status`."""
    for cls in module.classes():
        service = next((dotted(base) for base in cls.bases), "").rpartition("::")[2].rpartition(".")[2]
        if cls.kind != "impl" or not service:
            continue
        for method, key in method_keys(cls):
            given = next((module.text(p.type) for p in method.params if p.type is not None and p.kind != "self"), "")
            gives = module.text(method.returns) if method.returns is not None else ""
            asks = given.rpartition("::")[2].startswith("Request<") or "tonic::Request<" in given
            if asks and "Status" in gives and "Response" in gives:
                yield received("grpc", f"{service}/{_pascal(method.name)}", "tonic", name_of(method, module), key=key)


def _graphql(module: Module) -> Iterator[Received]:
    """`#[Object] impl Query`, `#[graphql_object] impl Query`."""
    for cls in module.classes():
        marked = next((d for d in cls.decorators if d.name.replace("::", ".").rpartition(".")[2] in _OBJECTS), None)
        if marked is None or cls.kind != "impl":
            continue
        parent = _given(marked, "name") or root_of(cls.name)
        for method, key in method_keys(cls):
            own = next((d for d in method.decorators if d.name == "graphql"), None)
            if not method.params or _is_left_out(own, module):
                continue
            field = (_given(own, "name") if own is not None else "") or camel(method.name.removeprefix("r#"))
            yield received("graphql", f"{parent}.{field}", "async-graphql", name_of(method, module), key=key)


def _given(decorator: Decorator, name: str) -> str:
    value = decorator.call.kwarg(name) if decorator.call is not None else None
    return value.value or "" if isinstance(value, Str) else ""


def _is_left_out(decorator: Decorator | None, module: Module) -> bool:
    return decorator is not None and _LEFT_OUT.search(module.text(decorator)) is not None


def _rdkafka(module: Module) -> Iterator[Received]:
    """`consumer.subscribe(&["orders"])`."""
    names = file_names(module)
    for call, within in calls(module, b".subscribe("):
        topics = call.args[0] if call.name == "subscribe" and len(call.args) == 1 else None
        if "consumer" in dotted(call.receiver).lower():
            for topic in _items(topics):
                yield _here(topic, call, within, "rdkafka", module, words(topic, names.values, names.imports))


def _lapin(module: Module) -> Iterator[Received]:
    """`channel.basic_consume("orders", ...)`."""
    names = file_names(module)
    for call, within in calls(module, b"basic_consume("):
        if call.name == "basic_consume" and call.args:
            topic = call.args[0]
            yield _here(topic, call, within, "lapin", module, words(topic, names.values, names.imports))


def _items(topics: AnyExpr | None) -> tuple[AnyExpr, ...]:
    return topics.items if isinstance(topics, Items) else ()


def _here(
    topic: AnyExpr, call: Call, within: tuple[FunctionNode, ...], source: str, module: Module, text: Text
) -> Received:
    """A consumer that is read from where it is made: the function around it is the handler."""
    where = Where(module.path, topic.start, topic.end)
    outer = within[0] if within else None
    owner = next((c for c in module.classes() if outer is not None and any(m is outer for m in c.methods)), None)
    key = key_of(outer, (), owner)[0] if outer is not None else ""
    return received("message", text, source, where, statement=place(call, module), key=key)


RECEIVERS: Final = (
    Receiver("tonic", "tonic", ("grpc",), _LANGUAGES, (b"tonic",), _tonic, ("tonic",)),
    Receiver(
        "async-graphql", "async-graphql, Juniper", ("graphql",), _LANGUAGES, (b"async_graphql", b"juniper"), _graphql,
        ("async-graphql", "juniper"),
    ),
    Receiver("rdkafka", "rdkafka", ("message",), _LANGUAGES, (b"rdkafka",), _rdkafka, ("rdkafka",)),
    Receiver("lapin", "lapin", ("message",), _LANGUAGES, (b"lapin",), _lapin, ("lapin",)),
)  # fmt: skip
