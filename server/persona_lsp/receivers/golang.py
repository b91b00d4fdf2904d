"""Go: resolvers of gqlgen, consumers of Kafka, RabbitMQ and NATS, tasks of Asynq."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.place import Where
from persona_lsp.flow.names import FileNames, file_names
from persona_lsp.flow.receiving import Received, Receiver, calls, given, name_of, place, received, words
from persona_lsp.syntax.ir import AnyExpr, Assign, Call, Def, FunctionNode, Items, Lambda, Module, dotted
from persona_lsp.text.patterns import lazy

_LANGUAGES: Final = ("go",)
_RESOLVER: Final = lazy(r"^(query|mutation|subscription)Resolver$")
_TYPE_RESOLVER: Final = lazy(r"^([a-z]\w*)Resolver$")
_VERSION: Final = lazy(r"/v\d+$")


def _imports(module: Module, *packages: str) -> bool:
    return any(_VERSION.sub("", i.module) in packages for i in module.imports)


def _gqlgen(module: Module) -> Iterator[Received]:
    """`func (r *queryResolver) Users(ctx context.Context)`; those of other types in files that gqlgen names."""
    own = module.path.endswith((".resolvers.go", "resolver.go", "resolvers.go"))
    for statement in module.body:
        if not isinstance(statement, Def):
            continue
        function = statement.function
        root = _RESOLVER.match(function.owner)
        parent = root.group(1).title() if root is not None else ""
        if not parent and own and (other := _TYPE_RESOLVER.match(function.owner)) is not None:
            parent = other.group(1)[:1].upper() + other.group(1)[1:]
        if parent and function.name[:1].isupper() and _takes_context(function):
            name = f"{parent}.{function.name[:1].lower()}{function.name[1:]}"
            key = f"{function.owner}.{function.name}"
            yield received("graphql", name, "gqlgen", name_of(function, module), key=key)


def _takes_context(function: FunctionNode) -> bool:
    params = [p for p in function.params if p.kind != "self"]
    return bool(params) and dotted(params[0].type) == "context.Context"


def _kafka_go(module: Module) -> Iterator[Received]:
    """`kafka.NewReader(kafka.ReaderConfig{Topic: "orders"})`: who makes the reader handles the messages."""
    if not _imports(module, "github.com/segmentio/kafka-go"):
        return
    names = file_names(module)
    for call, within in calls(module, b"ReaderConfig"):
        if dotted(call.func).endswith("ReaderConfig"):
            topic, many = call.kwarg("Topic"), call.kwarg("GroupTopics")
            for one in (topic,) if topic is not None else many.items if isinstance(many, Items) else ():
                yield _here(one, call, within, "kafka-go", names, module)


def _sarama(module: Module) -> Iterator[Received]:
    """`group.Consume(ctx, []string{"orders"}, handler)`, `consumer.ConsumePartition("orders", ...)`."""
    if not _imports(module, "github.com/IBM/sarama", "github.com/Shopify/sarama"):
        return
    names = file_names(module)
    for call, within in calls(module, b".Consume(", b".ConsumePartition("):
        if call.name == "Consume" and len(call.args) == 3 and isinstance(call.args[1], Items):
            for one in call.args[1].items:
                yield _here(one, call, within, "sarama", names, module)
        elif call.name == "ConsumePartition" and len(call.args) == 3:
            yield _here(call.args[0], call, within, "sarama", names, module)


def _confluent(module: Module) -> Iterator[Received]:
    """`consumer.SubscribeTopics([]string{"orders"}, nil)` of confluent-kafka-go."""
    if not _imports(
        module,
        "github.com/confluentinc/confluent-kafka-go/kafka",
        "github.com/confluentinc/confluent-kafka-go/v2/kafka",
    ):
        return
    names = file_names(module)
    for call, within in calls(module, b".Subscribe"):
        if call.name == "SubscribeTopics" and call.args and isinstance(call.args[0], Items):
            for one in call.args[0].items:
                yield _here(one, call, within, "confluent-kafka-go", names, module)
        elif call.name == "Subscribe" and len(call.args) == 2 and not isinstance(call.args[1], Lambda):
            yield _here(call.args[0], call, within, "confluent-kafka-go", names, module)


def _amqp(module: Module) -> Iterator[Received]:
    """`channel.Consume("orders", ...)`: who asks for the deliveries handles them."""
    if not _imports(module, "github.com/rabbitmq/amqp091-go", "github.com/streadway/amqp"):
        return
    names = file_names(module)
    for call, within in calls(module, b".Consume("):
        if call.name == "Consume" and len(call.args) == 7:
            queue = _declared(call.args[0], within) or call.args[0]
            yield _here(queue, call, within, "amqp091-go", names, module)


def _declared(queue: AnyExpr, within: tuple[FunctionNode, ...]) -> AnyExpr | None:
    """The name in `q, err := channel.QueueDeclare("orders", ...)`, for `q.Name`."""
    held, _, last = dotted(queue).rpartition(".")
    for statement in within[-1].body if within and last == "Name" else ():
        made = statement.value if isinstance(statement, Assign) else None
        if isinstance(statement, Assign) and isinstance(made, Call) and made.name == "QueueDeclare" and made.args:
            targets = [
                t for target in statement.targets for t in (target.items if isinstance(target, Items) else (target,))
            ]
            if any(dotted(target) == held for target in targets):
                return made.args[0]
    return None


def _nats(module: Module) -> Iterator[Received]:
    """`nc.Subscribe("orders.created", handler)`, `nc.QueueSubscribe("orders.created", "group", handler)`."""
    if not _imports(module, "github.com/nats-io/nats.go"):
        return
    names = file_names(module)
    for call, _ in calls(module, b"Subscribe("):
        wanted = {"Subscribe": 2, "QueueSubscribe": 3}.get(call.name, 0)
        if wanted and len(call.args) >= wanted:
            handler = call.args[wanted - 1]
            if isinstance(handler, Lambda) or dotted(handler):
                text = words(call.args[0], names.values, names.imports)
                yield given(
                    handler, "message", text, "nats.go", _at(call.args[0], module), statement=place(call, module)
                )


def _asynq(module: Module) -> Iterator[Received]:
    """`mux.HandleFunc("mail:send", HandleSend)` on what `asynq.NewServeMux()` makes."""
    if not _imports(module, "github.com/hibiken/asynq"):
        return
    names = file_names(module)
    for call, within in calls(module, b".Handle"):
        if call.name not in ("HandleFunc", "Handle") or len(call.args) != 2 or not within:
            continue
        held = dotted(call.receiver)
        made = next(
            (s.value for s in within[-1].body if isinstance(s, Assign) and any(dotted(t) == held for t in s.targets)),
            None,
        )
        if isinstance(made, Call) and dotted(made.func) == "asynq.NewServeMux":
            text = words(call.args[0], names.values, names.imports)
            yield given(
                call.args[1], "message", text, "asynq", _at(call.args[0], module), statement=place(call, module)
            )


def _at(expr: AnyExpr, module: Module) -> Where:
    return Where(module.path, expr.start, expr.end)


def _here(
    topic: AnyExpr, call: Call, within: tuple[FunctionNode, ...], source: str, names: FileNames, module: Module
) -> Received:
    """A consumer that is read from where it is made: the function around it is the handler."""
    text = words(topic, names.values, names.imports)
    outer = within[0] if within else None
    key = "" if outer is None else f"{outer.owner}.{outer.name}" if outer.owner else outer.name
    return received("message", text, source, _at(topic, module), statement=place(call, module), key=key)


RECEIVERS: Final = (
    Receiver("gqlgen", "gqlgen", ("graphql",), _LANGUAGES, (b"Resolver) ",), _gqlgen, ("github.com/99designs/gqlgen",)),
    Receiver(
        "kafka-go",
        "kafka-go",
        ("message",),
        _LANGUAGES,
        (b"segmentio/kafka-go",),
        _kafka_go,
        ("github.com/segmentio/kafka-go",),
    ),
    Receiver("sarama", "Sarama", ("message",), _LANGUAGES, (b"/sarama",), _sarama, ("github.com/IBM/sarama",)),
    Receiver(
        "confluent-kafka-go",
        "confluent-kafka-go",
        ("message",),
        _LANGUAGES,
        (b"confluent-kafka-go",),
        _confluent,
        ("github.com/confluentinc/confluent-kafka-go",),
    ),
    Receiver(
        "amqp091-go", "amqp091-go", ("message",), _LANGUAGES, (b"/amqp",), _amqp, ("github.com/rabbitmq/amqp091-go",)
    ),
    Receiver(
        "nats.go", "nats.go", ("message",), _LANGUAGES, (b"nats-io/nats.go",), _nats, ("github.com/nats-io/nats.go",)
    ),
    Receiver("asynq", "Asynq", ("message",), _LANGUAGES, (b"hibiken/asynq",), _asynq, ("github.com/hibiken/asynq",)),
)
