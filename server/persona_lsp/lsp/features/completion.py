"""textDocument/completion: fields of a persona file and their values. Source files have none."""

from typing import Any

from lsprotocol import types

from persona_lsp.host import wire
from persona_lsp.lsp.convert import Json, range_of
from persona_lsp.lsp.messages import AtPosition, params
from persona_lsp.lsp.rpc import on
from persona_lsp.lsp.session import Session

# Kinds that every client knows, whether it says so or not.
KINDS = {
    "field": types.CompletionItemKind.Property.value,
    "value": types.CompletionItemKind.Value.value,
    "color": types.CompletionItemKind.Color.value,
    "tool": types.CompletionItemKind.Function.value,
}
SUFFIXES = (".md", ".mdc")


def register(session: Session) -> None:
    """Answer with items that replace what is typed already."""

    async def completion(raw: Any) -> list[Json]:
        asked = params(raw, AtPosition)
        document = session.documents.get(asked.text_document.uri)
        # Whoever types code need not wait for the worker to hear that there is nothing.
        if document is None or not asked.text_document.uri.split("?")[0].lower().endswith(SUFFIXES):
            return []
        offset = session.offset(document, asked.position.line, asked.position.character)
        found = await session.ask("choices", tuple[wire.Offered, ...], document, start=offset)
        return [_item(one, session, number) for number, one in enumerate(found)]

    on(session.server, types.TEXT_DOCUMENT_COMPLETION, completion)


def _item(one: wire.Offered, session: Session, number: int) -> Json:
    item: Json = {
        "label": one.label,
        "kind": KINDS[one.kind],
        # In the order of use, not of the alphabet.
        "sortText": f"{number:03}",
        "filterText": one.text.strip().removesuffix(":"),
        "textEdit": {"range": range_of(one.spot, session.client.encoding), "newText": one.text},
    }
    if one.detail:
        item["detail"] = one.detail
    return item
