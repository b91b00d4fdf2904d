"""Line-oriented recovery: what a front matter means where YAML cannot read it."""

from __future__ import annotations

import re

import msgspec

from persona_lsp.persona.model import Problem, TextFix
from persona_lsp.persona.report import Span, block_scalar, problem, quoted, replacement
from persona_lsp.persona.schema import FIELDS, KNOWN
from persona_lsp.persona.source import Source
from persona_lsp.text.patterns import lazy

_KEY = lazy(r"([A-Za-z_][\w-]*)[ \t]*:(?=[ \t]|$)")
_KNOWN_WITHOUT_SPACE = lazy(rf"({'|'.join(sorted(KNOWN))}):(?=[^\s:/])")

_STRUCTURED = frozenset(field.name for fields in FIELDS.values() for field in fields if field.kind in {"map", "list"})

# Lines of the dialogues that descriptions carry as examples: never keys of their own.
_DIALOGUE = frozenset({"context", "user", "assistant", "commentary", "example", "examples", "note", "system"})

_BLOCK = lazy(r"[|>][+-]?\d*[ \t]*$")


class Chunk(msgspec.Struct, frozen=True):
    """The lines of one key, from 0, and the column at which its value begins."""

    key: str
    first: int
    end: int
    column: int


def chunks(source: Source, first: int, end: int) -> list[Chunk]:
    """Cuts a block where a key begins; lines before the first key belong to none."""
    starts: list[tuple[int, str, int]] = []
    for line in range(first, end):
        text = source.lines[line]
        match = _KEY.match(text) or _KNOWN_WITHOUT_SPACE.match(text)
        if match is None:
            continue
        key = match.group(1)
        prose = key.lower() in _DIALOGUE or key != key.lower() or _continues(source.lines[line - 1])
        if key in KNOWN or not prose or (not starts and key.lower() not in _DIALOGUE):
            starts.append((line, key, match.end()))
    # Each chunk reaches to the next one's first line, the last one to the end.
    stops = [line for line, _, _ in starts[1:]] + [end]
    return [Chunk(key, line, stop, column) for (line, key, column), stop in zip(starts, stops, strict=False)]


def recover(source: Source, chunk: Chunk) -> tuple[str | list[str], list[Problem]]:
    """The value of a key that is no YAML by itself, and why it is none."""
    head = source.lines[chunk.first][chunk.column :].strip()
    tail = [source.lines[i].strip() for i in range(chunk.first + 1, chunk.end)]
    while tail and not tail[-1]:
        tail.pop()
    return _value(head, tail), _reasons(source, chunk, head, tail)


def value_span(source: Source, chunk: Chunk) -> Span:
    """From the first character behind the colon to the last of the chunk's text."""
    text = source.lines[chunk.first]
    start = chunk.column + len(text[chunk.column :]) - len(text[chunk.column :].lstrip())
    last = chunk.end - 1
    while last > chunk.first and not source.lines[last].strip():
        last -= 1
    end = len(source.lines[last].rstrip())
    return chunk.first, start, last, max(end, start) if last == chunk.first else end


def _continues(previous: str) -> bool:
    """Whether the line above leaves a sentence or a quotation open, so that a `word:` is prose."""
    return previous.strip() != "" and previous.rstrip()[-1] in ">.,;\"'"


def _value(head: str, tail: list[str]) -> str | list[str]:
    if _BLOCK.match(head):
        return "\n".join(tail)
    items = [line for line in tail if line]
    if not head and items and all(line.startswith("- ") for line in items):
        return [_unquoted(line[2:].strip()) for line in items]
    if head.startswith("[") and head.endswith("]") and not items:
        return [_unquoted(item.strip()) for item in head[1:-1].split(",") if item.strip()]
    return _unquoted("\n".join([head, *tail]).strip())


def _unquoted(text: str) -> str:
    if text[:1] in {'"', "'"}:
        quote = text[0]
        return text[1:-1] if len(text) > 1 and text.endswith(quote) else text[1:]
    return text


def _reasons(source: Source, chunk: Chunk, head: str, tail: list[str]) -> list[Problem]:
    span = value_span(source, chunk)
    key = chunk.key
    if not source.lines[chunk.first][chunk.column :][:1].isspace() and head:
        before = (chunk.first, chunk.column, chunk.first, chunk.column)
        fix = replacement(source, f"Insert a space behind `{key}:`", before, " ")
        message = f"`{key}:` needs a space before its value."
        return [problem("colon-without-space", message, (chunk.first, 0, *span[2:]), fix=fix)]
    for line in range(chunk.first + 1, chunk.end):
        indent = source.lines[line][: len(source.lines[line]) - len(source.lines[line].lstrip())]
        if "\t" in indent:
            at = (line, 0, line, len(indent))
            fix = replacement(source, "Replace tabs with spaces", at, indent.replace("\t", "  "))
            message = f"`{key}` is indented with a tab, which YAML does not allow."
            return [problem("tab-indentation", message, at, fix=fix)]
    if tail and key in _STRUCTURED:
        # Its lines are keys and items of their own: as one text they would mean something else.
        message = f"`{key}` is no valid YAML; look at its indentation, colons and quotes."
        return [problem("front-matter-yaml", message, span)]
    quote = _quote_fix(source, key, span, head, tail)
    if head[:1] in {'"', "'"}:
        message = f"The quotation marks of `{key}` are not balanced; the text was taken as it stands."
        # Where more than one stands there, it is open which of them was meant to close.
        quote = _unsafe(quote) if head[0] in head[1:] else quote
        return [problem("unbalanced-quotes", message, span, fix=quote)]
    if re.search(r":(?:\s|$)", "\n".join([head, *tail])) and not _BLOCK.match(head):
        message = f"`{key}` contains a colon and has no quotes, which is no YAML; quote it."
        return [problem("unquoted-colon", message, span, fix=quote)]
    if head[:1] and head[0] in "*&!%@`{}[]|>,?":
        message = f"`{key}` begins with `{head[0]}`, which means something else in YAML; quote it."
        return [problem("unquoted-special", message, span, fix=quote)]
    message = f"`{key}` is no valid YAML; its text was taken as it stands."
    return [problem("front-matter-yaml", message, span, fix=_unsafe(quote))]


def _unsafe(fix: TextFix | None) -> TextFix | None:
    return None if fix is None else msgspec.structs.replace(fix, safe=False)


def _quote_fix(source: Source, key: str, span: Span, head: str, tail: list[str]) -> TextFix | None:
    title = f"Quote `{key}`"
    if not tail:
        return replacement(source, title, span, quoted(_unquoted(head)))
    value = _value(head, tail)
    if isinstance(value, list):
        return None
    return replacement(source, title, span, block_scalar(value.split("\n"), source.line_end))
