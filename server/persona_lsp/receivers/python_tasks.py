"""Tasks of Python's queues: Celery, Dramatiq, Huey, RQ, Taskiq; and the subscribers of FastStream."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from persona_lsp.facts.text import Text
from persona_lsp.flow.names import FileNames, file_names
from persona_lsp.flow.receiving import Received, Receiver, functions, key_of, name_of, place, received, words
from persona_lsp.syntax.ir import AnyExpr, Call, Decorator, Items, Module, dotted
from persona_lsp.text.patterns import lazy

_CELERY: Final = lazy(r"celery", re.IGNORECASE)
_Marks = Callable[[Decorator, FileNames], bool]


def _marked(source: str, marks: _Marks, module: Module, *, given: bool) -> Iterator[Received]:
    """Functions with a decorator of the library. `given`: its arguments name what it listens to."""
    names = file_names(module)
    for function, within, cls in functions(module):
        decorator = next((d for d in function.decorators if marks(d, names)), None)
        if decorator is None:
            continue
        key, start = key_of(function, within, cls)
        for name in _names(decorator, names) if given else (_own(decorator, names) or (function.name,),):
            yield received(
                "message", name, source, name_of(function, module), statement=place(decorator.value, module), key=key,
                start=start,
            )  # fmt: skip


def _own(decorator: Decorator, names: FileNames) -> Text | None:
    """The name that a task is given: `@app.task(name="mail.send")`."""
    call = decorator.call
    given = (call.kwarg("name") or call.kwarg("actor_name") or call.kwarg("task_name")) if call is not None else None
    return words(given, names.values, names.imports) if given is not None else None


def _names(decorator: Decorator, names: FileNames) -> Iterator[Text]:
    """The topics, queues or subjects that a subscriber is given."""
    call = decorator.call
    if call is None:
        return
    every: list[AnyExpr] = list(call.args)
    every += [k.value for k in call.kwargs if k.name in ("queue", "subject", "channel", "list", "stream", "topic")]
    for arg in every:
        for item in arg.items if isinstance(arg, Items) else (arg,):
            inner = item.args[0] if isinstance(item, Call) and item.args else item
            yield words(inner, names.values, names.imports)


def _from(names: FileNames, name: str, *packages: str) -> bool:
    """The name was imported from one of the packages."""
    return names.imports.get(name.partition(".")[0], ("", ""))[0].partition(".")[0] in packages


def _celery(decorator: Decorator, names: FileNames) -> bool:
    held, _, word = decorator.name.rpartition(".")
    if word in ("shared_task", "periodic_task") or not held:
        return word in ("shared_task", "periodic_task", "task") and _from(names, decorator.name, "celery")
    if word != "task":
        return False
    made = names.values.get(held)
    if isinstance(made, Call):
        return made.name == "Celery" or _CELERY.search(dotted(made.func)) is not None
    package = names.imports.get(held.partition(".")[0], ("", ""))
    return _CELERY.search(held) is not None or any(_CELERY.search(part) for part in package)


def _dramatiq(decorator: Decorator, names: FileNames) -> bool:
    return decorator.name.rpartition(".")[2] == "actor" and _from(names, decorator.name, "dramatiq")


def _huey(decorator: Decorator, names: FileNames) -> bool:
    held, _, word = decorator.name.rpartition(".")
    if word not in ("task", "periodic_task", "db_task", "db_periodic_task"):
        return False
    return _from(names, decorator.name, "huey") or "huey" in held.lower()


def _rq(decorator: Decorator, names: FileNames) -> bool:
    return decorator.name.rpartition(".")[2] == "job" and _from(names, decorator.name, "rq", "django_rq")


def _taskiq(decorator: Decorator, _names: FileNames) -> bool:
    held, _, word = decorator.name.rpartition(".")
    return word == "task" and bool(held) and "broker" in held.lower() and "huey" not in held.lower()


def _faststream(decorator: Decorator, _names: FileNames) -> bool:
    held, _, word = decorator.name.rpartition(".")
    return word == "subscriber" and bool(held) and decorator.call is not None


def _receiver(
    id_: str, title: str, signs: tuple[bytes, ...], marks: _Marks, packages: tuple[str, ...], *, given: bool = False
) -> Receiver:
    return Receiver(
        id_, title, ("message",), ("python",), signs, lambda module: _marked(id_, marks, module, given=given), packages
    )


RECEIVERS: Final = (
    _receiver("celery", "Celery", (b"celery", b"Celery"), _celery, ("celery",)),
    _receiver("dramatiq", "Dramatiq", (b"dramatiq",), _dramatiq, ("dramatiq",)),
    _receiver("huey", "Huey", (b"huey",), _huey, ("huey",)),
    _receiver("rq", "RQ", (b"import job", b"django_rq"), _rq, ("rq", "django-rq")),
    _receiver("taskiq", "Taskiq", (b"taskiq",), _taskiq, ("taskiq",)),
    _receiver("faststream", "FastStream", (b"faststream",), _faststream, ("faststream",), given=True),
)
