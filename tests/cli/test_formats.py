"""The formats of a report, from a report made by hand."""

import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from persona_lsp.cli import formats
from persona_lsp.cli.formats import text
from persona_lsp.cli.report import Problem, Report
from persona_lsp.cli.style import plain
from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Edit, Fix
from persona_lsp.findings.finding import Finding, Related, Reported, Severity
from persona_lsp.review.views import RuleInfo
from persona_lsp.text.lines import LineTable

SOURCES = {
    "app/main.py": b"import db\n\n@app.get('/books')\ndef books():\n\treturn db.all()  # caf\xc3\xa9\n",
    "app/odd, %name.py": "x = '日本' + q\r\ny = 2\r\n".encode(),
    "app/long.py": b"x = '" + b"a" * 500 + b"' + danger + '" + b"b" * 500 + b"'\n",
    "app/evil.py": b"x = 1 # \x1b[2J\xe2\x80\xae\xff\n",
}


def where(path: str, snippet: str) -> Where:
    source = SOURCES[path]
    start = source.index(snippet.encode())
    return Where(path, start, start + len(snippet.encode()))


def reported(at: Where, message: str = "Answer less.", **fields: Any) -> Reported:
    related = fields.pop("related", ())
    given = {
        "rule": "unbounded-list",
        "severity": Severity.WARNING,
        "topic": "pagination",
        "persona": "backend-developer",
        "commitment": "You write optimized queries.",
        "fixable": False,
        "fingerprint": "f1",
    } | fields
    return Reported(finding=Finding(at, message, related=related), **given)


def report(*findings: Reported, **fields: Any) -> Report:
    return Report(
        findings=findings,
        files=tuple(SOURCES),
        lines=lambda path: LineTable(SOURCES.get(path, b"")),
        shown=lambda path: path,
        version="1.2.3",
        **fields,
    )


BOOKS = where("app/main.py", "db.all()")


class TestJson:
    def test_a_finding_has_exactly_the_documented_fields(self) -> None:
        (found,) = json.loads(formats.renderer("json")(report(reported(BOOKS, fixable=True))))
        assert found == {
            "rule": "unbounded-list",
            "severity": "warning",
            "file": "app/main.py",
            "line": 5,
            "column": 9,
            "endLine": 5,
            "endColumn": 17,
            "message": "Answer less.",
            "persona": "backend-developer",
            "commitment": "You write optimized queries.",
            "fixable": True,
        }

    def test_columns_count_characters(self) -> None:
        at = where("app/odd, %name.py", "q")
        (found,) = json.loads(formats.renderer("json")(report(reported(at))))
        assert (found["column"], found["endColumn"]) == (12, 13)

    def test_no_findings_are_an_empty_list(self) -> None:
        assert json.loads(formats.renderer("json")(report())) == []


class TestText:
    def test_a_finding_shows_its_source_with_carets_and_the_commitment(self) -> None:
        related = (Related(where("app/main.py", "/books"), "The route is here."),)
        shown = text.render(report(reported(BOOKS, fixable=True, related=related)), plain)
        assert shown == (
            "app/main.py:5:9 warning Answer less. (unbounded-list) [fixable]\n"
            "  |\n"
            "5 |     return db.all()  # café\n"
            "  |            ^^^^^^^^\n"
            "  = app/main.py:3:11 The route is here.\n"
            "  = backend-developer: “You write optimized queries.”\n"
            "\n"
            "1 warning in 4 files, 1 fixable (--fix applies what is safe, an editor the rest)\n"
        )

    def test_wide_characters_take_two_columns(self) -> None:
        lines = text.render(report(reported(where("app/odd, %name.py", "q"))), plain).splitlines()
        assert lines[2:4] == ["1 | x = '日本' + q", "  | " + " " * 13 + "^"]

    def test_a_range_over_lines_has_carets_below_each_and_none_below_the_line_end(self) -> None:
        at = Where("app/main.py", SOURCES["app/main.py"].index(b"@app"), SOURCES["app/main.py"].index(b"\treturn"))
        lines = text.render(report(reported(at)), plain).splitlines()
        assert lines[2:6] == ["3 | @app.get('/books')", "  | " + "^" * 18, "4 | def books():", "  | " + "^" * 12]

    def test_a_long_line_is_cut_around_the_finding(self) -> None:
        lines = text.render(report(reported(where("app/long.py", "danger"))), plain).splitlines()
        code, carets = lines[2], lines[3]
        assert len(code) < 160
        assert code[carets.index("^") : carets.rindex("^") + 1] == "danger"

    def test_control_characters_of_a_file_never_reach_the_terminal(self) -> None:
        shown = text.render(report(reported(where("app/evil.py", "x = 1"))), plain)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\udc80-\udcff]", shown)

    def test_the_summary_counts_by_severity(self) -> None:
        found = [reported(BOOKS, severity=severity) for severity in (1, 2, 2, 3) for severity in [Severity(severity)]]
        shown = text.render(report(*found, known=2), plain)
        assert shown.endswith("\n1 error, 2 warnings, 1 information in 4 files, 2 known from the baseline\n")

    def test_no_findings_say_so(self) -> None:
        assert text.render(report(), plain) == "no findings in 4 files\n"

    def test_statistics_are_sorted_by_count(self) -> None:
        found = [
            reported(BOOKS),
            reported(BOOKS, fixable=True),
            reported(BOOKS, rule="a-rule", severity=Severity.ERROR),
        ]
        assert text.statistics(report(*found)) == (
            "     2  warning      unbounded-list (1 fixable)\n     1  error        a-rule\n"
        )


