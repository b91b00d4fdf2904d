"""textDocument/codeAction and codeAction/resolve: fix, fix all, ignore here or everywhere, and why.

Clients differ in what they send. When the diagnostics in the context are our own, only those are meant; a client that
sends none, or strangers', means the range.
"""

from typing import Any

import msgspec
from lsprotocol import types

from persona_lsp.host import wire
from persona_lsp.lsp.assistant import FIX_KIND as AI_FIX_KIND
from persona_lsp.lsp.assistant import KIND as AI_KIND
from persona_lsp.lsp.capabilities import APPLY, EXPLAIN, FIX_ALL, QUICK_FIX
from persona_lsp.lsp.convert import Json, diagnostic_of, range_of, text_edit_of, uri_of
from persona_lsp.lsp.documents import Document
from persona_lsp.lsp.messages import CodeAction, ContextDiagnostic, look_up, params
from persona_lsp.lsp.rpc import ContentModifiedError, on
from persona_lsp.lsp.session import Session
from persona_lsp.text.lines import LineTable

IGNORE_HERE = "quickfix.persona-lsp.ignore.line"
IGNORE_EVERYWHERE = "quickfix.persona-lsp.ignore.workspace"
WHY = "quickfix.persona-lsp.explain"


def register(session: Session) -> None:
    """Answer both requests."""

    async def code_action(raw: Any) -> list[Json]:
        asked = params(raw, CodeAction)
        document = session.documents.get(asked.text_document.uri)
        if document is None:
            return []
        result = session.current(document) or session.results.get(document.uri)
        if result is None:
            return []
        actions = await _actions(session, document, result, asked)
        return actions if session.client.action_literals else _commands(session, actions)

    async def resolve(raw: Any) -> Json:
        action = raw if isinstance(raw, dict) else {}
        return await resolved(session, action)

    on(session.server, types.TEXT_DOCUMENT_CODE_ACTION, code_action)
    on(session.server, types.CODE_ACTION_RESOLVE, resolve)


async def _actions(session: Session, document: Document, result: wire.Result, asked: CodeAction) -> list[Json]:
    only = asked.context.only
    picked, by_context = _picked(session, document, result, asked)
    # A client that asks so (Kate) applies whatever it gets: one fix, and nothing that hides a finding or mends more.
    whole = by_context and _is_whole(document, asked, picked)
    actions: list[Json] = []
    wants_fixes = any(_wanted(kind, only) for kind in (QUICK_FIX, IGNORE_HERE, IGNORE_EVERYWHERE, WHY))
    if picked and wants_fixes:
        ids = tuple(shown.id for shown in picked)
        proposals = await session.ask("fixes", tuple[wire.Proposal, ...], document, ids=ids)
        fixes = [p for p in proposals if p.kind == QUICK_FIX]
        for shown in picked:
            own = [p for p in fixes if p.finding == shown.id]
            if whole:
                own = own[:1]
            if _wanted(QUICK_FIX, only):
                actions += [_fix(session, document, shown, p, first=index == 0) for index, p in enumerate(own)]
        if not whole:
            actions += await _others(session, document, picked, proposals, only)
    if _wanted(FIX_ALL, only) and (only or (not whole and any(shown.safe for shown in result.findings))):
        actions += await _fix_all(session, document)
    if not whole and (_wanted(AI_KIND, only) or _wanted(AI_FIX_KIND, only)):
        actions += await _by_claude(session, document, picked, asked)
    return actions


async def _by_claude(session: Session, document: Document, picked: list[wire.Shown], asked: CodeAction) -> list[Json]:
    """What Claude can do here: always last."""
    start, end = session.offsets(document, asked.range)
    shown = picked[0] if picked else None
    diagnostics = [diagnostic_of(one, session.client) for one in picked[:1]]
    offered = await session.assistant.actions(document, start, end, shown, diagnostics)
    return [one for one in offered if _wanted(str(one["kind"]), asked.context.only)]


