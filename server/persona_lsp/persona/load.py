"""The bytes of a persona file -> a persona and the problems of the file. Pure, and never raises."""

from __future__ import annotations

import hashlib
import re

import msgspec

from persona_lsp.persona.fences import Fences, find_fences
from persona_lsp.persona.fields import read_fields
from persona_lsp.persona.formats import format_of_folder, stem_of
from persona_lsp.persona.front_matter import Entry, read_entries
from persona_lsp.persona.hidden import hidden_in, names_of, turns
from persona_lsp.persona.markdown import sections_of
from persona_lsp.persona.model import Format, Loaded, Persona, Problem
from persona_lsp.persona.orders import chat_orders
from persona_lsp.persona.report import TOP, Span, problem, quoted, replacement
from persona_lsp.persona.source import Source, read
from persona_lsp.text.count import counted

MAX_FILE = 256 * 1024
MAX_FRONT_MATTER = 64 * 1024

_MAX_OF_A_CODE = 20

_WITHOUT_FRONT_MATTER = frozenset({"agents", "claude", "gemini", "copilot-instructions", "conventions"})


class Front(msgspec.Struct, frozen=True):
    """The front matter of a persona file, with what is needed to find one's way in it."""

    source: Source
    format: Format
    fences: Fences | None
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


def read_front(data: bytes, file_name: str) -> Front:
    """Read the front matter of a file of at most `MAX_FILE` bytes. Never raises."""
    source = read(data)
    problems = _encoding_problems(source)
    fences, found = find_fences(source)
    problems += found
    entries: list[Entry] = []
    for number, (first, end) in enumerate(fences.blocks if fences else ()):
        if len(source.text(first, end)) > MAX_FRONT_MATTER:
            message = f"The front matter has more than {MAX_FRONT_MATTER // 1024} KiB and was not read."
            problems.append(problem("front-matter-too-large", message, (first, 0, first, 0)))
            continue
        more, found = read_entries(source, first, end)
        # A second block only fills what the first left open.
        known = {entry.key for entry in entries}
        entries += [entry for entry in more if not number or entry.key not in known]
        problems += found
    format_ = _format(file_name, entries, fences)
    if format_ == "cursor":
        # Cursor writes globs without quotes; there this is the format and no mistake.
        problems = [p for p in problems if p.code != "unquoted-special" or "`globs`" not in p.message]
    return Front(source, format_, fences, tuple(entries), tuple(problems))


def load(data: bytes, file_name: str) -> Loaded:
    """Read a persona file from its bytes. `file_name` (or path) gives the format and a name to fall back on.

    The persona is None where the file is too large or has no text; an error among the problems
    says which. Everything else is read as well as it can be.
    """
    if len(data) > MAX_FILE:
        message = f"The persona file has {len(data) // 1024} KiB; at most {MAX_FILE // 1024} are read."
        return Loaded(None, (problem("file-too-large", message, TOP),))
    base = re.split(r"[/\\]", file_name)[-1]
    front = read_front(data, file_name)
    source, fences = front.source, front.fences
    problems = list(front.problems)
    first_key = fences.opening + 1 if fences else None
    fields, found = read_fields(source, list(front.entries), stem_of(base), front.format, first_key)
    problems += found
    if front.format == "plain":
        problems += _no_front_matter(source, fields.name)

    body, body_line = _body(source, fences.body if fences else 0)
    if not body:
        last = fences.body - 1 if fences else 0
        message = "The persona says nothing: below the front matter there is no text, so it cannot be used."
        problems.append(problem("body-empty", message, (last, 0, last, len(source.lines[last]))))
        return Loaded(None, _sorted(problems))
    persona = Persona(
        name=fields.name,
        description=fields.description,
        color=fields.color,
        model=fields.model,
        tools=fields.tools,
        body=body,
        body_line=body_line + 1,
        sections=sections_of(body, body_line + 1),
        source=base,
        sha256=hashlib.sha256(data).hexdigest(),
        format=front.format,
    )
    return Loaded(persona, _sorted([*problems, *_chat_orders(persona)]))