class TestGithub:
    def test_properties_and_messages_are_escaped(self) -> None:
        at = where("app/odd, %name.py", "q")
        shown = formats.renderer("github")(report(reported(at, "50% of: a,b\nnext", commitment="")))
        assert shown == (
            "::warning file=app/odd%2C %25name.py,line=1,endLine=1,col=12,endColumn=13,"
            "title=unbounded-list::50%25 of: a,b%0Anext\n"
        )

    def test_a_range_of_several_lines_has_no_columns(self) -> None:
        shown = formats.renderer("github")(report(reported(Where("app/main.py", 0, 20))))
        assert "col=" not in shown

    @pytest.mark.parametrize(("severity", "command"), [(1, "error"), (2, "warning"), (3, "notice"), (4, "notice")])
    def test_severities_are_those_of_annotations(self, severity: int, command: str) -> None:
        shown = formats.renderer("github")(report(reported(BOOKS, severity=Severity(severity))))
        assert shown.startswith(f"::{command} ")


class TestJunit:
    def test_there_is_a_suite_per_file_and_a_failure_per_finding(self) -> None:
        shown = formats.renderer("junit")(
            report(reported(BOOKS), reported(BOOKS, 'Say <"this"> & that.'), problems=(Problem("is not text", "a.py"),))
        )
        root = ET.fromstring(shown)
        assert root.attrib == {"name": "persona-lsp", "tests": "6", "failures": "2", "errors": "1", "skipped": "0"}
        suites = {suite.attrib["name"]: suite for suite in root}
        assert set(suites) == {*SOURCES, "a.py"}
        cases = suites["app/main.py"].findall("testcase")
        assert [case.find("failure").attrib["message"] for case in cases] == ["Answer less.", 'Say <"this"> & that.']  # type: ignore[union-attr]  # a missing one fails the test
        assert suites["app/long.py"].find("testcase/failure") is None

    def test_characters_that_xml_has_not_are_replaced(self) -> None:
        shown = formats.renderer("junit")(report(reported(BOOKS, "a\x1bb\ufffe")))
        assert "a\ufffdb\ufffd" in ET.fromstring(shown).find(".//failure").attrib["message"]  # type: ignore[union-attr]  # as above


RULE = RuleInfo(
    id="unbounded-list",
    family="pagination",
    topic="pagination",
    severity="warning",
    fixable=True,
    summary="A list has no limit.",
    since="0.1",
    url="https://example.org/rules/unbounded-list",
    sections={"Why it matters": "It grows."},
)