def _picked(
    session: Session, document: Document, result: wire.Result, asked: CodeAction
) -> tuple[list[wire.Shown], bool]:
    """The findings that are meant, and whether the context named them."""
    context = [found for raw in asked.context.diagnostics if (found := _context(raw)) is not None]
    ids = {look_up(diagnostic.data, "id") for diagnostic in context}
    starts = {(str(d.code), d.range.start.line, d.range.start.character) for d in context}
    named = []
    for shown in result.findings:
        start = range_of(shown.spot, session.client.encoding)["start"]
        if shown.id in ids or (shown.rule, start["line"], start["character"]) in starts:
            named.append(shown)
    if named:
        return named, True
    # Diagnostics of another server say nothing about ours: the range decides.
    start, end = session.offsets(document, asked.range)
    return [shown for shown in result.findings if _overlaps(document, shown, start, end)], False


def _overlaps(document: Document, shown: wire.Shown, start: int, end: int) -> bool:
    first = document.table.offset(shown.spot.line, shown.spot.column)
    last = document.table.offset(shown.spot.end_line, shown.spot.end_column)
    return first <= end and start <= last


def _context(raw: Any) -> ContextDiagnostic | None:
    try:
        return msgspec.convert(raw, ContextDiagnostic)
    except msgspec.ValidationError:
        return None


def _is_whole(document: Document, asked: CodeAction, picked: list[wire.Shown]) -> bool:
    last = document.table.line_count - 1
    start, end = asked.range.start, asked.range.end
    whole = (start.line, start.character) == (0, 0) and end.line >= last > 0
    return whole and all(shown.spot.end_line - shown.spot.line < last for shown in picked)


def _fix(session: Session, document: Document, shown: wire.Shown, proposal: wire.Proposal, *, first: bool) -> Json:
    action: Json = {
        "title": proposal.title,
        "kind": QUICK_FIX,
        "diagnostics": [diagnostic_of(shown, session.client)],
    }
    if first and proposal.safe and session.client.preferred:
        action["isPreferred"] = True
    return _with_edit(session, document, action, proposal)


async def _others(
    session: Session,
    document: Document,
    picked: list[wire.Shown],
    proposals: tuple[wire.Proposal, ...],
    only: tuple[str, ...] | None,
) -> list[Json]:
    """Ignore here, ignore everywhere, why. None of them is ever preferred."""
    actions: list[Json] = []
    if _wanted(IGNORE_HERE, only):
        for shown in picked:
            for proposal in (p for p in proposals if p.kind == "ignore" and p.finding == shown.id):
                action = {
                    "title": proposal.title or f"Ignore {shown.rule} here",
                    "kind": IGNORE_HERE,
                    "diagnostics": [diagnostic_of(shown, session.client)],
                }
                actions.append(_with_edit(session, document, action, proposal))
    rules = {shown.rule: shown for shown in reversed(picked) if shown.topic}
    for rule in sorted(rules):
        if _wanted(IGNORE_EVERYWHERE, only) and (edit := await _ignore_everywhere(session, document, rule)) is not None:
            title = f"Ignore {rule} in this workspace"
            actions.append({"title": title, "kind": IGNORE_EVERYWHERE, "edit": edit})
        if _wanted(WHY, only):
            command = {"title": f"Why {rule}?", "command": EXPLAIN, "arguments": [rule, rules[rule].url]}
            actions.append({"title": f"Why {rule}?", "kind": WHY, "command": command})
    return actions


async def _ignore_everywhere(session: Session, document: Document, rule: str) -> Json | None:
    name, source, exists = await session.ask("settings-file", tuple[str, bytes, bool], document)
    if not name or (not exists and not (session.client.document_changes and session.client.creates_files)):
        return None
    # Reading settings takes long to import, and nobody waits for it when the server starts.
    from persona_lsp.settings.write import ignoring

    uri = uri_of(name)
    opened = session.documents.get(uri)
    text = opened.source if opened is not None else source
    edit = ignoring(text, rule, in_pyproject=uri.endswith("pyproject.toml"))
    if edit is None:
        return None
    table = LineTable(text)
    start = table.position(edit.start, session.client.encoding)
    end = table.position(edit.end, session.client.encoding)
    change: Json = {
        "range": {
            "start": {"line": start[0], "character": start[1]},
            "end": {"line": end[0], "character": end[1]},
        },
        "newText": edit.text.decode("utf-8", "replace"),
    }
    if exists and not session.client.document_changes:
        return {"changes": {uri: [change]}}
    changes: list[Json] = [] if exists else [{"kind": "create", "uri": uri, "options": {"ignoreIfExists": True}}]
    version = opened.version if opened is not None else None
    changes.append({"textDocument": {"uri": uri, "version": version}, "edits": [change]})
    return {"documentChanges": changes}


