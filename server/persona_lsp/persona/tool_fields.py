"""The `tools` and `disallowedTools` of a persona: a text with commas, a list, or a map of switches."""

from __future__ import annotations

from persona_lsp.persona.front_matter import Entry
from persona_lsp.persona.model import Format, Problem
from persona_lsp.persona.report import Span, problem, replacement
from persona_lsp.persona.source import Source
from persona_lsp.persona.tools import slip, split, without_commas

_OFF = frozenset({"false", "no", "off", "deny"})
# Formats of which it is known that a map or a number is not understood.
_LISTS: tuple[Format, ...] = ("claude", "vscode")
_KINDS = {"bool": "a truth value", "int": "a number", "float": "a number", "timestamp": "a date"}


def read_tools(source: Source, entry: Entry | None, format_: Format) -> tuple[tuple[str, ...], list[Problem]]:
    """The tools of a field, and what is wrong with them."""
    if entry is None:
        return (), []
    match entry.value:
        case str() as text:
            tools = split(text)
        case list() as items:
            tools = [item for item in items if item]
        case dict() as table:
            tools = [name for name, state in table.items() if state.lower() not in _OFF]
        case _:
            return (), []
    if format_ in _LISTS and (entry.kind in _KINDS or isinstance(entry.value, dict)):
        return tuple(tools), [_not_a_list(source, entry, tools, format_)]
    if format_ != "claude":
        return tuple(tools), []
    return tuple(tools), [found for tool in tools if (found := _slip(source, entry, tool)) is not None]


def _not_a_list(source: Source, entry: Entry, tools: list[str], format_: Format) -> Problem:
    what = _KINDS.get(entry.kind, "a map")
    fix = None
    if isinstance(entry.value, dict) and tools and not any(c in tool for tool in tools for c in ",:#'\"[]{}"):
        text = f"[{', '.join(tools)}]" if format_ == "vscode" else ", ".join(tools)
        line, column = entry.key_span[2], entry.key_span[3]
        colon = source.lines[line].index(":", column) + 1
        span: Span = (line, colon, entry.value_span[2], entry.value_span[3])
        fix = replacement(source, f"Write `{entry.key}` as a list", span, " " + text, safe=False)
    message = f"`{entry.key}` is {what}; it should be a text with commas (`Read, Grep`) or a list."
    return problem("tools-not-a-list", message, entry.value_span, fix=fix)


def _slip(source: Source, entry: Entry, tool: str) -> Problem | None:
    words = without_commas(tool)
    meant = ", ".join(words) if words and isinstance(entry.value, str) else slip(tool)
    if not meant or (words and not isinstance(entry.value, str)):
        return None
    span = _place(source, entry, tool)
    if span is None:
        return None
    what = f"`{tool[:60]}` is no tool of Claude Code's"
    message = f"{what}: tools are separated by commas." if words else f"{what}; `{meant}` is."
    fix = replacement(source, f"Write `{meant}`", span, meant, safe=bool(words) or tool.lower() == meant.lower())
    return problem("tool-misspelled", message, span, fix=fix)


def _place(source: Source, entry: Entry, tool: str) -> Span | None:
    """Where a tool is written, as a word of its own."""
    first, start, last, end = entry.value_span
    for line in range(first, last + 1):
        text = source.lines[line]
        stop = end if line == last else len(text)
        at = text.find(tool, start if line == first else 0, stop)
        while at >= 0:
            around = text[max(at - 1, 0) : at] + text[at + len(tool) : at + len(tool) + 1]
            if not any(c.isalnum() or c in "_-(" for c in around):
                return line, at, line, at + len(tool)
            at = text.find(tool, at + 1, stop)
    return None
