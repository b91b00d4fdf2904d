"""textDocument/definition: from a mount to its router, from a route to its handler."""

from typing import Any

from lsprotocol import types

from persona_lsp.host import wire
from persona_lsp.lsp.convert import Json, location_of
from persona_lsp.lsp.messages import AtPosition, params
from persona_lsp.lsp.rpc import on
from persona_lsp.lsp.session import Session


def register(session: Session) -> None:
    """Answer requests for definitions."""

    async def definition(raw: Any) -> Json | None:
        asked = params(raw, AtPosition)
        document = session.documents.get(asked.text_document.uri)
        if document is None:
            return None
        offset = session.offset(document, asked.position.line, asked.position.character)
        spot = await session.ask("definition", wire.Spot | None, document, start=offset)
        return None if spot is None else location_of(spot, session.client.encoding)

    on(session.server, types.TEXT_DOCUMENT_DEFINITION, definition)
