"""Socket.IO in JavaScript: `io.on("connection", (socket) => socket.on("event", ...))`, with namespaces."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import SERVED
from persona_lsp.facts.place import Where
from persona_lsp.flow.names import FileNames, file_names
from persona_lsp.flow.receiving import Received, Receiver, calls, given, in_place, known, place, words
from persona_lsp.syntax.ir import AnyExpr, Assign, Call, FunctionNode, Lambda, Member, Module, Name, Str, dotted
from persona_lsp.text.patterns import lazy

_ID: Final = "socket.io"
_SERVER: Final = lazy(r"^(?:io|\w+Io|\w*IO|sockets|nsp|\w*namespace)$")
_ANY_SERVER: Final = lazy(r"^(?:\w*io|\w*server|sockets|nsp|\w*namespace)$", re.IGNORECASE)
"""The same in a file that imports Socket.IO."""
_SOCKET: Final = lazy(r"^(?:socket|client|sock|conn|connection)$", re.IGNORECASE)
_CLIENT: Final = "socket.io-client"
_LIFE: Final = frozenset({
    "connection", "connect", "disconnect", "disconnecting", "error", "connect_error", "newListener", "close", "data", "end",
    "drain", "timeout", "finish", "upgrade",
})  # fmt: skip
"""Events of the connection itself, and those of the sockets below, which no client names."""


def _extract(module: Module) -> Iterator[Received]:
    packages = {i.module for i in module.imports}
    serves = _ID in packages
    if _CLIENT in packages and not serves:
        return
    names = file_names(module)
    done: set[int] = set()
    for call, _ in calls(module, b".on(", b".once("):
        if call.name not in ("on", "once") or len(call.args) < 2 or not isinstance(call.args[0], Str):
            continue
        if call.args[0].value not in ("connection", "connect"):
            continue
        space = _space(call.receiver, names, _ANY_SERVER if serves else _SERVER)
        function = _function(call.args[1], names)
        if space is None or function is None or not function.params or function.start in done:
            continue
        if not serves and not _SOCKET.match(function.params[0].name):
            continue
        yield from _events(function, function.params[0].name, space, names, module, done)
    for function in _given_both(module, names):
        yield from _events(function, function.params[1].name, "", names, module, done)
    if _CLIENT in packages:
        return
    for function in _functions(module, names):
        if any(p.name == "socket" for p in function.params):
            for one in _events(function, "socket", "", names, module, done):
                yield replace(one, route=replace(one.route, needs=SERVED))


def _space(receiver: AnyExpr | None, names: FileNames, server: re.Pattern[str]) -> str | None:
    """The namespace of a server, "" for the one of all; None for what is no server."""
    if isinstance(receiver, Name) and isinstance(made := names.values.get(receiver.id), Call) and made.name == "of":
        receiver = made
    if isinstance(receiver, Call):
        if receiver.name == "of" and receiver.args:
            first = receiver.args[0]
            return first.value if isinstance(first, Str) and not first.regex else None
        if receiver.name in ("use", "on"):
            return _space(receiver.receiver, names, server)
        return "" if receiver.name in ("Server", "io", "socketIO", "getIO", "getIo") else None
    name = dotted(receiver).rsplit(".", 1)[-1]
    return "" if name and server.match(name) else None


def _function(handler: AnyExpr, names: FileNames) -> FunctionNode | None:
    written = in_place(handler)
    if written is not None:
        return written
    if isinstance(handler, Name):
        held = names.values.get(handler.id)
        return names.functions.get(handler.id) or (held.function if isinstance(held, Lambda) else None)
    return None


def _functions(module: Module, names: FileNames) -> Iterator[FunctionNode]:
    """The functions that stand in no other one."""
    held = [s.value for s in module.body if isinstance(s, Assign)]
    held += [e.value for e in module.exports]
    found = {f.start: f for f in names.functions.values()}
    found.update((v.function.start, v.function) for v in held if isinstance(v, Lambda))
    yield from found.values()


def _given_both(module: Module, names: FileNames) -> Iterator[FunctionNode]:
    """Functions that are given the server and a socket: `module.exports = (io, socket) => {}`."""
    for function in _functions(module, names):
        params = [p.name for p in function.params]
        if len(params) > 1 and params[0] == "io" and _SOCKET.match(params[1]):
            yield function


def _events(
    function: FunctionNode, socket: str, space: str, names: FileNames, module: Module, done: set[int]
) -> Iterator[Received]:
    """What a function listens to on a socket that it is given, and what functions do that it hands it on to."""
    if function.start in done:
        return
    done.add(function.start)
    for call, _ in calls(module, b".on(", b".once(", inside=function):
        receiver = call.receiver
        while isinstance(receiver, Call) and receiver.name == "on":
            receiver = receiver.receiver
        if call.name not in ("on", "once") or dotted(receiver) != socket or len(call.args) < 2:
            handed = _handed(call, socket, names)
            if handed is not None:
                yield from _events(*handed, space, names, module, done)
            continue
        event = call.args[0]
        if isinstance(event, Str) and event.value in _LIFE:
            continue
        text = words(event, names.values, names.imports)
        if known(text):
            start = call.func.name_start if isinstance(call.func, Member) else call.start
            name = (f"{space} ", *text) if space.strip("/") else text
            where = Where(module.path, start, event.end)
            yield given(call.args[1], "websocket", name, _ID, where, statement=place(call, module))


def _handed(call: Call, socket: str, names: FileNames) -> tuple[FunctionNode, str] | None:
    """The function of the file that is given the socket, with the name that it has there."""
    if not isinstance(call.func, Name):
        return None
    held = names.values.get(call.func.id)
    function = names.functions.get(call.func.id) or (held.function if isinstance(held, Lambda) else None)
    at = next((n for n, arg in enumerate(call.args) if isinstance(arg, Name) and arg.id == socket), -1)
    return (function, function.params[at].name) if function is not None and 0 <= at < len(function.params) else None


RECEIVER: Final = Receiver(
    id=_ID,
    title="Socket.IO",
    kinds=("websocket",),
    languages=("javascript", "typescript", "tsx"),
    signs=(b"'connection'", b'"connection"', b"(io, socket", b"'connect'", b'"connect"', b"socket.on("),
    extract=_extract,
    packages=("socket.io",),
)
