"""workspace/symbol: `GET /api/v1/orders/{id}` leads to its handler."""

from typing import Any

from lsprotocol import types

from persona_lsp.host import wire
from persona_lsp.lsp.convert import Json
from persona_lsp.lsp.features.document_symbol import flat
from persona_lsp.lsp.messages import WorkspaceSymbol, params
from persona_lsp.lsp.rpc import on
from persona_lsp.lsp.session import Session


def register(session: Session) -> None:
    """Answer queries."""

    async def workspace_symbol(raw: Any) -> list[Json]:
        # JSON may hold half of a pair of surrogates, which is no text and names nothing.
        query = params(raw, WorkspaceSymbol).query.encode("utf-8", "replace").decode()
        found = await session.ask("workspace-symbols", tuple[wire.Named, ...], None, text=query)
        return [flat(symbol, session) for symbol in found]

    on(session.server, types.WORKSPACE_SYMBOL, workspace_symbol)
