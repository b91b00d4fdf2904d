"""What sentences of personas mean: the topics that they name, and those that they only sound like."""

import pytest

from persona_lsp.persona.topics import match_topics
from persona_lsp.rules.registry import topics


def named(sentence: str) -> set[str]:
    return {match.topic for match in match_topics(sentence, topics())}


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("Error messages never tell internals.", {"errors"}),
        ("No stack traces in answers.", {"errors"}),
        ("You swallow no exception.", {"errors"}),
        ("Every endpoint of an account needs a logged-in user.", {"auth"}),
        ("Tokens are checked before users log in again.", {"auth"}),
        ("Unauthenticated callers get 401, and 403 if they may not.", {"auth", "status-codes"}),
        ("No N+1 queries.", {"queries"}),
        ("Never query in a loop; use eager loading.", {"queries"}),
        ("Page sizes have an upper bound.", {"pagination"}),
        ("Lists are cursor-based.", {"pagination"}),
        ("A missing record is a 404.", {"status-codes"}),
        ("What was created is answered with 201.", {"status-codes"}),
        ("You never return 200 with an error.", {"status-codes"}),
        ("GET has no side effects.", {"methods"}),
        ("Passwords and API keys are never in the source.", {"security"}),
        ("All statements are parameterized queries.", {"security"}),
        ("You validate every request body.", {"validation"}),
        ("You beware of mass assignment.", {"validation"}),
        ("Writes that belong together are all or nothing.", {"transactions"}),
        ("You log errors with a correlation ID.", {"logging"}),
        ("Distributed tracing is on.", {"health"}),
        ("You decouple services with messaging.", {"messaging"}),
        ("You write tests.", {"testing"}),
    ],
)
def test_a_sentence_names_what_it_means(sentence: str, meant: set[str]) -> None:
    assert named(sentence) == meant


@pytest.mark.parametrize(
    ("sentence", "topic"),
    [
        ("Error messages never tell internals.", "messaging"),
        ("No stack traces in answers.", "health"),
        ("Every endpoint of an account needs a logged-in user.", "logging"),
        ("Failures are logged in JSON.", "auth"),
        ("You use battle-tested libraries.", "testing"),
        ("You like dependency injection.", "security"),
        ("Rate limiting is done with rack-attack.", "security"),
        ("Deployments have a rollback strategy.", "transactions"),
        ("You plan the migration from a monolith.", "migrations"),
        ("You validate your assumptions.", "validation"),
        ("You route questions to colleagues.", "routing"),
        ("Answers come within 500 ms.", "status-codes"),
    ],
)
def test_what_only_sounds_like_a_topic(sentence: str, topic: str) -> None:
    assert topic not in named(sentence)


def test_every_phrase_names_its_own_topic() -> None:
    """A phrase that its own words do not match is dead."""
    for topic in topics():
        for phrase in topic.phrases:
            spoken = phrase.replace(" + ", " and then ").replace("*", "")
            assert topic.id in named(spoken), (topic.id, phrase)
