"""Lists personas, and shows what keeps each of their sentences."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import msgspec

from persona_lsp.cli import project as projects
from persona_lsp.cli.formats.text import in_line, visible
from persona_lsp.cli.style import Paint
from persona_lsp.findings.finding import Severity
from persona_lsp.persona.coverage import CoverageRow
from persona_lsp.persona.find import Found, find_personas
from persona_lsp.workspace import disk


def listed(form: str) -> str:
    """Every persona file, highest first, with where it comes from and whether another one stands before it."""
    project = projects.project(["."])
    found = find_personas(disk.Files(), *projects.places(project))
    if form == "json":
        return _json([_fields(one, project.settings.persona) for one in found])
    lines = []
    width = max((len(one.name) for one in found), default=0)
    for one in found:
        at_work = one.shadowed_by is None and one.name == project.settings.persona
        notes = [f"shadowed by {one.shadowed_by}"] if one.shadowed_by else []
        notes += [] if one.loaded.persona else ["cannot be used"]
        note = f"  ({'; '.join(notes)})" if notes else ""
        lines.append(
            f"{'*' if at_work else ' '} {in_line(one.name):<{width}}  {one.origin:<9}  {in_line(one.path + note)}"
        )
        lines += [
            f"    {problem.line}:{problem.column} {problem.severity.word} {in_line(problem.message)}"
            for problem in one.loaded.problems
            if problem.severity < Severity.HINT
        ]
    return "\n".join(lines) + "\n" if lines else "no personas\n"


def shown(persona: str, form: str, paint: Paint) -> str:
    """The coverage table of a persona. Raises `UsageError` where there is none of that name."""
    from persona_lsp import review

    project = projects.project(["."], given={"persona": persona})
    compiled, problems = projects.compiled_persona(project)
    if compiled is None:
        raise projects.UsageError("no persona is named")
    rows = review.covered(compiled)
    if form == "json":
        return _json(
            {
                "name": compiled.persona.name,
                "description": compiled.persona.description,
                "source": compiled.persona.source,
                "problems": [{"message": one.message} for one in problems],
                "rows": rows,
            }
        )
    head = f"{paint(in_line(compiled.persona.name), 'bold')}  {in_line(compiled.persona.source)}"
    warned = [f"{paint('!', 'yellow')} {in_line(one.message)}" for one in problems]
    body = [line for row in rows for line in _row(row, paint)]
    return "\n".join([head, *warned, *body, "", _summary(rows, paint)]) + "\n"


def _row(row: CoverageRow, paint: Paint) -> list[str]:
    mark, style = ("+", "green") if row.kept else ("-", "yellow") if row.kind == "commitment" else (" ", "dim")
    head = f"{row.line:>4} {paint(mark, style)} "
    text = _wrapped(visible(row.text), 100) or [""]
    lines = [head + text[0], *(" " * 7 + more for more in text[1:])]
    kept = ", ".join((*row.rules, *row.features))
    told = [f"topics: {', '.join(row.topics)}" if row.topics else "", f"kept by: {kept}" if kept else "", row.why]
    for sentence in filter(None, told):
        lines += [paint(" " * 9 + more, "dim") for more in _wrapped(sentence, 98)]
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    # The ids of rules have hyphens, and somebody will search for them.
    return textwrap.wrap(text, width, break_on_hyphens=False)


def _summary(rows: Sequence[CoverageRow], paint: Paint) -> str:
    parts = []
    for kind, noun in (("commitment", "commitments"), ("technology", "technologies")):
        those = [row for row in rows if row.kind == kind]
        if not those and kind != "commitment":
            continue
        parts.append(f"{sum(row.kept for row in those)} of {len(those)} {noun} kept")
    return paint(", ".join(parts), "bold")


def _fields(one: Found, active: str) -> dict[str, object]:
    persona = one.loaded.persona
    return {
        "name": one.name,
        "origin": one.origin,
        "path": one.path,
        "active": one.shadowed_by is None and one.name == active,
        "shadowedBy": one.shadowed_by,
        "usable": persona is not None,
        "description": persona.description if persona else "",
        "problems": [msgspec.to_builtins(problem) for problem in one.loaded.problems],
    }


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
