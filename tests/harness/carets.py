"""Carets under the code: what is flagged, and with which words.

    @app.post("/books")
    #^^^^^^^^^^^^^^^^^^ the message

The comment token is that of the language. Carets stand below the flagged columns; for the columns that the comment
token hides, `<` stands behind it and dashes go on to the last flagged column (`//<---- the message`). Only the first
line of what is flagged is marked, without the blanks at its end. Several such lines may follow one line of code.
A finding that is milder or worse than its rule says so before its message: `#^^^^ [hint] the message`.
"""

import re
from dataclasses import dataclass

COMMENTS = {
    "py": "#",
    "rb": "#",
    "yaml": "#",
    "properties": "#",
    "js": "//",
    "ts": "//",
    "java": "//",
    "cs": "//",
    "go": "//",
    "rs": "//",
    "json": "//",
    "sql": "--",
}


@dataclass(frozen=True)
class Expected:
    """A finding: its bytes in the text without carets, the text there, the message, and a severity of its own."""

    start: int
    end: int
    text: str
    message: str
    severity: str = ""

    @property
    def said(self) -> str:
        """What stands behind the carets."""
        return f"[{self.severity}] {self.message}" if self.severity else self.message


def split(text: str, comment: str) -> tuple[str, tuple[Expected, ...]]:
    """The text without carets, and what they point at."""
    marker = re.compile(rf"^(\s*)({re.escape(comment)})(?:(<-*)|( *)(\^+))(?: (?:\[(\w+)\] )?(.+))?$")
    code: list[str] = []
    expected: list[Expected] = []
    length = start = 0
    for line in text.splitlines(keepends=True):
        match = marker.match(line.rstrip("\n"))
        if match is None:
            code.append(line)
            start, length = length, length + len(line.encode())
            continue
        if not code:
            raise ValueError("carets below nothing")
        first = match.start(2) if match[3] else match.start(5)
        last = match.end(3) if match[3] else match.end(5)
        flagged = code[-1].rstrip("\n")[first:last]
        before = len(code[-1][:first].encode())
        begin = start + before
        expected.append(Expected(begin, begin + len(flagged.encode()), flagged, match[7] or "", match[6] or ""))
    return "".join(code), tuple(expected)


def mark(text: str, start: int, end: int, message: str, comment: str) -> str:
    """The line that `split` reads, for what is flagged; shown where an example expects something else."""
    line_start = text.rfind("\n", 0, start) + 1
    first, last = start - line_start, end - line_start
    if first < len(comment):
        return comment + "<" + "-" * (last - len(comment) - 1) + " " + message
    return comment + " " * (first - len(comment)) + "^" * (last - first) + " " + message
