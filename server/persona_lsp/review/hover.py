"""Hovers: the endpoint card, the function card, and the explanation of a finding."""

from collections.abc import Iterable, Sequence
from typing import Final

from persona_lsp.extract import Extraction, looked_into
from persona_lsp.facts.body import WRITES, Function, Op
from persona_lsp.facts.http import Constraint, Guard, GuardKind, In, Param
from persona_lsp.findings.finding import Reported
from persona_lsp.review.findings import findings
from persona_lsp.review.pages import rule
from persona_lsp.review.profile import Profile
from persona_lsp.review.suppressions import UNUSED
from persona_lsp.review.views import Hover
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Auth, Endpoint, Snapshot

_SHOWN_FINDINGS = 2
_SHOWN_NAMES = 6
_ICONS = {1: "⛔", 2: "⚠", 3: "ℹ", 4: "💡"}
_HTTP_ERROR = 400


def hover(
    snapshot: Snapshot,
    extraction: Extraction,
    offset: int,
    profile: Profile,
    found: Sequence[Reported] | None = None,
) -> Hover | None:
    """What is to be said about the place at `offset`; None if nothing is.

    `found` are the findings of the file, for those who have them already.
    """
    path = extraction.path
    if found is None:
        found = findings(snapshot, path, profile)
    endpoint = _endpoint_at(snapshot, path, offset) or _endpoint_on_line(snapshot, extraction, offset)
    here = [r for r in found if r.where.start <= offset <= r.where.end]
    if endpoint is not None:
        start, end, endpoints = endpoint
        return Hover(_card(endpoints, _about(endpoints, found), profile), start, end)
    for suppression in extraction.facts.suppressions:
        if suppression.where.start <= offset <= suppression.where.end and suppression.rules:
            if any(r.rule == UNUSED.id for r in here):
                break
            info = rule(suppression.rules[0])
            if info is not None:
                return Hover(
                    f"`{info.id}` is ignored here: {info.summary}\n\n[Rule page]({info.url})",
                    suppression.where.start,
                    suppression.where.end,
                )
    function = _function_at(snapshot, path, offset)
    if here:
        narrow = min(here, key=lambda r: r.where.end - r.where.start)
        if function is None or narrow.where.end - narrow.where.start < 200:  # a whole function is no place
            same = [r for r in here if r.where == narrow.where]
            text = "\n\n---\n\n".join(explained(r) for r in same[:_SHOWN_FINDINGS])
            return Hover(text, narrow.where.start, narrow.where.end)
    if function is not None:
        inside = [r for r in found if function.start <= r.where.start < function.end]
        return Hover(
            _function_card(looked_into(extraction, function), inside),
            function.name_where.start,
            function.name_where.end,
        )
    return None


def explained(reported: Reported) -> str:
    """A finding: the sentence, what it costs, the persona's commitment, how to silence it."""
    info = rule(reported.rule)
    lines = [f"**{_ICONS[reported.severity]} {reported.message}**"]
    if info is not None:
        why = info.sections.get("Why it matters", "").strip()
        if why:
            lines.append(why)
    if reported.commitment:
        lines.append(f"> {reported.commitment}  \n> — *{reported.persona}*")
    lines += [f"- {related.message}" for related in reported.finding.related]
    link = f"[`{reported.rule}`]({info.url})" if info is not None and info.url else f"`{reported.rule}`"
    silence = f" · silence with `persona-lsp: ignore[{reported.rule}] reason`" if reported.rule != UNUSED.id else ""
    lines.append(link + silence)
    return "\n\n".join(lines)


# -- places ----------------------------------------------------------------------------------------------------------


def _endpoint_at(snapshot: Snapshot, path: str, offset: int) -> tuple[int, int, list[Endpoint]] | None:
    found: list[Endpoint] = []
    span: tuple[int, int] | None = None
    for endpoint in snapshot.by_file.get(path, ()):
        handler = endpoint.handler
        for where in (endpoint.where, handler.name_where if handler is not None and handler.name else None):
            if (
                where is not None
                and where.path == path
                and where.start <= offset <= where.end
                and where.end > where.start
            ):
                span = span or (where.start, where.end)
                found.append(endpoint)
                break
    return (*span, found) if span is not None else None


def _endpoint_on_line(
    snapshot: Snapshot, extraction: Extraction, offset: int
) -> tuple[int, int, list[Endpoint]] | None:
    """The endpoints that are registered on the line, where the place is in front of the registration (`@router`)."""
    source = extraction.source
    begin, end = source.rfind(b"\n", 0, offset) + 1, source.find(b"\n", offset)
    line = source[begin : len(source) if end < 0 else end]
    start = begin + len(line) - len(line.lstrip())
    found = [
        e for e in snapshot.by_file.get(extraction.path, ())
        if e.where.path == extraction.path and start <= offset < e.where.start <= begin + len(line)
    ]  # fmt: skip
    return (start, found[0].where.end, found) if found else None


