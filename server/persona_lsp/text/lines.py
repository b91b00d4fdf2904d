"""Lines of a text held as bytes, and positions in the three encodings of the Language Server Protocol.

Only `\\n`, `\\r\\n` and `\\r` end a line. Form feed, vertical tab, NEL and U+2028 do not: an editor counts them as
ordinary characters, and whoever splits there is on the wrong line for the rest of the file.
"""

from bisect import bisect_right
from itertools import accumulate
from typing import Literal

Encoding = Literal["utf-8", "utf-16", "utf-32"]


class LineTable:
    """Where the lines of `source` start; computed at the first question.

    Offsets are UTF-8 bytes, lines count from 0. Whatever lies outside of the text is clamped to it, a position inside
    of a character goes to its start. Invalid UTF-8 counts as one character per byte.
    """

    __slots__ = ("_ascii", "_starts", "source")

    def __init__(self, source: bytes) -> None:
        """Remember the text; nothing is computed yet."""
        self.source = source
        self._starts: list[int] | None = None
        self._ascii: bool | None = None

    @property
    def starts(self) -> list[int]:
        """Byte offset of the first byte of each line. A text has one line more than it has line ends."""
        if self._starts is None:
            # bytes.splitlines knows exactly the three line ends of the protocol (str.splitlines knows ten).
            lines = self.source.splitlines(keepends=True)
            self._starts = list(accumulate(map(len, lines), initial=0))
            if lines and not lines[-1].endswith((b"\n", b"\r")):
                self._starts.pop()
        return self._starts

    @property
    def line_count(self) -> int:
        """The number of lines, at least 1."""
        return len(self.starts)

    def line_start(self, line: int) -> int:
        """The offset at which the line starts."""
        starts = self.starts
        return starts[min(max(line, 0), len(starts) - 1)]

    def line_end(self, line: int) -> int:
        """The offset behind the last byte of the line, before its line end."""
        starts = self.starts
        line = min(max(line, 0), len(starts) - 1)
        start = starts[line]
        end = starts[line + 1] if line + 1 < len(starts) else len(self.source)
        if end > start and self.source[end - 1] == 0x0A:
            end -= 1
            if end > start and self.source[end - 1] == 0x0D:
                end -= 1
        elif end > start and self.source[end - 1] == 0x0D:
            end -= 1
        return end

    def line(self, line: int) -> bytes:
        """The bytes of the line without its line end."""
        return self.source[self.line_start(line) : self.line_end(line)]

    def line_col(self, offset: int) -> tuple[int, int]:
        """Line and byte column of an offset."""
        offset = min(max(offset, 0), len(self.source))
        line = bisect_right(self.starts, offset) - 1
        return line, offset - self.starts[line]

    def offset(self, line: int, column: int) -> int:
        """The offset of a byte column; columns behind the end of the line mean its end."""
        if line < 0:
            return 0
        if line >= len(self.starts):
            return len(self.source)
        return min(self.starts[line] + max(column, 0), self.line_end(line))

    def position(self, offset: int, encoding: Encoding = "utf-16") -> tuple[int, int]:
        """Line and character, as a client of that encoding counts, of an offset."""
        line, column = self.line_col(offset)
        start = self.starts[line]
        column = min(column, self.line_end(line) - start)
        if self.is_ascii:
            return line, column
        before = self.source[start : start + column]
        if before.isascii() and not self._inside_character(start + column):
            return line, column
        whole = self.line(line)
        column = _character_start(whole, column)
        return line, column if encoding == "utf-8" else _units(_decode(whole[:column]), encoding)

    def from_position(self, line: int, character: int, encoding: Encoding = "utf-16") -> int:
        """The offset of a client's position."""
        if line < 0:
            return 0
        if line >= len(self.starts):
            return len(self.source)
        start, end = self.starts[line], self.line_end(line)
        character = max(character, 0)
        if self.is_ascii:
            return min(start + character, end)
        text = self.source[start:end]
        if text[: character + 1].isascii():
            return min(start + character, end)
        if encoding == "utf-8":
            return start + _character_start(text, min(character, len(text)))
        decoded = _decode(text)
        if encoding == "utf-16":
            character = _code_points(decoded, character)
        return start + len(decoded[:character].encode("utf-8", "surrogateescape"))

    @property
    def is_ascii(self) -> bool:
        """Whether every character is one byte."""
        if self._ascii is None:
            self._ascii = self.source.isascii()
        return self._ascii

    def _inside_character(self, offset: int) -> bool:
        return offset < len(self.source) and self.source[offset] & 0xC0 == 0x80


def _decode(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def _units(text: str, encoding: Encoding) -> int:
    if encoding == "utf-32":
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _code_points(text: str, units: int) -> int:
    """How many whole characters of `text` fit into that many UTF-16 units."""
    for index, character in enumerate(text):
        width = 2 if character > "\uffff" else 1
        if units < width:
            return index
        units -= width
    return len(text)


def _character_start(line: bytes, column: int) -> int:
    """`column`, or the start of the character that it lies inside of."""
    for back in range(min(4, column + 1)):
        start = column - back
        if start >= len(line) or line[start] & 0xC0 != 0x80:
            whole = line[start : start + 4].decode("utf-8", "ignore")[:1].encode() if back else b""
            # A stray continuation byte belongs to nobody: it is a character of its own.
            return start if back and line.startswith(whole, start) and len(whole) > back else column
    return column
