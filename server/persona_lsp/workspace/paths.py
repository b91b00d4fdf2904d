"""Paths: the notations of the frameworks become one, with named parameters and what they match."""

import re
from functools import lru_cache
from typing import Final

from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Segment

_BRACES: Final = lazy(r"^\{(\*?)([\w.-]+)(?::(.+))?\}$")
_COLON: Final = lazy(r"^:(\w+)(?:\((.+)\))?([?*+]?)$")
_MIXED_BRACES: Final = lazy(r"\{\*?([\w.-]+)(?::[^{}]*)?\}")
_MIXED_COLON: Final = lazy(r":([A-Za-z_]\w*)(?:\([^)]*\))?")
_NAMED: Final = lazy(r"\{([\w.-]+)\}")
_NUMERIC: Final = frozenset({"int", r"\d+", "[0-9]+", r"\d*", r"[0-9]*", "number"})


def join(*parts: str) -> str:
    """Path pieces with one slash between them; a slash at the end is kept if the last piece has one."""
    kept = [p for p in parts if p]
    path = "/".join(p.strip("/") for p in kept if p.strip("/"))
    tail = "/" if kept and kept[-1].endswith("/") and path else ""
    return f"/{path}{tail}"


@lru_cache(maxsize=8192)
def normalise(path: str, *, colons: bool = True) -> tuple[str, tuple[Segment, ...]]:
    """The path with `{name}` parameters, and its segments. `colons`: `:name` is a parameter, too."""
    segments: list[Segment] = []
    shown: list[str] = []
    for raw in _split(path):
        segment, text = _segment(raw, colons=colons)
        segments.append(segment)
        shown.append(text)
    tail = "/" if path.endswith("/") and shown else ""
    return "/" + "/".join(shown) + tail, tuple(segments)


def _split(path: str) -> list[str]:
    """Pieces between slashes that stand outside of braces and parentheses."""
    pieces: list[str] = []
    depth, current = 0, ""
    for char in path:
        if char in "{(":
            depth += 1
        elif char in "})":
            depth -= 1
        if char == "/" and depth <= 0:
            if current:
                pieces.append(current)
            current = ""
        else:
            current += char
    if current:
        pieces.append(current)
    return pieces


def _segment(raw: str, *, colons: bool) -> tuple[Segment, str]:
    braces = _BRACES.match(raw)
    if braces and _is_one(raw):
        star, name, pattern = braces.groups()
        rest = bool(star) or pattern == "path" or pattern in (".*", ".+")
        return Segment(param=name, pattern="" if rest else _pattern(pattern or ""), rest=rest), "{" + name + "}"
    colon = _COLON.match(raw) if colons else None
    if colon:
        name, pattern, flag = colon.groups()
        rest = flag in ("*", "+") or pattern in (".*", ".+")
        return Segment(param=name, pattern="" if rest else _pattern(pattern or ""), rest=rest), "{" + name + "}"
    if raw.startswith("*"):
        name = raw.strip("*") or "rest"
        return Segment(param=name, rest=True), "{" + name + "}"
    # One notation or the other: behind a parameter in braces, `:close` is what it says.
    braced = _MIXED_BRACES.search(raw) is not None
    if braced or (colons and _MIXED_COLON.search(raw)):
        text = _MIXED_BRACES.sub(r"{\1}", raw) if braced else _MIXED_COLON.sub(r"{\1}", raw)
        pattern = re.sub(r"\\\{[\w.\\-]+?\\\}", "[^/]+", re.escape(text))
        names = tuple(dict.fromkeys(_NAMED.findall(text)))
        return Segment(literal=text, param=names[0], pattern=pattern, more=names[1:]), text
    return Segment(literal=raw), raw


def _is_one(raw: str) -> bool:
    """The brace that opens the text is closed by its last character alone."""
    depth = 0
    for index, char in enumerate(raw):
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return index == len(raw) - 1
    return True


def _pattern(pattern: str) -> str:
    return "int" if pattern in _NUMERIC else "" if pattern in ("str", "string", "[^/]+", "[^/]*") else pattern
