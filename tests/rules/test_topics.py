"""What sentences of personas mean: the topics that they name, and those that they only sound like."""

import pytest

from persona_lsp.persona.topics import match_topics
from persona_lsp.rules.registry import rules, topics


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
        for phrase in topic.every_phrase:
            spoken = phrase.replace(" + ", " and then ").replace("*", "")
            assert topic.id in named(spoken), (topic.id, phrase)


def test_phrases_of_single_rules_are_those_of_rules_of_the_family() -> None:
    families: dict[str, set[str]] = {}
    for rule in rules():
        families.setdefault(rule.topic.id, set()).add(rule.id)
    for topic in topics():
        named_alone = [rule for rule, _ in topic.about]
        assert len(named_alone) == len(set(named_alone))
        assert set(named_alone) <= families.get(topic.id, set())


@pytest.mark.parametrize(
    ("sentence", "rules_kept"),
    [
        ("You never leak internal errors to clients.", {"error-leaks-internals"}),
        ("Exceptions are never swallowed.", {"swallowed-exception-in-handler"}),
        ("You keep secrets out of the code.", {"hardcoded-secret"}),
        ("You use prepared statements.", {"sql-injection-dynamic-query"}),
        ("You answer 201 for what was created and 404 for what is not there.",
         {"post-create-without-201", "missing-not-found-check"}),
        ("You protect against mass assignment.", {"mass-assignment"}),
    ],
)  # fmt: skip
def test_a_sentence_about_one_thing_keeps_the_rules_about_it_alone(sentence: str, rules_kept: set[str]) -> None:
    (match,) = match_topics(sentence, topics())
    assert {rule.id for rule in rules() if rule.topic.id == match.topic and match.keeps(rule.id)} == rules_kept


@pytest.mark.parametrize(
    ("sentence", "topic"),
    [
        ("You build secure services and keep secrets out of the code.", "security"),
        ("Your error handling is sound: nothing is swallowed.", "errors"),
        ("You return proper HTTP status codes, 201 among them.", "status-codes"),
    ],
)
def test_a_sentence_about_the_whole_topic_keeps_all_of_its_rules(sentence: str, topic: str) -> None:
    (match,) = (match for match in match_topics(sentence, topics()) if match.topic == topic)
    assert all(match.keeps(rule.id) for rule in rules() if rule.topic.id == topic)
