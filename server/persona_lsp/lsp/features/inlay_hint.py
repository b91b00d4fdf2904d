"""textDocument/inlayHint: the full path beside a relative one, the default status."""

from typing import Any

from lsprotocol import types

from persona_lsp.host import wire
from persona_lsp.lsp.convert import Json, range_of
from persona_lsp.lsp.messages import InRange, params
from persona_lsp.lsp.rpc import on
from persona_lsp.lsp.session import Session


def register(session: Session) -> None:
    """Answer requests for hints, and ask the client to request them anew when the workspace changed."""

    async def inlay_hint(raw: Any) -> list[Json]:
        asked = params(raw, InRange)
        document = session.documents.get(asked.text_document.uri)
        if document is None or not session.chosen.inlay_hints:
            return []
        start, end = session.offsets(document, asked.range)
        labels = await session.ask("hints", tuple[wire.Label, ...], document, start=start, end=end)
        return [_hint(label, session) for label in labels]

    def hear(message: wire.ToFront) -> None:
        if isinstance(message, wire.Linked | wire.Chosen) and session.client.refreshes_hints:
            session.spawn(session.rpc.ask(types.WORKSPACE_INLAY_HINT_REFRESH))

    session.on_worker.append(hear)
    on(session.server, types.TEXT_DOCUMENT_INLAY_HINT, inlay_hint)


def _hint(label: wire.Label, session: Session) -> Json:
    hint: Json = {
        "position": range_of(label.spot, session.client.encoding)["start"],
        "label": label.text,
        "paddingLeft": label.after,
        "paddingRight": not label.after,
    }
    if label.tooltip:
        hint["tooltip"] = label.tooltip
    return hint
