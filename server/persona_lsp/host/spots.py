"""Places of the engine as spots that can leave the process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from persona_lsp.findings.edit import Fix
from persona_lsp.findings.finding import Reported
from persona_lsp.host.wire import Beside, Change, Named, Proposal, Shown, Spot
from persona_lsp.text.lines import LineTable

if TYPE_CHECKING:
    from persona_lsp.review.views import Symbol

Tables = Callable[[str], LineTable]
Names = Callable[[str], str]


def spot(table: LineTable, name: str, start: int, end: int) -> Spot:
    """The spot of a byte range. `name` is what the front calls the file."""
    line, column = table.line_col(start)
    end_line, end_column = table.line_col(max(end, start))
    if table.is_ascii:
        # A place between \r and \n is the end of its line.
        column = min(column, table.line_end(line) - table.line_start(line))
        end_column = min(end_column, table.line_end(end_line) - table.line_start(end_line))
        return Spot(name, line, column, end_line, end_column)
    before, end_before = table.line(line)[:column], table.line(end_line)[:end_column]
    return Spot(
        name,
        line,
        len(before),
        end_line,
        len(end_before),
        b"" if before.isascii() else before,
        b"" if end_before.isascii() else end_before,
    )


def shown(reported: tuple[Reported, ...], tables: Tables, names: Names, url: Callable[[str], str]) -> tuple[Shown, ...]:
    """Findings of one file; equal fingerprints get a number, so that every id stands for one finding."""
    seen: dict[str, int] = {}
    result = []
    for one in reported:
        key = one.fingerprint or f"{one.rule}:{one.where.start}"
        seen[key] = seen.get(key, 0) + 1
        where, finding = one.where, one.finding
        result.append(
            Shown(
                id=key if seen[key] == 1 else f"{key}#{seen[key]}",
                rule=one.rule,
                severity=int(one.severity),
                message=one.message,
                spot=spot(tables(where.path), names(where.path), where.start, where.end),
                url=url(one.rule),
                topic=one.topic,
                fixable=one.fixable,
                beside=tuple(
                    Beside(spot(tables(r.where.path), names(r.where.path), r.where.start, r.where.end), r.message)
                    for r in finding.related
                ),
                unnecessary=finding.unnecessary,
                deprecated=finding.deprecated,
                safe=one.fixable and bool(finding.fixes) and finding.fixes[0].safe,
            )
        )
    return tuple(result)


def proposal(fix: Fix, kind: str, tables: Tables, names: Names, finding: str = "", index: int = 0) -> Proposal:
    """A fix with the spots of its edits."""
    changes = tuple(
        Change(spot(tables(edit.path), names(edit.path), edit.start, edit.end), edit.text) for edit in fix.edits
    )
    return Proposal(fix.title, kind, changes, finding, index, fix.safe)


def named(symbol: Symbol, tables: Tables, names: Names) -> Named:
    """A symbol with its children."""
    where, selection = symbol.where, symbol.selection
    return Named(
        symbol.name,
        symbol.detail,
        symbol.kind,
        spot(tables(where.path), names(where.path), where.start, where.end),
        spot(tables(selection.path), names(selection.path), selection.start, selection.end),
        tuple(named(child, tables, names) for child in symbol.children),
    )
