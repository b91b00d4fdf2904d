"""The same small API in every framework extracts to the same facts; what a framework cannot say is a named gap."""

import pytest
from tests.bookshelf.matrix import FIELDS, FRAMEWORKS, GAPS, GOLDEN, SHOWN, cell, rows, snapshot


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_one_api_one_golden_file(framework: str) -> None:
    found = rows(framework)
    gaps = GAPS.get(framework, {})
    assert sorted(found) == sorted(GOLDEN)
    for label, expected in GOLDEN.items():
        for field, value in expected.items():
            gap = gaps.get(f"{label} {field}")
            if gap is None:
                assert found[label][field] == value, f"{framework}: {label} {field}"
            else:
                assert found[label][field] != value, f"{framework}: the gap {label} {field} has closed; delete it"


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("fact", SHOWN)
def test_a_fact_is_shown_or_a_named_gap(framework: str, fact: str) -> None:
    shown = SHOWN[fact][1](snapshot(framework))
    state, _ = cell(framework, fact)
    assert shown == (state != "gap"), (
        f"{framework}: {fact} is {'shown, so delete its gap' if shown else 'not shown: show it or name the gap'}"
    )


def test_gaps_give_reasons() -> None:
    for framework, gaps in GAPS.items():
        assert framework in FRAMEWORKS
        assert all(isinstance(reason, str) and reason for reason in gaps.values())
        assert all(key in FIELDS or key in SHOWN or key.split(" ")[0].isupper() for key in gaps), framework
