"""Patterns of Django's URLs, with angle brackets or as regular expressions, as paths with `{name:pattern}` parameters."""

import re
from typing import Final

from persona_lsp.facts.text import Hole, Part, Ref, Text
from persona_lsp.text.patterns import lazy

_CONVERTED: Final = lazy(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
_KINDS: Final = {
    "int": "int", "str": "", "slug": "[-a-zA-Z0-9_]+", "path": "path",
    "uuid": "[0-9a-f]+(?:-[0-9a-f]+)+",
}  # fmt: skip
_ANCHORS: Final = frozenset("^$")
_REPEATS: Final = lazy(r"[*+?]\??|\{\d*,?\d*\}\??")
_TIMES: Final = lazy(r"\{\d*,?\d*\}")
_NOT_IN: Final = lazy(r"\[\^[^\]]*\]")
"""A class of what does not match: `[^ /]` takes no slash."""
_OTHER: Final = "\ue000"
"""Stands for what is no literal text, while the rest is read."""
_CLASSES: Final = frozenset("dDwWsSbBAZ")


def converted(text: Text) -> Text:
    """A route of `path()`: `articles/<int:pk>/` is `articles/{pk:int}/`."""
    return tuple(_CONVERTED.sub(_parameter, part) if isinstance(part, str) else part for part in text)


def _parameter(match: re.Match[str]) -> str:
    kind = match["kind"] or "str"
    # What a converter of the project matches stands in its class: here it is only different from all others.
    pattern = _KINDS.get(kind, f"(?!{kind})")
    return "{" + match["name"] + (f":{pattern}" if pattern else "") + "}"


def from_regex(text: Text) -> Text:
    """A route of `re_path()`, `url()` or a router: `^articles/(?P<slug>[-\\w]+)/?$` is `articles/{slug:[-\\w]+}`.

    What no path says (choices, classes of characters outside of a group) is a hole.
    """
    # A piece of another file may stand inside of a group: `(?P<name>` + NAMES + `)`. A mark stands for it meanwhile.
    others = [part for part in text if not isinstance(part, str)]
    found, _ = _Reader("".join(part if isinstance(part, str) else _OTHER for part in text), 0, others).read()
    return tuple(found)


class _Reader:
    """Reads one regular expression from left to right."""

    def __init__(self, pattern: str, number: int, others: list[Ref | Hole]) -> None:
        self.pattern = pattern
        self.others = others
        self.at = 0
        self.number = number
        self.out: list[Part] = []
        self.text = ""

    def read(self) -> tuple[list[Part], int]:
        """The path, and how many groups without a name were seen."""
        pattern = self.pattern
        while self.at < len(pattern):
            char = pattern[self.at]
            if char == "\\":
                following = pattern[self.at + 1 : self.at + 2]
                self.at += 2
                if following in _CLASSES:
                    if following not in "AZbB":
                        self._hole(f"\\{following}")
                        self._repeated()
                else:
                    self._literal(following)
            elif char in _ANCHORS:
                self.at += 1
            elif char == _OTHER:
                self.at += 1
                self._flush()
                self.out.append(self.others.pop(0))
            elif char == "(":
                self._group()
            elif char == "[":
                end = _class_end(pattern, self.at)
                single = pattern[self.at + 1 : end - 1]
                del self.others[: single.count(_OTHER)]
                self.at = end
                if len(single) == 1:
                    self._literal(single)
                else:
                    self._hole("class")
                    self._repeated()
            elif char in ".|*+":
                self._hole(char)
                self.at += 1
                self._repeated()
            else:
                self.at += 1
                self._literal(char)
        self._flush()
        return self.out, self.number

    def _literal(self, char: str) -> None:
        """A character, which may be left out (`/?`) or repeated."""
        repeat = _REPEATS.match(self.pattern, self.at)
        if repeat is None:
            self.text += char
            return
        self.at = repeat.end()
        if repeat[0] in ("?", "??", "*", "*?"):
            return  # the shortest path
        self.text += char

    def _repeated(self) -> None:
        repeat = _REPEATS.match(self.pattern, self.at)
        if repeat is not None:
            self.at = repeat.end()

    def _group(self) -> None:
        pattern = self.pattern
        end = _group_end(pattern, self.at)
        inner = pattern[self.at + 1 : end - 1]
        self.at = end
        inside = [self.others.pop(0) for _ in range(inner.count(_OTHER))]
        repeat = _REPEATS.match(pattern, self.at)
        optional = repeat is not None and repeat[0][0] in "?*"
        if repeat is not None:
            self.at = repeat.end()
        named = re.match(r"\?P<(\w+)>", inner)
        if named is not None:
            self._param(named[1], inner[named.end() :], optional)
        elif inner.startswith("?:"):
            if optional:
                return
            if "|" in inner or repeat is not None:
                self._hole("choice")
                return
            found, self.number = _Reader(inner[2:], self.number, inside).read()
            self._flush()
            self.out.extend(found)
        elif inner.startswith("?"):
            return  # looks ahead or behind, or sets a flag
        else:
            self.number += 1
            self._param(f"arg{self.number}", inner, optional)

    def _param(self, name: str, pattern: str, optional: bool) -> None:
        if optional and self.text.endswith("/"):
            return
        # How often is of no matter here, and the braces that say so are those of parameters.
        plain = _TIMES.sub("+", pattern)
        odd = _OTHER in plain or "{" in plain or "}" in plain or plain.count("(") != plain.count(")")
        shape = "path" if pattern in (".*", ".+") else f"(?!{len(pattern)})" if odd else plain
        if pattern in (r"[^/.]+", r"[^/]+", r"[^\/.]+", r"[^\/]+"):
            shape = ""
        elif "/" in _NOT_IN.sub("", pattern):
            shape = "path"
        self.text += "{" + name + (f":{shape}" if shape else "") + "}"

    def _hole(self, reason: str) -> None:
        self._flush()
        self.out.append(Hole("pattern", reason))

    def _flush(self) -> None:
        if self.text:
            self.out.append(self.text)
            self.text = ""


def _class_end(pattern: str, start: int) -> int:
    """Behind the bracket that closes a class of characters."""
    at = start + 1
    if pattern[at : at + 1] == "^":
        at += 1
    if pattern[at : at + 1] == "]":
        at += 1
    while at < len(pattern) and pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return min(at + 1, len(pattern))


def _group_end(pattern: str, start: int) -> int:
    """Behind the parenthesis that closes a group."""
    depth, at = 0, start
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 2
            continue
        if char == "[":
            at = _class_end(pattern, at)
            continue
        depth += (char == "(") - (char == ")")
        at += 1
        if depth == 0:
            return at
    return len(pattern)
