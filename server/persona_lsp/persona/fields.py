"""What the entries of a front matter mean: name, description, colour, model and tools."""

from __future__ import annotations

import re

import msgspec

from persona_lsp.findings.finding import Severity
from persona_lsp.persona.colors import NAMES, normal_color
from persona_lsp.persona.front_matter import Entry
from persona_lsp.persona.model import NEUTRAL, Format, Problem, TextFix
from persona_lsp.persona.models import usable_model
from persona_lsp.persona.report import Span, insertion, problem, quoted, replacement
from persona_lsp.persona.source import Source

MAX_NAME = 200

_COMMENT = re.compile(r"[ \t]*(#(?:.*\S)?)")
_NAME_NEEDED: tuple[Format, ...] = ("claude", "continue")
_DESCRIPTION_NEEDED: tuple[Format, ...] = ("claude", "opencode")


class Fields(msgspec.Struct, frozen=True):
    """The metadata of a persona."""

    name: str
    description: str
    color: str
    model: str
    tools: tuple[str, ...]


def read_fields(
    source: Source, entries: list[Entry], stem: str, format_: Format, first: int | None
) -> tuple[Fields, list[Problem]]:
    """The fields, and what is odd about them.

    `stem` names a persona that has no name of its own; `first` is the first line of the front
    matter, from 0, or None where the file has none.
    """
    problems = _duplicates(source, entries)
    by_key = {entry.key: entry for entry in entries}
    values: dict[str, str] = {}
    for key in ("name", "description", "color", "model"):
        entry = by_key.get(key)
        values[key], found = ("", []) if entry is None else _text(source, entry)
        problems += found

    name = _one_line(values["name"])[:MAX_NAME]
    if not name:
        name = stem
        if first is not None and format_ in _NAME_NEEDED:
            problems.append(_missing_name(source, by_key.get("name"), stem, first))
    elif "/" in name or "\\" in name or ".." in name:
        message = "The name looks like a path; it is used as a label only."
        problems.append(problem("name-is-path", Severity.WARNING, message, by_key["name"].value_span))

    if first is not None and not values["description"].strip() and format_ in _DESCRIPTION_NEEDED:
        fix = insertion(source, "Add a description", first, f"description: {quoted(name)}{source.line_end}")
        message = "The persona has no description; editors show it beside the name."
        fix = fix if "description" not in by_key else None
        problems.append(problem("description-missing", Severity.WARNING, message, _fence(source, first), fix=fix))

    color, found = _color(by_key.get("color"), values["color"])
    problems += found
    model, found = _model(source, by_key.get("model"), values["model"])
    problems += found
    tools = _tools(by_key.get("tools"))
    return Fields(name, values["description"].strip(), color, model, tools), problems


def _text(source: Source, entry: Entry) -> tuple[str, list[Problem]]:
    """A field that should be text, as its author spelled it, and the silent traps of YAML."""
    line, column = entry.value_span[2], entry.value_span[3]
    if entry.kind == "null" and entry.value_span[0] == entry.key_span[0]:
        return _commented_out(source, entry)
    if not isinstance(entry.value, str):
        if isinstance(entry.value, list) and entry.key == "model":
            return _first_model(entry.value), []
        if entry.value is None:
            return "", []
        message = f"`{entry.key}` should be text; it is a {'list' if isinstance(entry.value, list) else 'map'}."
        text = ", ".join(entry.value) if isinstance(entry.value, list) else ""
        return text, [problem("field-not-text", Severity.WARNING, message, entry.value_span)]
    problems: list[Problem] = []
    comment = _COMMENT.match(source.lines[line], column)
    cut = entry.kind == "str" and not entry.style and comment is not None
    if cut and comment is not None and entry.key in {"name", "description"} and entry.value_span[0] == line:
        whole = (line, entry.value_span[1], line, comment.end(1))
        text = source.lines[line][whole[1] : whole[3]]
        fix = replacement(source, f"Quote `{entry.key}`", whole, quoted(text))
        message = f"YAML reads `{comment.group(1)[:30]}` as a comment: `{entry.key}` ends before it; quote it."
        problems.append(
            problem("comment-cuts-value", Severity.WARNING, message, (line, comment.start(1), *whole[2:]), fix=fix)
        )
    if entry.kind != "str" and entry.key in {"name", "description"}:
        fix = replacement(source, f"Quote `{entry.key}`", entry.value_span, quoted(entry.value))
        message = f"YAML reads `{entry.value[:40]}` as a {_KINDS.get(entry.kind, entry.kind)}, not as text; quote it."
        problems.append(problem("field-not-text", Severity.WARNING, message, entry.value_span, fix=fix))
    return entry.value, problems


