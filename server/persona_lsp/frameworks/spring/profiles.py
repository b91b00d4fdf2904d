"""Where what is annotated exists: `@Profile` and `@ConditionalOn…`, as far as names of surroundings tell."""

import re
from collections.abc import Iterable
from typing import Final

from persona_lsp.frameworks.spring.annotations import argument, flag, listed, simple, string
from persona_lsp.syntax.ir import Decorator
from persona_lsp.text.patterns import lazy

_DEVELOPERS: Final = lazy(
    r"(?:dev|develop|development|local|debug|tests?|testing|integration-?tests?|e2e|mock)", re.IGNORECASE
)
_USERS: Final = lazy(r"(?:prod|production|live)", re.IGNORECASE)
_CONDITION: Final = lazy(r"Profile$|Conditional")
_PARTS: Final = lazy(r"[()&|!]|[^\s()&|!]+")


def for_developers(decorators: Iterable[Decorator]) -> bool:
    """`@Profile("dev")`: what is annotated exists only where developers run the application."""
    return any(_in_production(d) is False for d in decorators if simple(d.name) == "Profile")


def is_certain(decorators: Iterable[Decorator]) -> bool:
    """No condition stands on it, or it holds where users are served: `@Profile("!dev")`, or one that is on unless set."""
    return all(_holds(d) for d in decorators if _CONDITION.match(simple(d.name)))


def _holds(decorator: Decorator) -> bool:
    name = simple(decorator.name)
    if name == "ConditionalOnProperty":
        return flag(argument(decorator, "matchIfMissing")) is True
    return name == "ConditionalOnWebApplication" or (name == "Profile" and _in_production(decorator) is True)


def _in_production(profile: Decorator) -> bool | None:
    """Whether one of the profiles is there where users are served; None if the names do not tell."""
    told = [_told(string(item)) for item in listed(argument(profile, "value"))]
    return True if True in told else None if None in told or not told else False


def _told(expression: str) -> bool | None:
    """The value of `!dev & (prod | live)`; what mixes `&` and `|` stands in parentheses, or Spring refuses it."""
    found, rest = _either(_PARTS.findall(expression))
    return found if not rest else None


def _either(parts: list[str]) -> tuple[bool | None, list[str]]:
    found, rest = _one(parts)
    while rest and rest[0] in "&|":
        operator = rest[0]
        other, rest = _one(rest[1:])
        deciding = operator == "|"
        sides = (found, other)
        found = deciding if deciding in sides else None if None in sides else not deciding
    return found, rest


def _one(parts: list[str]) -> tuple[bool | None, list[str]]:
    if not parts:
        return None, []
    first, rest = parts[0], parts[1:]
    if first == "!":
        found, rest = _one(rest)
        return (None if found is None else not found), rest
    if first == "(":
        found, rest = _either(rest)
        return found, rest[1:] if rest[:1] == [")"] else ["("]
    return (False if _DEVELOPERS.fullmatch(first) else True if _USERS.fullmatch(first) else None), rest
