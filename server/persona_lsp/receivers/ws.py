"""ws: `new WebSocketServer({ path })` and what happens when a client connects."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.text import Text
from persona_lsp.flow.names import FileNames, file_names
from persona_lsp.flow.receiving import Received, Receiver, calls, given, known, place, words
from persona_lsp.syntax.ir import Assign, Call, Module, Str, dotted

_ID: Final = "ws"
_ANY: Final = "*"
"""Without a path, a server takes what comes under any; without one of its own, what is handed to it."""


def _extract(module: Module) -> Iterator[Received]:
    own = {i.local: i.name for i in module.imports if i.module == _ID}
    if not own:
        return
    names = file_names(module)
    paths = dict(_servers(module, own, names))
    for call, _ in calls(module, b".on("):
        if call.name != "on" or len(call.args) < 2:
            continue
        event, held = call.args[0], dotted(call.receiver)
        if isinstance(event, Str) and event.value == "connection" and held in paths:
            at = place(call, module)
            where = type(at)(at.path, at.start, event.end)
            yield given(call.args[1], "websocket", paths[held], _ID, where, statement=at)


def _servers(module: Module, own: dict[str, str], names: FileNames) -> Iterator[tuple[str, Text]]:
    """Names of servers with their paths."""
    for statement in _assignments(module):
        made = statement.value
        if not isinstance(made, Call) or not made.new:
            continue
        first, _, rest = dotted(made.func).partition(".")
        called = rest if own.get(first) in ("*", "default", "WebSocket") and rest else own.get(first, "")
        if called not in ("WebSocketServer", "Server"):
            continue
        given_path = made.option("path")
        text = words(given_path, names.values, names.imports) if given_path is not None else (_ANY,)
        for target in statement.targets:
            if dotted(target):
                yield dotted(target), text if known(text) else (_ANY,)


def _assignments(module: Module) -> Iterator[Assign]:
    yield from (s for s in module.body if isinstance(s, Assign))
    seen: set[int] = set()
    for _, within in calls(module, b"Server("):
        for function in within:
            if function.start not in seen:
                seen.add(function.start)
                yield from (s for s in function.body if isinstance(s, Assign))


RECEIVER: Final = Receiver(
    id=_ID,
    title="ws",
    kinds=("websocket",),
    languages=("javascript", "typescript", "tsx"),
    signs=(b"'ws'", b'"ws"'),
    extract=_extract,
    packages=("ws",),
)
