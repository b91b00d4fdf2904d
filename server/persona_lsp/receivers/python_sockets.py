"""Events of sockets in Python: Flask-SocketIO, python-socketio, Flask-Sock."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.text import Text
from persona_lsp.flow.names import FileNames, file_names
from persona_lsp.flow.receiving import Received, Receiver, functions, key_of, known, name_of, place, received, words
from persona_lsp.syntax.ir import Decorator, FunctionNode, Module, Str

_LIFE: Final = frozenset({"connect", "disconnect", "error", "connect_error"})


def _events(module: Module) -> Iterator[Received]:
    """`@socketio.on("message", namespace="/chat")`, `@sio.event`."""
    if not any(
        "socketio" in i.module.lower() or "socketio" in i.local.lower() or i.local.lower() == "sio"
        for i in module.imports
    ):
        return
    names = file_names(module)
    for function, within, cls in functions(module):
        for decorator in function.decorators:
            name = _event(decorator, function, names)
            if name is not None and known(name):
                key, start = key_of(function, within, cls)
                yield received(
                    "websocket", name, "socketio", name_of(function, module), statement=place(decorator.value, module),
                    key=key, start=start,
                )  # fmt: skip


def _event(decorator: Decorator, function: FunctionNode, names: FileNames) -> Text | None:
    held, _, word = decorator.name.rpartition(".")
    last = held.rpartition(".")[2].lower()
    if not ("socketio" in last or last.endswith("sio") or last == "sio"):
        return None
    call = decorator.call
    if word == "on" and call is not None and call.args:
        event: Text = words(call.args[0], names.values, names.imports)
    elif word == "event":
        event = (function.name,)
    else:
        return None
    if event[0] in _LIFE:
        return None
    space = call.kwarg("namespace") if call is not None else None
    before: Text = (
        (*words(space, names.values, names.imports), " ") if isinstance(space, Str) and space.value != "/" else ()
    )
    return (*before, *event)


def _sock(module: Module) -> Iterator[Received]:
    """`@sock.route("/echo")`."""
    if not any(i.module.partition(".")[0] in ("flask_sock", "flask_sockets") for i in module.imports):
        return
    names = file_names(module)
    for function, within, cls in functions(module):
        for decorator in function.decorators:
            call = decorator.call
            held, _, word = decorator.name.rpartition(".")
            if word == "route" and "sock" in held.lower() and call is not None and call.args:
                key, start = key_of(function, within, cls)
                yield received(
                    "websocket", words(call.args[0], names.values, names.imports), "flask-sock",
                    name_of(function, module), statement=place(decorator.value, module), key=key, start=start,
                )  # fmt: skip


RECEIVERS: Final = (
    Receiver(
        "socketio", "Flask-SocketIO, python-socketio", ("websocket",), ("python",), (b"socketio", b"@sio"), _events,
        ("flask-socketio", "python-socketio"),
    ),
    Receiver("flask-sock", "Flask-Sock", ("websocket",), ("python",), (b"flask_sock",), _sock, ("flask-sock",)),
)  # fmt: skip
