"""Text for people: each finding with its source, carets below it, and the sentence of the persona that it keeps."""

from __future__ import annotations

import re
import unicodedata

from persona_lsp.cli.report import Report, place
from persona_lsp.cli.style import Paint, plain
from persona_lsp.findings.finding import Related, Reported, Severity
from persona_lsp.text.count import counted
from persona_lsp.text.patterns import lazy

STYLES = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.INFORMATION: "bold blue",
    Severity.HINT: "bold cyan",
}
_MAX_LINES = 4
# C0 but for line feeds, delete and C1, surrogates, marks that reorder text, the byte order mark.
_UNSEEN = lazy("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")
_MAX_WIDTH = 140


def render(report: Report, paint: Paint = plain, *, summary: bool = True) -> str:
    """The whole report. `paint` colours a piece of text, or leaves it as it is."""
    pieces = [_finding(finding, report, paint) for finding in report.findings]
    if summary:
        pieces.append(_summary(report, paint))
    return "\n".join(pieces)


def statistics(report: Report, paint: Paint = plain) -> str:
    """How often each rule found something, most frequent first."""
    counts: dict[str, int] = {}
    worst: dict[str, Severity] = {}
    fixable: dict[str, int] = {}
    for finding in report.findings:
        counts[finding.rule] = counts.get(finding.rule, 0) + 1
        worst[finding.rule] = min(worst.get(finding.rule, Severity.HINT), finding.severity)
        fixable[finding.rule] = fixable.get(finding.rule, 0) + finding.fixable
    lines = []
    for rule, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        mendable = f" ({fixable[rule]} fixable)" if fixable[rule] else ""
        lines.append(f"{count:6}  {paint(f'{worst[rule].word:<11}', STYLES[worst[rule]])}  {rule}{mendable}\n")
    return "".join(lines)


def visible(text: str) -> str:
    """Text of a file that no terminal takes for a command: control characters are shown, not sent."""
    return _UNSEEN.sub(_picture, text)


def in_line(text: str) -> str:
    """The same for what has to stay in its line, such as the name of a file: line ends are shown, too."""
    return visible(text).replace("\n", _picture_of("\n"))


def _finding(finding: Reported, report: Report, paint: Paint) -> str:
    at = place(finding.where, report.lines)
    where = f"{in_line(report.shown(at.file))}:{at.line}:{at.column}"
    head = f"{paint(where, 'bold')} {paint(finding.severity.word, STYLES[finding.severity])} {in_line(finding.message)}"
    fixable = paint(" [fixable]", "green") if finding.fixable else ""
    lines = [f"{head} {paint(f'({finding.rule})', 'dim')}{fixable}"]
    lines += _excerpt(finding, report, paint)
    lines += [_related(one, report, paint) for one in finding.finding.related]
    if finding.commitment:
        lines.append(f"  {paint('=', 'blue')} {paint(f'{finding.persona}: “{in_line(finding.commitment)}”', 'italic')}")
    return "\n".join(lines) + "\n"


def _excerpt(finding: Reported, report: Report, paint: Paint) -> list[str]:
    table = report.lines(finding.where.path)
    first, start = table.position(finding.where.start, "utf-32")
    last, end = table.position(max(finding.where.start, finding.where.end), "utf-32")
    if last > first and end == 0:
        # The range ends with a line end: nothing of the next line belongs to it.
        last, end = last - 1, len(_text(table.line(last - 1)))
    shown = range(first, min(last, first + _MAX_LINES - 1) + 1)
    gutter = len(str(shown[-1] + 1))
    bar = paint("|", "blue")
    colour = STYLES[finding.severity]
    lines = [f"{' ' * gutter} {bar}"]
    for number in shown:
        text = _text(table.line(number))
        begin = start if number == first else len(text) - len(text.lstrip())
        stop = end if number == last else len(text)
        code, column, width = _window(text, begin, max(stop, begin))
        lines.append(f"{paint(f'{number + 1:>{gutter}}', 'blue')} {bar} {code}".rstrip())
        lines.append(f"{' ' * gutter} {bar} {' ' * column}{paint('^' * max(1, width), colour)}")
    if last > shown[-1]:
        lines.append(f"{' ' * gutter} {bar} {paint(f'... {last - shown[-1]} more lines', 'dim')}")
    return lines


def _window(text: str, start: int, end: int) -> tuple[str, int, int]:
    """The part of a line to show, and the column and width of the carets in terminal cells."""
    if len(text) <= _MAX_WIDTH:
        return _expanded(text), _cells(text[:start]), _cells(text[start:end])
    left = max(0, min(start - _MAX_WIDTH // 4, len(text) - _MAX_WIDTH))
    right = min(len(text), left + _MAX_WIDTH)
    before, after = "…" if left else "", "…" if right < len(text) else ""
    end = min(end, right)
    column = len(before) + _cells(text[left:start])
    return before + _expanded(text[left:right]) + after, column, _cells(text[start:end])


def _related(one: Related, report: Report, paint: Paint) -> str:
    at = place(one.where, report.lines)
    place_text = f"{in_line(report.shown(at.file))}:{at.line}:{at.column}"
    return f"  {paint('=', 'blue')} {paint(place_text, 'bold')} {in_line(one.message)}"


def _summary(report: Report, paint: Paint) -> str:
    files = counted(len(report.files), "file")
    parts = []
    for severity in Severity:
        count = sum(finding.severity == severity for finding in report.findings)
        if count:
            noun = severity.word if severity is Severity.INFORMATION else f"{severity.word}{'s' * (count > 1)}"
            parts.append(paint(f"{count} {noun}", STYLES[severity]))
    found = ", ".join(parts) if parts else paint("no findings", "bold green")
    line = f"{found} in {files}{_aside(report)}"
    fixable = sum(finding.fixable for finding in report.findings)
    if fixable:
        line += f", {fixable} fixable (--fix applies what is safe, an editor the rest)"
    if report.known:
        line += f", {report.known} known from the baseline"
    if report.fixed:
        line += f"; {counted(report.fixed, 'file')} mended"
    return line + "\n"


_KINDS = {
    "test": ("a test", "tests"),
    "generated": ("generated", "generated"),
    "vendored": ("code of others", "code of others"),
    "migration": ("a migration", "migrations"),
    "seed": ("a seed", "seeds"),
    "script": ("a script", "scripts"),
}


def _aside(report: Report) -> str:
    """Files that were named and are hardly looked at: without a word, they would pass for code that is all right."""
    if not report.aside:
        return ""
    alone = len(report.files) == 1
    kinds = " or ".join(dict.fromkeys(_KINDS[role][not alone] for role in report.aside))
    which = kinds if alone else f"{len(report.aside)} of them {kinds}"
    return f" ({which}, where most rules do not look)"


def _text(line: bytes) -> str:
    # One character for each invalid byte, as positions count them.
    return line.decode("utf-8", "surrogateescape")


def _expanded(text: str) -> str:
    return visible(text.replace("\t", "    "))


def _cells(text: str) -> int:
    """How many columns of a terminal the text takes, as `_expanded` shows it."""
    if text.isascii():
        return len(text) + 3 * text.count("\t")
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if character == "\t":
        return 4
    if unicodedata.combining(character) or character in "\u200b\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _picture(found: re.Match[str]) -> str:
    return _picture_of(found[0])


def _picture_of(character: str) -> str:
    code = ord(character)
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"
