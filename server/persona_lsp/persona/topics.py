"""Which topics a sentence names: phrases in any case, with simple stems, at word boundaries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from persona_lsp.findings.topic import Topic

__all__ = ["Topic", "TopicMatch", "match_topics", "stem", "words"]

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*[#+]*")
_MIN_STEM = 3


class TopicMatch(msgspec.Struct, frozen=True):
    """A topic that a sentence names, by which of its phrases, and how specifically.

    `words` counts the words of the phrase, `letters` the letters that it spells out.
    """

    topic: str
    phrase: str
    words: int
    letters: int


def match_topics(sentence: str, topics: Sequence[Topic]) -> tuple[TopicMatch, ...]:
    """The topics that a sentence names, in the given order, each by its most specific phrase."""
    stems = [stem(word) for word in words(sentence)]
    present = frozenset(stems)
    matches: list[TopicMatch] = []
    for topic in topics:
        best: TopicMatch | None = None
        for phrase in topic.phrases:
            pattern = _compiled(phrase)
            if not pattern or not all(_occurs(part, stems, present) for part in pattern):
                continue
            spelled = [word for part in pattern for word in part]
            match = TopicMatch(topic.id, phrase, len(spelled), sum(len(w.letters) for w in spelled))
            if best is None or (match.words, match.letters) > (best.words, best.letters):
                best = match
        if best is not None:
            matches.append(best)
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
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for suffix in ("ing", "ed"):
        base = word.removesuffix(suffix)
        if base != word and len(base) >= _MIN_STEM and re.search("[aeiouy]", base):
            doubled = len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz"
            word = base[:-1] if doubled else base
            break
    return word.removesuffix("e") if len(word) > _MIN_STEM else word


class _Word(msgspec.Struct, frozen=True):
    """A word of a phrase: its stem, or a pattern where it has a `*`; and the letters it spells out."""

    stem: str
    pattern: re.Pattern[str] | None
    letters: str


@lru_cache(maxsize=4096)
def _compiled(phrase: str) -> tuple[tuple[_Word, ...], ...]:
    parts = re.split(r"\s+\+\s+", phrase.strip())
    return tuple(compiled for part in parts if (compiled := tuple(_phrase_words(part))))


def _phrase_words(part: str) -> list[_Word]:
    found: list[_Word] = []
    for raw in re.findall(r"(?:[^\W_]|[*'\u2019])+[#+]*", part.lower()):
        letters = raw.replace("*", "")
        if "*" not in raw:
            found.append(_Word(stem(raw), None, letters))
        elif letters:
            # Both the word and its stem may fit: `quer*` has to meet `query`, whose stem it is too.
            body = r"\w*".join(re.escape(piece) for piece in raw.split("*"))
            found.append(_Word("", re.compile(body + r"\Z"), letters))
    return found


def _occurs(part: tuple[_Word, ...], stems: list[str], present: frozenset[str]) -> bool:
    if any(word.pattern is None and word.stem not in present for word in part):
        return False
    last = len(stems) - len(part)
    return any(all(_is(word, stems[start + offset]) for offset, word in enumerate(part)) for start in range(last + 1))


def _is(word: _Word, found: str) -> bool:
    return found == word.stem if word.pattern is None else word.pattern.match(found) is not None
