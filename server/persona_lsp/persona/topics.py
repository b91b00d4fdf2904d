"""Which topics a sentence names: phrases in any case, with simple stems, at word boundaries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from persona_lsp.findings.topic import Topic
from persona_lsp.text.patterns import lazy

__all__ = ["Topic", "TopicMatch", "match_topics", "stem", "words"]

_WORD = lazy(r"[^\W_]+(?:['\u2019][^\W_]+)*[#+]*")
_MIN_STEM = 3
# Plurals that end like `analysis` and `redis`.
_PLURALS = frozenset({"apis", "uris", "clis", "guis"})


class TopicMatch(msgspec.Struct, frozen=True):
    """A topic that a sentence names, by which of its phrases, and how specifically.

    `words` counts the words of the phrase, `rank` its place (from 0) among the topic's phrases. `rules` are those of
    which the sentence speaks by phrases of their own; `wide`: it speaks of all of the topic, too.
    """

    topic: str
    phrase: str
    words: int
    rank: int
    rules: tuple[str, ...] = ()
    wide: bool = True

    def keeps(self, rule: str) -> bool:
        """Whether the sentence speaks of what this rule of the topic looks for."""
        return self.wide or rule in self.rules

    @property
    def specificity(self) -> tuple[int, int]:
        """More is more specific: more words, then what the topic names first."""
        return self.words, -self.rank


def match_topics(sentence: str, topics: Sequence[Topic]) -> tuple[TopicMatch, ...]:
    """The topics that a sentence names, in the given order, each by its most specific phrase."""
    return _matches(sentence, tuple(topics))


@lru_cache(maxsize=2048)
def _matches(sentence: str, topics: tuple[Topic, ...]) -> tuple[TopicMatch, ...]:
    # Whoever types in one sentence of a persona leaves the others as they are.
    spoken = _Sentence(sentence)
    matches: list[TopicMatch] = []
    for topic in topics:
        found = [_match(topic.id, rank, phrase, spoken) for rank, phrase in enumerate(topic.every_phrase)]
        named = [match for match in found if match is not None]
        if named:
            best = max(named, key=lambda match: match.specificity)
            own = {match.phrase for match in named}
            rules = tuple(rule for rule, phrases in topic.about if not own.isdisjoint(phrases))
            wide = not own.isdisjoint(topic.phrases)
            matches.append(msgspec.structs.replace(best, rules=rules, wide=wide))
    return tuple(matches)


def _match(topic: str, rank: int, phrase: str, spoken: _Sentence) -> TopicMatch | None:
    pattern = _compiled(phrase)
    named = pattern.size and spoken.may_name(pattern) and spoken.names(pattern)
    return TopicMatch(topic, phrase, pattern.size, rank) if named else None


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


class _Word(NamedTuple):
    """A word of a phrase: its stem; or, where it has a `*`, what it begins with or the pattern it has."""

    stem: str
    prefix: str
    pattern: re.Pattern[str] | None


class _Phrase(NamedTuple):
    """The parts of a phrase, all of which have to occur, and the number of words in them.

    `stem` or `begins` is what its first word has to be, "" if that is a pattern; `begins` comes with a space before it.
    """

    parts: tuple[tuple[_Word, ...], ...]
    size: int
    stem: str = ""
    begins: str = ""


class _Sentence:
    """The words of a sentence; remembers where it looked a word up, for phrases share their words."""

    def __init__(self, text: str) -> None:
        self.words = words(text)
        self.stems = [stem(word) for word in self.words]
        self.known = frozenset(self.stems)
        self.joined = " " + " ".join(self.words)
        self.found: dict[_Word, frozenset[int]] = {}

    def may_name(self, phrase: _Phrase) -> bool:
        """Whether the first word of the phrase occurs: that of most phrases does not, and to ask is quick."""
        if phrase.stem:
            return phrase.stem in self.known
        return phrase.begins in self.joined

    def names(self, phrase: _Phrase) -> bool:
        """Whether each part of the phrase occurs, its words side by side."""
        return all(self._occurs(part) for part in phrase.parts)

    def _occurs(self, part: tuple[_Word, ...]) -> bool:
        starts = self._places(part[0])
        for offset, word in enumerate(part[1:], 1):
            if not starts:
                return False
            places = self._places(word)
            starts = frozenset(start for start in starts if start + offset in places)
        return bool(starts)

    def _places(self, word: _Word) -> frozenset[int]:
        known = self.found.get(word)
        if known is not None:
            return known
        if word.pattern is not None:
            matches = word.pattern.match
            places = frozenset(i for i, spoken in enumerate(self.words) if matches(spoken))
        elif word.prefix:
            prefix = word.prefix
            places = frozenset(i for i, spoken in enumerate(self.words) if spoken.startswith(prefix))
        else:
            places = frozenset(i for i, spoken in enumerate(self.stems) if spoken == word.stem)
        self.found[word] = places
        return places


@lru_cache(maxsize=4096)
def _compiled(phrase: str) -> _Phrase:
    parts = re.split(r"\s+\+\s+", phrase.strip())
    compiled = tuple(tuple(found) for part in parts if (found := _phrase_words(part)))
    first = compiled[0][0] if compiled else _Word("", "", None)
    return _Phrase(compiled, sum(map(len, compiled)), first.stem, f" {first.prefix}" if first.prefix else "")


def _phrase_words(part: str) -> list[_Word]:
    found: list[_Word] = []
    for raw in re.findall(r"(?:[^\W_]|[*'\u2019])+[#+]*", part.lower()):
        if "*" not in raw:
            found.append(_Word(stem(raw), "", None))
        elif raw.endswith("*") and "*" not in (prefix := raw.rstrip("*")) and prefix:
            found.append(_Word("", prefix, None))
        elif raw.strip("*"):
            body = r"[^\W_]*".join(re.escape(piece) for piece in raw.split("*"))
            found.append(_Word("", "", re.compile(body + r"\Z")))
    return found
