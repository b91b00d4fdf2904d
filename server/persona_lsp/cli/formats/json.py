"""JSON: a list of findings, for programs."""

import msgspec

from persona_lsp.cli.report import Report


def render(report: Report) -> str:
    """The findings as a list of objects, in the order of files and lines. Files are relative to the folder given."""
    encoded = msgspec.json.encode(report.rows())
    return msgspec.json.format(encoded, indent=2).decode() + "\n"
