"""Answers to the questions of the front, from the host."""

from collections.abc import Callable
from typing import Any

from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Edit, Fix
from persona_lsp.findings.finding import Reported
from persona_lsp.findings.grouping import grouped
from persona_lsp.findings.subject import Persona, Subject
from persona_lsp.host import wire
from persona_lsp.host.host import Host
from persona_lsp.host.ports import PersonaFix, Stop
from persona_lsp.host.spots import named, proposal, shown, spot

FIXES_AT_ONCE = 50
"""For how many findings fixes are spelled in one answer; some clients ask for the whole document."""


class Desk:
    """The host, and how its files are called outside."""

    def __init__(self, host: Host) -> None:
        """No document is open."""
        self.host = host
        self.uris: dict[str, str] = {}
        """Path -> URI of open documents, as the client spelled it."""
        self.reported: dict[str, dict[str, Reported]] = {}
        """Path -> id -> the finding last reported."""
        self.persona_fixes: dict[str, dict[str, PersonaFix]] = {}
        """Path -> id -> what mends that problem of an open persona file."""

    def name(self, path: str) -> str:
        """What the front calls a file."""
        return self.uris.get(path) or self.host.location(path)

    def show(self, path: str, found: tuple[Reported, ...]) -> tuple[wire.Shown, ...]:
        """Findings for the front, put together and remembered for questions about them."""
        found = grouped(found)
        result = shown(found, self.host.table, self.name, self.host.engine.rule_url)
        self.reported[path] = {one.id: reported for one, reported in zip(result, found, strict=True)}
        return result

    def proposal(self, fix: Fix, kind: str, finding: str = "", index: int = 0) -> wire.Proposal:
        """A fix for the front."""
        return proposal(fix, kind, self.host.table, self.name, finding, index)


def answer(desk: Desk, ask: wire.Ask, path: str, stop: Stop) -> Any:
    """What the front wants to know. May raise whatever the engine does."""
    return _ANSWERS[ask.what](desk, ask, path, stop)


def fixes(desk: Desk, ask: wire.Ask, path: str, _stop: Stop) -> tuple[wire.Proposal, ...]:
    """The fixes of some findings, and the comments that silence them."""
    host, known = desk.host, desk.reported.get(path, {})
    if (mends := desk.persona_fixes.get(path)) is not None:
        return tuple(_mending(desk, path, key, mends[key]) for key in ask.ids if key in mends)
    extraction = host.extraction(path)
    if extraction is None:
        return ()
    found: list[wire.Proposal] = []
    silent: list[wire.Proposal] = []
    profile = host.chosen(path).profile
    for key in ask.ids[:FIXES_AT_ONCE]:
        reported = known.get(key)
        if reported is None:
            continue
        if reported.fixable:
            try:
                spelled = host.engine.fixes(host.snapshot(), extraction, reported, profile, host.as_linked)
            except Exception as error:  # noqa: BLE001  # one rule's fix that fails costs that fix
                host.log(f"the fix of {reported.rule} failed: {error!r}")
                spelled = ()
            found += [desk.proposal(fix, "quickfix", key, index) for index, fix in enumerate(spelled)]
        comment = host.engine.ignore_here(extraction, reported, ask.text or "")
        if comment is not None:
            silent.append(desk.proposal(comment, "ignore", key))
    return (*found, *silent)


def fix_all(desk: Desk, _ask: wire.Ask, path: str, _stop: Stop) -> wire.Proposal | None:
    """All safe fixes of a file."""
    host = desk.host
    if path in desk.persona_fixes:
        fix = host.engine.persona_mended(path, host.text(path))
        return None if fix is None else desk.proposal(fix, "source.fixAll")
    extraction = host.extraction(path)
    if extraction is None:
        return None
    fix = host.engine.fix_all(host.snapshot(), extraction, host.chosen(path).profile, host.findings(path))
    return desk.proposal(fix, "source.fixAll") if fix is not None and fix.edits else None


def hints(desk: Desk, ask: wire.Ask, path: str, _stop: Stop) -> tuple[wire.Label, ...]:
    """Texts in the lines of a range."""
    host = desk.host
    if not host.chosen(path).settings.inlay_hints:
        return ()
    found = host.engine.hints(host.snapshot(), path, ask.start, ask.end, host.chosen(path).profile)
    table, name = host.table(path), desk.name(path)
    return tuple(
        wire.Label(spot(table, name, hint.offset, hint.offset), hint.label, hint.tooltip, hint.after) for hint in found
    )


def lenses(desk: Desk, _ask: wire.Ask, path: str, _stop: Stop) -> tuple[wire.Label, ...]:
    """Lines above handlers."""
    host = desk.host
    if not host.chosen(path).settings.code_lens:
        return ()
    found = host.engine.lenses(host.snapshot(), path, host.chosen(path).profile)
    table, name = host.table(path), desk.name(path)
    return tuple(wire.Label(spot(table, name, lens.start, lens.end), lens.title) for lens in found)


def symbols(desk: Desk, _ask: wire.Ask, path: str, _stop: Stop) -> tuple[wire.Named, ...]:
    """The symbols of a file."""
    host = desk.host
    is_persona = path in desk.persona_fixes
    found = (
        host.engine.persona_symbols(path, host.text(path)) if is_persona else host.engine.symbols(host.snapshot(), path)
    )
    return tuple(named(symbol, desk.host.table, desk.name) for symbol in found)