class TestSarif:
    def log(self, *findings: Reported, **fields: Any) -> dict[str, Any]:
        log: dict[str, Any] = json.loads(formats.renderer("sarif")(report(*findings, rules=lambda: (RULE,), **fields)))
        return log

    def test_the_log_is_built_as_the_standard_says(self) -> None:
        fix = Fix("Add a limit", (Edit("app/main.py", BOOKS.start, BOOKS.end, "db.some()"),))
        related = (Related(where("app/main.py", "/books"), "here"),)
        log = self.log(reported(BOOKS, fixable=True, related=related), fixes=lambda _: (fix,))
        check_sarif(log)
        (run,) = log["runs"]
        (result,) = run["results"]
        assert result["ruleIndex"] == 0
        assert result["partialFingerprints"] == {"personaLsp/v1": "f1"}
        assert result["locations"][0]["physicalLocation"] == {
            "artifactLocation": {"uri": "app/main.py", "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 5, "startColumn": 9, "endLine": 5, "endColumn": 17},
        }
        assert result["relatedLocations"][0]["message"] == {"text": "here"}
        (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
        assert replacement["insertedContent"] == {"text": "db.some()"}
        assert run["tool"]["driver"]["rules"][0]["helpUri"] == RULE.url

    def test_uris_are_escaped_and_files_elsewhere_are_absolute(self) -> None:
        at = where("app/odd, %name.py", "q")
        uri = self.log(reported(at))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
        assert uri == {"uri": "app/odd%2C%20%25name.py", "uriBaseId": "%SRCROOT%"}
        log = json.loads(
            formats.renderer("sarif")(
                report(
                    reported(at),
                ).__class__(
                    findings=(reported(at),),
                    files=(),
                    lines=lambda p: LineTable(SOURCES[p]),
                    shown=lambda p: f"/else where/{p}",
                )
            )
        )
        check_sarif(log)
        location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
        assert location == {"uri": "file:///else%20where/app/odd%2C%20%25name.py"}

    def test_problems_are_notifications(self) -> None:
        log = self.log(problems=(Problem("is not text", "a.py"),))
        check_sarif(log)
        (note,) = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
        assert note["message"]["text"] == "a.py: is not text"


def check_sarif(log: dict[str, Any]) -> None:
    """The facts of the SARIF 2.1.0 schema that concern what is written here: required and permitted properties."""
    required(log, {"version", "runs"}, {"$schema", "inlineExternalProperties", "properties"})
    assert log["version"] == "2.1.0"
    for run in log["runs"]:
        required(run, {"tool"}, {"results", "invocations", "columnKind", "originalUriBaseIds", "artifacts"})
        assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
        required(run["tool"], {"driver"}, {"extensions"})
        driver = run["tool"]["driver"]
        required(driver, {"name"}, {"semanticVersion", "version", "informationUri", "rules"})
        ids = [rule["id"] for rule in driver["rules"]]
        assert len(ids) == len(set(ids))
        for rule in driver["rules"]:
            required(
                rule,
                {"id"},
                {
                    "name",
                    "shortDescription",
                    "fullDescription",
                    "help",
                    "helpUri",
                    "defaultConfiguration",
                    "properties",
                },
            )
            assert rule["shortDescription"]["text"]
            assert rule["defaultConfiguration"]["level"] in {"none", "note", "warning", "error"}
        for invocation in run["invocations"]:
            required(invocation, {"executionSuccessful"}, {"toolExecutionNotifications"})
            for note in invocation["toolExecutionNotifications"]:
                required(note, {"message"}, {"level", "locations"})
        for result in run["results"]:
            check_result(result, ids)


def check_result(result: dict[str, Any], ids: list[str]) -> None:
    required(
        result,
        {"message"},
        {"ruleId", "ruleIndex", "level", "locations", "partialFingerprints", "relatedLocations", "fixes", "properties"},
    )
    assert result["level"] in {"none", "note", "warning", "error"}
    if "ruleIndex" in result:
        assert ids[result["ruleIndex"]] == result["ruleId"]
    for location in (*result["locations"], *result.get("relatedLocations", [])):
        required(location, set(), {"id", "physicalLocation", "message"})
        required(location["physicalLocation"], {"artifactLocation"}, {"region"})
        check_region(location["physicalLocation"]["region"])
    for fix in result.get("fixes", []):
        required(fix, {"artifactChanges"}, {"description"})
        for change in fix["artifactChanges"]:
            required(change, {"artifactLocation", "replacements"}, set())
            for replacement in change["replacements"]:
                required(replacement, {"deletedRegion"}, {"insertedContent"})
                check_region(replacement["deletedRegion"])


def check_region(region: dict[str, int]) -> None:
    required(region, {"startLine", "startColumn", "endLine", "endColumn"}, set())
    assert min(region.values()) >= 1
    assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])


def required(value: dict[str, Any], needed: set[str], permitted: set[str]) -> None:
    assert needed <= value.keys()
    assert value.keys() <= needed | permitted
