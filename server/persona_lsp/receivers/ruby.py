"""Ruby: workers of Sidekiq, consumers of Karafka, Sneakers and Shoryuken."""

from collections.abc import Callable, Iterator
from typing import Final

from persona_lsp.flow.receiving import Received, Receiver, method_keys, name_of, received, scoped
from persona_lsp.syntax.ir import Call, ClassNode, Do, Module, Str


def _name(cls: ClassNode) -> str:
    return (f"{cls.owner}.{cls.name}" if cls.owner else cls.name).replace(".", "::")


def _includes(cls: ClassNode, *wanted: str) -> bool:
    return any(scoped(arg) in wanted for call in _calls(cls, "include") for arg in call.args)


def _calls(cls: ClassNode, name: str) -> Iterator[Call]:
    for statement in cls.body:
        if isinstance(statement, Do) and isinstance(statement.value, Call) and statement.value.name == name:
            yield statement.value


def _first(cls: ClassNode, word: str) -> str:
    """What a class says of itself: `from_queue "orders"`."""
    call = next(_calls(cls, word), None)
    first = call.args[0] if call is not None and call.args else None
    return first.value or "" if isinstance(first, Str) else ""


def _sidekiq(cls: ClassNode) -> str:
    base = scoped(cls.bases[0]) if cls.bases else ""
    works = _includes(cls, "Sidekiq::Worker", "Sidekiq::Job", "ApplicationWorker") or base.endswith("Worker")
    return _name(cls) if works else ""


def _karafka(cls: ClassNode) -> str:
    return _name(cls) if cls.bases and scoped(cls.bases[0]) in ("ApplicationConsumer", "Karafka::BaseConsumer") else ""


def _sneakers(cls: ClassNode) -> str:
    return _first(cls, "from_queue") if _includes(cls, "Sneakers::Worker") else ""


def _shoryuken(cls: ClassNode) -> str:
    if not _includes(cls, "Shoryuken::Worker"):
        return ""
    options = next(_calls(cls, "shoryuken_options"), None)
    queue = options.option("queue") if options is not None else None
    return queue.value or "" if isinstance(queue, Str) else _name(cls)


def _receiver(
    id_: str, title: str, signs: tuple[bytes, ...], told: Callable[[ClassNode], str], method: str
) -> Receiver:
    def extract(module: Module) -> Iterator[Received]:
        for cls in module.classes():
            name = told(cls)
            for found, key in method_keys(cls) if name else ():
                if found.name == method:
                    yield received("message", name, id_, name_of(found, module), key=key)

    return Receiver(id_, title, ("message",), ("ruby",), signs, extract, (id_,))


RECEIVERS: Final = (
    _receiver("sidekiq", "Sidekiq", (b"Worker", b"Sidekiq::Job"), _sidekiq, "perform"),
    _receiver("karafka", "Karafka", (b"ApplicationConsumer", b"Karafka"), _karafka, "consume"),
    _receiver("sneakers", "Sneakers", (b"Sneakers::Worker",), _sneakers, "work"),
    _receiver("shoryuken", "Shoryuken", (b"Shoryuken::Worker",), _shoryuken, "perform"),
)
