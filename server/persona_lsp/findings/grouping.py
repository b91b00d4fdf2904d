"""Findings that are told as one, because the same is done over and over.

A rule yields one finding for each place, with its own words, fixes and fingerprint, and says what they share. What a
comment silences or a baseline knows is taken away place by place; only what is left is put together, as the last step
before somebody is told. So a group whose first place is silenced moves to its next one, and counts the rest; and one
place that is left has its own words.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.findings.finding import Habit, Related, Reported

_LISTED: Final = 8
"""How many of the other places are pointed at."""


def grouped(found: Iterable[Reported]) -> tuple[Reported, ...]:
    """The findings in their order, those that share a habit as one, at the first place.

    Who asks about one file is told of a habit of the whole API in that file.
    """
    told = tuple(found)
    habits = Counter(_shared(one) for one in told if one.finding.habit is not None)
    if not habits:
        return told
    groups: dict[tuple[str, int, str, str], list[Reported]] = {}
    firsts: list[tuple[Reported, list[Reported]]] = []
    for one in told:
        members = [one]
        if one.finding.habit is not None:
            whole = _is_whole(one.finding.habit, habits[_shared(one)])
            members = groups.setdefault((*_shared(one), "" if whole else one.where.path), [])
            members.append(one)
        if members[0] is one:
            firsts.append((one, members))
    return tuple(_together(members) if len(members) > 1 else one for one, members in firsts)


def _shared(one: Reported) -> tuple[str, int, str]:
    return one.rule, int(one.severity), one.finding.habit.key if one.finding.habit is not None else ""


def _is_whole(habit: Habit, count: int) -> bool:
    return habit.whole_from is not None and count >= habit.whole_from


def _together(members: Sequence[Reported]) -> Reported:
    first, *others = members
    habits = [one.finding.habit for one in members if one.finding.habit is not None]
    habit = habits[0]
    alone = all(other.where.path == first.where.path for other in others)
    noun = habit.one if len(others) == 1 else habit.many
    message = f"{habit.who} and {len(others)} more {noun} of {'this file' if alone else 'this API'} {habit.does}"
    finding = replace(
        first.finding,
        message=message[:1].upper() + message[1:],
        related=tuple(
            Related(other.where, f"So does {of.who}.") for other, of in zip(others[:_LISTED], habits[1:], strict=False)
        ),
    )
    whole = _is_whole(habit, len(members))
    return replace(first, finding=finding, fingerprint=_fingerprint(first, habit, whole=whole))


def _fingerprint(first: Reported, habit: Habit, *, whole: bool) -> str:
    """The same, whichever places are left."""
    identity = "\0".join((first.rule, habit.key, "" if whole else first.where.path))
    return hashlib.sha256(identity.encode()).hexdigest()[:16]
