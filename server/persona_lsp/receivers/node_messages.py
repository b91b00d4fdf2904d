"""Consumers of messages in JavaScript: KafkaJS, amqplib, BullMQ and Bull."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Text
from persona_lsp.flow.names import FileNames, file_names
from persona_lsp.flow.receiving import Received, Receiver, calls, given, known, place, received, words
from persona_lsp.syntax.ir import AnyExpr, Assign, Call, Items, Lambda, Module, Name, Object, Str, dotted

_LANGUAGES: Final = ("javascript", "typescript", "tsx")


def _kafka(module: Module) -> Iterator[Received]:
    """`consumer.subscribe({ topic })` and `consumer.run({ eachMessage })` of one consumer."""
    names = file_names(module)
    subscribed: list[tuple[str, Call, AnyExpr, Text]] = []
    running: dict[str, AnyExpr] = {}
    for call, _ in calls(module, b".subscribe(", b".run("):
        held = dotted(call.receiver)
        if call.name == "subscribe" and call.args and isinstance(call.args[0], Object):
            subscribed += [(held, call, t, words(t, names.values, names.imports)) for t in _topics(call)]
        elif call.name == "run" and (each := call.option("eachMessage") or call.option("eachBatch")) is not None:
            running[held] = each
    for held, call, topic, text in subscribed:
        handler = running.get(held)
        at = Where(module.path, topic.start, topic.end)
        if handler is not None:
            yield given(handler, "message", text, "kafkajs", at, statement=place(call, module))
        elif known(text) and running:
            yield received("message", text, "kafkajs", at, statement=place(call, module))


def _topics(call: Call) -> Iterator[AnyExpr]:
    one, many = call.option("topic"), call.option("topics")
    if one is not None:
        yield one
    if isinstance(many, Items):
        yield from many.items


def _amqp(module: Module) -> Iterator[Received]:
    """`channel.consume("queue", handler)`."""
    names = file_names(module)
    for call, _ in calls(module, b".consume("):
        if call.name == "consume" and len(call.args) > 1 and isinstance(call.args[0], Str | Name):
            text = words(call.args[0], names.values, names.imports)
            if _callable(call.args[1]):
                at = Where(module.path, call.args[0].start, call.args[0].end)
                yield given(call.args[1], "message", text, "amqplib", at, statement=place(call, module))


def _bull(module: Module) -> Iterator[Received]:
    """`new Worker("queue", handler)` of BullMQ, `queue.process("job", handler)` of Bull."""
    own = {i.local: (i.module, i.name) for i in module.imports if i.module in ("bullmq", "bull", "bee-queue")}
    names = file_names(module)
    queues = dict(_queues(module, own, names))
    for call, _ in calls(module, b"Worker(", b".process("):
        package, name = own.get(call.func.id, ("", "")) if isinstance(call.func, Name) else ("", "")
        if call.new and package == "bullmq" and name == "Worker" and len(call.args) > 1:
            text = words(call.args[0], names.values, names.imports)
            at = Where(module.path, call.args[0].start, call.args[0].end)
            if _callable(call.args[1]):
                yield given(call.args[1], "message", text, "bullmq", at, statement=place(call, module))
        elif call.name == "process" and call.args and dotted(call.receiver) in queues:
            handler = call.args[-1]
            if not _callable(handler):
                continue
            job = call.args[0]
            more: Text = ("/", *words(job, names.values, names.imports)) if isinstance(job, Str) else ()
            at = place(call, module)
            where = Where(at.path, at.start, handler.start)
            yield given(handler, "message", (*queues[dotted(call.receiver)], *more), "bull", where, statement=at)


def _queues(module: Module, own: dict[str, tuple[str, str]], names: FileNames) -> Iterator[tuple[str, Text]]:
    for statement in module.body:
        made = statement.value if isinstance(statement, Assign) else None
        if isinstance(statement, Assign) and isinstance(made, Call) and made.new and made.args:
            package, _ = own.get(dotted(made.func), ("", ""))
            for target in statement.targets if package in ("bull", "bee-queue") else ():
                yield dotted(target), words(made.args[0], names.values, names.imports)


def _jobs(module: Module) -> Iterator[Received]:
    """`agenda.define("report", handler)` of Agenda, `boss.work("report", handler)` of pg-boss."""
    packages = {i.module for i in module.imports}
    names = file_names(module)
    for call, _ in calls(module, b".define(", b".work("):
        held = dotted(call.receiver).rsplit(".", 1)[-1].lower()
        agenda = call.name == "define" and held.endswith("agenda")
        boss = call.name == "work" and "pg-boss" in packages and held.endswith("boss")
        if (agenda or boss) and len(call.args) > 1 and _callable(call.args[-1]):
            text = words(call.args[0], names.values, names.imports)
            at = Where(module.path, call.args[0].start, call.args[0].end)
            yield given(call.args[-1], "message", text, "agenda", at, statement=place(call, module))


def _callable(handler: AnyExpr) -> bool:
    return isinstance(handler, Lambda | Call) or bool(dotted(handler))


RECEIVERS: Final = (
    Receiver(
        "agenda", "Agenda, pg-boss", ("message",), _LANGUAGES, (b"agenda", b"pg-boss"), _jobs, ("agenda", "pg-boss")
    ),
    Receiver(
        "kafkajs", "KafkaJS", ("message",), _LANGUAGES, (b"kafkajs", b"eachMessage", b"eachBatch"), _kafka, ("kafkajs",)
    ),
    Receiver("amqplib", "amqplib", ("message",), _LANGUAGES, (b"amqplib",), _amqp, ("amqplib",)),
    Receiver(
        "bullmq",
        "BullMQ, Bull",
        ("message",),
        _LANGUAGES,
        (b"bullmq", b"bull'", b'bull"', b"bee-queue"),
        _bull,
        ("bullmq", "bull", "bee-queue"),
    ),
)
