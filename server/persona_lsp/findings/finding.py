"""A finding: what is wrong, where, how bad it is, and the intents that would mend it."""

from enum import IntEnum

from msgspec import Struct

from persona_lsp.facts.place import Where
from persona_lsp.findings.intent import Intent


class Severity(IntEnum):
    """As in the Language Server Protocol: a smaller number is worse."""

    ERROR = 1
    WARNING = 2
    INFORMATION = 3
    HINT = 4

    @property
    def word(self) -> str:
        """The lower-case name, as settings and reports spell it."""
        return self.name.lower()


class Related(Struct, frozen=True, gc=False):
    """A second place that explains the first."""

    where: Where
    message: str


class Habit(Struct, frozen=True, gc=False):
    """What findings of one rule have in common that are told as one: see `findings/grouping.py`.

    The sentence is "`who` and 3 more `many` of this file `does`"; `who` names the place. Findings with the same `key`
    belong together: those of one file, or those of all files if there are `whole_from` of them; None for never.
    """

    key: str
    who: str
    one: str
    many: str
    does: str
    whole_from: int | None = None


class Finding(Struct, frozen=True, gc=False):
    """One problem at one place.

    `message` is one sentence of at most 140 characters: what is wrong and what to do, names in backticks.
    `severity` None takes the rule's. `fixes` are alternatives, best first. `subject` is what the fingerprint is made
    of beside the rule and the file, so that a baseline survives edits elsewhere.
    """

    where: Where
    message: str
    fixes: tuple[Intent, ...] = ()
    severity: Severity | None = None
    related: tuple[Related, ...] = ()
    subject: str = ""
    unnecessary: bool = False
    """The code at `where` has no effect: editors fade it."""
    deprecated: bool = False
    habit: Habit | None = None
    """What it shares with other findings of its rule, which are then told together with it."""


class Reported(Struct, frozen=True, gc=False):
    """A finding as it leaves the engine: with its rule and the persona's commitment.

    `fixable`: whether it has fixes; after `review.with_fixes`, whether one of them can be spelled where it stands.
    """

    rule: str
    severity: Severity
    finding: Finding
    topic: str
    persona: str = ""
    commitment: str = ""
    fixable: bool = False
    fingerprint: str = ""

    @property
    def where(self) -> Where:
        """The place."""
        return self.finding.where

    @property
    def message(self) -> str:
        """The sentence."""
        return self.finding.message
