"""The body of a persona -> headings and blocks of prose, each with its place in the file."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from typing import Literal

import msgspec

from persona_lsp.persona.model import Section
from persona_lsp.text.patterns import lazy

# Level of what is set like a heading without being one: a bold line, "Checklist:" before a list.
LEAD_IN_LEVEL = 7

# The patterns here have to be linear: a persona file may be anybody's.
_ATX = lazy(r" {0,3}(#{1,6})[ \t]+(.*)$")
_UNDERLINE = lazy(r" {0,3}(=+|-+)[ \t]*$")
_BREAK = lazy(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")
_CODE_FENCE = lazy(r" {0,3}(`{3,})[^`]*$| {0,3}(~{3,})")
_ITEM = lazy(r"[ \t]*(?:[-*+\u2022]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_QUOTE = lazy(r"[ \t]*(?:>[ \t]?)+")
_TAG_LINE = lazy(r"[ \t]*</?[A-Za-z][^<>]*>[ \t]*$")
_SKIPPED_TAG = lazy(r"[ \t]*<(example|examples|code|pre|script|style)\b[^<>]*>", re.IGNORECASE)
_LABEL = lazy(r"[ \t]*(?:\*\*|__)[^*_]+(?:\*\*|__)[ \t]*:|[ \t]*(?:\*\*|__)[^*_]+:(?:\*\*|__)")
_BOLD_LINE = lazy(r"[ \t]*(?:\*\*|__)([^*_]+)(?:\*\*|__)[ \t]*:?[ \t]*$")
_LEAD_IN_WORDS = 8


class Fragment(msgspec.Struct, frozen=True):
    """A piece of one line: line and column from 1 in the original file."""

    line: int
    column: int
    text: str


class Block(msgspec.Struct, frozen=True):
    """A paragraph, a list item or a table row, without its markers; wrapped lines are fragments."""

    kind: Literal["paragraph", "item", "row"]
    text: str
    fragments: tuple[Fragment, ...]
    starts: tuple[int, ...]

    def place(self, index: int) -> tuple[int, int]:
        """The line and column, from 1, of a character of the text (or of its end)."""
        row = bisect_right(self.starts, index) - 1
        # The space between two lines belongs to the end of the first.
        return self.fragments[row].line, self.fragments[row].column + index - self.starts[row]


def sections_of(body: str, first_line: int) -> tuple[Section, ...]:
    """The headings of a body that begins at a line (from 1) of its file."""
    return tuple(part for part in parts_of(body, first_line) if isinstance(part, Section))


def parts_of(body: str, first_line: int) -> Iterator[Section | Block]:
    """Headings and blocks in their order. Code, comments and example dialogues are left out."""
    pending: list[Fragment] = []
    kind: Literal["paragraph", "item"] = "paragraph"
    in_list = False
    lines = body.split("\n")
    closers: dict[str, int] = {}
    index = 0
    while index < len(lines):
        line = lines[index]
        number = first_line + index
        skip = _skipped(lines, index, closers, in_list or bool(pending))
        if skip > index:
            yield from _close(pending, kind)
            pending, index = [], skip
            continue
        index += 1
        if not line.strip():
            yield from _close(pending, kind)
            pending = []
            continue
        heading = _ATX.match(line)
        if heading or (pending and kind == "paragraph" and len(pending) == 1 and _UNDERLINE.match(line)):
            if heading:
                yield from _close(pending, kind)
                title, level, at = heading.group(2).rstrip().rstrip("#"), len(heading.group(1)), number
            else:
                title, level, at = pending[0].text, 1 if "=" in line else 2, pending[0].line
            pending, in_list = [], False
            yield Section(_bare(title), level, at)
            continue
        if _BREAK.match(line) or _TAG_LINE.match(line):
            yield from _close(pending, kind)
            pending = []
            continue
        if line.lstrip().startswith("|"):
            yield from _close(pending, kind)
            pending = []
            yield from _row(line, number, lines[index] if index < len(lines) else "")
            continue
        quote = _QUOTE.match(line)
        start = quote.end() if quote else 0
        item = _ITEM.match(line, start)
        if item:
            yield from _close(pending, kind)
            pending, kind, in_list = [_fragment(line, number, item.end())], "item", True
        elif pending and not _LABEL.match(line) and not _begins_with_symbol(line):
            pending.append(_fragment(line, number, start))
        else:
            yield from _close(pending, kind)
            in_list = in_list and line[:1].isspace()
            pending, kind = [_fragment(line, number, start)], "paragraph"
    yield from _close(pending, kind)


def _skipped(lines: list[str], index: int, closers: dict[str, int], in_text: bool) -> int:
    """The line behind code, a comment or an example that begins here; the same line if none does."""
    line = lines[index]
    fence = _CODE_FENCE.match(line.lstrip() if in_text else line)
    if fence:
        mark = fence.group(1) or fence.group(2)
        closing = re.compile(rf"[ \t]*{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$")
        end = next((i for i in range(index + 1, len(lines)) if closing.match(lines[i])), len(lines) - 1)
        return end + 1
    if line.lstrip().startswith("<!--"):
        return _behind(lines, index, closers, "-->")
    tag = _SKIPPED_TAG.match(line)
    if tag:
        return _behind(lines, index, closers, f"</{tag.group(1).lower()}>")
    if not in_text and line.startswith(("    ", "\t")) and (index == 0 or not lines[index - 1].strip()):
        return index + 1
    return index


def _behind(lines: list[str], index: int, closers: dict[str, int], mark: str) -> int:
    """The line behind the next one with a closing mark; the same line if none follows.

    `closers` remembers where each mark occurs last, or openings without an end would be searched
    for theirs over and over.
    """
    if mark not in closers:
        closers[mark] = max((i for i, line in enumerate(lines) if mark in line.lower()), default=-1)
    if closers[mark] < index:
        return index
    return next(i + 1 for i in range(index, len(lines)) if mark in lines[i].lower())


def _close(pending: list[Fragment], kind: Literal["paragraph", "item"]) -> Iterator[Section | Block]:
    """What the collected lines are: a heading in disguise, or a block of prose."""
    fragments = tuple(fragment for fragment in pending if fragment.text)
    if not fragments:
        return
    block = _block(kind, fragments)
    text = block.text
    bold = _BOLD_LINE.match(text)
    lead_in = text.rstrip("*_ ").endswith(":") and len(text.split()) <= _LEAD_IN_WORDS
    if (bold and kind == "paragraph") or lead_in:
        yield Section(_bare(text), LEAD_IN_LEVEL, fragments[0].line)
    else:
        yield block


def _block(kind: Literal["paragraph", "item", "row"], fragments: tuple[Fragment, ...]) -> Block:
    starts, position = [], 0
    for fragment in fragments:
        starts.append(position)
        position += len(fragment.text) + 1
    return Block(kind, " ".join(fragment.text for fragment in fragments), fragments, tuple(starts))


def _row(line: str, number: int, below: str) -> Iterator[Block]:
    """A table row is one block; the head of a table and the rule below it say nothing."""
    if _is_table_rule(line) or _is_table_rule(below):
        return
    inner = line.strip().strip("|").strip()
    if inner:
        yield _block("row", (Fragment(number, line.index(inner) + 1, inner),))


def _is_table_rule(line: str) -> bool:
    return "-" in line and "|" in line and not line.strip(" \t:|-")


def _fragment(line: str, number: int, start: int) -> Fragment:
    text = line[start:]
    stripped = text.strip()
    return Fragment(number, start + len(text) - len(text.lstrip()) + 1, stripped)


def _begins_with_symbol(line: str) -> bool:
    """Lists made with emoji: each line is an item of its own."""
    return unicodedata.category(line.lstrip()[0]) == "So"


def _bare(title: str) -> str:
    return title.replace("**", "").replace("__", "").replace("`", "").strip().rstrip(":").strip()
