"""Regular expressions that are compiled when they are first used: most runs need few of the hundreds there are."""

import re
from collections.abc import Callable, Iterable
from typing import Any, AnyStr, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")
_ATTRIBUTES = ("pattern", "flags", "groups", "groupindex")


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, but for the work, which is done at the first use.

    It has the methods and attributes of a pattern and is none: functions of `re` do not take it. One that cannot be
    compiled raises `re.error` at its first use; `tests/text/test_patterns.py` compiles all there are.
    """
    return cast("re.Pattern[AnyStr]", Lazy(pattern, flags))


def any_of(words: Iterable[str]) -> str:
    """The text of a pattern that matches where any of the words begins; it need not tell which.

    What words begin with is written once (`s(?:elect|ave)`): where there are many, that is twice as fast as to try one
    after the other.
    """
    by_first: dict[str, set[str]] = {}
    for word in filter(None, words):
        by_first.setdefault(word[0], set()).add(word[1:])
    # Where one word is the beginning of another, the other need not be looked for.
    parts = [re.escape(first) + ("" if "" in rest else any_of(rest)) for first, rest in sorted(by_first.items())]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


class Words:
    """Some words, of which a text may hold one: `words.within(text)`.

    There is a pattern for each first letter, compiled at the first use. One that begins with a letter of its own is
    found as quickly as a single word is, so that words with the same first letter cost one search together; a pattern
    of alternatives that begin differently is ten times slower.
    """

    __slots__ = ("_searches", "words")

    def __init__(self, *words: bytes) -> None:
        """Remember the words."""
        self.words = words
        self._searches: list[Callable[[bytes], object]] = []

    def within(self, text: bytes) -> bool:
        """Whether the text holds any of the words."""
        for search in self._searches or self._made():  # noqa: SIM110 -- asked of every file: a generator costs more
            if search(text) is not None:
                return True
        return False

    def _made(self) -> list[Callable[[bytes], object]]:
        by_first: dict[bytes, list[str]] = {}
        for word in self.words:
            by_first.setdefault(word[:1], []).append(word.decode("latin-1"))
        self._searches = [re.compile(any_of(group).encode("latin-1")).search for group in by_first.values()]
        return self._searches


class Lazy:
    """A pattern to come. Once it is compiled, its methods are those of the compiled one, found without a detour."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        """Remember what to compile."""
        self._source = pattern, flags

    def compiled(self) -> "re.Pattern[Any]":
        """Compile now. Raises `re.error`."""
        source, flags = self._source
        pattern: re.Pattern[Any] = re.compile(source, flags)
        self.__dict__.update({name: getattr(pattern, name) for name in (*_METHODS, *_ATTRIBUTES)})
        return pattern

    def __getattr__(self, name: str) -> Any:  # what a pattern has, which the type says
        """Compile at the first use of a method or attribute. Raises `AttributeError` for what no pattern has."""
        if name not in _METHODS and name not in _ATTRIBUTES:
            raise AttributeError(name)
        return getattr(self.compiled(), name)
