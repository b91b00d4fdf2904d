"""Comments that silence findings, and what is said about those that silence nothing."""

import pytest
from msgspec.structs import replace
from tests.review.projects import EVERYTHING, FASTAPI, Project, persona, read

from persona_lsp import review
from persona_lsp.findings.finding import Severity
from persona_lsp.settings import Override, Settings

ROUTE = '@router.post("/orders")'
RULE = "post-create-without-201"
PATH = "app/orders.py"


def shop(old: str = "", new: str = "") -> Project:
    """The shop with another text in the file of the orders."""
    text = FASTAPI[PATH]
    assert old in text
    return read({**FASTAPI, PATH: text.replace(old, new) if old else text})


def above(comment: str) -> Project:
    return shop(ROUTE, f"# {comment}\n{ROUTE}")


@pytest.mark.parametrize(
    "comment",
    [
        f"persona-lsp: ignore[{RULE}]",
        f"persona-lsp: ignore[{RULE}] because",
        f"persona-lsp: ignore[mass-assignment, {RULE}]",
        "persona-lsp: ignore[status_codes]",
        "persona-lsp: ignore[*]",
        f"persona-lsp:ignore[ {RULE} ]",
    ],
)
def test_above_the_line(comment: str) -> None:
    assert RULE in shop().rules(PATH)
    assert RULE not in above(comment).rules(PATH)


def test_behind_the_line() -> None:
    assert shop(ROUTE, f"{ROUTE}  # persona-lsp: ignore[{RULE}]").rules(PATH) == []


def test_further_comments_and_blank_lines_between() -> None:
    assert shop(ROUTE, f"# persona-lsp: ignore[{RULE}]\n# more\n\n{ROUTE}").rules(PATH) == []


def test_for_the_whole_file() -> None:
    assert shop("router = ", f"# persona-lsp: ignore-file[{RULE}] all of them\nrouter = ").rules(PATH) == []


@pytest.mark.parametrize(
    "comment",
    [
        "persona-lsp: ignore",
        "persona-lsp: ignore[]",
        f"persona-lsp: ignore {RULE}",
        f"persona-lsp: ignore [{RULE}]",
        f"persona-lsp: ignore-file {RULE}",
        f"persona-lsp: disable[{RULE}]",
    ],
)
def test_what_names_no_rule_is_told(comment: str) -> None:
    project = above(comment)
    assert sorted(project.rules(PATH)) == sorted([*shop().rules(PATH), "unused-suppression"])
    (told,) = (one for one in project.findings(PATH) if one.rule == "unused-suppression")
    assert "name the rule in brackets" in told.message
    assert project.sources[PATH][told.where.start : told.where.end].decode() == comment


@pytest.mark.parametrize(
    "text", [f'"persona-lsp: ignore {RULE}"', "# comments such as persona-lsp: ignore take a rule", "# persona-lsp: ai"]
)
def test_what_only_speaks_of_such_comments_is_not(text: str) -> None:
    assert shop(ROUTE, f"{text}\n{ROUTE}").rules(PATH) == shop().rules(PATH)


def test_where_a_part_is_read_only_names_are_judged() -> None:
    partly = replace(EVERYTHING, partly=True)
    wrong, needless = (
        above("persona-lsp: ignore[post-create-without-202]"),
        above("persona-lsp: ignore[mass-assignment]"),
    )
    assert [one.rule for one in wrong.findings(PATH, partly)] == ["unused-suppression", RULE]
    assert "unused-suppression" in needless.rules(PATH)
    assert "unused-suppression" not in [one.rule for one in needless.findings(PATH, partly)]


def test_not_two_lines_above_and_not_in_a_text() -> None:
    assert RULE in shop("class OrderIn", f"# persona-lsp: ignore[{RULE}]\nclass OrderIn").rules(PATH)
    assert RULE in shop(ROUTE, f'"persona-lsp: ignore[{RULE}]"\n{ROUTE}').rules(PATH)


