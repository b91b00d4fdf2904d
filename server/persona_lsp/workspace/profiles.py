"""Settings of Spring by profile: those of the profiles that are active unless somebody chooses others go first."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from persona_lsp.text.patterns import lazy

_ACTIVE: Final = ("spring.profiles.active", "spring.profiles.default")
_INCLUDED: Final = "spring.profiles.include"
_GROUP: Final = "spring.profiles.group."
_DEFAULT: Final = lazy(r"\$\{[^:{}]+:([^{}]*)\}")
_NAME: Final = lazy(r"[\w.-]+")
_DEEPEST: Final = 4
"""Groups of groups end somewhere."""


def with_profiles(units: Mapping[str, Mapping[str, Mapping[str, str]]]) -> dict[str, dict[str, str]]:
    """The settings of each unit that has any without a profile, by key, from those by profile and key."""
    found: dict[str, dict[str, str]] = {}
    for unit, profiles in units.items():
        base = profiles.get("")
        if base is None:
            continue
        found[unit] = dict(base)
        for profile in _active(base):
            found[unit].update(profiles.get(profile, {}))
    return found


def _active(base: Mapping[str, str]) -> Iterator[str]:
    """The profiles that are active where nobody says another, those that go first last."""
    yield from (name for one in _listed(base, _INCLUDED) for name in _with_group(base, one, 0))
    chosen = next((names for key in _ACTIVE if (names := list(_listed(base, key)))), [])
    yield from (name for one in chosen for name in _with_group(base, one, 0))


def _with_group(base: Mapping[str, str], profile: str, depth: int) -> Iterator[str]:
    yield profile
    if depth < _DEEPEST:
        for inner in _listed(base, _GROUP + profile):
            yield from _with_group(base, inner, depth + 1)


def _listed(base: Mapping[str, str], key: str) -> Iterator[str]:
    """The names under a key, as a text with commas or as a list."""
    texts = [base[key]] if key in base else []
    number = 0
    while f"{key}[{number}]" in base:
        texts.append(base[f"{key}[{number}]"])
        number += 1
    for text in texts:
        for name in re.split(r"[\s,]+", _DEFAULT.sub(r"\1", text)):
            if _NAME.fullmatch(name):
                yield name
