"""The formats of a report: one module each, with one function `render(report) -> str`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from persona_lsp.cli.report import Report

NAMES = ("text", "json", "sarif", "github", "junit")


def renderer(name: str) -> Callable[[Report], str]:
    """The function that writes a report in the format of that name, which is one of `NAMES`."""
    # Imported when chosen: no run pays for more than one format.
    render: Callable[[Report], str] = import_module(f"persona_lsp.cli.formats.{name}").render
    return render
