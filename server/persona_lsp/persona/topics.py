"""Which topics a sentence names: phrases in any case, with simple stems, at word boundaries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from persona_lsp.findings.topic import Topic

__all__ = ["Topic", "TopicMatch", "match_topics", "stem", "words"]

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*[#+]*")
_MIN_STEM = 3
# Plurals that end like `analysis` and `redis`.
_PLURALS = frozenset({"apis", "uris", "clis", "guis"})


class TopicMatch(msgspec.Struct, frozen=True):
    """A topic that a sentence names, by which of its phrases, and how specifically.

    `words` counts the words of the phrase, `rank` its place (from 0) among the topic's phrases.
    """

    topic: str
    phrase: str
    words: int
    rank: int

    @property
    def specificity(self) -> tuple[int, int]:
        """More is more specific: more words, then what the topic names first."""
        return self.words, -self.rank


def match_topics(sentence: str, topics: Sequence[Topic]) -> tuple[TopicMatch, ...]:
    """The topics that a sentence names, in the given order, each by its most specific phrase."""
    spoken = [_Spoken(word, stem(word)) for word in words(sentence)]
    present = frozenset(word.stem for word in spoken)
    matches: list[TopicMatch] = []
    for topic in topics:
        named = [
            TopicMatch(topic.id, phrase, sum(map(len, pattern)), rank)
            for rank, phrase in enumerate(topic.phrases)
            if (pattern := _compiled(phrase)) and all(_occurs(part, spoken, present) for part in pattern)
        ]
        if named:
            matches.append(max(named, key=lambda match: match.specificity))
    return tuple(matches)


def words(text: str) -> list[str]:
    """The words of a text in lower case; hyphens, slashes and dots part them."""
    return [match.group().lower() for match in _WORD.finditer(text)]


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word without plural, possessive, -ing and -ed; the same for `queries` and `query`."""
    word = word.replace("\u2019", "'").removesuffix("'s").removesuffix("'")
    if len(word) <= _MIN_STEM or not word.isascii():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "ches", "shes", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and (word in _PLURALS or not word.endswith(("ss", "us", "is"))):
        word = word[:-1]
    for suffix in ("ing", "ed"):
        base = word.removesuffix(suffix)
        if base != word and len(base) >= _MIN_STEM and re.search("[aeiouy]", base):
            doubled = len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz"
            word = base[:-1] if doubled else base
            break
    # Short words keep their e, or `core` and `cors` would be one.
    return word.removesuffix("e") if len(word) > _MIN_STEM + 1 else word


class _Spoken(NamedTuple):
    """A word of a sentence."""

    word: str
    stem: str


class _Word(NamedTuple):
    """A word of a phrase: its stem, or a pattern where it has a `*`."""

    stem: str
    pattern: re.Pattern[str] | None


@lru_cache(maxsize=4096)
def _compiled(phrase: str) -> tuple[tuple[_Word, ...], ...]:
    parts = re.split(r"\s+\+\s+", phrase.strip())
    return tuple(compiled for part in parts if (compiled := tuple(_phrase_words(part))))


def _phrase_words(part: str) -> list[_Word]:
    found: list[_Word] = []
    for raw in re.findall(r"(?:[^\W_]|[*'\u2019])+[#+]*", part.lower()):
        if "*" not in raw:
            found.append(_Word(stem(raw), None))
        elif raw.strip("*"):
            body = r"[^\W_]*".join(re.escape(piece) for piece in raw.split("*"))
            found.append(_Word("", re.compile(body + r"\Z")))
    return found


def _occurs(part: tuple[_Word, ...], spoken: list[_Spoken], present: frozenset[str]) -> bool:
    if any(word.pattern is None and word.stem not in present for word in part):
        return False
    last = len(spoken) - len(part)
    return any(all(_is(word, spoken[start + i]) for i, word in enumerate(part)) for start in range(last + 1))


def _is(word: _Word, spoken: _Spoken) -> bool:
    if word.pattern is None:
        return spoken.stem == word.stem
    return word.pattern.match(spoken.word) is not None
