"""How large a persona is, for whoever pays for its tokens."""

from __future__ import annotations

import unicodedata

import msgspec

# What Anthropic's glossary gives for English text; each model counts for itself.
CHARACTERS_PER_TOKEN = 3.5


class Size(msgspec.Struct, frozen=True):
    """`tokens` is an estimate and says no more than the order of magnitude."""

    characters: int
    words: int
    tokens: int


def size_of(text: str) -> Size:
    """The size of a text. Wide characters (Chinese, Japanese, Korean, emoji) count as one token each."""
    wide = 0 if text.isascii() else sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    tokens = round((len(text) - wide) / CHARACTERS_PER_TOKEN + wide)
    return Size(len(text), len(text.split()), _rounded(tokens))


def _rounded(count: int) -> int:
    """Two digits that mean something: 1,143 is 1,100."""
    unit: int = 10 ** max(len(str(count)) - 2, 0)
    return round(count / unit) * unit
