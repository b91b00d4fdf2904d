"""Findings that share a habit are told as one, and only those that are left when they are told."""

import hashlib

from persona_lsp.facts.place import Where
from persona_lsp.findings import baseline
from persona_lsp.findings.finding import Finding, Habit, Reported, Severity
from persona_lsp.findings.grouping import grouped
from persona_lsp.text.lines import LineTable


def place(
    path: str,
    start: int,
    *,
    whole: int | None = None,
    severity: Severity = Severity.WARNING,
    rule: str = "a-rule",
    key: str = "habit",
    who: str = "",
) -> Reported:
    habit = Habit(key, who or f"`{path}:{start}`", "place", "places", "do it.", whole)
    finding = Finding(Where(path, start, start + 1), f"{path}:{start} alone.", habit=habit)
    mark = hashlib.sha256(f"{path}{start}".encode()).hexdigest()
    return Reported(rule, severity, finding, "t", fingerprint=mark)


def told(*found: Reported) -> list[str]:
    return [one.message for one in grouped(found)]


def test_those_of_a_file_are_one_at_the_first_place() -> None:
    (one,) = grouped([place("a.py", 1), place("a.py", 5), place("a.py", 9)])
    assert one.message == "`a.py:1` and 2 more places of this file do it."
    assert one.where.start == 1
    assert [(beside.where.start, beside.message) for beside in one.finding.related] == [
        (5, "So does `a.py:5`."),
        (9, "So does `a.py:9`."),
    ]


def test_each_file_has_its_own_unless_the_whole_api_does_it() -> None:
    assert told(place("a.py", 1), place("a.py", 2), place("b.py", 1)) == [
        "`a.py:1` and 1 more place of this file do it.",
        "b.py:1 alone.",
    ]
    assert told(place("a.py", 1, whole=2), place("b.py", 1, whole=2)) == [
        "`a.py:1` and 1 more place of this API do it."
    ]


def test_too_few_for_the_whole_api_stay_by_file() -> None:
    found = [place("a.py", 1, whole=4), place("a.py", 2, whole=4), place("b.py", 1, whole=4)]
    assert told(*found) == ["`a.py:1` and 1 more place of this file do it.", "b.py:1 alone."]
    assert len(told(*found, place("c.py", 1, whole=4))) == 1


def test_who_asks_about_one_file_is_told_there() -> None:
    assert told(place("b.py", 1, whole=2), place("b.py", 2, whole=2)) == [
        "`b.py:1` and 1 more place of this file do it."
    ]


def test_one_place_that_is_left_has_its_own_words() -> None:
    assert told(place("a.py", 5)) == ["a.py:5 alone."]


def test_what_has_no_habit_or_is_of_another_weight_stays_apart_and_in_order() -> None:
    alone = Reported("b-rule", Severity.ERROR, Finding(Where("a.py", 3, 4), "Another."), "t")
    assert told(place("a.py", 1), alone, place("a.py", 5), place("a.py", 7, severity=Severity.HINT)) == [
        "`a.py:1` and 1 more place of this file do it.",
        "Another.",
        "a.py:7 alone.",
    ]


def test_a_habit_that_two_rules_call_the_same_is_that_of_each() -> None:
    assert told(
        place("a.py", 1), place("a.py", 2, rule="b-rule"), place("a.py", 3), place("a.py", 4, rule="b-rule")
    ) == [
        "`a.py:1` and 1 more place of this file do it.",
        "`a.py:2` and 1 more place of this file do it.",
    ]


def test_it_points_at_eight_of_the_others_and_counts_them_all() -> None:
    (one,) = grouped([place("a.py", start) for start in range(20)])
    assert one.message == "`a.py:0` and 19 more places of this file do it."
    assert [beside.where.start for beside in one.finding.related] == list(range(1, 9))


def test_what_is_told_begins_as_a_sentence() -> None:
    assert told(place("a.py", 1, who="the query"), place("a.py", 2)) == [
        "The query and 1 more place of this file do it."
    ]


def test_the_fingerprint_of_the_whole_api_stays_when_its_first_file_goes() -> None:
    (before,) = grouped([place(f"{name}.py", 1, whole=2) for name in "abc"])
    (after,) = grouped([place(f"{name}.py", 1, whole=2) for name in "bc"])
    assert before.fingerprint == after.fingerprint


def test_two_habits_of_a_file_are_told_from_each_other() -> None:
    one, other = grouped([place("a.py", start, key=key) for key in ("habit", "other") for start in (1, 5)])
    assert one.fingerprint != other.fingerprint


def test_the_fingerprint_stays_when_the_first_place_goes() -> None:
    (before,) = grouped([place("a.py", 1), place("a.py", 5), place("a.py", 9)])
    (after,) = grouped([place("a.py", 5), place("a.py", 9)])
    (elsewhere,) = grouped([place("b.py", 5), place("b.py", 9)])
    assert before.fingerprint == after.fingerprint != elsewhere.fingerprint


def test_a_baseline_knows_places_and_a_new_one_is_told_alone() -> None:
    def lines(_path: str) -> LineTable:
        return LineTable(b"")

    known = baseline.read(baseline.write([place("a.py", 1), place("a.py", 5)], lines))
    now = [place("a.py", 5), place("a.py", 7)]
    assert told(*baseline.unknown(now, known, lines)) == ["a.py:7 alone."]
