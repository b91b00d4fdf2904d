"""textDocument/didOpen, didChange, didSave, didClose: the own store of documents, and the worker's copy of it."""

import logging
import time
from typing import Any

from lsprotocol import types

from persona_lsp.host import wire
from persona_lsp.lsp.messages import DidChange, DidOpen, InDocument, params
from persona_lsp.lsp.rpc import on
from persona_lsp.lsp.session import Session

log = logging.getLogger(__name__)


def register(session: Session) -> None:
    """Handle the four notifications, each at once: what comes after them means the new text."""

    def did_open(raw: Any) -> None:
        item = params(raw, DidOpen).text_document
        document = session.documents.open(item.uri, item.language_id, item.version, item.text)
        session.link.send(session.opening(document))

    def did_change(raw: Any) -> None:
        changed = params(raw, DidChange)
        document = session.documents.get(changed.text_document.uri)
        if document is None:
            log.warning("a change of a document that is not open: %s", changed.text_document.uri)
            return
        edits = session.documents.change(document, changed.text_document.version, changed.content_changes)
        session.board.changed[document.uri] = time.monotonic()
        for edited in session.on_edit:
            edited(document, edits)
        if document.uri in session.link.quarantined:
            session.link.quarantined.discard(document.uri)
            session.link.send(session.opening(document))
        else:
            session.link.send(wire.Edited(document.uri, document.serial, edits))

    def did_save(raw: Any) -> None:
        document = session.documents.get(params(raw, InDocument).text_document.uri)
        if document is not None:
            document.saved = document.serial
            session.link.send(wire.Saved(document.uri))
            if (result := session.current(document)) is not None:
                for listen in session.on_worker:
                    listen(result)

    def did_close(raw: Any) -> None:
        document = session.documents.close(params(raw, InDocument).text_document.uri)
        if document is not None:
            session.results.pop(document.uri, None)
            session.link.send(wire.Close(document.uri))
            for close in session.on_close:
                close(document.uri)

    on(session.server, types.TEXT_DOCUMENT_DID_OPEN, did_open)
    on(session.server, types.TEXT_DOCUMENT_DID_CHANGE, did_change)
    on(session.server, types.TEXT_DOCUMENT_DID_SAVE, did_save)
    on(session.server, types.TEXT_DOCUMENT_DID_CLOSE, did_close)
