"""Which `model` values of a persona file can be asked, and what stands in for the retired ones."""

from __future__ import annotations

import re

ALIASES = frozenset({"inherit", "haiku", "sonnet", "opus", "fable", "mythos", "default"})

# The beginning of an id -> the alias that follows it, and the day after which it answers no more.
_RETIRED = (
    (re.compile(r"claude-(?:instant|[12])\b"), "sonnet", "retired"),
    (re.compile(r"claude-3.*-opus|claude-3-opus"), "opus", "retired"),
    (re.compile(r"claude-3.*-haiku|claude-3-haiku"), "haiku", "retired"),
    (re.compile(r"claude-3"), "sonnet", "retired"),
    (re.compile(r"claude-sonnet-4(?:-0|-2\d{7})?$"), "sonnet", "retired on 2026-06-15"),
    (re.compile(r"claude-opus-4(?:-0|-2\d{7})?$"), "opus", "retired on 2026-06-15"),
    (re.compile(r"claude-sonnet-4-5(?:-2\d{7})?$"), "sonnet", "retires on 2026-11-30"),
)
_ID = re.compile(r"claude-(?:haiku|sonnet|opus|fable|mythos)-\d[\w.-]*$")
_SPOKEN = re.compile(r"(?:claude[\s-]+)?(haiku|sonnet|opus|fable|mythos)\b")
_CONTEXT = re.compile(r"\[\w+\]$")


def usable_model(text: str) -> tuple[str, str]:
    """The model to ask, or "" where it is none of Claude's; and what the author should know, or ""."""
    value = text.strip().lower()
    bare = _CONTEXT.sub("", value).removeprefix("anthropic/").removeprefix("anthropic:")
    if not bare or bare in ALIASES:
        return value, ""
    for pattern, alias, when in _RETIRED:
        if pattern.match(bare):
            return alias, f"`{text.strip()}` {when}; `{alias}` is asked in its place."
    if _ID.match(bare):
        return bare, ""
    spoken = _SPOKEN.match(bare)
    if spoken:
        return spoken.group(1), f"`{text.strip()}` is no model id; `{spoken.group(1)}` is asked in its place."
    return "", f"`{text.strip()[:60]}` is no model of Claude's; the one from the settings is asked."
