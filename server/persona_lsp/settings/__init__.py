"""What a user can set, and how it is read: text in, settings and problems out. No file is opened here."""

from persona_lsp.settings.model import DEFAULT, Override, Settings
from persona_lsp.settings.read import (
    FILE_NAMES,
    Partial,
    Problem,
    check_names,
    load,
    merge,
    read_editor,
    read_toml,
    with_known_names,
)

__all__ = [
    "DEFAULT",
    "FILE_NAMES",
    "Override",
    "Partial",
    "Problem",
    "Settings",
    "check_names",
    "load",
    "merge",
    "read_editor",
    "read_toml",
    "with_known_names",
]
