"""`persona-lsp: ignore[rule-id] reason` in comments: on the line of the finding, or on a line of its own above it."""

from typing import Final

from persona_lsp.facts.code import Suppression
from persona_lsp.facts.place import Where
from persona_lsp.text.patterns import lazy

_COMMENT: Final = lazy(rb"persona-lsp:\s*ignore(?P<file>-file)?\[(?P<rules>[\w\s,*-]*)\](?P<reason>[^\n\r]*)")
_SLIP: Final = lazy(
    rb"persona-lsp:\s*(?:(?:ignore(?!-file)|ignore-file|disable|silence|skip|noqa|nolint)\b(?!\[)"
    rb"|(?:disable|silence|skip|noqa|nolint)\[)[^\n\r]*"
)
"""What was meant to silence something: without brackets, or by the word of another tool."""
_CLOSERS: Final = lazy(rb"\s*(?:\*/|-->|%>)?\s*$")
_OPENERS: Final = (b"/*", b"#", b"//", b"--", b"<!--")


def suppressions(path: str, source: bytes, comment: str) -> tuple[Suppression, ...]:
    """All suppressions of a file, in order. One on a line of its own covers the next line that has code."""
    if b"persona-lsp:" not in source:
        return ()
    found: list[Suppression] = []
    for match in _SLIP.finditer(source):
        start = match.start()
        if source[_line_start(source, start) : start].rstrip().endswith((comment.encode(), *_OPENERS, b"*")):
            end = start + len(_CLOSERS.sub(b"", match[0]))
            found.append(Suppression((), "", Where(path, start, end), start, start))
    for match in _COMMENT.finditer(source):
        line_start = _line_start(source, match.start())
        before = source[line_start : match.start()].removeprefix(b"\xef\xbb\xbf").strip()
        if not _is_comment(before, comment.encode()):
            continue
        rules = tuple(r.strip().decode("ascii", "replace") for r in match.group("rules").split(b",") if r.strip())
        reason = _CLOSERS.sub(b"", match.group("reason")).decode("utf-8", "replace").strip(" :-\u2014")
        own_line = before in (comment.encode(), *_OPENERS, b"*", b"/**")
        start, end = (
            _next_code(source, match.end(), comment.encode())
            if own_line
            else (line_start, _line_end(source, match.start()))
        )
        found.append(
            Suppression(
                rules, reason, Where(path, match.start(), match.end()), start, end, match.group("file") is not None
            )
        )
    return tuple(sorted(found, key=lambda one: one.where.start))


def _is_comment(before: bytes, comment: bytes) -> bool:
    return any(mark in before for mark in (comment, *_OPENERS)) or before == b"*"


def _line_start(source: bytes, at: int) -> int:
    return max(source.rfind(b"\n", 0, at), source.rfind(b"\r", 0, at)) + 1


def _line_end(source: bytes, at: int) -> int:
    ends = [end for end in (source.find(b"\n", at), source.find(b"\r", at)) if end >= 0]
    return min(ends, default=len(source))


def _next_code(source: bytes, at: int, comment: bytes) -> tuple[int, int]:
    start = _line_end(source, at) + 1
    while start < len(source):
        end = _line_end(source, start)
        line = source[start:end].strip()
        if line and not line.startswith((comment, b"*", b"/*")):
            return start, end
        start = end + 1
    return len(source), len(source)
