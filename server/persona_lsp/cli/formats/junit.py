"""JUnit XML: a suite per file, a failed case per finding, for build servers."""

import re

from persona_lsp.cli.report import Report, Row, row

# What XML 1.0 cannot carry, not even escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """The report as XML; a file without findings is one case that passed."""
    by_file = {path: [row(finding, report.lines) for finding in found] for path, found in report.by_file()}
    suites = []
    for path in sorted({*report.files, *by_file}):
        rows = by_file.get(path, [])
        cases = "".join(map(_case, rows)) or f'    <testcase name="no findings" classname={_quoted(path)}/>\n'
        counts = f'tests="{max(1, len(rows))}" failures="{len(rows)}" errors="0"'
        suites.append(f"  <testsuite name={_quoted(path)} {counts}>\n{cases}  </testsuite>\n")
    for problem in report.problems:
        name = _quoted(problem.file or "persona-lsp")
        suites.append(
            f'  <testsuite name={name} tests="1" failures="0" errors="1">\n'
            f'    <testcase name="read" classname={name}><error message={_quoted(problem.message)}/></testcase>\n'
            "  </testsuite>\n"
        )
    total = sum(max(1, len(by_file.get(path, ()))) for path in {*report.files, *by_file}) + len(report.problems)
    head = f'<testsuites name="persona-lsp" tests="{total}" failures="{len(report.findings)}"'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head} errors="{len(report.problems)}">\n'
        + "".join(suites)
        + "</testsuites>\n"
    )


def _case(found: Row) -> str:
    name = _quoted(f"{found.rule} ({found.line}:{found.column})")
    detail = f"{found.file}:{found.line}:{found.column}: {found.severity}: {found.message}"
    if found.commitment:
        detail += f"\n{found.persona}: {found.commitment}"
    return (
        f"    <testcase name={name} classname={_quoted(found.file)}>\n"
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
