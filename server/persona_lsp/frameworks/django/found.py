"""What has been found in one file so far, while its statements are read in order."""

from msgspec import Struct

from persona_lsp.facts.code import ConfigEntry
from persona_lsp.facts.http import ErrorHandler, Mount, Route, Router
from persona_lsp.facts.views import Registry, View
from persona_lsp.frameworks.django.ninja_inputs import Inputs
from persona_lsp.syntax.ir import AnyExpr
from persona_lsp.syntax.python_names import Names

STEP = 1000
"""The places of registrations are so far apart that the routes which a view makes find room between them."""


class Found(Struct):
    """The draft of `Extracted`."""

    names: Names
    routers: dict[str, Router] = {}
    registries: dict[str, Registry] = {}
    mounts: list[Mount] = []
    routes: list[Route] = []
    config: list[ConfigEntry] = []
    views: list[View] = []
    inline: dict[int, str] = {}
    handled: dict[int, Inputs] = {}
    """Starts of the operations of django-ninja, with what they are given."""
    error_handlers: list[ErrorHandler] = []
    failing: set[int] = set()
    """Starts of error handlers."""
    origins: dict[str, AnyExpr] = {}
    """Settings that say which origins may call, by their names."""
    starts: dict[str, list[int]] = {}
    """Where the functions of each name start."""
    order: int = 0
    made: int = 0

    def next_order(self, *, unordered: bool = False) -> int:
        """The number of the next registration; a negative one if its place among the others is not known."""
        self.order += STEP
        return -self.order if unordered else self.order

    def new_symbol(self, kind: str) -> str:
        """A name for a list of patterns that has none."""
        self.made += 1
        return f"<{kind} {self.made}>"
