"""What the entries of a front matter mean: name, description, colour, model and tools."""

from __future__ import annotations

import re
from difflib import get_close_matches

import msgspec

from persona_lsp.persona.colors import NAMES, normal_color
from persona_lsp.persona.front_matter import Entry
from persona_lsp.persona.model import NEUTRAL, Format, Problem, TextFix
from persona_lsp.persona.models import ALIASES, model_of
from persona_lsp.persona.report import Span, insertion, problem, quoted, replacement
from persona_lsp.persona.schema import KNOWN, fields_of
from persona_lsp.persona.source import Source
from persona_lsp.persona.tool_fields import read_tools
from persona_lsp.text.patterns import lazy

MAX_NAME = 200

_PATH = lazy(r".*(?:\\|\.\.)|[./~]*/|[\w.@-]+(?:/[\w.@-]+)+$")
_COMMENT = lazy(r"[ \t]*(#(?:.*\S)?)")
_NAME_NEEDED: tuple[Format, ...] = ("claude", "continue")
_CLAUDES: tuple[Format, ...] = ("claude", "plain")
_CHECKED: tuple[Format, ...] = ("claude", "vscode", "cursor-agent", "cursor")
_LIKE = 0.85
# Fields of prompt files and skills that look like slips.
_OTHERS = frozenset({"agent"})
# What people write, and neither case nor spelling leads to what they mean.
_SLIPS = {"allowed-tools": "tools", "allowedTools": "tools", "colour": "color"}
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
    problems = [*_duplicates(source, entries), *_misspelled(source, entries, format_)]
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
    elif _PATH.match(name):
        message = "The name looks like a path; it is used as a label only."
        problems.append(problem("name-is-path", message, by_key["name"].value_span))
    elif format_ == "claude" and (name.startswith("-") or ":" in name):
        problems.append(_rejected(source, by_key["name"], name))

    if first is not None and not values["description"].strip() and format_ in _DESCRIPTION_NEEDED:
        fix = None
        if "description" not in by_key:
            below = by_key["name"].value_span[2] + 1 if "name" in by_key else first
            line = f"description: {quoted(name)}{source.line_end}"
            fix = insertion(source, "Add a description", below, line, safe=False) if below < len(source.lines) else None
        message = "The persona has no description; editors show it beside the name."
        problems.append(problem("description-missing", message, _fence(source, first), fix=fix))

    color, found = _color(source, by_key.get("color"), values["color"])
    problems += found
    model, found = _model(source, by_key.get("model"), values["model"], format_)
    problems += found
    tools, found = read_tools(source, by_key.get("tools"), format_)
    problems += found
    problems += read_tools(source, by_key.get("disallowedTools"), format_)[1]
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
        return text, [problem("field-not-text", message, entry.value_span)]
    problems: list[Problem] = []
    comment = _COMMENT.match(source.lines[line], column)
    cut = entry.kind == "str" and not entry.style and comment is not None
    if cut and comment is not None and entry.key in {"name", "description"} and entry.value_span[0] == line:
        whole = (line, entry.value_span[1], line, comment.end(1))
        text = source.lines[line][whole[1] : whole[3]]
        fix = replacement(source, f"Quote `{entry.key}`", whole, quoted(text))
        message = f"YAML reads `{comment.group(1)[:30]}` as a comment: `{entry.key}` ends before it; quote it."
        problems.append(problem("comment-cuts-value", message, (line, comment.start(1), *whole[2:]), fix=fix))
    if entry.kind != "str" and entry.key in {"name", "description"}:
        fix = replacement(source, f"Quote `{entry.key}`", entry.value_span, quoted(entry.value))
        message = f"YAML reads `{entry.value[:40]}` as a {_KINDS.get(entry.kind, entry.kind)}, not as text; quote it."
        problems.append(problem("field-not-text", message, entry.value_span, fix=fix))
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
    return meant, [problem("value-is-comment", message, span, fix=fix)]


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
    return problem("name-missing", message, _fence(source, first), fix=fix)


def _rejected(source: Source, entry: Entry, name: str) -> Problem:
    usable = re.sub(r"\s*:\s*", "-", name).strip("-") or "persona"
    fix = replacement(source, f"Call it `{usable}`", entry.value_span, quoted(usable), safe=False)
    message = f"Claude Code skips a persona called `{name[:40]}`: a name has no `:`, and no `-` at its beginning."
    return problem("name-rejected", message, entry.value_span, fix=fix)


def _misspelled(source: Source, entries: list[Entry], format_: Format) -> list[Problem]:
    """Fields that are nearly called like one of the format; what is merely unknown belongs to somebody else."""
    problems: list[Problem] = []
    taken = {entry.key for entry in entries}
    free = {_bare(field.name): field.name for field in fields_of(format_) if field.name not in taken}
    if format_ not in _CHECKED:
        return []
    for entry in entries:
        if entry.key in KNOWN or entry.key in _OTHERS or entry.key_span[1] != 0:
            continue
        meant = _SLIPS.get(entry.key) or free.get(_bare(entry.key))
        meant = meant or next(iter(get_close_matches(entry.key, free.values(), n=1, cutoff=_LIKE)), None)
        if meant is None or meant in taken:
            continue
        fix = replacement(source, f"Rename to `{meant}`", entry.key_span, meant, safe=False)
        message = f"`{entry.key[:40]}` is no field of this format, so it does nothing; `{meant}` is one."
        problems.append(problem("unknown-field", message, entry.key_span, fix=fix))
    return problems


def _bare(key: str) -> str:
    return re.sub(r"[^a-z]", "", key.lower())


def _color(source: Source, entry: Entry | None, text: str) -> tuple[str, list[Problem]]:
    color, known = normal_color(text)
    if known or entry is None:
        return color, []
    near = next(iter(get_close_matches(text.strip().lower(), NAMES, n=1, cutoff=0.7)), "")
    fix = replacement(source, f"Use `{near}`", entry.value_span, near, safe=False) if near else None
    message = f"`{text.strip()[:40]}` is no colour that is known; use one of {', '.join(NAMES)}, or a quoted `#rrggbb`."
    return NEUTRAL, [problem("color-unknown", message, entry.value_span, fix=fix)]


def _model(source: Source, entry: Entry | None, text: str, format_: Format) -> tuple[str, list[Problem]]:
    model = model_of(text)
    # Other tools offer models of other houses under names of their own, and retire them when they like.
    if not model.state or entry is None or format_ not in _CLAUDES:
        return model.asked, []
    fix = None
    if model.instead and isinstance(entry.value, str):
        fix = replacement(source, f"Use `{model.instead}`", entry.value_span, model.instead, safe=False)
    written = f"`{text.strip()[:60]}`"
    match model.state:
        case "retired":
            message = f"{written} {model.when}; `{model.asked}` is asked in its place."
        case "spoken":
            message = f"{written} is no id of a model; `{model.asked}` is asked in its place."
        case _:
            message = f"{written} is no model of Claude's that is known; known are {', '.join(ALIASES)}, and full ids."
    code = "model-retired" if model.state == "retired" else "model-unknown"
    return model.asked, [problem(code, message, entry.value_span, fix=fix)]


def _first_model(models: list[str]) -> str:
    """VS Code takes a list, in order of preference: the first that can be asked."""
    return next((model for model in models if model_of(model).asked), models[0] if models else "")


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
        problems.append(problem("duplicate-key", message, entry.key_span, fix=fix))
    return problems


def _fence(source: Source, first: int) -> Span:
    line = max(first - 1, 0)
    return line, 0, line, len(source.lines[line])


def _one_line(text: str) -> str:
    return " ".join(text.split())
