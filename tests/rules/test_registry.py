"""Rules are discovered, belong to a topic, and load quickly."""

import subprocess
import sys

import pytest

from persona_lsp.findings.finding import Severity
from persona_lsp.rules.registry import by_id, rules, topics
from persona_lsp.rules.topics import FEATURES


def test_the_first_rules_are_all_there() -> None:
    promised = """duplicate-route route-shadowed path-param-unused path-param-mismatch get-with-side-effects
        post-create-without-201 no-content-with-body error-with-success-status missing-not-found-check
        auth-status-confusion error-leaks-internals missing-return-after-response async-error-not-forwarded
        swallowed-exception-in-handler unvalidated-body mass-assignment unbounded-list page-size-unbounded
        sibling-auth-gap cors-any-origin-with-credentials sql-injection-dynamic-query query-in-loop
        multi-write-without-transaction hardcoded-secret""".split()
    assert set(promised) <= set(by_id())


def test_ids_are_unique() -> None:
    assert len(by_id()) == len(rules())


def test_topics_are_unique_and_named() -> None:
    ids = [topic.id for topic in topics()]
    assert len(set(ids)) == len(ids)
    assert all(topic.title and topic.phrases for topic in topics())


def test_a_topic_without_rules_says_who_keeps_it_or_why_nobody_does() -> None:
    ruled = {rule.topic.id for rule in rules()}
    assert [topic.id for topic in topics() if topic.id not in ruled and not (topic.features or topic.not_yet)] == []
    assert [feature for topic in topics() for feature in topic.features if feature not in FEATURES] == []


def test_no_rule_is_less_than_a_hint() -> None:
    assert all(isinstance(rule.declaration.severity, Severity) for rule in rules())


@pytest.mark.parametrize("heavy", ["tree_sitter", "pygls", "lsprotocol", "anthropic", "yaml", "sqlglot"])
def test_loading_rules_loads_nothing_heavy(heavy: str) -> None:
    code = f"from persona_lsp.rules.registry import rules; rules(); import sys; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
