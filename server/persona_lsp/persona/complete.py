"""What may be written at a place of a front matter: fields, and values where a field has known ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from persona_lsp.persona.colors import NAMES
from persona_lsp.persona.formats import stem_of
from persona_lsp.persona.load import Front
from persona_lsp.persona.models import ALIASES, IDS
from persona_lsp.persona.schema import field_of, fields_of
from persona_lsp.persona.source import Source
from persona_lsp.persona.tools import CLAUDE, VSCODE
from persona_lsp.text.patterns import lazy

_FENCE = lazy(r"-{3,}[ \t]*$")
_KEY = lazy(r"([A-Za-z_][\w-]*)[ \t]*:")
_KEY_BEFORE = lazy(r"[A-Za-z_][\w-]*$")
_ITEM = lazy(r"[ \t]*-[ \t]+")
# What may stand around the name of a tool in a list.
_TOOL = lazy(r"[^\s,\[\]'\"]*$")
_TOOL_REST = lazy(r"[^\s,\[\]'\"]*")
_TOOL_FIELDS = frozenset({"tools", "disallowedTools"})


class Offer(NamedTuple):
    """A text for the columns `start`..`end` (from 0) of the line at which was asked."""

    label: str
    kind: Literal["field", "value", "color", "tool"]
    start: int
    end: int
    text: str
    detail: str = ""


def offers(front: Front, path: str, line: int, column: int) -> list[Offer]:
    """What fits at a line and column, both from 0; nothing outside of the front matter."""
    source = front.source
    if not _inside(source, line):
        return []
    text = source.lines[line]
    before, after = text[:column], text[column:]
    key = _KEY.match(text)
    if key is not None and column >= key.end():
        return list(_values(front, path, key.group(1), key.end(), text, column))
    item = _ITEM.match(before)
    if item is not None and _owner(source, line) in _TOOL_FIELDS:
        return list(_tools(front, text, item.end(), column, _listed(source, line)))
    typed = _KEY_BEFORE.fullmatch(before)
    if before and typed is None:
        return []
    rest = re.match(r"[\w-]*", after)
    end = column + (rest.end() if rest else 0)
    return list(_fields(front, line, text, end))


def _inside(source: Source, line: int) -> bool:
    """Whether a line lies between the fences; below an opening one that is not closed yet, up to the first text."""
    opening = next((i for i, text in enumerate(source.lines) if text.strip()), None)
    if opening is None or line <= opening or not _FENCE.match(source.lines[opening]):
        return False
    for number in range(opening + 1, len(source.lines)):
        text = source.lines[number]
        if _FENCE.match(text):
            return line < number
        if number == line:
            continue
        if not text.strip():
            # Without a closing fence in sight, a blank line is where the text may begin.
            closed = any(_FENCE.match(other) for other in source.lines[number:])
            if not closed:
                return line <= number
    return True


def _fields(front: Front, line: int, text: str, end: int) -> Iterator[Offer]:
    here = text[:end]
    taken = {entry.key for entry in front.entries if entry.key_span[0] != line}
    has_colon = text[end:].lstrip().startswith(":")
    for field in fields_of(front.format):
        if field.name not in taken:
            written = field.name if has_colon else f"{field.name}: "
            yield Offer(field.name, "field", 0, len(here), written, field.summary)


def _values(front: Front, path: str, key: str, colon: int, text: str, column: int) -> Iterator[Offer]:
    if key in _TOOL_FIELDS:
        yield from _tools(front, text, colon, column, _in_line(text[colon:]))
        return
    value = text[colon:]
    start = colon + len(value) - len(value.lstrip())
    end = max(len(text.rstrip()), start)
    space = " " if start == colon else ""
    start = min(start, column)
    field = field_of(front.format, key)
    if key == "color":
        known = [(name, "") for name in NAMES]
    elif key == "model" and front.format in {"claude", "plain"}:
        known = [*ALIASES.items(), *((one, "a full id") for one in IDS)]
    elif key == "name":
        known = [(stem_of(path), "the name of the file")]
    else:
        known = [(one, "") for one in (field.values if field else ())]
    for one, detail in known:
        yield Offer(one, "color" if key == "color" else "value", start, max(end, column), space + one, detail)


def _tools(front: Front, text: str, first: int, column: int, taken: frozenset[str]) -> Iterator[Offer]:
    before, after = _TOOL.search(text[first:column]), _TOOL_REST.match(text[column:])
    start = first + before.start() if before else column
    end = column + (after.end() if after else 0)
    known = VSCODE if front.format == "vscode" else CLAUDE
    colon = text[:start].endswith(":")
    for name, does in known.items():
        if name not in taken or name == text[start:end]:
            yield Offer(name, "tool", start, end, (" " if colon else "") + name, does)


def _in_line(value: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\s,\[\]'\"]+", value))


def _owner(source: Source, line: int) -> str:
    """The field whose list a line belongs to."""
    for number in range(line - 1, -1, -1):
        text = source.lines[number]
        if key := _KEY.match(text):
            return key.group(1) if not text[key.end() :].strip() else ""
        if not _ITEM.match(text):
            break
    return ""


def _listed(source: Source, line: int) -> frozenset[str]:
    """The other items of the list that a line belongs to."""
    found: set[str] = set()
    for step in (-1, 1):
        number = line + step
        while 0 <= number < len(source.lines) and (item := _ITEM.match(source.lines[number])):
            found |= _in_line(source.lines[number][item.end() :])
            number += step
    return frozenset(found)
