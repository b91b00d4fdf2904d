"""The harness itself: it fails for each kind of wrong rule, wrong page and wrong fix."""

from collections.abc import Iterator

import pytest
from tests.harness.carets import Expected, mark, split
from tests.harness.checks import check_fine, check_fixes, check_flagged, check_gap
from tests.harness.fences import Example, ExampleError, examples

from persona_lsp.facts.body import Function
from persona_lsp.findings.finding import Finding, Severity
from persona_lsp.findings.intent import RenameText
from persona_lsp.findings.topic import Topic
from persona_lsp.rules.api import Declaration, function_rule
from persona_lsp.rules.registry import Rule
from persona_lsp.workspace.snapshot import Snapshot

WORDS = "The name is bad; take another."


@function_rule(severity=Severity.WARNING, since="0.1")
def bad_name(function: Function, snapshot: Snapshot) -> Iterator[Finding]:
    if function.name == "bad":
        where = function.name_where
        yield Finding(where, WORDS, fixes=(RenameText(where, "Rename", new="good"),))


@function_rule(severity=Severity.WARNING, since="0.1")
def silent(function: Function, snapshot: Snapshot) -> Iterator[Finding]:
    yield from ()


@function_rule(severity=Severity.WARNING, since="0.1")
def still_bad(function: Function, snapshot: Snapshot) -> Iterator[Finding]:
    if function.name.startswith("bad"):
        where = function.name_where
        yield Finding(where, WORDS, fixes=(RenameText(where, "Rename", new=function.name + "_"),))


def rule(declaration: Declaration) -> Rule:
    return Rule("bad-name", "family", Topic("t", "T", ("t",)), declaration, "A name.\n")


def example(text: str, language: str = "py fastapi") -> Example:
    return examples(f"```{language}\n{text}```")[0]


FLAGGED = f"def bad():\n#   ^^^ {WORDS}\n    return 1\n"
FIXED = "def good():\n    return 1\n"


def test_a_rule_that_does_what_its_page_says() -> None:
    check_flagged(rule(bad_name), example(FLAGGED))
    check_fine(rule(bad_name), example(FIXED))
    check_fixes(rule(bad_name), (example(FLAGGED),), (example(FIXED),))


def test_a_silenced_rule_is_missing() -> None:
    with pytest.raises(AssertionError, match="Missing: main"):
        check_flagged(rule(silent), example(FLAGGED))


def test_a_rule_that_says_too_much_is_noisy() -> None:
    with pytest.raises(AssertionError, match="Noisy: main"):
        check_fine(rule(bad_name), example("def bad():\n    return 1\n"))
    with pytest.raises(AssertionError, match="Noisy: main"):
        check_flagged(rule(bad_name), example(FLAGGED + "class A:\n    def bad(self):\n        return 1\n"))


@pytest.mark.parametrize("carets", ["#   ^^^ Other words.", f"#    ^^ {WORDS}"])
def test_other_words_or_another_place_are_wrong(carets: str) -> None:
    with pytest.raises(AssertionError, match=r"Wrong: main.py[\s\S]*#   \^\^\^ The name is bad"):
        check_flagged(rule(bad_name), example(f"def bad():\n{carets}\n    return 1\n"))


@function_rule(severity=Severity.ERROR, since="0.1")
def milder(function: Function, snapshot: Snapshot) -> Iterator[Finding]:
    yield Finding(function.name_where, WORDS, severity=Severity.HINT)


def test_a_severity_of_its_own_is_said() -> None:
    check_flagged(rule(milder), example(FLAGGED.replace("^^^ ", "^^^ [hint] ")))
    with pytest.raises(AssertionError, match=r"Wrong: main.py[\s\S]*\^\^\^ \[hint\] The name"):
        check_flagged(rule(milder), example(FLAGGED))


def test_an_example_without_carets_flags_nothing() -> None:
    with pytest.raises(AssertionError, match="points at something"):
        check_flagged(rule(bad_name), example("def bad():\n    return 1\n"))


def test_a_fine_example_with_nothing_to_look_at_is_vacuous() -> None:
    with pytest.raises(AssertionError, match="vacuous"):
        check_fine(rule(bad_name), example("x = 1\n"))


