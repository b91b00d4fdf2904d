"""Every condition under which a rule keeps silent is shown by a Fine example, and by a change that takes it away."""

import re
import tomllib
from typing import Final

import pytest
from tests.rules.pages import HERE, of

from persona_lsp.rules.registry import by_id, rules

Condition = str | dict[str, str]

CONDITIONS: Final[dict[str, dict[str, Condition]]] = tomllib.loads((HERE / "conditions.toml").read_text())
UNSHOWN: Final = sorted(
    (rule, name) for rule, all_ in CONDITIONS.items() for name, of in all_.items() if isinstance(of, dict)
)


def met(pattern: str, sources: dict[str, bytes]) -> bool:
    """Whether a file of these, its name included, holds the pattern."""
    return any(re.search(pattern, f"{path}\n{text.decode()}", re.MULTILINE) for path, text in sources.items())


def is_shown(rule_id: str, pattern: str) -> bool:
    """Some Fine example holds the pattern in its code, and one of its changes takes it away.

    That the rule fires after the change, which is why it keeps silent before, is tested with all examples.
    """
    return any(
        met(pattern, one.sources) and any(not met(pattern, one.changed(change)) for change in one.changes)
        for one in of(by_id()[rule_id], "Fine")
    )


@pytest.mark.parametrize("rule_id", CONDITIONS)
def test_a_change_shows_each_condition(rule_id: str) -> None:
    patterns = {name: one for name, one in CONDITIONS[rule_id].items() if isinstance(one, str)}
    unshown = [name for name, pattern in patterns.items() if not is_shown(rule_id, pattern)]
    assert unshown == [], "write a Fine example for each, and the change that takes the condition away and is flagged"


@pytest.mark.parametrize(("rule_id", "name"), UNSHOWN)
def test_what_no_change_shows_has_an_example_and_a_reason(rule_id: str, name: str) -> None:
    condition = CONDITIONS[rule_id][name]
    assert isinstance(condition, dict)
    pattern, reason = condition["pattern"], condition["unshown"]
    assert reason.strip()
    assert any(met(pattern, one.sources) for one in of(by_id()[rule_id], "Fine")), "write a Fine example"
    assert not is_shown(rule_id, pattern), "a change shows it now: its pattern alone says so"


def test_there_are_few_that_no_change_shows() -> None:
    assert len(UNSHOWN) == 2


def test_every_rule_says_when_it_is_silent() -> None:
    assert set(CONDITIONS) == {rule.id for rule in rules()}
