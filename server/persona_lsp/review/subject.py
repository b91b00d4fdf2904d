"""What a reviewer has to know about one function: its text, the endpoints that it serves, facts and findings in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from persona_lsp.extract import Extraction
from persona_lsp.facts.body import WRITES, Function
from persona_lsp.findings.finding import Reported
from persona_lsp.findings.subject import Kind, Persona, Subject
from persona_lsp.review.profile import Profile
from persona_lsp.syntax.comments import comments
from persona_lsp.text.lines import LineTable
from persona_lsp.workspace.snapshot import Endpoint, Snapshot

_MAJORITY = 0.8
_ENOUGH = 10
_MOST_FACTS = 24


def subject(
    snapshot: Snapshot, extraction: Extraction, start: int, end: int, found: Sequence[Reported]
) -> Subject | None:
    """The smallest function around a place, with the lines that register it; the selected lines where there is none."""
    facts = snapshot.files.get(extraction.path)
    if facts is None:
        return None
    function = _around(facts.functions, start, end) or _registered(snapshot, extraction.path, start, end)
    if function is None:
        function = _selected(facts.functions, start, end)
    if function is None:
        return _lines(snapshot, extraction, start, end, found) if end > start else None
    # Who selects some of its lines means these: of a function that is too long, parts can still be asked about.
    if b"\n" in extraction.source[start:end].strip() and _is_part(extraction.source, function, start, end):
        return _lines(snapshot, extraction, start, end, found, function)
    return _of(snapshot, extraction, function, found)


def subjects(
    snapshot: Snapshot, extraction: Extraction, found: Sequence[Reported], *, every: bool = False
) -> tuple[Subject, ...]:
    """The functions of a file that serve endpoints; with `every`, all that are in no other one."""
    facts = snapshot.files.get(extraction.path)
    if facts is None:
        return ()
    wanted: list[Subject] = []
    last = -1
    for function in sorted(facts.functions, key=lambda one: (one.start, -one.end)):
        if not (every or snapshot.endpoints_of(function)) or function.is_test or function.start < last:
            continue
        last = function.end
        if (one := _of(snapshot, extraction, function, found)) is not None:
            wanted.append(one)
    return tuple(wanted)


def speaker(profile: Profile, location: str = "") -> Persona | None:
    """The persona at work, as it is told to the model; None where nobody reviews."""
    compiled = profile.persona
    if compiled is None:
        return None
    one = compiled.persona
    return Persona(one.name, one.body, one.model, one.sha256, location)


def _around(functions: Sequence[Function], start: int, end: int) -> Function | None:
    inside = [one for one in functions if one.start <= start and end <= one.end]
    return min(inside, key=lambda one: one.end - one.start, default=None)


def _selected(functions: Sequence[Function], start: int, end: int) -> Function | None:
    """The one function that a selection touches, beside those inside of it."""
    touched = [one for one in functions if one.start < end and start < one.end]
    outer = [
        one for one in touched if not any(o.start <= one.start and one.end <= o.end and o is not one for o in touched)
    ]
    return outer[0] if len(outer) == 1 else None


def _is_part(source: bytes, function: Function, start: int, end: int) -> bool:
    """Whether a selection leaves out lines of the function, beside those that are empty."""
    return bool(source[function.start : start].strip() or source[end : function.end].strip())


def _registered(snapshot: Snapshot, path: str, start: int, end: int) -> Function | None:
    """The handler whose registration (decorator, annotation, call) holds the place."""
    for endpoint in snapshot.by_file.get(path, ()):
        statement, handler = endpoint.route.statement, endpoint.handler
        if handler is None or handler.path != path:
            continue
        if any(one.path == path and one.start <= start and end <= one.end for one in (statement, endpoint.where)):
            return handler
    return None


def _of(snapshot: Snapshot, extraction: Extraction, function: Function, found: Sequence[Reported]) -> Subject | None:
    source, path = extraction.source, extraction.path
    endpoints = [one for one in snapshot.endpoints_of(function) if not one.test]
    start, end = function.start, function.end
    for endpoint in endpoints:
        for place in (endpoint.route.statement, endpoint.where):
            # What stands directly above or around the function belongs to it; a table of routes elsewhere does not.
            near = place.path == path and place.start < start and b"\n\n" not in source[min(place.end, start) : start]
            if near and start - place.start < 4000:
                start = place.start
                end = max(end, min(place.end, end + 400))
    start = (
        source.rfind(b"\n", 0, start) + 1 if not source[source.rfind(b"\n", 0, start) + 1 : start].strip() else start
    )
    name = ", ".join(dict.fromkeys(one.label for one in endpoints[:3])) or function.name or "this function"
    told = (*_endpoint_facts(endpoints), *_function_facts(snapshot, function, endpoints))
    kind: Kind = "endpoint" if endpoints else "function"
    return _made(snapshot, extraction, kind, name, start, end, told, found)


def _lines(
    snapshot: Snapshot,
    extraction: Extraction,
    start: int,
    end: int,
    found: Sequence[Reported],
    function: Function | None = None,
) -> Subject | None:
    """Selected lines, as a whole. `function` is the one that they are a part of."""
    source = extraction.source
    start = source.rfind(b"\n", 0, start) + 1
    stop = source.find(b"\n", end)
    end = len(source) if stop < 0 else stop
    if not source[start:end].strip():
        return None
    if function is None:
        return _made(snapshot, extraction, "text", "the selected lines", start, end, (), found)
    endpoints = [one for one in snapshot.endpoints_of(function) if not one.test]
    whole = ", ".join(one.label for one in endpoints[:3]) or function.name or "a function"
    told = (f"The code is a part of {whole}.", *_endpoint_facts(endpoints))
    return _made(snapshot, extraction, "text", f"selected lines of {whole}", start, end, told, found)


def _made(
    snapshot: Snapshot,
    extraction: Extraction,
    kind: Kind,
    name: str,
    start: int,
    end: int,
    told: tuple[str, ...],
    found: Sequence[Reported],
) -> Subject | None:
    facts, source = extraction.facts, extraction.source
    try:
        text = source[start:end].decode()
    except UnicodeDecodeError:
        # Characters and bytes could not be told from each other afterwards.
        return None
    table = LineTable(source)
    inside = [one for one in found if one.where.path == extraction.path and start <= one.where.start < end]
    return Subject(
        kind=kind,
        name=name,
        path=extraction.path,
        file=extraction.path.rsplit("/", 1)[-1],
        language=facts.language,
        text=text,
        start=start,
        line=table.line_col(start)[0] + 1,
        frameworks=facts.frameworks,
        facts=told[:_MOST_FACTS],
        findings=tuple(
            f"line {table.line_col(one.where.start)[0] + 1}: {one.severity.word}: {one.message} ({one.rule})"
            for one in inside
        ),
        house=house(snapshot),
        secrets=tuple(
            (max(one.where.start, start) - start, min(one.where.end, end) - start)
            for one in facts.secrets
            if one.where.start < end and start < one.where.end
        ),
        comments=tuple(
            (max(first, start) - start, min(last, end) - start)
            for first, last in comments(extraction.parsed, start, end)
        ),
    )


def _endpoint_facts(endpoints: Sequence[Endpoint]) -> tuple[str, ...]:
    told: list[str] = []
    for one in endpoints[:3]:
        known = "" if one.path_known else " (a prefix of the path is not known)"
        told.append(f"It serves {one.label}{known} with {one.framework}.")
        told.append(f"Authentication: {one.auth.value}.")
        if one.guards:
            told.append(
                "Before it run: " + ", ".join(f"{guard.name} ({guard.kind.value})" for guard in one.guards[:8]) + "."
            )
        if one.params:
            told.append("Inputs: " + ", ".join(f"{p.name} ({p.place.value})" for p in one.params[:12]) + ".")
        if one.body is not None:
            checked = {True: "validated", False: "not validated", None: "nobody knows whether validated"}
            told.append(f"Body: {one.body.type or 'untyped'}, {checked[one.body.validated]}.")
        if one.statuses:
            told.append("It answers with " + ", ".join(map(str, one.statuses)) + ".")
    return tuple(told)


def _function_facts(snapshot: Snapshot, function: Function, endpoints: Sequence[Endpoint]) -> tuple[str, ...]:
    told: list[str] = []
    callees = {(one.path, one.key): one for endpoint in endpoints for one in endpoint.callees}
    for one in (function, *callees.values()):
        who = "It" if one is function else f"`{one.name}`, which it calls,"
        reads = sorted({query.entity or query.api for query in one.queries if query.op not in WRITES})
        writes = sorted({query.entity or query.api for query in one.queries if query.op in WRITES})
        if reads:
            told.append(f"{who} reads {', '.join(reads[:6])}.")
        if writes:
            within = " in a transaction" if one.txs or one.transactional else ""
            told.append(f"{who} writes {', '.join(writes[:6])}{within}.")
        effects = sorted(
            {f"{call.effect} ({call.name})" for call in one.calls if call.effect not in {"", "log", "metric"}}
        )
        if effects:
            told.append(f"{who} reaches outside: {', '.join(effects[:6])}.")
        statuses = sorted({thrown.status for thrown in one.raises if thrown.status is not None})
        if statuses:
            told.append(f"{who} raises errors that become {', '.join(map(str, statuses))}.")
    if (function.path, function.key) in snapshot.transactional:
        told.append("Its caller runs it in a transaction.")
    return tuple(told)


def house(snapshot: Snapshot) -> tuple[str, ...]:
    """What at least four of five endpoints do, where there are ten or more: the project's own style."""
    told: list[str] = []
    by_method: dict[str, list[Endpoint]] = {}
    for one in snapshot.endpoints:
        if not one.test and len(one.success) == 1:
            by_method.setdefault(one.method, []).append(one)
    for method, endpoints in sorted(by_method.items()):
        status, times = Counter(one.success[0] for one in endpoints).most_common(1)[0]
        if len(endpoints) >= _ENOUGH and times >= _MAJORITY * len(endpoints):
            told.append(f"{times} of {len(endpoints)} {method} endpoints answer {status}.")
    known = [one.auth.value for one in snapshot.endpoints if not one.test and one.auth.value != "unknown"]
    if len(known) >= _ENOUGH:
        auth, times = Counter(known).most_common(1)[0]
        if times >= _MAJORITY * len(known):
            told.append(f"Authentication is {auth} for {times} of {len(known)} endpoints.")
    return tuple(told)
