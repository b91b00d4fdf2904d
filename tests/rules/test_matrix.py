"""Every rule has its examples in every framework, or a named gap."""

import re

import pytest
from tests.harness.engine import first_fixes, read
from tests.rules.matrix import BLOCKS, COLUMNS, GAPS, column, gap, shown, wanted
from tests.rules.pages import of

from persona_lsp.rules.registry import Rule, by_id, rules

EVERY = [pytest.param(rule, id=rule.id) for rule in rules()]


@pytest.mark.parametrize("rule", EVERY)
def test_a_rule_has_its_examples_or_a_named_gap(rule: Rule) -> None:
    missing = [
        f"{where} {block}"
        for block in wanted(rule)
        for where in COLUMNS
        if where not in shown(rule, block) and not gap(rule, where, block)
    ]
    assert not missing, "show these on a page of the rule, or say in gaps.toml why not:\n" + "\n".join(missing)


@pytest.mark.parametrize("rule", EVERY)
def test_a_gap_that_closes_is_deleted(rule: Rule) -> None:
    closed = [key for key in GAPS.get(rule.id, {}) if _is_closed(rule, key)]
    assert closed == [], "delete these gaps"


@pytest.mark.parametrize("rule", EVERY)
def test_a_fix_that_can_be_spelled_is_shown(rule: Rule) -> None:
    unshown = [one for one in of(rule, "Flagged") if column(one.framework) not in shown(rule, "Fixed")]
    spelled = {column(one.framework) for one in unshown if first_fixes(read(one.sources), rule)}
    assert spelled == set(), "the fix of a Flagged example is spelled: show it as a Fixed one"


def test_gaps_name_rules_and_columns_and_give_reasons() -> None:
    assert set(GAPS) <= set(by_id())
    keys = set(COLUMNS) | {f"{where} {block}" for where in COLUMNS for block in BLOCKS}
    for rule, gaps in GAPS.items():
        assert set(gaps) <= keys, rule
        assert all(isinstance(reason, str) and reason for reason in gaps.values()), rule
        assert [reason for reason in gaps.values() if _is_no_reason(reason)] == [], (
            f"{rule}: say why, or write the example"
        )


@pytest.mark.parametrize(
    "reason", ["not written yet", "nobody wrote one", "to do", "TODO", "missing", "comes later", "no example", "n/a"]
)
def test_that_nobody_wrote_an_example_is_no_reason(reason: str) -> None:
    assert _is_no_reason(reason)


_EXCUSE = re.compile(
    r"\b(?:yet|to-?\s?do|tbd|later|fixme|missing|unwritten)\b|\b(?:not?|nobody|never)\b.*\b(?:wrote|written|examples?|shown)\b",
    re.IGNORECASE,
)
_FEWEST_WORDS = 5
"""Fewer tell nothing of the framework or of the rule."""


def _is_no_reason(reason: str) -> bool:
    return len(reason.split()) < _FEWEST_WORDS or _EXCUSE.search(reason) is not None


def _is_closed(rule: Rule, key: str) -> bool:
    """Whether there is an example where a gap is named, or none is wanted."""
    where, _, block = key.partition(" ")
    if not block:
        return where in shown(rule, "Flagged")
    return block not in wanted(rule) or where in shown(rule, block)