def test_a_change_shows_what_keeps_a_fine_example_silent() -> None:
    (shown,) = examples("Nice.\n<!-- flagged with `bad` for `good` -->\n```py fastapi\ndef good():\n    return 1\n```")
    assert (shown.title, shown.changes) == ("Nice.", ((("good", "bad"),),))
    check_fine(rule(bad_name), shown)
    with pytest.raises(AssertionError, match="something else keeps it silent"):
        check_fine(rule(silent), shown)


def test_a_change_has_steps_and_reaches_names_of_files() -> None:
    section = "<!-- flagged with ```x`1``` for `a`, without ``b`c`` -->\n`a.js`:\n```js express\nab`c\n```"
    (shown,) = examples(section)
    assert shown.changed(shown.changes[0]) == {"x`1.js": b"x`1\n"}
    with pytest.raises(ExampleError, match="nothing to change: z"):
        shown.changed((("z", ""),))


def test_an_example_has_to_parse() -> None:
    with pytest.raises(AssertionError, match="does not parse"):
        check_fine(rule(bad_name), example("def good(:\n    return 1\n"))


def test_a_gap_fails_on_the_day_it_closes() -> None:
    check_gap(rule(silent), example("def bad():\n    return 1\n"))
    with pytest.raises(AssertionError, match="move it to"):
        check_gap(rule(bad_name), example("def bad():\n    return 1\n"))


def test_a_fix_has_to_be_shown() -> None:
    with pytest.raises(AssertionError, match="no Fixed example shows this fix"):
        check_fixes(rule(bad_name), (example(FLAGGED),), ())


def test_a_shown_fix_has_to_be_made() -> None:
    with pytest.raises(AssertionError, match="no fix makes this Fixed example"):
        check_fixes(rule(silent), (example(FLAGGED),), (example(FIXED),))


def test_a_fix_has_to_mend() -> None:
    with pytest.raises(AssertionError, match="still flagged") as failure:
        check_fixes(rule(still_bad), (example(FLAGGED),), (example("def bad_():\n    return 1\n"),))
    assert "a second application changes the text again" in str(failure.value)


def test_carets_are_read_and_written() -> None:
    text = "abcdef\n#  ^^ First.\n#<- Second.\n"
    code, expected = split(text, "#")
    assert code == "abcdef\n"
    assert expected == (Expected(3, 5, "de", "First."), Expected(0, 3, "abc", "Second."))
    assert [mark(code, one.start, one.end, one.message, "#") for one in expected] == text.splitlines()[1:]


def test_a_comment_without_carets_is_code() -> None:
    assert split("x = 1  # ^^ no\n# a comment\n", "#") == ("x = 1  # ^^ no\n# a comment\n", ())


def test_named_fences_are_files_of_one_example() -> None:
    section = (
        "`a.js`:\n```js express\na\n```\n\n`b.js`:\n```js express\nb\n```\n\nMore.\n\n`a.js`:\n```js express\nc\n```\n"
    )
    assert [(list(one.sources), one.title) for one in examples(section)] == [
        (["a.js", "b.js"], ""),
        (["a.js"], "More."),
    ]


def test_another_framework_is_another_example() -> None:
    section = "```js express\na\n```\n\n`config/routes.rb`:\n```rb rails\nb\n```\n"
    assert [one.framework for one in examples(section)] == ["express", "rails"]


@pytest.mark.parametrize(
    ("section", "why"),
    [
        ("```py\nx\n```", "name its framework"),
        ("```rb fastapi\nx\n```", "not in that language"),
        ("```json\n{}\n```", "name its framework"),
        ("```py fastapi\nx\n", "not closed"),
        ("```py fastapi extra\nx\n```", "not a fence"),
        ("`a.json`:\n```json\n{}\n```", "of one framework"),
        ("<!-- flagged by chance -->\n```py fastapi\nx\n```", "not a change"),
    ],
)
def test_pages_that_are_not_written_well_are_refused(section: str, why: str) -> None:
    with pytest.raises(ExampleError, match=why):
        examples(section)
