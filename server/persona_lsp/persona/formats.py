"""Which files hold personas, and which tool's format each of them is in."""

from __future__ import annotations

import re

from persona_lsp.persona.model import Format
from persona_lsp.text.patterns import lazy

# Each tool's own folders. Claude Code, Copilot and Cursor read theirs in a project and in the home folder.
_FOLDERS: tuple[tuple[re.Pattern[str], Format], ...] = (
    (lazy(r"(?:^|/)\.claude/agents/(?:.*/)?[^/]+\.md$"), "claude"),
    (lazy(r"(?:^|/)\.(?:github|copilot)/agents/[^/]+\.md$"), "vscode"),
    (lazy(r"(?:^|/)\.cursor/agents/(?:.*/)?[^/]+\.md$"), "cursor-agent"),
    (lazy(r"(?:^|/)\.cursor/rules/(?:.*/)?[^/]+\.mdc$"), "cursor"),
)

# Files that lie beside personas and are none.
_BYSTANDERS = frozenset({"readme", "agents", "claude", "contributing", "changelog", "license", "index"})

_SUFFIXES = (".agent", ".chatmode", ".instructions", ".prompt")


def is_persona_file(path: str) -> bool:
    """Whether a path lies where a tool looks for personas. Any other Markdown is none of our business."""
    return format_of_folder(path) is not None and not is_bystander(path)


def format_of_folder(path: str) -> Format | None:
    """The format of the files in that folder, where it is one that a tool reads."""
    path = path.replace("\\", "/")
    return next((format_ for pattern, format_ in _FOLDERS if pattern.search(path)), None)


def is_bystander(path: str) -> bool:
    """Whether a file beside personas is documentation, by its name."""
    return stem_of(path).lower() in _BYSTANDERS


def stem_of(file_name: str) -> str:
    """The name that a file gives its persona: `api.agent.md` -> `api`."""
    base = re.split(r"[/\\]", file_name)[-1]
    stem = base.rpartition(".")[0] or base.lstrip(".")
    for suffix in _SUFFIXES:
        stem = stem.removesuffix(suffix)
    return "".join(c for c in stem if c.isprintable()).strip() or "persona"