def _format(path: str, entries: list[Entry], fences: Fences | None) -> Format:
    """The folder says which tool reads the file; elsewhere its name and its keys do."""
    lowered = re.split(r"[/\\]", path)[-1].lower()
    folder = format_of_folder(path)
    if folder is not None and (folder != "claude" or fences is not None):
        return folder
    keys = {entry.key for entry in entries}
    by_key = {entry.key: entry.value for entry in entries}
    if lowered.endswith(".mdc"):
        return "cursor"
    if lowered.endswith((".agent.md", ".chatmode.md")):
        return "vscode"
    if lowered.endswith(".instructions.md") or lowered == "copilot-instructions.md":
        return "copilot"
    if fences is None:
        return "agents-md" if stem_of(lowered) in _WITHOUT_FRONT_MATTER else "plain"
    if isinstance(by_key.get("tools"), dict) or by_key.get("mode") in {"primary", "subagent", "all"}:
        return "opencode"
    if keys & {"globs", "regex", "alwaysApply"}:
        return "continue"
    return "claude"


def _body(source: Source, first: int) -> tuple[str, int]:
    """The text below the front matter without the blank lines around it, and its first line from 0."""
    end = len(source.lines)
    while first < end and not source.lines[first].strip():
        first += 1
    while end > first and not source.lines[end - 1].strip():
        end -= 1
    body = source.text(first, end)
    return (body, first) if any(c.isalnum() for c in body) else ("", first)


def _encoding_problems(source: Source) -> list[Problem]:
    problems: list[Problem] = []
    if source.encoding != "utf-8":
        message = "The file is UTF-16; save it as UTF-8, which every reader of personas expects."
        problems.append(problem("encoding-utf16", message, TOP))
    elif source.bom:
        fix = replacement(source, "Remove the byte order mark", TOP, "")
        if fix is not None:
            fix = type(fix)(fix.title, 0, source.bom, "")
        message = "The file begins with a byte order mark, behind which some readers miss the front matter."
        problems.append(problem("byte-order-mark", message, _first_line(source), fix=fix))

    broken = [(i, c) for i, (line, raw) in enumerate(zip(source.lines, source.raw, strict=True)) if line != raw
              for c in (next(k for k, (a, b) in enumerate(zip(line, raw, strict=True)) if a != b),)]  # fmt: skip
    if broken:
        line, column = broken[0]
        bad = source.raw[line][column]
        code, what = (
            ("invalid-utf8", "is no valid UTF-8")
            if "\ud800" <= bad <= "\udfff"
            else ("control-character", "is a control character")
        )
        message = f"What stands here {what}; U+FFFD is read in its place ({counted(len(broken), 'line')} in all)."
        problems.append(problem(code, message, (line, column, line, column + 1)))

    for number, text in enumerate(source.lines):
        for start, end in hidden_in(text):
            span = (number, start, number, end)
            run = text[start:end]
            fix = replacement(source, "Remove the hidden characters", span, "")
            what = (
                "What is shown here is not what is read, because of" if turns(run) else "Nobody sees what stands here:"
            )
            problems.append(problem("hidden-character", f"{what} {names_of(run)}.", span, fix=fix))
    return problems


def _chat_orders(persona: Persona) -> list[Problem]:
    return [
        problem("chat-order", f"This steers a chat ({what}), and who reviews in an editor cannot follow it.", span)
        for span, _, what in chat_orders(persona.body, persona.body_line)
    ]


def _first_line(source: Source) -> Span:
    return 0, 0, 0, len(source.lines[0])


def _no_front_matter(source: Source, name: str) -> list[Problem]:
    end = source.line_end
    text = end.join(["---", f"name: {quoted(name)}", f"description: {quoted(name)}", "---", "", ""])
    fix = replacement(source, "Add a front matter", TOP, text, safe=False)
    message = f"The file has no front matter; the persona is called `{name}` after it."
    return [problem("front-matter-missing", message, _first_line(source), fix=fix)]


def _sorted(problems: list[Problem]) -> tuple[Problem, ...]:
    """By place; of each code only the first few, for nobody reads a thousand times the same."""
    kept: list[Problem] = []
    counts: dict[str, int] = {}
    for one in sorted(problems, key=lambda p: (p.line, p.column, p.code)):
        counts[one.code] = counts.get(one.code, 0) + 1
        if counts[one.code] <= _MAX_OF_A_CODE:
            kept.append(one)
    return tuple(kept)
