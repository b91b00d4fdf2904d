"""One way from an application to a router."""

from msgspec import Struct

from persona_lsp.facts.http import Guard
from persona_lsp.facts.text import Text

Passed = tuple[tuple[str, tuple[str, int]], ...]
"""(function, (file and order of the call))."""


class Chain(Struct, frozen=True, gc=False):
    """One way from an application to a router: what stands before the router's own paths."""

    app: str
    prefix: str
    known: bool
    guards: tuple[Guard, ...]
    position: tuple[int, ...] | None
    conditional: bool
    rooted: bool
    files: tuple[str, ...] = ()
    calls: Passed = ()
    """Functions that routers were passed to on the way, with the call of each."""
    given: tuple[str, tuple[Text, ...], tuple[tuple[str, Text], ...]] = ("", (), ())
    """The file of the last of these calls, and what it gave for each parameter and by name."""
    variants: tuple[str, ...] = ()
    """What distinguishes requests on this way from others: hosts that mounts on it are served on."""
    modules: str = ""
    """What stands before the names of controllers."""
