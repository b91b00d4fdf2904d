"""The fields of a front matter, tool by tool: what each is for and what it may hold.

Taken from the tools' own documentation, which `SOURCES` names; persona-lsp acts on five of them alone.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from persona_lsp.persona.colors import NAMES
from persona_lsp.persona.model import Format
from persona_lsp.persona.models import ALIASES

Kind = Literal["text", "list", "flag", "number", "map"]

SOURCES: dict[Format, tuple[str, str]] = {
    "claude": ("Claude Code", "https://code.claude.com/docs/en/sub-agents#supported-frontmatter-fields"),
    "vscode": ("VS Code", "https://code.visualstudio.com/docs/agent-customization/custom-agents"),
    "cursor-agent": ("Cursor", "https://cursor.com/docs/agent/subagents"),
    "cursor": ("Cursor rules", "https://cursor.com/docs/rules"),
}
"""Format -> the tool, and the page that lists its fields."""


class Field(msgspec.Struct, frozen=True):
    """A field. `values` are those that its documentation lists; `needed` says that the tool asks for it."""

    name: str
    kind: Kind
    summary: str
    values: tuple[str, ...] = ()
    needed: bool = False


def fields_of(format_: Format) -> tuple[Field, ...]:
    """The fields of a format, the most used first; those of Claude Code for a format without a list of its own."""
    return FIELDS.get(format_, FIELDS["claude"])


def field_of(format_: Format, name: str) -> Field | None:
    """A field of a format."""
    return next((field for field in fields_of(format_) if field.name == name), None)


_FLAG = ("true", "false")

FIELDS: dict[Format, tuple[Field, ...]] = {
    "claude": (
        Field("name", "text", "What the persona is called: lower-case letters and hyphens.", needed=True),
        Field("description", "text", "When to hand work to this persona.", needed=True),
        Field("tools", "list", "The tools it may use; all of them where the field is missing."),
        Field("disallowedTools", "list", "Tools that are taken away from it."),
        Field("model", "text", "The model that speaks: an alias, a full id, or `inherit`.", tuple(ALIASES)),
        Field("color", "text", "The colour in which it is shown.", NAMES),
        Field(
            "permissionMode",
            "text",
            "How it asks for permissions.",
            ("default", "acceptEdits", "auto", "dontAsk", "bypassPermissions", "plan", "manual"),
        ),
        Field("maxTurns", "number", "After how many turns it stops."),
        Field("skills", "list", "Skills whose whole text it begins with."),
        Field("mcpServers", "list", "MCP servers that it can reach."),
        Field("hooks", "map", "Commands that run at events of its life."),
        Field("memory", "text", "Where it remembers things between conversations.", ("user", "project", "local")),
        Field("background", "flag", "Whether it stays in the background.", _FLAG),
        Field("effort", "text", "How hard it thinks.", ("low", "medium", "high", "xhigh", "max")),
        Field("isolation", "text", "`worktree`: it works in a copy of the repository.", ("worktree",)),
        Field("initialPrompt", "text", "The first thing said to it when it leads a conversation."),
    ),
    "vscode": (
        Field("description", "text", "A line about it, shown in the chat's input."),
        Field("name", "text", "What it is called; the file's name where the field is missing."),
        Field("tools", "list", "Tools and tool sets that it may use; `server/*` for all of an MCP server."),
        Field("model", "text", "The model, or several in the order in which they are tried."),
        Field("argument-hint", "text", "A hint in the chat's input."),
        Field("agents", "list", "Agents that it may call; `*` for all."),
        Field("handoffs", "list", "What is offered next: `label`, `agent`, `prompt`, `send`, `model`."),
        Field("user-invocable", "flag", "Whether people can choose it.", _FLAG),
        Field("disable-model-invocation", "flag", "Whether other agents may not call it.", _FLAG),
        Field("target", "text", "Where it is meant to work.", ("vscode", "github-copilot")),
        Field("mcp-servers", "list", "MCP servers, for the target `github-copilot`."),
        Field("hooks", "map", "Commands that run at events of its life (preview)."),
        Field("infer", "flag", "Deprecated: `user-invocable` and `disable-model-invocation` took its place.", _FLAG),
    ),
    "cursor-agent": (
        Field("name", "text", "What it is called; the file's name where the field is missing."),
        Field("description", "text", "When to hand work to it."),
        Field("model", "text", "`inherit`, `fast`, or the id of a model.", ("inherit", "fast")),
        Field("readonly", "flag", "Whether it may change nothing.", _FLAG),
        Field("is_background", "flag", "Whether it works without being waited for.", _FLAG),
    ),
    "cursor": (
        Field("description", "text", "By which the agent decides whether the rule matters."),
        Field("globs", "text", "Files for which the rule is added, separated by commas and without quotes."),
        Field("alwaysApply", "flag", "Whether the rule is part of every request.", _FLAG),
    ),
}

# Of tools whose files can be read, and which are not described further.
_OTHERS = frozenset({"emoji", "vibe", "applyTo", "regex", "mode", "permission", "temperature"})

KNOWN = frozenset(field.name for fields in FIELDS.values() for field in fields) | _OTHERS
"""Every field of every tool that is known."""
