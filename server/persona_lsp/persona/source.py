"""Bytes -> lines of text that remember where each character stood in the original file."""

from __future__ import annotations

import codecs
from bisect import bisect_right

import msgspec

from persona_lsp.text.patterns import lazy

_LINE_END = lazy(r"\r\n|\r|\n")

# Surrogates are what is left of bytes that are no text; control characters have no business in
# prose and make YAML readers refuse the whole block. Each becomes one U+FFFD, so columns hold.
_NOT_TEXT = lazy(r"[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


class Source(msgspec.Struct, frozen=True):
    """The lines of a file, without their line ends.

    `raw` holds the characters as they encode back to the bytes, `lines` the same number of
    characters, cleaned. `starts` are the byte offsets at which the lines begin, `ends` those at
    which their line ends do.
    """

    lines: tuple[str, ...]
    raw: tuple[str, ...]
    starts: tuple[int, ...]
    line_end: str
    encoding: str
    bom: int

    def offset(self, line: int, column: int) -> int:
        """The byte offset of a line and column, both from 0."""
        return self.starts[line] + len(_encode(self.raw[line][:column], self.encoding))

    def text(self, first: int, end: int) -> str:
        """The lines from `first` up to, not including, `end`, joined by `\\n`."""
        return "\n".join(self.lines[first:end])


def read(data: bytes) -> Source:
    """Decode a file: UTF-8 with or without a byte order mark, or UTF-16 with one. Never raises."""
    if data.startswith(codecs.BOM_UTF16_LE):
        encoding, bom = "utf-16-le", 2
    elif data.startswith(codecs.BOM_UTF16_BE):
        encoding, bom = "utf-16-be", 2
    else:
        encoding, bom = "utf-8", 3 if data.startswith(codecs.BOM_UTF8) else 0
    payload = data[bom:]
    if encoding != "utf-8":
        payload = payload[: len(payload) // 2 * 2]
    text = _decode(payload, encoding)

    raw: list[str] = []
    starts: list[int] = []
    position, offset = 0, bom
    first_end = ""
    for match in _LINE_END.finditer(text):
        line = text[position : match.start()]
        raw.append(line)
        starts.append(offset)
        offset += len(_encode(text[position : match.end()], encoding))
        position = match.end()
        first_end = first_end or match.group()
    raw.append(text[position:])
    starts.append(offset)
    return Source(
        lines=tuple(clean(line) for line in raw),
        raw=tuple(raw),
        starts=tuple(starts),
        line_end=first_end or "\n",
        encoding=encoding,
        bom=bom,
    )


class Region(msgspec.Struct, frozen=True):
    """Some lines of a file joined by `\\n`, and the way back from a character of that text."""

    text: str
    first: int
    starts: tuple[int, ...]

    def place(self, index: int) -> tuple[int, int]:
        """The line and column in the file, both from 0, of a character of the text."""
        index = max(0, min(index, len(self.text)))
        row = bisect_right(self.starts, index) - 1
        return self.first + row, index - self.starts[row]


def region(source: Source, first: int, end: int) -> Region:
    """The lines from `first` up to, not including, `end`; at least one."""
    starts, position = [], 0
    for line in source.lines[first:end]:
        starts.append(position)
        position += len(line) + 1
    return Region(source.text(first, end), first, tuple(starts) or (0,))


def clean(text: str) -> str:
    """A text in which what is no text (surrogates, control characters) became U+FFFD."""
    return _NOT_TEXT.sub("\ufffd", text)


def _decode(payload: bytes, encoding: str) -> str:
    if encoding == "utf-8":
        # One surrogate for each byte that is no UTF-8: the way back to the bytes stays exact.
        return payload.decode("utf-8", "surrogateescape")
    return payload.decode(encoding, "surrogatepass")


def _encode(text: str, encoding: str) -> bytes:
    return text.encode(encoding, "surrogateescape" if encoding == "utf-8" else "surrogatepass")
