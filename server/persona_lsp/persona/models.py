"""Which `model` values of a persona file can be asked, and what stands in for the retired ones.

Aliases: https://code.claude.com/docs/en/model-config. Dates: https://platform.claude.com/docs/en/about-claude/model-deprecations.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Literal, NamedTuple

from persona_lsp.text.patterns import lazy

State = Literal["", "retired", "spoken", "unknown"]

# Alias -> what it stands for, in words.
ALIASES = {
    "inherit": "the model of the conversation",
    "haiku": "the newest Haiku",
    "sonnet": "the newest Sonnet",
    "opus": "the newest Opus",
    "fable": "the newest Fable",
    "default": "the model of the account",
    "best": "the most capable model of the account",
    "opusplan": "Opus to plan, Sonnet to carry out",
}
# Ids that can be asked today, the newest of each family first; any other id of these families is taken as well.
IDS = (
    "claude-fable-5-2",
    "claude-opus-5-5",
    "claude-sonnet-5-5",
    "claude-haiku-5-5",
    "claude-opus-5",
    "claude-sonnet-5",
    "claude-haiku-4-5",
)
# Not offered, but no mistake either.
_FAMILIES = frozenset({*ALIASES, "mythos"})

# The beginning of an id -> the alias that follows it, and the day after which it answers no more.
_RETIRED = (
    (lazy(r"claude-(?:instant|[12])\b"), "sonnet", "retired"),
    (lazy(r"claude-3.*-opus|claude-3-opus"), "opus", "retired"),
    (lazy(r"claude-3.*-haiku|claude-3-haiku"), "haiku", "retired"),
    (lazy(r"claude-3"), "sonnet", "retired"),
    (lazy(r"claude-sonnet-4(?:-0|-2\d{7})?$"), "sonnet", "retired on 2026-06-15"),
    (lazy(r"claude-opus-4(?:-0|-2\d{7})?$"), "opus", "retired on 2026-06-15"),
    (lazy(r"claude-opus-4-1(?:-2\d{7})?$"), "opus", "retired on 2026-08-05"),
    (lazy(r"claude-sonnet-4-5(?:-2\d{7})?$"), "sonnet", "retires on 2026-11-30"),
)
_ID = lazy(r"claude-(?:haiku|sonnet|opus|fable|mythos)-\d[\w.-]*$")
_SPOKEN = lazy(r"(?:claude[\s-]+)?(haiku|sonnet|opus|fable|mythos)\b")
_CONTEXT = lazy(r"\[\w+\]$")


class Model(NamedTuple):
    """`asked` is what can be asked, "" where nothing of Claude's is named; `instead` is what an author may write."""

    asked: str
    state: State = ""
    instead: str = ""
    when: str = ""


def model_of(text: str) -> Model:
    """What a `model` value means to Claude."""
    value = text.strip().lower()
    bare = _CONTEXT.sub("", value).removeprefix("anthropic/").removeprefix("anthropic:")
    if not bare or bare in _FAMILIES:
        return Model(value)
    for pattern, alias, when in _RETIRED:
        if pattern.match(bare):
            return Model(alias, "retired", alias, when)
    if _ID.match(bare):
        return Model(bare)
    spoken = _SPOKEN.match(bare)
    if spoken:
        return Model(spoken.group(1), "spoken", spoken.group(1))
    close = get_close_matches(bare, ALIASES, n=1, cutoff=0.75)
    return Model("", "unknown", close[0] if close else "")


def meaning(model: Model) -> str:
    """What a model stands for, in words; "" for an id, which stands for itself."""
    bare = _CONTEXT.sub("", model.asked)
    return ALIASES.get(bare, "") if bare in ALIASES else ""
