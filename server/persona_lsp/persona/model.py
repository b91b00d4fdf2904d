"""What a loaded persona file is: the persona, and the problems found in its text."""

from __future__ import annotations

from typing import Literal

import msgspec

from persona_lsp.findings.finding import Severity

Format = Literal["claude", "vscode", "cursor-agent", "cursor", "copilot", "continue", "opencode", "agents-md", "plain"]

NEUTRAL = "neutral"


class TextFix(msgspec.Struct, frozen=True):
    """A replacement in the file as it is stored: byte offsets of the original, and UTF-8 text.

    A `safe` one leaves the persona what its author meant; the others want a look.
    """

    title: str
    start: int
    end: int
    new_text: str
    safe: bool = True


class Problem(msgspec.Struct, frozen=True):
    """Something in a persona file that its author should know.

    Lines and columns count from 1 in the original file; columns count characters (code points),
    and the end column is the one after the last character.
    """

    code: str
    severity: Severity
    message: str
    line: int
    column: int
    end_line: int
    end_column: int
    fix: TextFix | None = None


class Section(msgspec.Struct, frozen=True):
    """A heading of the body; its line is the one in the original file."""

    title: str
    level: int
    line: int


class Persona(msgspec.Struct, frozen=True):
    """A persona, ready to be compiled.

    `name` is a label and never part of a path. `body` has `\\n` line ends; its first line is line
    `body_line` of the original file, and the lines and columns of both run in step.
    `color` is one of the eight names of Claude Code, `#rrggbb`, or `neutral`.
    `model` is empty where the file names none that can be asked. `tools` are shown, never run.
    """

    name: str
    description: str
    color: str
    model: str
    tools: tuple[str, ...]
    body: str
    body_line: int
    sections: tuple[Section, ...]
    source: str
    sha256: str
    format: Format


class Loaded(msgspec.Struct, frozen=True):
    """A persona file that was read: no persona where it cannot be used, and then an error says why."""

    persona: Persona | None
    problems: tuple[Problem, ...]