def choices(desk: Desk, ask: wire.Ask, path: str, _stop: Stop) -> tuple[wire.Offered, ...]:
    """What may be written at a place."""
    host = desk.host
    if path not in desk.persona_fixes:
        return ()
    table, name = host.table(path), desk.name(path)
    found = host.engine.persona_choices(host.location(path), host.text(path), ask.start)
    return tuple(
        wire.Offered(one.label, one.kind, spot(table, name, one.start, one.end), one.text, one.detail) for one in found
    )


def workspace_symbols(desk: Desk, ask: wire.Ask, _path: str, _stop: Stop) -> tuple[wire.Named, ...]:
    """The symbols of the workspace that match."""
    found = desk.host.engine.workspace_symbols(desk.host.snapshot(), ask.text)
    return tuple(named(symbol, desk.host.table, desk.name) for symbol in found)


def definition(desk: Desk, ask: wire.Ask, path: str, _stop: Stop) -> wire.Spot | None:
    """Where what stands there is defined."""
    where = desk.host.engine.definition(desk.host.snapshot(), path, ask.start)
    return None if where is None else spot(desk.host.table(where.path), desk.name(where.path), where.start, where.end)


def served(desk: Desk, _ask: wire.Ask, _path: str, _stop: Stop) -> tuple[wire.Served, ...]:
    """The endpoints of the workspace."""
    host = desk.host

    def at(where: Where) -> wire.Spot:
        return spot(host.table(where.path), desk.name(where.path), where.start, where.end)

    return tuple(
        wire.Served(
            one.row.method,
            one.row.path,
            one.resource,
            one.row.auth,
            one.row.statuses,
            one.row.summary,
            one.row.framework,
            one.row.handler,
            one.row.guards,
            one.row.deprecated,
            one.row.path_known,
            at(one.where),
            tuple(at(where) for where in one.within),
            at(one.handler) if one.handler is not None else None,
            one.row.kind,
        )
        for one in host.engine.served(host.snapshot(), host.table)
    )


def personas(desk: Desk, _ask: wire.Ask, _path: str, _stop: Stop) -> tuple[wire.PersonaFile, ...]:
    """The personas that can be selected."""
    host = desk.host
    first, *_ = host.all_chosen()
    return host.engine.personas([root.folder for root in host.roots], first.profile, first.persona_file, host.buffer)


def covered(desk: Desk, ask: wire.Ask, _path: str, _stop: Stop) -> wire.Coverage | None:
    """What keeps the sentences of the persona `text`, of the active one when that is empty."""
    host = desk.host
    folder = host.roots[0].folder if host.roots else ""
    first, *_ = host.all_chosen()
    return host.engine.coverage(
        ask.text, folder, first.profile, first.persona_file, host.buffer, lambda at: host.table(host.path(at))
    )


def workspace_findings(desk: Desk, _ask: wire.Ask, _path: str, stop: Stop) -> dict[str, tuple[wire.Shown, ...]]:
    """The findings of all files that are not open."""
    host = desk.host
    result: dict[str, tuple[wire.Shown, ...]] = {}
    for path in sorted(host.files):
        if path not in host.texts:
            found = host.findings(path, stop)
            if found:
                result[host.location(path)] = shown(grouped(found), host.table, desk.name, host.engine.rule_url)
    return result


def settings_file(desk: Desk, _ask: wire.Ask, path: str, _stop: Stop) -> tuple[str, bytes, bool]:
    """The settings file for a document: location, text, and whether it exists; a name for it where there is none."""
    chosen = desk.host.chosen(path)
    if chosen.file:
        inside = desk.host.path(chosen.file)
        return desk.name(inside), desk.host.text(inside), True
    root = next((root for root in desk.host.roots if path.startswith(root.prefix)), None)
    return (desk.host.location(f"{root.prefix}persona-lsp.toml") if root else "", b"", False)


def about(desk: Desk, ask: wire.Ask, path: str, _stop: Stop) -> tuple[Subject, Persona] | None:
    """What Claude is told about a place of a document, and who speaks."""
    host = desk.host
    extraction = host.extraction(path)
    if extraction is None or path in desk.persona_fixes:
        return None
    found = tuple(desk.reported.get(path, {}).values())
    return host.engine.about(host.snapshot(), extraction, ask.start, ask.end, host.chosen(path).profile, found)


def _mending(desk: Desk, path: str, key: str, fix: PersonaFix) -> wire.Proposal:
    edit = Edit(path, fix.start, fix.end, fix.new_text)
    return desk.proposal(Fix(fix.title, (edit,), fix.safe), "quickfix", key)


_ANSWERS: dict[str, Callable[[Desk, wire.Ask, str, Stop], Any]] = {
    "fixes": fixes,
    "fix-all": fix_all,
    "hints": hints,
    "lenses": lenses,
    "symbols": symbols,
    "choices": choices,
    "workspace-symbols": workspace_symbols,
    "definition": definition,
    "endpoints": served,
    "personas": personas,
    "coverage": covered,
    "workspace-findings": workspace_findings,
    "settings-file": settings_file,
    "about": about,
}
