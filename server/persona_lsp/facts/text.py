"""Text whose value may depend on other files: literals, references to names, and holes."""

from typing import Final

from msgspec import Struct


class Ref(Struct, frozen=True, gc=False, tag=True):
    """A name as it is written in one file: `settings.API_V1_STR`, `users.router`, `./routes#default`.

    `name` is dotted. The first part is looked up among the file's own names, then its imports.
    """

    name: str


class Hole(Struct, frozen=True, gc=False, tag=True):
    """A piece of text that nothing in this file tells: why it is unknown, and what stands there in the source."""

    reason: str
    source: str = ""
    parameter: int = -1
    """The place among the parameters of the function around it: what a call of that one gives stands here."""
    function: str = ""
    """The last name of that function, where a call may leave the parameter out or name it: `source` is its name then."""
    default: str | None = None
    """The text of a call that leaves it out; None if nobody knows."""


SETTING: Final = "setting"
"""Why a text is unknown that the settings of an installation hold: what it stands before has no other path without."""
OF_ITEM: Final = "@item."
"""The first part of a reference to what each element of a list holds that a class is given (`controller.path`)."""
Part = str | Ref | Hole
Text = tuple[Part, ...]
"""Pieces in order. A text is known when every `Ref` resolves to known text and there is no `Hole`."""

EMPTY: Final[Text] = ()


def literal(text: Text) -> str | None:
    """The text if it consists of literals only, else None."""
    return "".join(text) if all(isinstance(part, str) for part in text) else None  # type: ignore[arg-type]  # every part was just tested to be str
