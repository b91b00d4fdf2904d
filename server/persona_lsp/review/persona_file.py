"""A persona file as a document of its own: hovers, symbols, completions and one fix for all. Pure, and never raises."""

from bisect import bisect_right
from functools import cache

from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Edit, Fix
from persona_lsp.persona.cards import field_card, persona_card
from persona_lsp.persona.compile import CompiledPersona, compile_persona
from persona_lsp.persona.complete import offers
from persona_lsp.persona.coverage import CoverageRow, coverage, explain_commitment
from persona_lsp.persona.load import MAX_FILE, Front, load, read_front
from persona_lsp.persona.model import Persona, Section
from persona_lsp.persona.schema import field_of
from persona_lsp.persona.source import Source
from persona_lsp.review.pages import features
from persona_lsp.review.views import Choice, Hover, Symbol
from persona_lsp.rules.registry import rules, topics
from persona_lsp.text.edits import difference

_ROUNDS = 100
"""How often fixes are looked for again in what earlier ones made: each mends at least one problem for good."""


def persona_hover(path: str, source: bytes, offset: int) -> Hover | None:
    """What is to be said about a place: a field, the persona as a whole, or what keeps a sentence."""
    if len(source) > MAX_FILE:
        return None
    front = read_front(source, path)
    persona = load(source, path).persona
    text = front.source
    line, column = _position(text, offset)
    if front.fences is not None and front.fences.opening <= line < front.fences.body:
        return _front_hover(front, persona, line, column)
    if persona is None:
        return None
    rows = _rows(persona)
    here = (line + 1, column + 1)
    row = next((r for r in rows if (r.line, r.column) <= here < (r.end_line, r.end_column)), None)
    markdown = explain_commitment(compile_persona(persona, topics()), rows, *here)
    if row is None or markdown is None:
        return None
    return Hover(markdown, text.offset(row.line - 1, row.column - 1), text.offset(row.end_line - 1, row.end_column - 1))


def persona_symbols(path: str, source: bytes) -> tuple[Symbol, ...]:
    """The fields of the front matter, and the sections, each with how many of its sentences something keeps."""
    if len(source) > MAX_FILE:
        return ()
    front = read_front(source, path)
    persona = load(source, path).persona
    found = []
    if front.fences is not None:
        found.append(_front_symbol(path, front))
    if persona is not None:
        found += _sections(path, front.source, persona)
    return tuple(found)


def persona_choices(path: str, source: bytes, offset: int) -> tuple[Choice, ...]:
    """What may be written at a place of the front matter."""
    if len(source) > MAX_FILE:
        return ()
    front = read_front(source, path)
    line, column = _position(front.source, offset)
    return tuple(
        Choice(
            one.label, one.kind, front.source.offset(line, one.start), front.source.offset(line, one.end), one.text, one.detail
        )
        for one in offers(front, path, line, column)
    )  # fmt: skip


def persona_mended(path: str, source: bytes) -> Fix | None:
    """All safe fixes as one edit, those that another one makes possible as well; None where there are none."""
    text = source
    for _ in range(_ROUNDS):
        fix = next((p.fix for p in load(text, path).problems if p.fix is not None and p.fix.safe), None)
        if fix is None:
            break
        text = text[: fix.start] + fix.new_text.encode() + text[fix.end :]
    edit = difference(source, text)
    try:
        new_text = edit.text.decode() if edit is not None else ""
    except UnicodeDecodeError:
        # What is no text lies between two fixes and cannot be sent as one; each fix by itself still can.
        return None
    if edit is None:
        return None
    return Fix("Fix what is wrong in this persona", (Edit(path, edit.start, edit.end, new_text),))


@cache
def _rules_by_topic() -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for rule in rules():
        result.setdefault(rule.topic.id, []).append(rule.id)
    return result


def covered(compiled: CompiledPersona) -> tuple[CoverageRow, ...]:
    """What keeps each sentence and technology of a persona."""
    return coverage(compiled, _rules_by_topic(), topics(), features())


def _rows(persona: Persona) -> tuple[CoverageRow, ...]:
    return covered(compile_persona(persona, topics()))