async def _fix_all(session: Session, document: Document) -> list[Json]:
    action: Json = {"title": "Fix all safe findings of persona-lsp in this file", "kind": FIX_ALL}
    if _makes_edits_later(session):
        return [{**action, "data": {"uri": document.uri, "serial": document.serial, "what": "fix-all"}}]
    proposal = await session.ask("fix-all", wire.Proposal | None, document)
    return [] if proposal is None else [{**action, "edit": _edit(session, proposal)}]


def _makes_edits_later(session: Session) -> bool:
    """Whether actions carry data instead of an edit: for clients that ask again, or that are given commands."""
    return session.client.resolves_edits or not session.client.action_literals


def _commands(session: Session, actions: list[Json]) -> list[Json]:
    """The actions for a client that takes commands only: those that are commands, and edits if it can be sent any."""
    commands = []
    for action in actions:
        if "command" in action:
            commands.append(action["command"])
        elif "data" in action and session.client.applies_edits:
            commands.append({"title": action["title"], "command": APPLY, "arguments": [action["data"]]})
    return commands


def _with_edit(session: Session, document: Document, action: Json, proposal: wire.Proposal) -> Json:
    if _makes_edits_later(session):
        what = "fix" if proposal.kind == QUICK_FIX else "ignore"
        data = {"uri": document.uri, "serial": document.serial, "what": what, "id": proposal.finding}
        return {**action, "data": {**data, "index": proposal.index}}
    return {**action, "edit": _edit(session, proposal)}


async def resolved(session: Session, action: Json) -> Json:
    """The action with its edit, made from its `data`. Raises `ContentModifiedError` when the text changed since."""
    data = action.get("data")
    uri = look_up(data, "uri")
    if not isinstance(uri, str) or "edit" in action:
        return action
    document = session.documents.get(uri)
    if document is None or document.serial != look_up(data, "serial"):
        # The edit would land in a text that nobody looked at.
        raise ContentModifiedError
    proposal: wire.Proposal | None = None
    match look_up(data, "what"):
        case "fix-all":
            proposal = await session.ask("fix-all", wire.Proposal | None, document)
        case "fix" | "ignore" as what:
            kind = QUICK_FIX if what == "fix" else "ignore"
            found = await session.ask("fixes", tuple[wire.Proposal, ...], document, ids=(str(look_up(data, "id")),))
            index = look_up(data, "index")
            proposal = next((p for p in found if p.kind == kind and p.index == index), None)
    if proposal is None:
        return {**action, "edit": {"changes": {}}}
    return {**action, "edit": _edit(session, proposal)}


def _edit(session: Session, proposal: wire.Proposal) -> Json:
    """Literal changes, or versioned ones where the client announced them."""
    by_uri: dict[str, list[Json]] = {}
    for change in proposal.changes:
        by_uri.setdefault(uri_of(change.spot.path), []).append(text_edit_of(change, session.client.encoding))
    if not session.client.document_changes:
        return {"changes": by_uri}
    changes = []
    for uri, edits in by_uri.items():
        document = session.documents.get(uri)
        version = document.version if document is not None else None
        changes.append({"textDocument": {"uri": uri, "version": version}, "edits": edits})
    return {"documentChanges": changes}


def _wanted(kind: str, only: tuple[str, ...] | None) -> bool:
    """Whether the client wants actions of a kind: all when it names none, else those at or below one it names."""
    return not only or any(kind == asked or kind.startswith(asked + ".") or asked == "" for asked in only)
