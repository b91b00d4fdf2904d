"""Guards that let some paths pass before they ask who calls (`Guard.outside`), at one endpoint."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard
from persona_lsp.workspace.guards import matches

_UNSURE: Final = "?"


def without_spared(guards: Sequence[Guard], path: str) -> tuple[Guard, ...]:
    """The guards that stand before a path.

    One that lets exactly this path pass is left out. One that may let it pass, under a further condition or because
    it is told paths without what its router is mounted below, holds under a condition.
    """
    return tuple(one for guard in guards for one in ((_at(guard, path),) if guard.outside else (guard,)) if one)


def _at(guard: Guard, path: str) -> Guard | None:
    sure = [one for one in guard.outside if not one.startswith(_UNSURE)]
    if any(matches(one, path) for one in sure):
        return None
    if any(matches("/**/" + one.removeprefix(_UNSURE).lstrip("/"), path) for one in guard.outside):
        return replace(guard, conditional=True, outside=())
    return replace(guard, outside=())
