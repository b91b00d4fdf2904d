"""Edits of Claude's, shown so that a person decides: behind a confirmation, or as a finding with an action that applies it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from lsprotocol import types

from persona_lsp.ai import wire as ai
from persona_lsp.lsp.convert import Json
from persona_lsp.lsp.documents import Document
from persona_lsp.lsp.opinions import Area
from persona_lsp.lsp.session import Session

if TYPE_CHECKING:
    from persona_lsp.lsp.assistant import Assistant


async def suggest(assistant: Assistant, document: Document, area: Area, one: ai.Suggestion, model: str) -> None:
    """Behind a confirmation where the client has one; else a finding with the difference, and an action that applies it."""
    session = assistant.session
    edit = edit_of(session, document, one)
    if edit is None:
        session.message("The code changed meanwhile; the suggestion does not fit any more.", 2)
        return
    if session.client.confirms_changes and session.client.applies_edits:
        label = f"{area.persona} (AI), {model}: {one.summary}"
        for change in edit["documentChanges"]:
            change["edits"] = [{**each, "annotationId": "ai"} for each in change["edits"]]
        edit["changeAnnotations"] = {"ai": {"label": label, "needsConfirmation": True, "description": one.summary}}
        await session.rpc.ask(types.WORKSPACE_APPLY_EDIT, {"label": label, "edit": edit})
        return
    digest = hashlib.sha256(f"{one.start}{one.new}".encode()).hexdigest()[:24]
    start = one.start - area.start
    length = max(len(one.old.encode().rstrip()), 1)
    finding = ai.AiFinding(start, start + length, 3, one.summary, "", digest)
    if assistant.opinions.add(document, area, finding, one):
        assistant.changed(document.uri)
        session.message(f"{area.persona} (AI) suggests: {one.summary} The finding's action applies it.")


def edit_of(session: Session, document: Document, one: ai.Suggestion) -> Json | None:
    """The edit for the text as it is now; None where the old text does not stand there, or anywhere else for sure."""
    old, start = one.old.encode(), one.start
    if document.source[start : start + len(old)] != old or not old:
        if not old or document.source.count(old) != 1:
            return None
        start = document.source.index(old)
    encoding = session.client.encoding
    first, last = (document.table.position(at, encoding) for at in (start, start + len(old)))
    change = {
        "range": {
            "start": {"line": first[0], "character": first[1]},
            "end": {"line": last[0], "character": last[1]},
        },
        "newText": one.new,
    }
    if not session.client.document_changes:
        return {"changes": {document.uri: [change]}}
    identifier = {"uri": document.uri, "version": document.version}
    return {"documentChanges": [{"textDocument": identifier, "edits": [change]}]}
