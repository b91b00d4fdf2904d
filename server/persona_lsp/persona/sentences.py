"""Where sentences begin and end in a line of prose full of Node.js, C# and e.g."""

from __future__ import annotations

import re

from persona_lsp.text.patterns import lazy

# The bounds keep it linear on a line of nothing but dots.
_STOP = lazy(r"[.!?\u2026]{1,8}[\"'\u201d\u2019)\]*_]{0,8}(?=\s|$)|[\u3002\uff01\uff1f]+")

# How far around a full stop one has to look, in characters.
_NEAR = 60

# Behind these a full stop never ends a sentence.
_ABBREVIATIONS = frozenset(
    {
        "e.g",
        "i.e",
        "eg",
        "ie",
        "vs",
        "cf",
        "al",
        "approx",
        "incl",
        "excl",
        "fig",
        "resp",
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "st",
        "dept",
        "esp",
        "viz",
        "no",
        "sec",
        "min",
        "max",
    }
)
# Behind these it does where a capital follows.
_AT_THE_END_TOO = frozenset({"etc", "inc", "ltd", "co", "corp", "a.m", "p.m", "u.s"})
# Words that are sentences' last ones more often than abbreviations.
_WORDS_AS_WELL = frozenset({"no", "min", "max", "al", "sec", "st"})


def split(text: str) -> list[tuple[int, int]]:
    """The start and end of each sentence, without the white space around it."""
    spans: list[tuple[int, int]] = []
    start = seen = ticks = 0
    for match in _STOP.finditer(text):
        ticks += text.count("`", seen, match.start())
        seen = match.start()
        # A full stop inside code belongs to the code.
        if ticks % 2 == 0 and _ends_here(text, start, match):
            spans.append(_stripped(text, start, match.end()))
            start = match.end()
            ticks = 0
            seen = start
    spans.append(_stripped(text, start, len(text)))
    return [(a, b) for a, b in spans if any(c.isalpha() for c in text[a:b])]


def _ends_here(text: str, start: int, match: re.Match[str]) -> bool:
    following = text[match.end() : match.end() + _NEAR].lstrip()
    if not following or match.group()[0] in "\u3002\uff01\uff1f":
        return True
    first = following.lstrip("\"'*(_`[\u201c\u2018")[:1]
    if first.islower():
        # `iOS` and `npm` begin sentences seldom; `vs. nothing` and `foo(). then` don't begin one.
        return False
    if not match.group().startswith("."):
        return True
    words = text[max(start, match.start() - _NEAR) : match.start()].split()
    word = words[-1].lower().lstrip("\"'(*_[") if words else ""
    if word in _AT_THE_END_TOO:
        return first.isupper()
    if word in _ABBREVIATIONS:
        return word in _WORDS_AS_WELL and not first.isdigit()
    # "1. First" and the initials of a name: neither the number nor the letter is a sentence.
    return not ((len(words) == 1 and word.isdigit()) or (len(word) == 1 and word.isalpha() and word != "i"))


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
