"""Guards that switch off others, and rules that hold by URL."""

from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, GuardKind

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


def without_opened(guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
    """Guards, now that it is known what they do: where another one demands something, nobody means to let all in."""
    demanding = any(not g.allows_all and (g.kind in _PROTECTS or g.kind is GuardKind.UNKNOWN) for g in guards)
    return tuple(g for g in guards if not (g.skips and g.allows_all)) if demanding else guards
