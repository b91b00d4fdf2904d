"""The baseline: what is known is not shown again."""

import json

import pytest

from persona_lsp.facts.place import Where
from persona_lsp.findings import baseline
from persona_lsp.findings.finding import Finding, Reported, Severity
from persona_lsp.text.lines import LineTable

SOURCE = b"a = 1\nb = 2\n"


def lines(path: str) -> LineTable:
    return LineTable(SOURCE)


def found(fingerprint: str, start: int = 0) -> Reported:
    return Reported(
        "a-rule", Severity.ERROR, Finding(Where("a.py", start, start + 1), "No."), "t", "", "", False, fingerprint
    )


def test_what_was_written_is_known_and_the_rest_is_new() -> None:
    written = baseline.read(baseline.write([found("one")], lines))
    assert baseline.unknown([found("one"), found("two")], written, lines) == (found("two"),)


def test_a_second_finding_of_the_same_kind_is_new() -> None:
    written = baseline.read(baseline.write([found("one")], lines))
    assert len(baseline.unknown([found("one"), found("one")], written, lines)) == 1


def test_without_a_fingerprint_the_line_of_code_decides() -> None:
    written = baseline.read(baseline.write([found("", 0)], lines))
    assert baseline.unknown([found("", 0), found("", 6)], written, lines) == (found("", 6),)


def test_the_file_has_a_line_per_finding_in_a_stable_order() -> None:
    one, other = found("b"), found("a")
    data = baseline.write([one, other], lines)
    assert data == baseline.write([other, one], lines)
    assert [row["fingerprint"] for row in json.loads(data)["findings"]] == ["a", "b"]
    assert data.count(b"\n") == 7
    assert json.loads(baseline.write([], lines)) == {"version": 1, "findings": []}


@pytest.mark.parametrize("data", [b"", b"[]", b'{"findings": [1]}', b'{"findings": [{"rule": "x"}]}', b"\xff"])
def test_what_is_no_baseline_says_so(data: bytes) -> None:
    with pytest.raises(ValueError, match="is no baseline"):
        baseline.read(data)


def test_a_newer_format_says_so() -> None:
    with pytest.raises(ValueError, match="newer version"):
        baseline.read(b'{"version": 99, "findings": []}')