def _function_at(snapshot: Snapshot, path: str, offset: int) -> Function | None:
    facts = snapshot.files.get(path)
    for function in facts.functions if facts is not None else ():
        where = function.name_where
        if function.name and where.start <= offset <= where.end:
            return function
    return None


def _about(endpoints: Sequence[Endpoint], found: Iterable[Reported]) -> list[Reported]:
    kept: list[Reported] = []
    for reported in found:
        for endpoint in endpoints:
            handler = endpoint.handler
            statement = endpoint.route.statement
            inside = (
                handler is not None
                and handler.path == reported.where.path
                and handler.start <= reported.where.start < handler.end
            )
            if inside or (
                statement.path == reported.where.path
                and statement.start <= reported.where.start < max(statement.end, statement.start + 1)
            ):
                kept.append(reported)
                break
    return kept


# -- cards -----------------------------------------------------------------------------------------------------------


def _card(endpoints: Sequence[Endpoint], found: Sequence[Reported], profile: Profile) -> str:
    first = endpoints[0]
    title = first.label if first.path_known else f"{first.label} (prefix unknown)"
    lines = [f"### {_prose(title)}  ·  {_prose(first.handler_name) or 'inline handler'}  ·  {first.framework}"]
    lines += [f"also `{_plain(other.label)}`  " for other in endpoints[1:_SHOWN_NAMES] if other.label != first.label]
    about = first.route.doc.summary or (first.handler.doc.split("\n\n")[0].strip() if first.handler is not None else "")
    if about:
        lines.append(_prose(about))
    rows = [
        ("Auth", "" if first.route.named and first.auth is Auth.UNKNOWN else _auth(first)),
        (
            "Path / query",
            ", ".join(_param(p) for p in first.params if p.place in (In.PATH, In.QUERY, In.HEADER, In.COOKIE)),
        ),
        ("Body", _body(first)),
        ("Answers", "" if first.route.named else _answers(first)),
        ("Does", _does((*([first.handler] if first.handler is not None else []), *first.callees))),
    ]
    lines.append(_list(rows))
    if found:
        lines.append("**Worth fixing before merge**")
        shown = sorted(found, key=lambda r: (r.severity, r.where.start))[:_SHOWN_FINDINGS]
        lines.append("\n".join(f"{n}. {_ICONS[r.severity]} {r.message}{_impact(r)}" for n, r in enumerate(shown, 1)))
        if len(found) > _SHOWN_FINDINGS:
            lines.append(f"and {len(found) - _SHOWN_FINDINGS} more")
        sentence = next((r.commitment for r in shown if r.commitment), "")
        if sentence:
            lines.append(f"> {sentence}  \n> — *{profile.name}*")
    return "\n\n".join(lines)


def _list(rows: Iterable[tuple[str, str]]) -> str:
    """A list: many editors show the bars of a table, or an empty row as its head."""
    return "\n".join(f"- **{name}**: {_line(value)}" for name, value in rows if value)


def _impact(reported: Reported) -> str:
    info = rule(reported.rule)
    why = info.sections.get("Why it matters", "").strip().split("\n", 1)[0] if info is not None else ""
    # Underscores: the sentence may have a word between asterisks.
    return f"  \n   _{why}_" if why else ""


def _function_card(function: Function, found: Sequence[Reported]) -> str:
    signature = ", ".join(p.name for p in function.params if p.name not in ("self", "cls"))
    lines = [f"### {_prose(function.key)}({_prose(signature)})"]
    does = _does((function,))
    calls = list(
        dict.fromkeys(
            f"{c.receiver}.{c.name}" if c.receiver else c.name for c in function.calls if c.name and not c.effect
        )
    )
    raises = list(dict.fromkeys(r.exception for r in function.raises if r.exception))
    rows = [
        ("Does", does),
        (
            "Calls",
            ", ".join(f"`{_plain(c)}`" for c in calls[:_SHOWN_NAMES])
            + (f" +{len(calls) - _SHOWN_NAMES}" if len(calls) > _SHOWN_NAMES else ""),
        ),
        ("Raises", ", ".join(f"`{_plain(r)}`" for r in raises[:_SHOWN_NAMES])),
        ("Transaction", "runs in one" if function.transactional else "opens one" if function.txs else ""),
    ]
    if told := _list(rows):
        lines.append(told)
    elif not found:
        lines.append(
            "Asks no database, calls no service, raises nothing that is known."
            if function.complete
            else "Its body could not be read completely."
        )
    if found:
        shown = sorted(found, key=lambda r: (r.severity, r.where.start))[:_SHOWN_FINDINGS]
        lines.append("\n".join(f"{n}. {_ICONS[r.severity]} {r.message}" for n, r in enumerate(shown, 1)))
    return "\n\n".join(lines)


