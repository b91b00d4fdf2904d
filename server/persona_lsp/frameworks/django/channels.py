"""Sockets of Django Channels: `path("ws/chat/<room>/", ChatConsumer.as_asgi())` in whatever list."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import Route
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Text
from persona_lsp.flow.names import file_names
from persona_lsp.flow.receiving import calls, place, received, words
from persona_lsp.frameworks.django.paths import converted, from_regex
from persona_lsp.syntax.ir import Call, Module, dotted

_PATHS: Final = {"path": converted, "re_path": from_regex, "url": from_regex}
_METHODS: Final = ("receive", "receive_json", "websocket_receive", "connect")
"""What a consumer answers with, the first of these that it has."""


def sockets(module: Module) -> Iterator[Route]:
    """The sockets that a file serves."""
    if b".as_asgi()" not in module.source:
        return
    names = file_names(module)
    for call, _ in calls(module, b".as_asgi()"):
        spell = _PATHS.get(call.name)
        if spell is None or len(call.args) < 2:
            continue
        made = call.args[1]
        consumer = dotted(made.receiver) if isinstance(made, Call) and made.name == "as_asgi" else ""
        if consumer:
            at = Where(module.path, call.start, call.args[0].end)
            yield received(
                "websocket", _rooted(spell(words(call.args[0], names.values, names.imports))), "django", at,
                statement=place(call, module), handler="|".join(f"{consumer}.{m}" for m in _METHODS), shown=consumer,
            ).route  # fmt: skip


def _rooted(path: Text) -> Text:
    first = path[0] if path else ""
    return path if isinstance(first, str) and first.startswith("/") else ("/", *path)
