"""The personas that there are, and what keeps their sentences, as an editor shows them."""

import os
from collections.abc import Callable, Sequence

from persona_lsp import review
from persona_lsp.host import wire
from persona_lsp.host.spots import spot
from persona_lsp.persona.compile import CompiledPersona
from persona_lsp.persona.coverage import CoverageRow
from persona_lsp.persona.find import Found
from persona_lsp.rules.topics import FEATURES
from persona_lsp.text.lines import LineTable


def listed(
    found: Sequence[Found], folders: Sequence[str], active: CompiledPersona | None, at_work: str
) -> tuple[wire.PersonaFile, ...]:
    """The persona files, and in front the active one, which is in the file `at_work`, where it lies somewhere else."""
    result = [_file(one, folders, at_work) for one in found]
    if active is not None and not any(one.active for one in result):
        persona = active.persona
        mine = wire.PersonaFile(
            persona.name, persona.description, persona.color, "file", at_work, at_work, active=True, usable=True
        )
        return (mine, *result)
    return tuple(result)


def covered(compiled: CompiledPersona, location: str, lines: Callable[[str], LineTable]) -> wire.Coverage:
    """What keeps each sentence and technology of a persona, with the pages of the rules and with places in the persona's file."""
    found = review.covered(compiled)
    persona = compiled.persona
    pages = {rule: info.url for row in found for rule in row.rules if (info := review.rule(rule)) is not None}
    does = {feature: FEATURES[feature] for row in found for feature in row.features if feature in FEATURES}
    table = lines(location)

    def at(row: CoverageRow) -> wire.Spot:
        start = table.from_position(row.line - 1, row.column - 1, "utf-32")
        return spot(table, location, start, table.from_position(row.end_line - 1, row.end_column - 1, "utf-32"))

    kept = tuple(
        wire.Kept(row.kind, row.text, row.section, at(row), row.titles, row.rules, row.features, row.why, row.group)
        for row in found
    )
    return wire.Coverage(persona.name, persona.description, persona.color, location, kept, pages, does)


def _file(found: Found, folders: Sequence[str], at_work: str) -> wire.PersonaFile:
    persona = found.loaded.persona
    return wire.PersonaFile(
        found.name,
        persona.description if persona is not None else "",
        persona.color if persona is not None else "",
        found.origin,
        found.path,
        found.name if found.shadowed_by is None else _inside(found.path, folders),
        active=os.path.normpath(found.path) == os.path.normpath(at_work),
        usable=persona is not None,
        shadowed_by=found.shadowed_by or "",
        problems=tuple(problem.message for problem in found.loaded.problems),
    )


def _inside(path: str, folders: Sequence[str]) -> str:
    """A path as a setting may name it: relative to the folder that it lies in, so that it means the same elsewhere."""
    for folder in folders:
        if path.startswith(folder.rstrip("/\\") + os.sep):
            return os.path.relpath(path, folder).replace(os.sep, "/")
    return path
