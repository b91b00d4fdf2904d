"""Guards that let some requests pass before they ask who calls (`Guard.outside`), at one endpoint."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard
from persona_lsp.workspace.guards import LOOKED, matches

_UNSURE: Final = "?"


def without_spared(guards: Sequence[Guard], method: str, path: str) -> tuple[Guard, ...]:
    """The guards that stand before a path.

    One that lets exactly this path pass is left out, or refuses nobody there if it looked who calls before. One that
    may let it pass, under a further condition or because it is told paths without what its router is mounted below,
    holds under a condition.
    """
    return tuple(one for guard in guards for one in ((_at(guard, method, path),) if guard.outside else (guard,)) if one)


def _at(guard: Guard, method: str, path: str) -> Guard | None:
    asked = [one.removeprefix(LOOKED).partition(" ") for one in guard.outside if " " in one]
    if any((methods == "*" or method in methods.split(",")) and matches(rest, path) for methods, _, rest in asked):
        return replace(guard, optional=True, outside=()) if guard.outside[0].startswith(LOOKED) else None
    paths = [one for one in guard.outside if " " not in one]
    if any(matches(one, path) for one in paths if not one.startswith(_UNSURE)):
        return None
    if any(matches("/**/" + one.removeprefix(_UNSURE).lstrip("/"), path) for one in paths):
        return replace(guard, conditional=True, outside=())
    return replace(guard, outside=())
