"""personaLsp/personas, personaLsp/coverage: who could review, and what keeps their sentences; personaLsp/status: who does.

A persona is selected by the setting `persona`, as any editor can change it; there is no request for it.
"""

from typing import Any

from persona_lsp import __version__
from persona_lsp.host import wire
from persona_lsp.lsp.capabilities import COVERAGE, PERSONAS, STATUS_CHANGED
from persona_lsp.lsp.convert import Json, range_of, uri_of
from persona_lsp.lsp.messages import Coverage, params
from persona_lsp.lsp.rpc import RequestFailedError, on
from persona_lsp.lsp.session import Session
from persona_lsp.text.lines import Encoding


def register(session: Session) -> None:
    """Answer requests; tell clients that can hear it who reviews now."""
    told: Json = {}

    def hear(message: wire.ToFront) -> None:
        if isinstance(message, wire.Chosen):
            tell(message)

    def tell(chosen: wire.Chosen | None = None) -> None:
        if not session.client.hears_status:
            return
        status = _status(chosen or session.chosen, session.assistant.status())
        if status != told:
            told.clear()
            told.update(status)
            session.rpc.notify(STATUS_CHANGED, status)

    async def personas(_raw: Any) -> Json:
        found = await session.ask("personas", tuple[wire.PersonaFile, ...], None)
        return {"personas": [_persona(one) for one in found]}

    async def coverage(raw: Any) -> Json:
        wanted = params(raw, Coverage).persona
        found = await session.ask("coverage", wire.Coverage | None, None, text=wanted)
        if found is None:
            raise RequestFailedError(f"there is no persona `{wanted}` that can be used")
        return _coverage(found, session.client.encoding)

    session.on_worker.append(hear)
    session.on_status.append(tell)
    on(session.server, PERSONAS, personas)
    on(session.server, COVERAGE, coverage)


def _status(chosen: wire.Chosen, ai: Json) -> Json:
    persona = None
    if chosen.persona:
        persona = {
            "name": chosen.persona,
            "description": chosen.about,
            "color": chosen.color,
            "uri": uri_of(chosen.persona_file),
        }
    return {"version": __version__, "persona": persona, **ai}


def _persona(one: wire.PersonaFile) -> Json:
    return {
        "name": one.name,
        "description": one.description,
        "color": one.color,
        "origin": one.origin,
        "uri": uri_of(one.location),
        "setting": one.setting,
        "active": one.active,
        "usable": one.usable,
        "shadowedBy": uri_of(one.shadowed_by) if one.shadowed_by else None,
        "problems": one.problems,
    }


def _coverage(found: wire.Coverage, encoding: Encoding) -> Json:
    return {
        "name": found.name,
        "description": found.description,
        "color": found.color,
        "uri": uri_of(found.location),
        "rows": [
            {
                "kind": row.kind,
                "text": row.text,
                "section": row.section,
                "range": range_of(row.spot, encoding),
                "topics": row.titles,
                "rules": row.rules,
                "features": row.features,
                "why": row.why,
                "group": row.group,
            }
            for row in found.rows
        ],
        "pages": found.pages,
        "features": found.features,
    }
