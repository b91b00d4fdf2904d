"""JUnit XML: a suite per file, a failed case per finding, for build servers."""

from persona_lsp.cli.report import Problem, Report, Row, row
from persona_lsp.syntax.languages import language_of
from persona_lsp.text.patterns import lazy

# What XML 1.0 cannot carry, not even escaped.
_NO_XML = lazy("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """The report as XML; a source file without findings is one case that passed. Paths are as the user knows them."""
    by_file = {path: [row(finding, report.lines) for finding in found] for path, found in report.by_file()}
    # Manifests are read for what they say about the code, and nothing is tested in them.
    paths = sorted({*(path for path in report.files if language_of(path) is not None), *by_file})
    suites = []
    for path in paths:
        rows, name = by_file.get(path, []), _quoted(report.shown(path))
        cases = "".join(_case(found, report.shown(path)) for found in rows)
        cases = cases or f'    <testcase name="no findings" classname={name}/>\n'
        counts = f'tests="{max(1, len(rows))}" failures="{len(rows)}" errors="0" skipped="0"'
        suites.append(f"  <testsuite name={name} {counts}>\n{cases}  </testsuite>\n")
    suites += [_problem(problem, report) for problem in report.problems]
    total = sum(max(1, len(by_file.get(path, ()))) for path in paths) + len(report.problems)
    skipped = sum(problem.on_purpose for problem in report.problems)
    counts = f'failures="{len(report.findings)}" errors="{len(report.problems) - skipped}" skipped="{skipped}"'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="persona-lsp" tests="{total}" {counts}>\n'
        + "".join(suites)
        + "</testsuites>\n"
    )


def _problem(problem: Problem, report: Report) -> str:
    name = _quoted(report.shown(problem.file) if problem.file else "persona-lsp")
    kind = "skipped" if problem.on_purpose else "error"
    counts = f'errors="{0 if problem.on_purpose else 1}" skipped="{1 if problem.on_purpose else 0}"'
    return (
        f'  <testsuite name={name} tests="1" failures="0" {counts}>\n'
        f'    <testcase name="read" classname={name}><{kind} message={_quoted(problem.message)}/></testcase>\n'
        "  </testsuite>\n"
    )


def _case(found: Row, file: str) -> str:
    name = _quoted(f"{found.rule} ({found.line}:{found.column})")
    detail = f"{file}:{found.line}:{found.column}: {found.severity}: {found.message}"
    if found.commitment:
        detail += f"\n{found.persona}: {found.commitment}"
    return (
        f"    <testcase name={name} classname={_quoted(file)}>\n"
        f"      <failure type={_quoted(found.severity)} message={_quoted(found.message)}>{_escaped(detail)}</failure>\n"
        "    </testcase>\n"
    )


def _escaped(text: str) -> str:
    return _NO_XML.sub("\ufffd", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _quoted(text: str) -> str:
    escaped = _escaped(text).replace('"', "&quot;")
    for character in "\t\n\r":
        # Attributes lose these unless they are written as numbers.
        escaped = escaped.replace(character, f"&#{ord(character)};")
    return f'"{escaped}"'
