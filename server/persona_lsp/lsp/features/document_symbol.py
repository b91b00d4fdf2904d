"""textDocument/documentSymbol: endpoints and functions of a file, fields and sections of a persona."""

from typing import Any

from lsprotocol import types

from persona_lsp.host import wire
from persona_lsp.lsp.convert import Json, location_of, range_of
from persona_lsp.lsp.messages import InDocument, params
from persona_lsp.lsp.rpc import on
from persona_lsp.lsp.session import Session

KINDS = {
    "endpoint": types.SymbolKind.Interface.value,
    "function": types.SymbolKind.Function.value,
    "class": types.SymbolKind.Class.value,
    "group": types.SymbolKind.Namespace.value,
    "field": types.SymbolKind.Property.value,
    # What servers for Markdown use for headings.
    "section": types.SymbolKind.String.value,
}


def register(session: Session) -> None:
    """Answer with a tree where the client takes one, else with a list."""

    async def document_symbol(raw: Any) -> list[Json]:
        document = session.documents.get(params(raw, InDocument).text_document.uri)
        if document is None:
            return []
        found = await session.ask("symbols", tuple[wire.Named, ...], document)
        if session.client.symbol_trees:
            return [_tree(symbol, session) for symbol in found]
        return [flat(symbol, session, container) for symbol, container in _all(found)]

    on(session.server, types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, document_symbol)


def flat(symbol: wire.Named, session: Session, container: str = "") -> Json:
    """A symbol as `SymbolInformation`."""
    result: Json = {
        "name": symbol.name or "?",
        "kind": KINDS.get(symbol.kind, types.SymbolKind.Variable.value),
        "location": location_of(symbol.selection, session.client.encoding),
    }
    if container or symbol.detail:
        result["containerName"] = container or symbol.detail
    return result


def _tree(symbol: wire.Named, session: Session) -> Json:
    encoding = session.client.encoding
    selection = range_of(symbol.selection, encoding)
    whole = range_of(symbol.spot, encoding)
    if symbol.selection.path != symbol.spot.path or not _inside(selection, whole):
        # The protocol wants the selection inside of the range, and clients throw the whole answer away otherwise.
        selection = whole
    return {
        "name": symbol.name or "?",
        "detail": symbol.detail,
        "kind": KINDS.get(symbol.kind, types.SymbolKind.Variable.value),
        "range": whole,
        "selectionRange": selection,
        "children": [_tree(child, session) for child in symbol.children],
    }


def _inside(inner: Json, outer: Json) -> bool:
    return _key(outer["start"]) <= _key(inner["start"]) and _key(inner["end"]) <= _key(outer["end"])


def _key(position: Json) -> tuple[int, int]:
    return position["line"], position["character"]


def _all(symbols: tuple[wire.Named, ...], container: str = "") -> list[tuple[wire.Named, str]]:
    result = []
    for symbol in symbols:
        result.append((symbol, container))
        result += _all(symbol.children, symbol.name)
    return result
