"""The persona that is at work: a broken new version of its file never takes it away."""

from __future__ import annotations

import msgspec

from persona_lsp.persona.model import Loaded, Persona, Problem


class Active(msgspec.Struct, frozen=True):
    """The persona at work, if any, with the problems of its file as it stands now.

    `stale` says that the file was changed and cannot be used: the version before is at work.
    """

    persona: Persona | None = None
    problems: tuple[Problem, ...] = ()
    stale: bool = False


def replace(active: Active, loaded: Loaded) -> Active:
    """What is at work after the file was read again: the new persona, or else the last good one."""
    if loaded.persona is None:
        return Active(active.persona, loaded.problems, stale=active.persona is not None)
    return Active(loaded.persona, loaded.problems)
