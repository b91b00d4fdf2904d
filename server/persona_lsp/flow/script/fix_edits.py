"""Edits of one file, as the fixes in JavaScript make them."""

from persona_lsp.findings.edit import Edit
from persona_lsp.syntax.ir import (
    Module,
)

Edits = tuple[Edit, ...] | None


def edit(module: Module, start: int, end: int, text: str) -> Edit:
    """A replacement in the file of the module."""
    return Edit(module.path, start, end, text)
