"""Characters that nobody sees, and those that turn the reading direction: found, and spelled so that they show."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from persona_lsp.text.patterns import lazy

# Joiners (U+200C, U+200D) and variation selectors are left alone: scripts and emoji need them.
_TURNING = "\u202a-\u202e\u2066-\u2069"
_MARKS = "\u061c\u200e\u200f"
_WIDTHLESS = "\u00ad\u034f\u180e\u200b\u2060-\u2064\ufeff"
_TAGS = "\U000e0000-\U000e007f"
_MORE_SELECTORS = "\U000e0100-\U000e01ef"
_HIDDEN = lazy(f"[{_TURNING}{_MARKS}{_WIDTHLESS}{_TAGS}{_MORE_SELECTORS}]+")
_ONLY_TURNING = lazy(f"[{_TURNING}{_MARKS}]")
# A flag of a region (England, Wales) is a black flag, the region's letters as tags, and the tag that ends them.
_FLAG = lazy("\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{2,6}\U000e007f")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_NAMED_AT_MOST = 3


def hidden_in(line: str) -> Iterator[tuple[int, int]]:
    """The start and end of each run of characters that nobody sees.

    Ideographic variants (U+E0100 and on, behind a Chinese character) and the marks with which right-to-left scripts
    are set are text; the characters that turn the direction of what follows never are.
    """
    if line.isascii():
        return
    flags = [match.span() for match in _FLAG.finditer(line)]
    for match in _HIDDEN.finditer(line):
        start, end = match.span()
        if any(first < start and end <= last for first, last in flags):
            continue
        run = match.group()
        if all(c in "\u061c\u200e\u200f" for c in run) and _has_right_to_left(line):
            continue
        if len(run) == 1 and run >= "\U000e0100" and start and unicodedata.category(line[start - 1]) == "Lo":
            continue
        if run == "\u00ad" and start > 0 and end < len(line) and line[start - 1].isalpha() and line[end].isalpha():
            # A soft hyphen inside of a word says where it may be broken.
            continue
        yield start, end


def turns(text: str) -> bool:
    """Whether a run of hidden characters changes the reading direction."""
    return _ONLY_TURNING.search(text) is not None


def names_of(run: str) -> str:
    """The characters of a run by code point and name; what tag characters spell is quoted."""
    tags = "".join(chr(ord(c) - 0xE0000) for c in run if "\U000e0020" <= c <= "\U000e007e")
    if len(tags) > 1:
        return f"{len(run)} tag characters that spell `{tags[:40]}`"
    named = [f"U+{ord(c):04X} {unicodedata.name(c, '')}".strip() for c in dict.fromkeys(run)]
    more = f" and {len(named) - _NAMED_AT_MOST} more" if len(named) > _NAMED_AT_MOST else ""
    return ", ".join(named[:_NAMED_AT_MOST]) + more


def spelled(text: str) -> str:
    """A text in which what nobody sees is shown by its code point, so that a message cannot be turned around."""
    if text.isascii():
        return text
    return _HIDDEN.sub(lambda match: "".join(f"<U+{ord(c):04X}>" for c in match.group()), text)


def _has_right_to_left(line: str) -> bool:
    return any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT and c.isalpha() for c in line)
