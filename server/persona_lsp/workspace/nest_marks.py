"""Marks of Nest: what a decorator that only marks a route demands, and what guards make of the marks they look for."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, GuardKind
from persona_lsp.facts.text import Ref
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.names import Names, module_file, resolve, text

Made = Mapping[tuple[str, str], tuple[Guard, ...]]
"""(file, name) of a decorator or guard class -> the guards that it stands for, or what it is like."""
OPT_IN: Final = "opt-in"
_READS: Final = "reads"
_ANYBODY: Final = lazy(
    r"\*|all|any|any(?:one|body)|every(?:one|body)|public|anonymous|guests?|visitors?|un(?:auth\w*)|none|open",
    re.IGNORECASE,
)
"""What a mark says that means whoever comes."""
_PROTECTS: Final = frozenset({GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE})


def keyed(names: Names, path: str, guard: Guard) -> Guard:
    """The guard, with the text that stands behind a constant as its mark."""
    if not guard.mark or not guard.mark.replace(".", "").isidentifier():
        return replace(guard, mark=guard.mark.strip("'\"`")) if guard.mark else guard
    said, sure = text(names, path, (Ref(guard.mark),))
    return replace(guard, mark=said) if sure and said else guard


def _of_class(made: Made, names: Names, guard: Guard) -> tuple[Guard, ...]:
    if guard.symbol is None or not guard.symbol.name.endswith(".canActivate"):
        return ()
    name = guard.symbol.name.removesuffix(".canActivate")
    return made.get(located(names, guard.where.path, name), ())


def stance_of(made: Made, names: Names, guard: Guard) -> Guard | None:
    """What the guard does with routes that carry no mark."""
    return next((one for one in _of_class(made, names, guard) if not one.mark), None)


def of_all(made: Made, names: Names, guard: Guard) -> Guard | None:
    """A guard of all routes whose name speaks of roles: its code says what it asks of routes without any."""
    if guard.kind is not GuardKind.ROLE:
        return guard
    own = _of_class(made, names, guard)
    stance = next((one for one in own if not one.mark), None)
    if stance is None or stance.name == OPT_IN:
        return None
    # A mark that opens some routes is none that asks something of some.
    unclear = stance.name == "" and any(o.name == _READS for o in own) and not any(o.values for o in own)
    return replace(guard, kind=GuardKind.UNKNOWN, conditional=unclear)


def believed(made: Made, names: Names, guard: Guard, readers: Sequence[Guard]) -> Guard:
    """What a decorator that only marks a route demands: nothing by itself, and what it says if a guard looks for it."""
    if guard.kind is not GuardKind.ROLE or _demands_itself(guard):
        return guard
    reading = [r for r in readers if guard.mark and any(o.mark == guard.mark for o in _of_class(made, names, r))]
    if any(admitted(made, names, reader, (guard,)) for reader in reading):
        return replace(guard, kind=GuardKind.OTHER)
    if reading and guard.values and not any(_ANYBODY.fullmatch(v) for v in guard.values):
        return guard
    if reading and not guard.values and "()" not in guard.source:
        return guard  # what it says stands in a constant, or is more than texts
    return replace(guard, kind=GuardKind.UNKNOWN, symbol=None)


def admitted(made: Made, names: Names, guard: Guard, found: Sequence[Guard]) -> Guard | None:
    """What the guard does for a mark that the route carries."""
    marks = {g.mark: {v.lower() for v in g.values} for g in found if g.mark}
    for one in _of_class(made, names, guard) if marks else ():
        said = marks.get(one.mark) if one.name != _READS else None
        if said is not None and (not one.values or not said.isdisjoint(v.lower() for v in one.values)):
            return one
    return None


def marks_for(made: Made, names: Names, found: Sequence[Guard], guard: Guard) -> list[Guard]:
    """The marks of the route that a guard may look for."""
    looked = {one.mark for one in _of_class(made, names, guard) if one.name == _READS}
    return [
        g
        for g in found
        if g is not guard and g.symbol is None and (g.kind in _PROTECTS or (g.mark and g.mark in looked))
    ]


def located(names: Names, path: str, name: str) -> tuple[str, str]:
    """The file and name where something is defined."""
    found = resolve(names, path, name)
    if found is not None:
        return found.path, found.name
    item = names.files[path].imports.get(name) if path in names.files else None
    inner = module_file(names, path, item.module) if item is not None else None
    return (inner, item.name) if inner is not None and item is not None else (path, name)


def _demands_itself(guard: Guard) -> bool:
    return not guard.mark and (guard.symbol is None or guard.symbol.name.endswith((".canActivate", ".use")))
