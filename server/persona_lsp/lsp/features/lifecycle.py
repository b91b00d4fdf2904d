"""initialize, initialized, shutdown. (`exit` and the order of all four are the protocol's.)"""

from typing import Any

from lsprotocol import types

from persona_lsp.lsp.capabilities import answer
from persona_lsp.lsp.client import client_of
from persona_lsp.lsp.features import configuration, watched_files
from persona_lsp.lsp.messages import Initialize, params
from persona_lsp.lsp.opening import folders_of, settings_of
from persona_lsp.lsp.rpc import on
from persona_lsp.lsp.session import Session


def register(session: Session) -> None:
    """Handle the life of a connection."""

    async def initialize(raw: Any) -> dict[str, Any]:
        begin(session, params(raw, Initialize))
        return answer(session.client)

    def initialized(_raw: Any) -> None:
        session.spawn(configuration.fetch(session))
        session.spawn(watched_files.watch(session))

    async def shutdown(_raw: Any) -> None:
        session.rpc.end()

    on(session.server, types.INITIALIZE, initialize)
    on(session.server, types.INITIALIZED, initialized)
    on(session.server, types.SHUTDOWN, shutdown)


def begin(session: Session, asked: Initialize, *, begun: bool = False) -> None:
    """Take what the client says of itself, and let the worker begin, unless it has `begun`."""
    session.client = client_of(asked.capabilities, asked.initialization_options)
    session.documents.encoding = session.client.encoding
    session.settings = settings_of(asked.initialization_options)
    session.folders = folders_of(asked)
    session.rpc.initialized = True
    session.start_worker(begun=begun)
    if asked.process_id is not None:
        from persona_lsp.lsp.server import watch_client

        session.spawn(watch_client(session, asked.process_id))
