"""A message stays one line of 140 characters, however long the names of the code are that it is about."""

import re

import pytest
from tests.harness.engine import read
from tests.harness.fences import Example
from tests.rules.pages import of

from persona_lsp.rules.registry import Rule, rules

LONG = "a_name_of_a_length_that_nobody_would_choose_and_generators_do"


def stretched(example: Example) -> dict[str, bytes]:
    """The example with long paths: each route gets a prefix."""
    files = {}
    for path, source in example.sources.items():
        text = re.sub(rb"""(["'])/(?=[a-z:{])""", rb"\1/" + LONG.encode() + rb"/" + LONG.encode() + rb"/", source)
        files[path] = text
    return files


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in rules()])
def test_messages_are_short(rule: Rule) -> None:
    for example in of(rule, "Flagged"):
        for finding in read(stretched(example)).findings(rule):
            assert len(finding.message) <= 140, finding.message
            assert "\n" not in finding.message
