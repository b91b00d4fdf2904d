"""Paths as `path-to-regexp` reads them (Express, Nest, Fastify), as paths with `{name}`.

`{name:pattern}` restricts a parameter, `{*name}` takes the rest of the path. What cannot be told is a hole.
"""

import re
from itertools import product
from typing import Final

from persona_lsp.facts.text import Hole, Part, Text
from persona_lsp.text.patterns import lazy

_TOKEN: Final = lazy(
    r"\\(?P<escaped>.)"
    r"|\{(?P<group>[^{}]*)\}"
    r"|/?:(?P<name>[A-Za-z_]\w*|\"[^\"]+\")(?P<pattern>\((?:[^()]|\([^()]*\))*\))?(?P<mark>\*\?|[?+*])?"
    r"|\*(?P<splat>[A-Za-z_]\w*)"
    r"|(?P<star>\(?\.?\*\)?)"
    r"|(?P<odd>[()?+\[\]])"
)
_OPENED: Final = lazy(r":\w+\($")
_MOST: Final = 8
"""Optional parts double the number of paths: more than so many are not spelled out."""


def expand(path: Text) -> tuple[Text, ...]:
    """All paths that a registration under `path` serves: one, or more where parts are optional."""
    path = _without_held_patterns(path)
    # A pattern may stand in a constant of its own: `/files/:id${ID}`.
    choices: list[list[list[Part]]] = [
        _pieces(part) if isinstance(part, str) else [[part]] for part in _joined(list(path))
    ]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > _MOST:
        return ((Hole("too many optional parts"),),)
    return tuple(_joined([piece for way in ways for piece in way]) for ways in product(*choices))


def _without_held_patterns(path: Text) -> Text:
    """`/read/:token(${PATTERN})` is the parameter alone: what it may hold stands elsewhere."""
    found: list[Part] = []
    for number, part in enumerate(path):
        after = path[number + 1] if number + 1 < len(path) else ""
        opened = bool(found) and isinstance(found[-1], str) and _OPENED.search(found[-1]) is not None
        if opened and not isinstance(part, str) and isinstance(after, str) and after.startswith(")"):
            found[-1] = str(found[-1])[:-1]
        elif isinstance(part, str) and part.startswith(")") and number and not isinstance(path[number - 1], str):
            before = path[number - 2] if number > 1 else ""
            found.append(part[1:] if isinstance(before, str) and _OPENED.search(before) else part)
        else:
            found.append(part)
    return tuple(part for part in found if part != "")


def regex_path(pattern: str) -> Text | None:
    """The path that a regular expression matches if it is a plain one (`^\\/users$`), None if it is not."""
    text = pattern.removeprefix("^").removesuffix("$").removesuffix(r"\/?").replace(r"\/", "/")
    text = re.sub(r"\\([.\-])", r"\1", text)
    if text.startswith("/") and pattern.startswith("^") and pattern.endswith("$") and re.fullmatch(r"[\w/.\-]*", text):
        return (text,) if "." not in pattern.replace(r"\.", "") else None
    return None


def _is_name(text: str, group: re.Match[str]) -> bool:
    """`/users/{id}`: whoever writes that means a parameter, as other frameworks write it, and no optional text."""
    alone = text[: group.start()].endswith("/") and text[group.end() :][:1] in ("", "/")
    return alone and group["group"].isidentifier()


def _pieces(text: str) -> list[list[Part]]:
    """The ways to read a literal: lists of parts, the longest way first."""
    ways: list[list[Part]] = [[]]
    at = 0
    for match in _TOKEN.finditer(text):
        _append(ways, text[at : match.start()])
        at = match.end()
        if match["escaped"]:
            _append(ways, match["escaped"])
        elif match["group"] is not None and _is_name(text, match):
            _append(ways, match[0])
        elif match["group"] is not None:
            ways = [*_with(ways, _pieces(match["group"])), *ways]
        elif match["name"]:
            ways = _parameter(ways, match)
        elif match["splat"]:
            _append(ways, "{*" + match["splat"] + "}")
        elif match["star"]:
            _append(ways, "{*rest}")
        else:
            _hole(ways, text)
    _append(ways, text[at:])
    return ways


def _parameter(ways: list[list[Part]], match: re.Match[str]) -> list[list[Part]]:
    slash = "/" if match[0].startswith("/") else ""
    name, mark = match["name"].strip('"'), match["mark"]
    pattern = match["pattern"][1:-1] if match["pattern"] else ""
    text = "{" + name + (f":{pattern}" if pattern and pattern != ".*" else "") + "}"
    if mark in {"+", "*", "*?"} or pattern == ".*":
        text = "{*" + name + "}"
    taken = [[*way, slash + text] for way in ways]
    return [*taken, *ways] if mark in {"?", "*", "*?"} else taken


def _with(ways: list[list[Part]], tails: list[list[Part]]) -> list[list[Part]]:
    return [[*way, *tail] for way in ways for tail in tails]


def _append(ways: list[list[Part]], text: str) -> None:
    if text:
        for way in ways:
            way.append(text)


def _hole(ways: list[list[Part]], text: str) -> None:
    for way in ways:
        way.append(Hole("pattern characters in the path", text))


def _joined(parts: list[Part]) -> Text:
    joined: list[Part] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)
