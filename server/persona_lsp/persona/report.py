"""How a problem in a persona file, and the edit that mends it, are put together."""

from __future__ import annotations

from persona_lsp.persona.codes import CODES
from persona_lsp.persona.hidden import spelled
from persona_lsp.persona.model import Problem, TextFix
from persona_lsp.persona.source import Source

# First line, first column, last line, end column; all from 0, as the lines of a Source count.
Span = tuple[int, int, int, int]

TOP: Span = (0, 0, 0, 0)


def problem(code: str, message: str, span: Span, *, fix: TextFix | None = None) -> Problem:
    """A problem at a span, with its places counted from 1. The code decides how severe it is."""
    line, column, end_line, end_column = span
    severity = CODES[code].severity
    return Problem(code, severity, spelled(message), line + 1, column + 1, end_line + 1, end_column + 1, fix)


def replacement(source: Source, title: str, span: Span, new_text: str, *, safe: bool = True) -> TextFix | None:
    """An edit that replaces a span; none in a file that isn't UTF-8, where its text would be noise."""
    if source.encoding != "utf-8":
        return None
    line, column, end_line, end_column = span
    start, end = source.offset(line, column), source.offset(end_line, end_column)
    return TextFix(spelled(title), start, end, new_text, safe)


def insertion(source: Source, title: str, line: int, new_text: str, *, safe: bool = True) -> TextFix | None:
    """An edit that inserts whole lines before a line."""
    return replacement(source, title, (line, 0, line, 0), new_text, safe=safe)


def quoted(text: str) -> str:
    """A text as a YAML scalar on one line that reads back as the same text."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def block_scalar(lines: list[str], line_end: str) -> str:
    """Several lines as a YAML block, to stand behind a key's colon."""
    return "|-" + "".join(line_end + ("  " + line if line else "") for line in lines)
