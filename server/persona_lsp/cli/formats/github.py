"""GitHub workflow commands: findings as annotations of a pull request."""

from persona_lsp.cli.formats.text import visible
from persona_lsp.cli.report import Problem, Report, place
from persona_lsp.findings.finding import Severity

_COMMANDS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "notice",
    Severity.HINT: "notice",
}


def render(report: Report) -> str:
    """One command per finding; paths are relative to where the command runs, which is the repository in a workflow."""
    lines = []
    for finding in report.findings:
        where = place(finding.where, report.lines)
        properties = {"file": report.shown(where.file), "line": where.line, "endLine": where.end_line}
        if where.line == where.end_line:
            # GitHub refuses columns of a range of several lines.
            properties |= {"col": where.column, "endColumn": where.end_column}
        properties["title"] = finding.rule
        said = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
        message = finding.message if not finding.commitment else f"{finding.message}\n“{finding.commitment}”"
        lines.append(f"::{_COMMANDS[finding.severity]} {said}::{_data(message)}\n")
    lines += [_problem(problem, report) for problem in report.problems]
    return "".join(lines)


def _problem(problem: Problem, report: Report) -> str:
    about = f"file={_property(report.shown(problem.file))}" if problem.file else "title=persona-lsp"
    return f"::{'notice' if problem.on_purpose else 'warning'} {about}::{_data(problem.message)}\n"


def _data(text: str) -> str:
    return visible(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
