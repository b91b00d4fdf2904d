"""Python string literals: prefixes, quotes, escapes and interpolations."""

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node as TsNode

from persona_lsp.text.patterns import lazy


def plain(source: bytes, start: int, end: int) -> str | None:
    """The text of a literal that has neither prefix nor escapes, as most have; None for all others."""
    quote = source[start : start + 3]
    if quote not in (b'"""', b"'''") or end - start < 6:
        quote = quote[:1]
        if quote not in (b'"', b"'"):
            return None
    first, last = start + len(quote), end - len(quote)
    if last < first or not source.startswith(quote, last):
        return None
    text = source[first:last]
    return None if b"\\" in text else text.decode("utf-8", "replace")


def pieces(node: TsNode, source: bytes) -> Iterator[str | TsNode]:
    """The text of a `string` node as the program sees it, and the nodes of interpolated expressions, in order."""
    start, end = node.start_byte, node.end_byte
    at = start
    raw = formatted = False
    while at < end and source[at] not in b"\"'":
        letter = source[at : at + 1].lower()
        raw = raw or letter == b"r"
        formatted = formatted or letter in (b"f", b"t")
        at += 1
    quote = source[at : at + 3]
    if quote not in (b'"""', b"'''") or end - at < 6:
        quote = source[at : at + 1]
    first = at + len(quote)
    last = end - len(quote) if source.endswith(quote, first, end) else end
    if not formatted or (b"{" not in source[first:last] and b"}" not in source[first:last]):
        yield from _text(source[first:last], raw)
        return
    for child in node.children:
        if child.type == "interpolation":
            yield from _text(_braces(source[first : child.start_byte]), raw)
            inner = child.child_by_field_name("expression")
            if inner is not None:
                yield inner
            first = child.end_byte
    yield from _text(_braces(source[first:last]), raw)


def _braces(text: bytes) -> bytes:
    return text.replace(b"{{", b"{").replace(b"}}", b"}")


def _text(piece: bytes, raw: bool) -> tuple[str, ...]:
    text = piece.decode("utf-8", "replace")
    if not raw and "\\" in text:
        text = _ESCAPE.sub(_unescape, text)
    return (text,) if text else ()


_ESCAPE: Final = lazy(r"\\(\r?\n|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|[\\'\"abfnrtv])")
_ESCAPES: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def _unescape(match: re.Match[str]) -> str:
    what = match[1]
    if what[0] in "xuU" and len(what) > 1:
        code = int(what[1:], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    if what[0].isdigit():
        return chr(int(what, 8))
    return "" if what.endswith("\n") else _ESCAPES.get(what, what)
