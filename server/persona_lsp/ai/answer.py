"""What the model may answer: the schemas that are asked for, and what is taken of an answer, whole or cut off."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from persona_lsp.ai.errors import AiError

T = TypeVar("T")
MOST = 20
"""Findings of one review; more are left out."""


class Proposed(Struct, frozen=True):
    """A finding as the model words it. Nothing of it is believed before it is anchored."""

    quote: Annotated[str, Meta(min_length=1, max_length=4000)]
    line: int
    severity: Literal["warning", "information", "hint"]
    message: Annotated[str, Meta(min_length=1, max_length=2000)]
    why: Annotated[str, Meta(max_length=8000)] = ""


class Replacement(Struct, frozen=True):
    """A piece of code to exchange: `old` as it stands, `new` instead of it."""

    old: Annotated[str, Meta(min_length=1, max_length=20_000)]
    new: Annotated[str, Meta(max_length=40_000)]


class Mended(Struct, frozen=True):
    """A fix as the model words it."""

    summary: str
    edits: Annotated[tuple[Replacement, ...], Meta(max_length=20)] = ()


class Written(Struct, frozen=True):
    """Something to read: an explanation, a text of tests."""

    text: str


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


FINDINGS = _object(
    findings={
        "type": "array",
        "items": _object(
            quote=_text("The code that the finding is about, copied character by character, without line numbers."),
            line={"type": "integer", "description": "The number of the quotation's first line."},
            severity={"type": "string", "enum": ["warning", "information", "hint"]},
            message=_text("One sentence: what is wrong and what to do. At most 140 characters."),
            why=_text("What it costs and which sentence of yours it goes against. Markdown, at most 80 words."),
        ),
    }
)
EDITS = _object(
    summary=_text("One sentence: what the edit changes."),
    edits={
        "type": "array",
        "items": _object(
            old=_text("Code to replace, copied character by character. It occurs exactly once."),
            new=_text("What stands there afterwards."),
        ),
    },
)
TEXT = _object(text=_text("Markdown."))


def whole_findings(text: str, already: int = 0) -> list[Proposed]:
    """The findings that are complete in a text that may end anywhere, from number `already` on. Broken ones are left out."""
    found: list[Proposed] = []
    for index, raw in enumerate(_whole(text, "findings")):
        if index >= already:
            try:
                found.append(msgspec.convert(raw, Proposed))
            except msgspec.ValidationError:
                continue
    return found


def count_whole(text: str) -> int:
    """How many findings are complete, usable or not."""
    return len(_whole(text, "findings"))


def is_complete(text: str) -> bool:
    """Whether an answer is one JSON object and nothing else."""
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def mended(text: str) -> Mended:
    """The edits of a whole answer. Raises `AiError`; half an edit is none."""
    return _decoded(text, Mended)


def written(text: str) -> Written:
    """The text of a whole answer. Raises `AiError`."""
    return _decoded(text, Written)


def _decoded(text: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise AiError("invalid", "The answer does not have the form that was asked for.", text=text) from error


def _whole(text: str, name: str) -> list[Any]:
    """The complete elements of the array `name` of an object."""
    place = text.find(f'"{name}"')
    start = text.find("[", place) if place >= 0 else -1
    if start < 0 or text[place + len(name) + 2 : start].strip() != ":":
        return []
    decoder, at = json.JSONDecoder(), start + 1
    found: list[Any] = []
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if at >= len(text) or text[at] != "{":
            return found
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return found
        found.append(value)
