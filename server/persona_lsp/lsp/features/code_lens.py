"""textDocument/codeLens: at most one line above each handler, only when it is switched on."""

from typing import Any

from lsprotocol import types

from persona_lsp.host import wire
from persona_lsp.lsp.convert import Json, range_of
from persona_lsp.lsp.messages import InDocument, params
from persona_lsp.lsp.rpc import on
from persona_lsp.lsp.session import Session


def register(session: Session) -> None:
    """Answer requests for lenses, and ask the client to request them anew when the workspace changed."""

    async def code_lens(raw: Any) -> list[Json]:
        document = session.documents.get(params(raw, InDocument).text_document.uri)
        if document is None or not session.chosen.code_lens:
            return []
        labels = await session.ask("lenses", tuple[wire.Label, ...], document)
        # A lens is a command; one without a name is shown and does nothing.
        return [
            {"range": range_of(label.spot, session.client.encoding), "command": {"title": label.text, "command": ""}}
            for label in labels
        ]

    def hear(message: wire.ToFront) -> None:
        if isinstance(message, wire.Linked | wire.Chosen) and session.client.refreshes_lenses:
            session.spawn(session.rpc.ask(types.WORKSPACE_CODE_LENS_REFRESH))

    session.on_worker.append(hear)
    on(session.server, types.TEXT_DOCUMENT_CODE_LENS, code_lens)
