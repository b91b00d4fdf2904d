"""initialize, initialized, shutdown. (`exit` and the order of all four are the protocol's.)"""

from typing import Any

from lsprotocol import types

from persona_lsp.lsp.capabilities import answer
from persona_lsp.lsp.client import client_of
from persona_lsp.lsp.features import configuration, watched_files
from persona_lsp.lsp.messages import Initialize, params
from persona_lsp.lsp.rpc import on
from persona_lsp.lsp.session import Session
from persona_lsp.lsp.uris import to_path


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


def begin(session: Session, asked: Initialize) -> None:
    """Take what the client says of itself, and let the worker begin."""
    session.client = client_of(asked.capabilities, asked.initialization_options)
    session.documents.encoding = session.client.encoding
    session.settings = configuration.initial(asked.initialization_options)
    session.folders = _folders(asked)
    session.rpc.initialized = True
    session.start_worker()
    if asked.process_id is not None:
        from persona_lsp.lsp.server import watch_client

        session.spawn(watch_client(session, asked.process_id))


def _folders(asked: Initialize) -> tuple[str, ...]:
    if asked.workspace_folders:
        uris = [folder.uri for folder in asked.workspace_folders]
    elif asked.root_uri:
        uris = [asked.root_uri]
    else:
        return (asked.root_path,) if asked.root_path else ()
    return tuple(path for uri in uris if (path := to_path(uri)))