def _sentences(rows: tuple[CoverageRow, ...]) -> list[CoverageRow]:
    return [row for row in rows if row.kind == "commitment"]


def _front_hover(front: Front, persona: Persona | None, line: int, column: int) -> Hover | None:
    text = front.source
    for entry in front.entries:
        start, end = (entry.key_span[0], entry.key_span[1]), (entry.value_span[2], entry.value_span[3])
        if start <= (line, column) <= end:
            markdown = field_card(field_of(front.format, entry.key), entry, front.format)
            if markdown is None:
                return None
            return Hover(markdown, text.offset(*start), text.offset(*max(start, end)))
    fences = front.fences
    if persona is None or fences is None or line not in {fences.opening, fences.body - 1}:
        return None
    said = _sentences(_rows(persona))
    markdown = persona_card(persona, sum(row.kept for row in said), len(said))
    return Hover(markdown, text.offset(line, 0), text.offset(line, len(text.lines[line])))


def _front_symbol(path: str, front: Front) -> Symbol:
    text, fences = front.source, front.fences
    assert fences is not None  # noqa: S101  # the caller looked
    last = max(fences.body - 1, fences.opening)
    whole = _where(path, text, (fences.opening, 0), (last, len(text.lines[last])))
    children = []
    for entry in front.entries:
        key = _where(path, text, entry.key_span[:2], entry.key_span[2:])
        end = max(entry.key_span[2:], entry.value_span[2:])
        value = ", ".join(entry.value) if isinstance(entry.value, list) else entry.value
        detail = " ".join(value.split())[:80] if isinstance(value, str) else ""
        children.append(Symbol(entry.key, detail, "field", _where(path, text, entry.key_span[:2], end), key))
    first = _where(path, text, (fences.opening, 0), (fences.opening, len(text.lines[fences.opening])))
    return Symbol("front matter", "", "group", whole, first, tuple(children))


def _sections(path: str, text: Source, persona: Persona) -> list[Symbol]:
    """The headings as a tree: what stands below one of a lower level belongs to it."""
    rows = _sentences(_rows(persona))
    sections = persona.sections
    starts = [section.line for section in sections]
    counts = [[0, 0] for _ in sections]
    for row in rows:
        at = bisect_right(starts, row.line) - 1
        if at >= 0:
            counts[at][0] += row.kept
            counts[at][1] += 1
    last = (len(text.lines) - 1, len(text.lines[-1]))

    def symbol(index: int, end: int) -> Symbol:
        """The section, whose last child is the one before `end`."""
        section = sections[index]
        behind = (sections[end].line - 2, len(text.lines[sections[end].line - 2])) if end < len(sections) else last
        kept, said = map(sum, zip(*counts[index:end], strict=True))
        line = section.line - 1
        heading = _where(path, text, (line, 0), (line, len(text.lines[line])))
        whole = _where(path, text, (line, 0), max(behind, (line, len(text.lines[line]))))
        detail = f"{kept} of {said} kept" if said else ""
        return Symbol(section.title or "section", detail, "section", whole, heading, tuple(below(index + 1, end)))

    def below(first: int, end: int) -> list[Symbol]:
        found, index = [], first
        while index < end:
            after = _next(sections, index, end)
            found.append(symbol(index, after))
            index = after
        return found

    return below(0, len(sections))


def _next(sections: tuple[Section, ...], index: int, end: int) -> int:
    """The next section that is no part of this one."""
    level = sections[index].level
    return next((i for i in range(index + 1, end) if sections[i].level <= level), end)


def _where(path: str, text: Source, start: tuple[int, ...], end: tuple[int, ...]) -> Where:
    return Where(path, text.offset(start[0], start[1]), text.offset(end[0], end[1]))


def _position(text: Source, offset: int) -> tuple[int, int]:
    """The line and column, both from 0, of a byte offset."""
    line = max(bisect_right(text.starts, offset) - 1, 0)
    raw = text.raw[line].encode("utf-8", "surrogateescape")[: max(offset - text.starts[line], 0)]
    return line, len(raw.decode("utf-8", "surrogateescape"))
