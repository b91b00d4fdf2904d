"""Consumers of Kafka, RabbitMQ and NATS in Python: kafka-python, aiokafka, confluent-kafka, pika, aio-pika, nats-py."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Text
from persona_lsp.flow.names import FileNames, file_names
from persona_lsp.flow.receiving import Received, Receiver, calls, key_of, known, place, received, words
from persona_lsp.syntax.ir import AnyExpr, Assign, Await, Call, FunctionNode, Items, Module, dotted

_CONSUMERS: Final = frozenset({"KafkaConsumer", "AIOKafkaConsumer"})


def _kafka(module: Module) -> Iterator[Received]:
    """`KafkaConsumer("orders")` and `consumer.subscribe(["orders"])`; who makes or subscribes it handles the messages."""
    names = file_names(module)
    packages = {i.module.partition(".")[0] for i in module.imports}
    if not packages & {"kafka", "aiokafka", "confluent_kafka"}:
        return
    for call, within in calls(module, b"Consumer(", b".subscribe("):
        topics: tuple[AnyExpr, ...] = ()
        if call.name in _CONSUMERS:
            topics = tuple(a for a in call.args if not isinstance(a, Items))
        elif call.name == "subscribe" and "consumer" in dotted(call.receiver).lower():
            given = next(iter(call.args), None) or call.kwarg("topics")
            topics = given.items if isinstance(given, Items) else (given,) if given is not None else ()
        for topic in topics:
            text = words(topic, names.values, names.imports)
            if known(text):
                yield _in(text, "kafka", topic, call, within, module)


def _in(text: Text, source: str, at: AnyExpr, call: Call, within: tuple[FunctionNode, ...], module: Module) -> Received:
    """A consumer that is read from where it is made: the function around it is the handler."""
    where = Where(module.path, at.start, at.end)
    key = ""
    if len(within) == 1:
        owner = next((c for c in module.classes() if any(m is within[0] for m in c.methods)), None)
        key = key_of(within[0], (), owner)[0]
    return received("message", text, source, where, statement=place(call, module), key=key)


def _rabbit(module: Module) -> Iterator[Received]:
    """`channel.basic_consume("orders", on_message_callback=handle)`, `queue.consume(handle)`."""
    names = file_names(module)
    for call, within in calls(module, b"basic_consume(", b".consume("):
        if call.name == "basic_consume":
            queue = call.kwarg("queue") or next(iter(call.args), None)
            handler = call.kwarg("on_message_callback") or next(iter(call.args[1:]), None)
        elif call.name == "consume" and (call.args or call.kwarg("callback") is not None) and within:
            queue = _declared(dotted(call.receiver), within[-1])
            handler = call.kwarg("callback") or next(iter(call.args), None)
        else:
            continue
        name = dotted(handler)
        if queue is None or not name:
            continue
        text = words(queue, names.values, names.imports)
        at = Where(module.path, call.start, queue.end if queue.start > call.start else call.args_start)
        statement = place(call, module)
        if name.startswith("self."):
            own = _owner(within, module)
            name = f"{own}.{name.removeprefix('self.')}" if own else name
        yield received("message", text, "rabbitmq", at, statement=statement, handler=name)


def _declared(name: str, function: FunctionNode) -> AnyExpr | None:
    """The name of the queue that was declared: `queue = await channel.declare_queue("orders")`."""
    for statement in function.body:
        made = statement.value if isinstance(statement, Assign) else None
        made = made.value if isinstance(made, Await) else made
        declares = isinstance(made, Call) and made.name == "declare_queue"
        if not isinstance(statement, Assign) or not isinstance(made, Call) or not declares or not name:
            continue
        if any(dotted(target) == name for target in statement.targets):
            return next(iter(made.args), None) or made.kwarg("name")
    return None


def _owner(within: tuple[FunctionNode, ...], module: Module) -> str:
    return next((c.name for c in module.classes() if within and any(m is within[0] for m in c.methods)), "")


def _nats(module: Module) -> Iterator[Received]:
    """`await nc.subscribe("orders.created", cb=handle)`."""
    names: FileNames = file_names(module)
    if not any(i.module.partition(".")[0] == "nats" for i in module.imports):
        return
    for call, within in calls(module, b"subscribe("):
        handler = dotted(call.kwarg("cb"))
        if call.name in ("subscribe", "pull_subscribe") and call.args and handler:
            subject = call.args[0]
            at = Where(module.path, subject.start, subject.end)
            text = words(subject, names.values, names.imports)
            if handler.startswith("self."):
                own = _owner(within, module)
                handler = f"{own}.{handler.removeprefix('self.')}" if own else handler
            yield received("message", text, "nats", at, statement=place(call, module), handler=handler)


RECEIVERS: Final = (
    Receiver(
        "kafka-python", "kafka-python, aiokafka, confluent-kafka", ("message",), ("python",), (b"kafka",), _kafka,
        ("kafka-python", "aiokafka", "confluent-kafka"),
    ),
    Receiver("pika", "pika, aio-pika", ("message",), ("python",), (b"basic_consume", b"aio_pika"), _rabbit, ("pika", "aio-pika")),
    Receiver("nats-py", "nats-py", ("message",), ("python",), (b"nats",), _nats, ("nats-py",)),
)  # fmt: skip
