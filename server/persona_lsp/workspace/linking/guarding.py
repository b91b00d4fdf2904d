"""Guards that switch off others, and rules that hold by URL."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, GuardKind
from persona_lsp.workspace.guards import (
    matches,
)
from persona_lsp.workspace.linking.world import World
from persona_lsp.workspace.names import (
    unit,
)

_PROTECTS: Final = frozenset({GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE})


def without_skipped(guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
    """Guards without those that a later one switches off."""
    found: list[Guard] = []
    opened: Guard | None = None
    for guard in guards:
        if guard.skips:
            kept = [g for g in found if g.name != guard.skips]
            if any(g.kind in _PROTECTS for g in found if g not in kept):
                opened = guard
            found = kept
        else:
            found.append(guard)
    if opened is not None and not any(g.kind in _PROTECTS or g.name == opened.skips for g in found):
        # Whoever skips the only guard by name means to let everybody in.
        found.append(replace(opened, allows_all=True))
    return tuple(found)


def ruled_by_url(world: World, method: str, path: str, file: str, guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
    """Add the first URL rule (Spring Security) that matches, and all interceptors, which come after the rules.

    A rule that lets everybody in leaves the rest as it is. What an interceptor may demand counts where no rule, or one
    that lets everybody in, says something.
    """
    stopping = tuple(g for p, g in _rules_for(world.interceptors, file) if _covers(p, g, method, path))
    certain = tuple(g for g in stopping if g.kind in _PROTECTS and not g.conditional)
    for pattern, guard in _rules_for(world.rules, file):
        if not _covers(pattern, guard, method, path):
            continue
        if not guard.allows_all:
            return (guard, *certain, *guards)
        protected = any(g.kind in _PROTECTS and not g.allows_all and not g.conditional for g in (*certain, *guards))
        return (*stopping, *guards) if protected or stopping else (guard, *guards)
    return (*stopping, *guards)


def _covers(pattern: str, guard: Guard, method: str, path: str) -> bool:
    """The guard stands before requests of this method for this path."""
    if guard.methods and method not in guard.methods and method != "ANY":
        return False
    if guard.within and not any(matches(scope, path) for scope in guard.within):
        return False
    return matches(pattern, path) and not any(matches(left_out, path) for left_out in guard.outside)


def _rules_for(rules: Sequence[tuple[str, Guard]], file: str) -> Sequence[tuple[str, Guard]]:
    """The rules of the module that the file belongs to; those of other modules where it has none of its own."""
    root = unit(file)
    own = [rule for rule in rules if unit(rule[1].where.path) == root]
    if own or len({unit(guard.where.path) for _, guard in rules}) < 2:
        return own or rules
    first = rules[0][1]
    # Which of the modules' rules the application runs with is a matter of its class path.
    return (("/**", Guard(first.name, GuardKind.UNKNOWN, first.level, first.where)),)
