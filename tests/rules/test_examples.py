"""Every rule does what its page says: the examples of its docstring, and of `<family>/<rule_id>.md` beside this file.

Those of one language may stand in a page of their own: `<family>/<rule_id>.<language>.md`.
"""

import pytest
from tests.harness.checks import check_fine, check_fixes, check_flagged, check_gap, held
from tests.harness.engine import read
from tests.harness.fences import Example, examples
from tests.rules.pages import HERE, of

from persona_lsp.rules.page import HEADINGS, REQUIRED
from persona_lsp.rules.registry import Rule, by_id, rules

CHECKS = {"Flagged": check_flagged, "Fine": check_fine, "Not yet flagged": check_gap}


def cases() -> list[object]:
    return [
        pytest.param(
            rule, heading, example, id=f"{rule.id}-{heading.lower().replace(' ', '_')}-{number}-{example.framework}"
        )
        for rule in rules()
        for heading in CHECKS
        for number, example in enumerate(of(rule, heading), 1)
    ]


@pytest.mark.parametrize(("rule", "heading", "example"), cases())
def test_example(rule: Rule, heading: str, example: Example) -> None:
    CHECKS[heading](rule, example)


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in rules()])
def test_fine_examples_hold_what_every_flagged_one_holds(rule: Rule) -> None:
    """Facts without which nothing can be flagged are there, or the example says which change would bring them."""
    needed = frozenset.intersection(*(held(read(one.sources)) for one in of(rule, "Flagged")))
    # The page that people read has no room for changes: where the fact is itself the suspicion, other pages prove it.
    suspicions = needed & {"claims", "secrets"}
    own = examples(rule.page.sections["Fine"])
    vacuous = [
        f"{one.framework} {one.number} ({one.title}): {', '.join(sorted(missing))}"
        for one in of(rule, "Fine")
        if not one.changes and (missing := needed - held(read(one.sources)) - (suspicions if one in own else set()))
    ]
    assert vacuous == [], "these could not be flagged whatever the rule did: say what would make them flagged"


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in rules()])
def test_fixes(rule: Rule) -> None:
    shown = examples(rule.page.sections["Flagged"])
    check_fixes(rule, shown, of(rule, "Fixed"), of(rule, "Flagged")[len(shown) :])


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in rules()])
def test_page(rule: Rule) -> None:
    headings = list(rule.page.sections)
    assert [heading for heading in HEADINGS if heading in headings] == headings, "unknown headings, or out of order"
    assert all(rule.page.sections.get(heading, "").strip() for heading in REQUIRED), f"one of {REQUIRED} is missing"
    assert not any("<!--" in text for text in rule.page.sections.values()), "people read the page as it stands"
    assert rule.page.summary.endswith(".")
    assert not rule.page.summary.startswith("Checks"), "the summary says what is wrong"
    assert rule.page.sections["Why it matters"].count("](https://") >= 1, "it names a standard, with its address"
    sources = [tuple(one.sources.items()) for heading in HEADINGS for one in of(rule, heading) if heading != "Fixed"]
    assert len(set(sources)) == len(sources), "the same example twice"
    frameworks = {one.framework for heading in ("Flagged", "Fine") for one in of(rule, heading)}
    assert len(frameworks) > 1, "an example in one framework only"


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in rules()])
def test_words(rule: Rule) -> None:
    messages = [one.message for example in of(rule, "Flagged") for _, one in example.expected]
    for message in messages:
        assert len(message) <= 140, f"{len(message)} characters: {message}"
        assert message.endswith((".", "?")), message
        assert message[0] == message[0].upper(), message


def test_names_state_the_problem() -> None:
    remedies = ("no-", "use-", "prefer-", "avoid-", "should-", "add-", "require-", "disallow-", "check-", "do-not-")
    assert [rule_id for rule_id in by_id() if rule_id.startswith(remedies) and rule_id != "no-content-with-body"] == []


def test_further_pages_belong_to_rules() -> None:
    known = {f"{rule.family}/{rule.id.replace('-', '_')}.md" for rule in rules()}
    found = {path.relative_to(HERE).with_name(path.name.split(".", 1)[0] + ".md") for path in HERE.rglob("*.md")}
    assert {path.as_posix() for path in found} <= known