def _auth(endpoint: Endpoint) -> str:
    guards = [g for g in endpoint.guards if g.kind in (GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE)]
    names = ", ".join(dict.fromkeys(f"`{_plain(g.name)}` ({g.level.value})" for g in guards))
    match endpoint.auth:
        case Auth.REQUIRED:
            return f"🔒 required: {names}" if names else "🔒 required"
        case Auth.OPTIONAL:
            return f"optional: {names}"
        case Auth.NONE:
            return "none: anyone may call it"
        case _:
            unknown = _unknown_guards(endpoint.guards)
            return f"unknown: {unknown}" if unknown else "unknown"


def _unknown_guards(guards: Iterable[Guard]) -> str:
    names = [f"`{_plain(g.name)}`" for g in guards if g.kind is GuardKind.UNKNOWN or g.conditional]
    return f"what {', '.join(names)} does could not be told" if names else ""


def _param(param: Param) -> str:
    text = f"`{_plain(param.name)}{'' if param.required or param.place is In.PATH else '?'}`"
    if param.type:
        text += f" {_prose(param.type)}"
    bounds = _bounds(param.constraint) if param.constraint is not None else ""
    if bounds:
        text += f" {bounds}"
    if param.default not in (None, ""):
        text += f" = {_prose(str(param.default)[:30])}"
    return text if param.place in (In.PATH, In.QUERY) else f"{text} ({param.place.value})"


def _bounds(constraint: Constraint) -> str:
    low, high = constraint.minimum, constraint.maximum
    if low is None and high is None:
        return ""
    told = "" if high is None else "?" if high == float("inf") else f"{high:g}"
    return f"{'' if low is None else f'{low:g}'}..{told}"


def _body(endpoint: Endpoint) -> str:
    body = endpoint.body
    if body is not None:
        checked = {True: " (validated ✓)", False: " (not validated)", None: ""}[body.validated]
        return f"`{_plain(body.type) or body.local or 'body'}`{checked}"
    handler = endpoint.handler
    reads = [r.name for r in handler.inputs if r.place == "body"] if handler is not None else []
    named = list(dict.fromkeys(r for r in reads if r))
    if named:
        return "reads " + ", ".join(f"`{_plain(n)}`" for n in named[:_SHOWN_NAMES])
    return "taken whole" if reads else ""


def _answers(endpoint: Endpoint) -> str:
    default = next((d.status for d in endpoint.declared if d.is_default), None)
    parts = []
    for status in endpoint.statuses:
        text = f"`{status}`"
        if status == default:
            text += " (default)"
        message = _message(endpoint, status)
        parts.append(f'{text} "{message}"' if message else text)
    return " · ".join(parts) if parts else "unknown"


def _message(endpoint: Endpoint, status: int) -> str:
    for function in (endpoint.handler, *endpoint.callees):
        if function is not None and status >= _HTTP_ERROR:
            for thrown in function.raises:
                if thrown.status == status and thrown.message:
                    return _prose(thrown.message[:60])
    return ""


def _does(functions: Sequence[Function]) -> str:
    reads: list[str] = []
    writes: list[str] = []
    effects: list[str] = []
    transactions = 0
    for function in functions:
        transactions += len(function.txs) + int(function.transactional)
        for query in function.queries:
            name = query.entity or query.api
            (writes if query.op in WRITES else reads if query.op in (Op.SELECT, Op.COUNT) else []).append(name)
        effects.extend(
            f"{c.effect}: `{_plain(c.receiver + '.' if c.receiver else '')}{_plain(c.name)}`"
            for c in function.calls
            if c.effect not in ("", "log", "metric")
        )
    parts = []
    if reads:
        parts.append("reads " + _named(reads))
    if writes:
        parts.append("writes " + _named(writes) + (" (in a transaction)" if transactions else ""))
    parts.extend(dict.fromkeys(effects[:_SHOWN_NAMES]))
    return " → ".join(parts)


def _named(names: list[str]) -> str:
    unique = list(dict.fromkeys(names))
    more = f" +{len(unique) - _SHOWN_NAMES}" if len(unique) > _SHOWN_NAMES else ""
    return ", ".join(f"`{_plain(n)}`" for n in unique[:_SHOWN_NAMES]) + more


def _plain(text: str) -> str:
    """Text from the source that cannot break out of Markdown code."""
    return " ".join(text.replace("`", "'").split())


def _prose(text: str) -> str:
    """Text from the source that is shown as it is, whatever Markdown would make of it."""
    return _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


_MARKUP: Final = lazy(r"[\\`*\[\]<>~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^[-+=#]")
"""Underscores inside of words mean nothing; some signs mean something at the beginning only."""


def _line(text: str) -> str:
    return text.replace("\n", " ")