_KINDS = {"bool": "truth value", "int": "number", "float": "number", "timestamp": "date"}


def _commented_out(source: Source, entry: Entry) -> tuple[str, list[Problem]]:
    """`color: #00ff00` is a key without a value to YAML; the text is what the author meant."""
    line = entry.key_span[2]
    colon = source.lines[line].find(":", entry.key_span[3])
    comment = _COMMENT.match(source.lines[line], colon + 1) if colon >= 0 else None
    if comment is None:
        return "", []
    text = comment.group(1)
    meant = text if entry.key != "color" else text.split()[0]
    span = (line, comment.start(1), line, comment.start(1) + len(meant))
    fix = replacement(source, f"Quote `{entry.key}`", span, quoted(meant))
    message = f"YAML reads `{meant[:40]}` as a comment, so `{entry.key}` is empty; quote it."
    return meant, [problem("value-is-comment", Severity.WARNING, message, span, fix=fix)]


def _missing_name(source: Source, entry: Entry | None, stem: str, first: int) -> Problem:
    line = f"name: {stem if re.fullmatch(r'[a-z][a-z0-9-]*', stem) else quoted(stem)}{source.line_end}"
    fix: TextFix | None
    if entry is None:
        fix = insertion(source, f"Add `name: {stem}`", first, line)
    else:
        at = entry.key_span[0]
        below = at + 1
        empty = entry.value_span[0] == at and below < len(source.lines)
        fix = replacement(source, f"Set the name to `{stem}`", (at, 0, below, 0), line) if empty else None
    message = f"The persona has no name; the file's own, `{stem}`, is used."
    return problem("name-missing", Severity.WARNING, message, _fence(source, first), fix=fix)


def _color(entry: Entry | None, text: str) -> tuple[str, list[Problem]]:
    color, known = normal_color(text)
    if known or entry is None:
        return color, []
    message = f"`{text.strip()[:40]}` is no colour that is known; use one of {', '.join(NAMES)}, or a quoted `#rrggbb`."
    return NEUTRAL, [problem("color-unknown", Severity.INFORMATION, message, entry.value_span)]


def _model(source: Source, entry: Entry | None, text: str) -> tuple[str, list[Problem]]:
    model, message = usable_model(text)
    if not message or entry is None:
        return model, []
    if not model:
        return model, [problem("model-unknown", Severity.INFORMATION, message, entry.value_span)]
    fix = None
    if isinstance(entry.value, str):
        fix = replacement(source, f"Use `{model}`", entry.value_span, model)
    return model, [problem("model-retired", Severity.WARNING, message, entry.value_span, fix=fix)]


def _first_model(models: list[str]) -> str:
    """VS Code takes a list, in order of preference: the first that can be asked."""
    return next((model for model in models if usable_model(model)[0]), models[0] if models else "")


def _tools(entry: Entry | None) -> tuple[str, ...]:
    match entry and entry.value:
        case str() as text:
            parts = re.findall(r"(?:[^,()]|\([^)]*\)?|\))+", text)
            return tuple(part.strip() for part in parts if part.strip())
        case list() as items:
            return tuple(item for item in items if item)
        case dict() as table:
            off = {"false", "no", "off", "deny"}
            return tuple(name for name, state in table.items() if state.lower() not in off)
    return ()


def _duplicates(source: Source, entries: list[Entry]) -> list[Problem]:
    """A key that occurs twice: YAML takes the last without a word."""
    problems: list[Problem] = []
    seen: dict[str, Entry] = {}
    for entry in entries:
        earlier = seen.get(entry.key)
        seen[entry.key] = entry
        if earlier is None:
            continue
        span: Span = (earlier.key_span[0], 0, earlier.value_span[2] + 1, 0)
        separate = earlier.key_span[1] == 0 and earlier.value_span[2] < entry.key_span[0]
        fix = replacement(source, f"Remove the first `{entry.key}`", span, "") if separate else None
        message = f"`{entry.key}` stands here twice; the last one counts."
        problems.append(problem("duplicate-key", Severity.WARNING, message, entry.key_span, fix=fix))
    return problems


def _fence(source: Source, first: int) -> Span:
    line = max(first - 1, 0)
    return line, 0, line, len(source.lines[line])


def _one_line(text: str) -> str:
    return " ".join(text.split())
