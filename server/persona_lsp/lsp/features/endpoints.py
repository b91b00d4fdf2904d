"""personaLsp/endpoints: the API as a list with places; personaLsp/endpointsChanged says that it should be asked anew."""

import asyncio
from typing import Any

from persona_lsp.host import wire
from persona_lsp.lsp.capabilities import ENDPOINTS, ENDPOINTS_CHANGED
from persona_lsp.lsp.convert import Json, location_of
from persona_lsp.lsp.rpc import on
from persona_lsp.lsp.session import Session
from persona_lsp.text.lines import Encoding

QUIET = 0.3
"""Seconds without news after which a client is told that endpoints may have changed."""


class Bell:
    """Tells once that endpoints changed, after a number of changes."""

    def __init__(self, session: Session) -> None:
        """Silent."""
        self.session = session
        self._timer: asyncio.TimerHandle | None = None

    def hear(self, message: wire.ToFront) -> None:
        """A file was looked at, other files changed, or the settings did."""
        if not self.session.client.hears_endpoints or not isinstance(message, wire.Result | wire.Linked | wire.Chosen):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(QUIET, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self.session.rpc.notify(ENDPOINTS_CHANGED, {})


def register(session: Session) -> None:
    """Answer requests, and tell clients that can hear it when the answer may be another."""
    session.on_worker.append(Bell(session).hear)

    async def endpoints(_raw: Any) -> Json:
        found = await session.ask("endpoints", tuple[wire.Served, ...], None)
        return {"endpoints": [_endpoint(one, session.client.encoding) for one in found]}

    on(session.server, ENDPOINTS, endpoints)


def _endpoint(one: wire.Served, encoding: Encoding) -> Json:
    return {
        "kind": one.kind,
        "method": one.method,
        "path": one.path,
        "pathKnown": one.path_known,
        "resource": one.resource,
        "auth": one.auth,
        "guards": one.guards,
        "statuses": one.statuses,
        "summary": one.summary,
        "framework": one.framework,
        "deprecated": one.deprecated,
        "handler": one.handler_name,
        "location": location_of(one.spot, encoding),
        "handlerLocation": location_of(one.handler, encoding) if one.handler is not None else None,
        "within": [location_of(place, encoding) for place in one.within],
    }
