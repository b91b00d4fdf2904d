"""A phrase names a topic: at word boundaries, in any case, singular or plural."""

import pytest

from persona_lsp.findings.topic import Topic
from persona_lsp.persona.topics import match_topics, stem


def names(phrase: str, sentence: str) -> bool:
    return bool(match_topics(sentence, (Topic("t", "T", (phrase,)),)))


@pytest.mark.parametrize(
    ("phrase", "sentence"),
    [
        ("status code", "You use proper HTTP Status Codes."),
        ("restful api", "You create RESTful APIs."),
        ("api contract", "clear API-contracts"),
        ("optimized query", "You write optimized queries."),
        ("optimi*e query", "You optimise queries"),
        ("quer*", "the query"),
        ("paginat*", "Every list is paginated."),
        ("cache", "caching layers"),
        ("secure + service*", "services that are secure"),
        ("c#", "You write C#."),
        ("request/response example", "request/response examples"),
        ("n+1", "No N+1 queries"),
        ("status code*", "the right status code"),
    ],
)
def test_names(phrase: str, sentence: str) -> None:
    assert names(phrase, sentence)


@pytest.mark.parametrize(
    ("phrase", "sentence"),
    [
        ("test", "the latest attestation"),
        ("api contract", "contracts of an API"),
        ("secure + service*", "secure code"),
        ("cors", "core business logic"),
        ("c#", "Use C and Go"),
        ("rest", "resting is restful"),
        ("*", "anything"),
        ("", "anything"),
        ("+", "anything + everything"),
    ],
)
def test_names_not(phrase: str, sentence: str) -> None:
    if phrase == "rest":
        # `resting` has the stem `rest`, by intent; `restful` has not.
        assert names(phrase, "resting")
        assert not names(phrase, "restful")
        return
    assert not names(phrase, sentence)


@pytest.mark.parametrize(
    ("one", "other"),
    [("queries", "query"), ("caching", "cache"), ("validated", "validates"), ("indexes", "index"), ("apis", "api"),
     ("running", "runs"), ("policies", "policy"), ("class", "classes"), ("database's", "databases")],
)  # fmt: skip
def test_stems_that_are_one(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("cors", "core"), ("status", "stat"), ("redis", "redi"), ("go", "going")])
def test_stems_that_are_two(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_the_most_specific_phrase_counts_and_of_equals_the_first() -> None:
    topic = Topic("t", "T", ("secure", "secure services", "backend services"))
    (match,) = match_topics("secure services, that is backend services", (topic,))
    assert (match.phrase, match.words) == ("secure services", 2)


def test_topics_keep_their_order() -> None:
    topics = tuple(Topic(word, word, (word,)) for word in ("b", "a", "c"))
    assert [match.topic for match in match_topics("a b", topics)] == ["b", "a"]
