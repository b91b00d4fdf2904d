"""Sentences that steer a chat: they ask for what somebody who reviews files in an editor cannot do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from persona_lsp.persona import sentences
from persona_lsp.persona.markdown import parts_of
from persona_lsp.persona.model import Section
from persona_lsp.text.patterns import lazy

# What comes before the verb of an order, and no subject of its own: "The client asks the user" is about the code.
_LEAD = (
    r"(?:(?:first|then|next|finally|always|never|please|also|only|if needed|when (?:in doubt|unsure|unclear))[,:]? )*"
    r"(?:you (?:must |should |always |will |can |may |never |first )?)?(?:always |never )?"
)
_TOOL = r"(?:Read|Write|Edit|MultiEdit|Bash|Grep|Glob|LS|Task|Agent|Skill|WebFetch|WebSearch|TodoWrite|NotebookEdit)"

_ORDERS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        lazy(
            _LEAD + r"(?:ask|interview|prompt|consult|check with|confirm with|wait for|greet) "
            r"(?:the|your) (?:user|human|developer|person)\b(?! (?:stor|need|data|interface|model|table|id)\w*)",
            re.IGNORECASE,
        ),
        "it asks somebody",
    ),
    (lazy(_LEAD + r"asks? (?:\w+ ){0,2}clarif(?:ying|ication) questions?\b", re.IGNORECASE), "it asks somebody"),
    (
        lazy(
            _LEAD + r"(?:wait for|get|obtain|request) (?:(?:explicit|their|user) )*(?:approval|confirmation)"
            r" (?:before|from the user)\b",
            re.IGNORECASE,
        ),
        "it asks somebody",
    ),
    (lazy(_LEAD + r"(?i:uses? )(?:the )?`?" + _TOOL + r"`? (?i:tools?)\b"), "it calls a tool"),
    (
        lazy(_LEAD + r"(?i:uses? )(?:the )?`?(?:TodoWrite|WebFetch|WebSearch|mcp__\w+)`?(?=[ .,;]|$)"),
        "it calls a tool",
    ),
    (lazy(r".*(?:(?<=\s)|^)#tool:\w"), "it calls a tool"),
    (
        lazy(
            _LEAD + r"(?:runs?|executes?) (?:the command )?`[^`\s]+\s[^`]+`",
            re.IGNORECASE,
        ),
        "it runs a command",
    ),
    (
        lazy(
            _LEAD + r"(?:delegates?|hands? (?:off|over)|spawns?|launch(?:es)?|invokes?|calls?|quer(?:y|ies)) "
            r"(?:\S+ ){0,6}?`?(?:sub-?agents?|(?:context|task)[ -]manager|(?!user-)\w+(?:-\w+)+`? agents?)\b",
            re.IGNORECASE,
        ),
        "it calls another agent",
    ),
)
_MOST = 400


def chat_orders(body: str, first_line: int) -> Iterator[tuple[tuple[int, int, int, int], str, str]]:
    """Each order of a body that begins at a line (from 1): its place (from 0), its text, and what it asks for."""
    for part in parts_of(body, first_line):
        if isinstance(part, Section):
            continue
        for start, end in sentences.split(part.text):
            text = part.text[start:end].lstrip("*_").strip()
            what = next((what for pattern, what in _ORDERS if pattern.match(text[:_MOST])), "")
            if what:
                line, column = part.place(start)
                end_line, end_column = part.place(end)
                yield (line - 1, column - 1, end_line - 1, end_column - 1), text, what
