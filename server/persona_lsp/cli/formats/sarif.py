"""SARIF 2.1.0: findings with rules, fingerprints and fixes, for code scanning services."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from urllib.parse import quote

import msgspec

from persona_lsp.cli.report import Place, Problem, Report, place
from persona_lsp.facts.place import Where
from persona_lsp.findings.edit import Edit, Fix
from persona_lsp.findings.finding import Reported, Severity
from persona_lsp.review.views import RuleInfo

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
    Severity.HINT: "note",
}


def render(report: Report) -> str:
    """The report as a log of one run. URIs are relative to where the command runs, under `%SRCROOT%`."""
    rules = report.rules()
    order = {rule.id: index for index, rule in enumerate(rules)}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "persona-lsp",
                "semanticVersion": report.version or "0.0.0",
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, report, order) for finding in report.findings],
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {"level": "note" if problem.on_purpose else "warning", "message": {"text": _told(problem, report)}}
                    for problem in report.problems
                ],
            }
        ],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode() + "\n"


def _told(problem: Problem, report: Report) -> str:
    return f"{report.shown(problem.file)}: {problem.message}" if problem.file else problem.message


def _rule(rule: RuleInfo) -> dict[str, Any]:
    level = next((_LEVELS[severity] for severity in Severity if severity.word == rule.severity), "warning")
    text = "\n\n".join([rule.summary, *(f"## {heading}\n\n{body}" for heading, body in rule.sections.items())])
    described: dict[str, Any] = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.sections.get("Why it matters", "") or rule.summary},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": sorted({rule.family, rule.topic} - {""})},
    }
    if rule.url:
        described["helpUri"] = rule.url
    return described


def _result(finding: Reported, report: Report, order: dict[str, int]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": _location(finding.where, report)}],
        "properties": {"persona": finding.persona, "commitment": finding.commitment},
    }
    if finding.rule in order:
        result["ruleIndex"] = order[finding.rule]
    if finding.fingerprint:
        result["partialFingerprints"] = {"personaLsp/v1": finding.fingerprint}
    if finding.finding.related:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _location(one.where, report), "message": {"text": one.message}}
            for number, one in enumerate(finding.finding.related, 1)
        ]
    fixes = report.fixes(finding) if finding.fixable else ()
    if fixes:
        result["fixes"] = [_fix(fix, report) for fix in fixes]
    return result


def _location(where: Where, report: Report) -> dict[str, Any]:
    at = place(where, report.lines)
    return {"artifactLocation": _artifact(at.file, report), "region": _region(at)}


def _artifact(path: str, report: Report) -> dict[str, str]:
    shown = report.shown(path).replace("\\", "/")
    if shown.startswith("/") or shown[1:2] == ":":
        return {"uri": "file://" + ("" if shown.startswith("/") else "/") + quote(shown, safe="/:")}
    return {"uri": quote(shown), "uriBaseId": "%SRCROOT%"}


def _region(at: Place) -> dict[str, int]:
    return {"startLine": at.line, "startColumn": at.column, "endLine": at.end_line, "endColumn": at.end_column}


def _fix(fix: Fix, report: Report) -> dict[str, Any]:
    edits: Sequence[Edit] = sorted(fix.edits)
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path, report),
                "replacements": [
                    {
                        "deletedRegion": _region(place(Where(path, edit.start, edit.end), report.lines)),
                        "insertedContent": {"text": edit.text},
                    }
                    for edit in group
                ],
            }
            for path, group in groupby(edits, key=lambda edit: edit.path)
        ],
    }
