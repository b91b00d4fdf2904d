"""Every kind of problem fires where its page says so and nowhere else, and its fix mends it for good."""

import codecs
from itertools import pairwise

import pytest
from tests.persona.problem_pages import PAGES, Example, Mark, examples

from persona_lsp.persona.codes import CODES
from persona_lsp.persona.load import load
from persona_lsp.persona.model import Problem
from persona_lsp.persona.source import read

# What a page cannot hold, and where it is tested.
ELSEWHERE = {
    "file-unreadable": "tests/persona/test_find.py",
    "file-too-large": "tests/persona/test_load.py",
    "front-matter-too-large": "tests/persona/test_load.py",
    "encoding-utf16": "tests/persona/test_load.py",
    "last-good-at-work": "tests/lsp/test_persona_files.py",
}
CODE_NAMES = sorted(path.stem for path in PAGES.glob("*.md"))


def of_a_code(data: bytes, path: str, code: str) -> list[Problem]:
    return [problem for problem in load(data, path).problems if problem.code == code]


def mended(data: bytes, path: str, code: str) -> bytes:
    """The file after the fixes of one code, one after another."""
    for _ in range(10):
        fix = next((one.fix for one in of_a_code(data, path, code) if one.fix is not None), None)
        if fix is None:
            break
        data = data[: fix.start] + fix.new_text.encode() + data[fix.end :]
    return data


def test_every_code_has_a_page_or_a_test() -> None:
    assert sorted({*CODE_NAMES, *ELSEWHERE}) == sorted(CODES)
    assert not set(CODE_NAMES) & set(ELSEWHERE)


@pytest.mark.parametrize("code", CODE_NAMES)
def test_a_page_shows_the_problem_and_what_is_none(code: str) -> None:
    headings = [example.heading for example in examples(code)]
    assert "Flagged" in headings
    assert "Fine" in headings
    assert ("Fixed" in headings) is CODES[code].fixable


@pytest.mark.parametrize("code", CODE_NAMES)
def test_it_fires_where_the_carets_are(code: str) -> None:
    for example in examples(code):
        found = of_a_code(example.data, example.path, code)
        if example.heading == "Flagged":
            assert [_mark(one, example) for one in found] == example.marks
            assert example.marks
        else:
            assert found == [], example


@pytest.mark.parametrize("code", CODE_NAMES)
def test_its_severity_is_that_of_the_table(code: str) -> None:
    for example in examples(code):
        assert {one.severity for one in of_a_code(example.data, example.path, code)} <= {CODES[code].severity}


@pytest.mark.parametrize("code", [code for code in CODE_NAMES if CODES[code].fixable])
def test_the_fix_gives_the_fixed_file_and_nothing_is_left_to_mend(code: str) -> None:
    pairs = _pairs(code)
    assert pairs
    for flagged, fixed in pairs:
        once = mended(flagged.data, flagged.path, code)
        assert once.decode("utf-8", "surrogateescape") == fixed.data.decode("utf-8", "surrogateescape")
        assert of_a_code(once, flagged.path, code) == []
        assert mended(once, flagged.path, code) == once
        before = {one.code for one in load(flagged.data, flagged.path).problems}
        assert {one.code for one in load(once, flagged.path).problems} < before


@pytest.mark.parametrize("code", [code for code in CODE_NAMES if CODES[code].fixable])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8], ids=["", "BOM"])
def test_line_ends_and_a_byte_order_mark_are_kept(code: str, mark: bytes) -> None:
    if code == "byte-order-mark":
        mark = b""
    for flagged, fixed in _pairs(code):
        data = mark + flagged.data.replace(b"\n", b"\r\n")
        assert mended(data, flagged.path, code) == mark + fixed.data.replace(b"\n", b"\r\n")


def _pairs(code: str) -> list[tuple[Example, Example]]:
    found = examples(code)
    return [(one, next_) for one, next_ in pairwise(found) if next_.heading == "Fixed"]


def _mark(problem: Problem, example: Example) -> Mark:
    # Carets stand below one line; what goes on behind it is marked to its end.
    whole = len(read(example.data).lines[problem.line - 1]) + 1
    end = problem.end_column if problem.end_line == problem.line else whole
    return Mark(problem.line, problem.column, end, problem.message)
