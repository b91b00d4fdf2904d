"""textDocument/hover: the worker answers at once, from its last finished state if it is busy."""

from typing import Any

from lsprotocol import types

from persona_lsp.host import wire
from persona_lsp.lsp.assistant import hover_of
from persona_lsp.lsp.convert import Json, markup_of, range_of
from persona_lsp.lsp.documents import Document
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
        # What Claude said is in this process already: a hover never waits for it.
        said = hover_of(session.assistant, document, offset) if in_code(document) else ""
        markdown = f"{card.markdown}\n\n---\n\n{said}" if said else card.markdown
        return {
            "contents": markup_of(markdown, markup=client.markdown),
            "range": range_of(card.spot, client.encoding),
        }

    on(session.server, types.TEXT_DOCUMENT_HOVER, hover)


def in_code(document: Document) -> bool:
    """Whether a document is code, and no persona."""
    return not document.uri.endswith((".md", ".mdc"))
