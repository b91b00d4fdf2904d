"""Fixes that move or delete whole statements with their lines, in languages whose comments begin with `//`."""

from persona_lsp.findings.edit import Edit
from persona_lsp.findings.intent import DeleteStatement, MoveBefore
from persona_lsp.syntax.ir import Module
from persona_lsp.syntax.places import gap_before, indent_at, line_end, line_start, newline

Edits = tuple[Edit, ...] | None


def move_before(intent: MoveBefore, module: Module) -> Edits:
    """The whole statement stands before another one, with the comment and the blank lines above it."""
    source, mine, other = module.source, intent.where, intent.target
    indent = indent_at(source, mine.start)
    if mine.path != other.path or mine.start < other.end or indent is None or indent != indent_at(source, other.start):
        return None
    lines = _lines(source, mine.start, mine.end)
    if lines is None:
        return None
    start, end = lines
    text = source[start:end].decode()
    if not text.endswith("\n"):
        text += newline(source)
    gap = gap_before(source, start)
    at = with_comment(source, other.start)
    return (
        Edit(module.path, at, at, text + source[gap:start].decode()),
        Edit(module.path, gap, end, ""),
    )


def delete_statement(intent: DeleteStatement, module: Module) -> Edits:
    """The whole statement is deleted with its lines, the comment above it, and blank lines that would be left over."""
    source, where = module.source, intent.where
    lines = _lines(source, where.start, where.end) if indent_at(source, where.start) is not None else None
    if lines is None:
        return None
    start, end = lines
    following = source[end : line_end(source, end)].strip()
    return (Edit(module.path, gap_before(source, start) if following in _CLOSED else start, end, ""),)


_CLOSED = frozenset({b"", b"}", b"};", b"})", b"});"})
"""A line behind which blank lines above a deleted statement would be left over."""


def _lines(source: bytes, start: int, end: int) -> tuple[int, int] | None:
    """The whole lines of a statement and its comment; None where something else stands on them."""
    last = line_end(source, end)
    return None if source[end:last].strip(b" \t\r\n;") else (with_comment(source, start), last)


def with_comment(source: bytes, start: int) -> int:
    """Where the comment right above a statement begins, or the statement's line."""
    at = line_start(source, start)
    while at > 0:
        above = line_start(source, at - 1)
        if not source[above:at].strip().startswith((b"//", b"*", b"/*")):
            break
        at = above
    return at
