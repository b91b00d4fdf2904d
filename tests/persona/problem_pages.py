"""The pages in tests/persona/problems: one for each kind of problem, with files that have it and files that don't.

`## Flagged` is followed by a file with carets under what is flagged and the message behind them, `## Fixed` by the
same file after its fix, `## Fine` by files without the problem. `{U+202E}` stands for a character that nobody would
see, `{byte FF}` for a byte that is no text.
"""

import re
from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).parent / "problems"

_BLOCK = re.compile(r"^## (Flagged|Fixed|Fine)[^\n]*\n+`{3,4}md(?: (\S+))?\n(.*?)^`{3,4}$", re.MULTILINE | re.DOTALL)
_CARETS = re.compile(r"( *)(\^+)(?: (.*))?$")
_CHARACTER = re.compile(r"\{U\+([0-9A-F]{4,6})\}|\{byte ([0-9A-F]{2})\}")


@dataclass
class Mark:
    """What is flagged: line from 1, columns from 1 in characters, and the message."""

    line: int
    column: int
    end_column: int
    message: str


@dataclass
class Example:
    """A file of a page, without its carets."""

    heading: str
    path: str
    data: bytes
    marks: list[Mark]


def examples(code: str) -> list[Example]:
    """The files of a page, in their order."""
    text = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    found = [_example(*match.groups()) for match in _BLOCK.finditer(text)]
    assert len(found) == len(re.findall("^## ", text, re.MULTILINE)), f"{code}: a heading has no file below it"
    return found


def _example(heading: str, path: str | None, text: str) -> Example:
    lines: list[str] = []
    marks: list[Mark] = []
    for line in text.removesuffix("\n").split("\n"):
        carets = _CARETS.fullmatch(line)
        if carets is None:
            lines.append(line)
            continue
        above = lines[-1]
        start, end = len(carets[1]), len(carets[1]) + len(carets[2])
        marks.append(Mark(len(lines), _column(above[:start]), _column(above[:end]), carets[3] or ""))
    data = _plain("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")
    return Example(heading, path or ".claude/agents/guard.md", data, marks)


def _plain(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        # As in the reader: a byte that is no text is one character.
        return chr(int(match[1], 16)) if match[1] else chr(0xDC00 + int(match[2], 16))

    return _CHARACTER.sub(character, text)


def _column(before: str) -> int:
    # A byte order mark is no character of the first line.
    return 1 + len(_plain(before).removeprefix("\ufeff"))
