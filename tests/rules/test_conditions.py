"""Every condition under which a rule keeps silent is shown by a Fine example."""

import re
import tomllib
from typing import Final

import pytest
from tests.rules.pages import HERE, of

from persona_lsp.rules.registry import by_id, rules

CONDITIONS: Final = tomllib.loads((HERE / "conditions.toml").read_text())


@pytest.mark.parametrize("rule_id", CONDITIONS)
def test_each_condition_is_shown(rule_id: str) -> None:
    texts = [
        "\n".join((example.title, *(f"{file.path}\n{file.text}" for file in example.files)))
        for example in of(by_id()[rule_id], "Fine")
    ]
    unshown = [
        name
        for name, pattern in CONDITIONS[rule_id].items()
        if not any(re.search(pattern, t, re.MULTILINE) for t in texts)
    ]
    assert unshown == [], "write a Fine example for each"


def test_every_rule_says_when_it_is_silent() -> None:
    assert set(CONDITIONS) == {rule.id for rule in rules()}
