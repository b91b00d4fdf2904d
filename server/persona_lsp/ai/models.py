"""Which model is asked: aliases stand for the newest of a family, retired ones for their successor, with a word about it."""

from __future__ import annotations

from typing import NamedTuple

from persona_lsp.ai.account import Account
from persona_lsp.persona.models import IDS, model_of

FAMILIES = ("haiku", "sonnet", "opus", "fable")
NEWEST = {family: next(one for one in IDS if f"-{family}-" in one) for family in FAMILIES}
EXPLAINS = NEWEST["haiku"]
REVIEWS = NEWEST["sonnet"]

# What an alias means that names no family: `inherit` has no conversation to inherit from here.
_MEANT = {"best": "opus", "opusplan": "opus"}


class Resolved(NamedTuple):
    """The id that is asked, and what the user should know about the choice, "" for nothing."""

    id: str
    message: str = ""


def resolve(wanted: str, default: str = REVIEWS) -> Resolved:
    """The model that a setting or a persona's front matter names; the default where it names none that can be asked."""
    if not wanted.strip():
        return Resolved(default)
    found = model_of(wanted)
    bare = found.asked.split("[")[0].removeprefix("anthropic/").removeprefix("anthropic:")
    family = _MEANT.get(bare, bare)
    id = NEWEST.get(family, bare if bare.startswith("claude-") else default)  # noqa: A001  # the word for it
    if found.state == "retired":
        return Resolved(id, f"The model {wanted.strip()} {found.when or 'is retired'}; {id} is asked instead.")
    if found.state == "unknown":
        return Resolved(default, f"{wanted.strip()} is no model of Claude's; {default} is asked instead.")
    return Resolved(id)


def asked(account: Account, wanted: str, default: str) -> Resolved:
    """The model that an account asks where a persona wants another: the account's own, as its cloud spells it."""
    if account.model and account.provider != "anthropic":
        return Resolved(account.model)
    return resolve(account.model or wanted, default)