class TestUnused:
    def told(self, project: Project, path: str = PATH, profile: review.Profile = EVERYTHING) -> list[str]:
        found = project.findings(path, profile)
        return [one.message for one in found if one.rule == "unused-suppression"]

    def test_one_that_silences_nothing(self) -> None:
        project = shop("class OrderIn", f"# persona-lsp: ignore[{RULE}]\nclass OrderIn")
        assert project.rules(PATH) == ["unused-suppression", RULE]
        one = project.findings(PATH)[0]
        assert one.severity is Severity.HINT
        assert one.finding.unnecessary
        assert one.message == f"`ignore[{RULE}]` silences nothing; remove the comment."
        assert project.sources[PATH][one.where.start : one.where.end].decode() == f"persona-lsp: ignore[{RULE}]"

    def test_one_that_is_needed_is_not_told(self) -> None:
        assert self.told(above(f"persona-lsp: ignore[{RULE}]")) == []
        assert self.told(above("persona-lsp: ignore[status_codes]")) == []

    def test_one_of_several(self) -> None:
        project = above(f"persona-lsp: ignore[{RULE}, mass-assignment] why")
        assert self.told(project) == ["`ignore[mass-assignment]` silences nothing; remove the comment."]

    def test_a_rule_that_does_not_exist(self) -> None:
        assert self.told(above("persona-lsp: ignore[post-create-without-200]")) == [
            f"`post-create-without-200` is no rule; did you mean `{RULE}`?"
        ]
        assert self.told(above("persona-lsp: ignore[xyzzy]")) == [
            "`xyzzy` is no rule, so that this comment silences nothing."
        ]

    def test_all_rules_may_be_ignored_for_good(self) -> None:
        assert self.told(shop("class OrderIn", "# persona-lsp: ignore[*]\nclass OrderIn")) == []

    def test_a_rule_that_is_off_may_be_needed_by_others(self) -> None:
        project = shop("class OrderIn", f"# persona-lsp: ignore[{RULE}]\nclass OrderIn")
        for settings in (
            Settings(ignore=(RULE,)),
            Settings(severity={RULE: "off"}),
            Settings(overrides=(Override(paths=("app/**",), ignore=(RULE,)),)),
            Settings(languages={"python": False}),
        ):
            assert self.told(project, PATH, review.profile(None, settings)) == []
        assert self.told(project, PATH, review.profile(persona("You write SQL."), Settings())) == []

    def test_a_rule_that_failed_may_have_found_something(self, monkeypatch: pytest.MonkeyPatch) -> None:
        project = shop("class OrderIn", f"# persona-lsp: ignore[{RULE}]\nclass OrderIn")
        assert self.told(project, PATH, failing(RULE)) == []

    def test_half_typed_code_and_tests_are_left_alone(self) -> None:
        assert self.told(shop("class OrderIn", f"# persona-lsp: ignore[{RULE}]\nx = (\nclass OrderIn")) == []
        test = read({"tests/test_orders.py": f"# persona-lsp: ignore[{RULE}]\ndef test_x():\n    pass\n"})
        assert self.told(test, "tests/test_orders.py") == []
        unknown = read({"tests/test_orders.py": "# persona-lsp: ignore[xyzzy]\ndef test_x():\n    pass\n"})
        assert self.told(unknown, "tests/test_orders.py") == []

    def test_files_that_run_in_browsers_are_left_alone(self) -> None:
        """No rule looks at them, so nobody knows whether the comment is needed."""
        project = shop("class OrderIn", f"# persona-lsp: ignore[{RULE}]\nclass OrderIn")
        assert len(self.told(project)) == 1
        aside = replace(project.snapshot, front_end=frozenset({PATH}))
        assert review.findings(aside, PATH, EVERYTHING) == ()
        assert PATH not in review.all_findings(aside, EVERYTHING)

    def test_in_a_file_without_findings_too(self) -> None:
        project = read({"a.py": f"# persona-lsp: ignore[{RULE}]\nx = 1\n"})
        assert list(review.all_findings(project.snapshot, EVERYTHING)) == ["a.py"]
        assert len(self.told(project, "a.py")) == 1

    def test_it_is_switched_like_a_rule(self) -> None:
        project = read({"a.py": f"# persona-lsp: ignore[{RULE}]\nx = 1\n"})
        assert self.told(project, "a.py", review.profile(None, Settings(ignore=("unused-suppression",)))) == []
        assert self.told(project, "a.py", review.profile(None, Settings(severity={"unused-suppression": "off"}))) == []
        assert self.told(project, "a.py", review.profile(None, Settings(select=("mass-assignment",)))) == []
        loud = review.profile(None, Settings(severity={"unused-suppression": "warning"}))
        assert project.findings("a.py", loud)[0].severity is Severity.WARNING
        ids, families = review.names()
        assert "unused-suppression" in ids
        assert "suppressions" in families
        info = review.rule("unused-suppression")
        assert info is not None
        assert info.url == ""
        assert info not in review.rules()

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("x = 1\n  # persona-lsp: ignore[RULE] why\ny = 2\n", "x = 1\ny = 2\n"),
            ("x = 1  # persona-lsp: ignore[RULE] why\ny = 2\n", "x = 1\ny = 2\n"),
            ("x = 1\r\n# persona-lsp: ignore[RULE]\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n"),
            ("# note; persona-lsp: ignore[RULE]\ny = 2\n", "# note;\ny = 2\n"),
            ("# persona-lsp: ignore[RULE]", ""),
            ("# persona-lsp: ignore[xyzzy, RULE] why\n", "# persona-lsp: ignore[xyzzy] why\n"),
            ("# persona-lsp: ignore[post-create-without-200]\n", "# persona-lsp: ignore[RULE]\n"),
        ],
    )
    def test_its_fix(self, before: str, after: str) -> None:
        project = read({"a.py": before.replace("RULE", RULE)})
        found = next(one for one in project.findings("a.py") if one.fixable)
        (fix,) = review.fixes(project.snapshot, project.extractions["a.py"], found, EVERYTHING)
        assert not fix.safe, "a reason that somebody wrote is not thrown away unseen"
        assert project.edited(fix.edits).sources["a.py"].decode() == after.replace("RULE", RULE)

    def test_in_a_block_comment(self) -> None:
        project = read({"a.js": f"const x = 1; /* persona-lsp: ignore[{RULE}] why */\n"})
        (found,) = project.findings("a.js")
        (fix,) = review.fixes(project.snapshot, project.extractions["a.js"], found, EVERYTHING)
        assert project.edited(fix.edits).sources["a.js"] == b"const x = 1;\n"


def failing(rule_id: str) -> review.Profile:
    """All rules, one of which raises."""

    def fail(*_: object) -> None:
        raise RuntimeError("no")

    rules = tuple(
        (replace(rule, declaration=replace(rule.declaration, check=fail)) if rule.id == rule_id else rule, severity)
        for rule, severity in EVERYTHING.rules
    )
    return replace(EVERYTHING, rules=rules)
