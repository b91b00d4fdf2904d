"""Patterns that are compiled at their first use."""

import gc
import importlib
import pkgutil
import re

import pytest

import persona_lsp
from persona_lsp.text.patterns import Lazy, Words, any_of, lazy


def test_a_pattern_is_compiled_when_it_is_used() -> None:
    words = lazy(r"(\w+)=(?P<value>\w+)", re.IGNORECASE)
    assert "search" not in vars(words)
    found = words.search("a A=b")
    assert found is not None
    assert found["value"] == "b"
    assert "search" in vars(words)
    assert (words.pattern, words.groups) == (r"(\w+)=(?P<value>\w+)", 2)
    assert words.sub("x", "a=b") == "x"


def test_it_is_no_more_than_a_pattern() -> None:
    with pytest.raises(AttributeError, match="upper"):
        lazy("a").upper  # type: ignore[attr-defined]  # noqa: B018  # there is none
    with pytest.raises(re.error):
        lazy("(").match("a")


def test_all_patterns_can_be_compiled() -> None:
    for module in pkgutil.walk_packages(persona_lsp.__path__, "persona_lsp."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    patterns = [one for one in gc.get_objects() if type(one) is Lazy and one.__dict__["_source"] != ("(", 0)]
    assert len(patterns) > 500
    for pattern in patterns:
        pattern.compiled()


def test_words_are_looked_for_together() -> None:
    pattern = re.compile(any_of(["select", "save", "s.a", "abort", "", "(x"]))
    for text in ("to select", "saved", "s.a", "aborted", "f(x)"):
        assert pattern.search(text), text
    for text in ("sele", "sxa", "abo", "f x", ""):
        assert pattern.search(text) is None, text


def test_a_word_that_begins_another_is_enough() -> None:
    assert re.fullmatch(any_of(["request", "req", "requests"]), "req")


def test_a_text_holds_a_word_or_none() -> None:
    words = Words(b"save", b"select", b"(x", b"se", b"\xff")
    for text in (b"to save", b"a select", b"sense", b"f(x)", b"\xfe\xff"):
        assert words.within(text), text
    for text in (b"", b"s", b"sa", b"(y", b"SAVE", b"\xfe"):
        assert not words.within(text), text
    assert not Words().within(b"anything")
