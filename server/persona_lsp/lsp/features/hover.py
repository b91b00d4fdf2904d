"""textDocument/hover: the worker answers at once, from its last finished state if it is busy."""

from typing import Any

from lsprotocol import types

from persona_lsp.host import wire
from persona_lsp.lsp.convert import Json, markup_of, range_of
from persona_lsp.lsp.messages import AtPosition, params
from persona_lsp.lsp.rpc import on
from persona_lsp.lsp.session import Session


def register(session: Session) -> None:
    """Answer hovers."""

    async def hover(raw: Any) -> Json | None:
        asked = params(raw, AtPosition)
        document = session.documents.get(asked.text_document.uri)
        if document is None:
            return None
        offset = session.offset(document, asked.position.line, asked.position.character)
        card = await session.ask("hover", wire.Card | None, document, start=offset)
        if card is None:
            return None
        client = session.client
        return {
            "contents": markup_of(card.markdown, markup=client.markdown),
            "range": range_of(card.spot, client.encoding),
        }

    on(session.server, types.TEXT_DOCUMENT_HOVER, hover)
