"""Findings as they leave the engine: chosen by persona and settings, with fingerprints that stay, one failure at a time."""

import pytest
from tests.review.projects import EVERYTHING, EXPRESS, FASTAPI, RAILS, SPRING, persona, read
from tests.review.test_suppressions import failing

from persona_lsp import review
from persona_lsp.findings.finding import Severity
from persona_lsp.rules.registry import rules
from persona_lsp.settings import Override, Settings

RULE = "post-create-without-201"
PATH = "app/orders.py"
SHOP = read(FASTAPI)


def active(settings: Settings, body: str = "") -> set[str]:
    return {rule.id for rule, _ in review.profile(persona(body) if body else None, settings).rules}


class TestProfile:
    def test_without_a_persona_all_rules_are_on(self) -> None:
        assert active(Settings()) == {rule.id for rule in rules()}

    def test_select_and_ignore_take_rules_families_and_topics(self) -> None:
        family = {rule.id for rule in rules() if rule.family == "status_codes"}
        assert active(Settings(select=(RULE,))) == {RULE}
        assert active(Settings(select=("status_codes",))) == family
        assert active(Settings(select=("status_codes",), ignore=(RULE,))) == family - {RULE}
        assert active(Settings(ignore=("*",))) == set()

    def test_a_persona_chooses_by_its_commitments(self) -> None:
        chosen = active(Settings(), "You implement proper HTTP status codes.")
        assert RULE in chosen
        assert "sql-injection-dynamic-query" not in chosen
        assert RULE in active(Settings(select=(RULE,)), "You write SQL with care."), "who selects, wants it"

    def test_a_sentence_about_one_rule_is_quoted_by_that_rule(self) -> None:
        leaks, wide = "You never leak internal errors to clients.", "You care for error handling."
        assert active(Settings(), leaks) == {"error-leaks-internals"}
        quoted = review.profile(persona(f"{wide} {leaks}"), Settings()).commitments
        assert quoted["error-leaks-internals"] == leaks
        assert quoted["swallowed-exception-in-handler"] == wide

    def test_a_persona_that_names_no_topic_finds_nothing(self) -> None:
        silent = review.profile(persona("You like tea."), Settings())
        assert silent.rules == ()
        assert review.all_findings(SHOP.snapshot, silent) == {}

    def test_a_persona_of_another_language_is_silent(self) -> None:
        body = "You implement proper HTTP status codes.\n\n## Languages\n\n- Go\n- Java"
        spoken = review.profile(persona(body), Settings())
        assert not spoken.speaks_of("python")
        assert spoken.speaks_of("java")
        assert review.findings(SHOP.snapshot, PATH, spoken) == ()
        assert review.all_findings(SHOP.snapshot, spoken) == {}

    def test_a_rule_beats_its_family_in_severity(self) -> None:
        profile = review.profile(None, Settings(severity={"status_codes": "hint", RULE: "error"}))
        found = {rule.id: severity for rule, severity in profile.rules}
        assert found[RULE] is Severity.ERROR
        assert found["no-content-with-body"] is Severity.HINT
        assert SHOP.findings(PATH, profile)[0].severity is Severity.ERROR
        assert RULE not in active(Settings(severity={RULE: "off"}))

    @pytest.mark.parametrize(
        ("override", "severity"),
        [
            (Override(paths=("app/**",), ignore=(RULE,)), None),
            (Override(paths=("app/**",), select=("mass-assignment",)), None),
            (Override(paths=("app/**",), severity={"status_codes": "hint"}), Severity.HINT),
            (Override(paths=("admin/**",), ignore=(RULE,)), Severity.WARNING),
        ],
    )
    def test_what_is_different_for_some_paths(self, override: Override, severity: Severity | None) -> None:
        found = SHOP.findings(PATH, review.profile(None, Settings(overrides=(override,))))
        assert [one.severity for one in found] == ([] if severity is None else [severity])

    def test_languages_can_be_switched_off(self) -> None:
        assert SHOP.findings(PATH, review.profile(None, Settings(languages={"python": False}))) == ()

    def test_a_finding_carries_the_commitment(self) -> None:
        (found,) = SHOP.findings(PATH, review.profile(persona("You implement proper HTTP status codes."), Settings()))
        assert (found.persona, found.commitment) == ("strict", "You implement proper HTTP status codes.")


class TestFingerprints:
    @pytest.mark.parametrize(
        "sources", [FASTAPI, EXPRESS, SPRING, RAILS], ids=["fastapi", "express", "spring", "rails"]
    )
    def test_they_stay_when_lines_move(self, sources: dict[str, str]) -> None:
        def marks(moved: dict[str, str]) -> list[tuple[str, str]]:
            project = read(moved)
            return sorted((one.rule, one.fingerprint) for path in moved for one in project.findings(path))

        comment = {".py": "#", ".rb": "#"}
        moved = {
            path: f"{comment.get(path[path.rindex('.') :], '//')} moved\n\n\n{text}" for path, text in sources.items()
        }
        assert marks(moved) == marks(sources)
        assert marks(sources)

    def test_equal_findings_are_told_apart(self) -> None:
        text = (
            "const app = require('express')();\n"
            + "app.get('/a', (req, res) => {\n  if (req.query.a) {\n    res.json(1);\n  }\n  res.json(2);\n});\n" * 2
        )
        found = [one.fingerprint for one in read({"a.js": text}).findings("a.js")]
        assert len(found) == len(set(found)) > 1

    def test_they_are_those_of_the_folder_in_a_workspace_of_several(self) -> None:
        inside = read({f"shop/{path}": text for path, text in FASTAPI.items()})
        several = review.profile(None, Settings(), "shop/")
        (one,) = [one for one in inside.findings(f"shop/{PATH}", several) if one.rule == RULE]
        assert one.fingerprint == SHOP.finding(RULE).fingerprint
        ignored = review.profile(None, Settings(overrides=(Override(paths=("app/**",), ignore=(RULE,)),)), "shop/")
        assert RULE not in inside.rules(f"shop/{PATH}", ignored)


class TestFailures:
    def test_one_rule_that_raises_costs_that_rule_only(self) -> None:
        failed: list[str] = []
        broken = failing("mass-assignment")
        found = review.findings(SHOP.snapshot, PATH, broken, failed=lambda rule, error: failed.append(rule.id))
        assert [one.rule for one in found] == [RULE]
        assert failed == ["mass-assignment"]
        assert set(review.all_findings(SHOP.snapshot, broken)) == {PATH}

    def test_who_stops_is_told_so(self) -> None:
        with pytest.raises(review.Stopped):
            review.findings(SHOP.snapshot, PATH, EVERYTHING, lambda: True)

    def test_a_file_that_is_not_there_has_no_findings(self) -> None:
        assert review.findings(SHOP.snapshot, "nothing.py", EVERYTHING) == ()

    def test_one_file_and_all_files_say_the_same(self) -> None:
        for sources in (FASTAPI, EXPRESS, SPRING, RAILS):
            project = read(sources)
            everything = review.all_findings(project.snapshot, EVERYTHING)
            assert everything == {
                path: found for path in project.facts if (found := review.findings(project.snapshot, path, EVERYTHING))
            }
            one = next(iter(everything))
            assert set(review.all_findings(project.snapshot, EVERYTHING, [one])) == {one}
