"""Endpoints of an HTTP router whose handler makes a socket of the request: their code says so, not their route."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.workspace.snapshot import Endpoint

_TAKEN: Final = "WebSocketUpgrade"
"""The type of a parameter that is a request to open a socket (axum)."""
_UPGRADES: Final = {
    "go": frozenset({("Upgrade", "upgrader"), ("Accept", "websocket")}),
    "rust": frozenset({("start", "ws"), ("handle", "actix_ws"), ("start", "WsResponseBuilder")}),
}
"""Calls that open one, by what they are called and called on."""


def with_socket(endpoint: Endpoint, handler: Function | None, callees: Sequence[Function]) -> Endpoint:
    """The endpoint, of the kind that its handler, or a function that it calls, makes of it."""
    if endpoint.route.kind != "http" or handler is None or handler.language not in _UPGRADES:
        return endpoint
    opens = any(_TAKEN in param.type for param in handler.params)
    if opens or any(_is_upgrade(function) for function in (handler, *callees)):
        return replace(endpoint, route=replace(endpoint.route, kind="websocket"))
    return endpoint


def _is_upgrade(function: Function) -> bool:
    wanted = _UPGRADES.get(function.language, frozenset())
    for call in function.calls:
        on = call.receiver.rpartition(".")[2]
        if (call.name.rpartition("::")[2], on) in wanted:
            return True
        if call.name == "Upgrade" and "upgrader" in on.lower() and len(call.arguments) == 3:
            return True
    return False
