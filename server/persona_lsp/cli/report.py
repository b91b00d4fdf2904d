"""What a check found, ready to be written in any format."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Fix
from persona_lsp.findings.finding import Reported, Severity
from persona_lsp.review.views import RuleInfo
from persona_lsp.text.lines import LineTable


class Row(Struct, frozen=True, rename="camel"):
    """A finding as JSON shows it. Lines and columns count from 1, columns in characters; the end is exclusive."""

    rule: str
    severity: str
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    persona: str
    commitment: str
    fixable: bool


class Place(Struct, frozen=True):
    """A range of a file as people count: from 1, columns in characters, the end exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class Problem(Struct, frozen=True):
    """Something that kept a part of the work from being done; `file` is "" when it is about no file."""

    message: str
    file: str = ""
    internal: bool = False
    """The fault is this program's: the run is not to be trusted, whatever it found."""
    asked: bool = False
    """What was asked for by its name was not reviewed."""
    on_purpose: bool = False
    """Nothing went wrong: it says what was left out because it is nothing to review."""


class Report(Struct, frozen=True):
    """The findings of a run, in the order of files and lines, with what the formats need to show them.

    `shown` turns a path of the workspace into the one to print (relative to where the user stands). `lines` gives the
    text of a file, `fixes` the edits that would mend a finding, `rules` the rules that were on.
    """

    findings: tuple[Reported, ...]
    files: tuple[str, ...]
    lines: Callable[[str], LineTable]
    shown: Callable[[str], str]
    fixes: Callable[[Reported], tuple[Fix, ...]] = lambda _finding: ()
    rules: Callable[[], tuple[RuleInfo, ...]] = lambda: ()
    problems: tuple[Problem, ...] = ()
    places: tuple[Reported, ...] = ()
    """The findings before those that share a habit were put together: what a baseline has to know."""
    known: int = 0
    """How many findings the baseline holds back."""
    fixed: int = 0
    """How many edits were made."""
    version: str = ""
    aside: tuple[str, ...] = ()
    """What files are that were asked for by name and are no production code (`test`, `generated`, ...), one by one."""

    def rows(self) -> tuple[Row, ...]:
        """The findings as rows."""
        return tuple(row(finding, self.lines) for finding in self.findings)

    def worst(self) -> Severity | None:
        """The worst severity among the findings."""
        return min((finding.severity for finding in self.findings), default=None)

    def by_file(self) -> Iterable[tuple[str, list[Reported]]]:
        """The findings of each file that has any."""
        groups: dict[str, list[Reported]] = {}
        for finding in self.findings:
            groups.setdefault(finding.where.path, []).append(finding)
        return groups.items()


def row(finding: Reported, lines: Callable[[str], LineTable]) -> Row:
    """A finding as a row."""
    where = place(finding.where, lines)
    return Row(
        rule=finding.rule,
        severity=finding.severity.word,
        file=where.file,
        line=where.line,
        column=where.column,
        end_line=where.end_line,
        end_column=where.end_column,
        message=finding.message,
        persona=finding.persona,
        commitment=finding.commitment,
        fixable=finding.fixable,
    )


def place(where: Where, lines: Callable[[str], LineTable]) -> Place:
    """A range of bytes as people count."""
    table = lines(where.path)
    line, column = table.position(where.start, "utf-32")
    end_line, end_column = table.position(max(where.start, where.end), "utf-32")
    return Place(where.path, line + 1, column + 1, end_line + 1, end_column + 1)
