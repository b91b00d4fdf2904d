"""What has been found in one file so far, while its statements are read in order."""

from msgspec import Struct

from persona_lsp.facts.code import ClassFacts
from persona_lsp.facts.http import CorsPolicy, ErrorHandler, Mount, Route, Router, Use
from persona_lsp.facts.text import Text
from persona_lsp.frameworks.api import Extracted
from persona_lsp.syntax.ir import AnyExpr, Call
from persona_lsp.syntax.python_names import Names


class Found(Struct):
    """The draft of `Extracted`."""

    names: Names
    routers: dict[str, Router] = {}
    mounts: list[Mount] = []
    uses: list[Use] = []
    routes: list[Route] = []
    error_handlers: list[ErrorHandler] = []
    cors: list[CorsPolicy] = []
    classes: list[ClassFacts] = []
    aliases: dict[str, str] = {}
    inline: dict[int, str] = {}
    handled: dict[int, Call] = {}
    """Starts of handlers, and the calls that register them."""
    failing: set[int] = set()
    """Starts of error handlers."""
    starts: dict[str, list[int]] = {}
    """Name -> starts of the functions at the top of the file, filled when it is first asked for."""
    order: int = 0
    synthetic: int = 0

    def next_order(self, *, unordered: bool = False) -> int:
        """The number of the next registration; a negative one if its place among the others is not known."""
        self.order += 1
        return -self.order if unordered else self.order

    def extracted(self) -> Extracted:
        """The finished facts."""
        return Extracted(
            routers=tuple(self.routers.values()),
            mounts=tuple(self.mounts),
            uses=tuple(self.uses),
            routes=tuple(self.routes),
            error_handlers=tuple(self.error_handlers),
            cors=tuple(self.cors),
            classes=tuple(self.classes),
            aliases=tuple(self.aliases.items()),
            inline=tuple(self.inline.items()),
        )


class Env(Struct):
    """The names of one scope. `symbols`: name -> router symbol; `local`: name -> the name or text that it stands for.

    `scope` prefixes the symbols of this scope; `cls` is the class around a method. `nested`: inside a function.
    `given`: symbols of routers that the function was given. `unordered`: inside a loop whose rounds come in an order
    that nobody knows.
    """

    scope: str = ""
    symbols: dict[str, str] = {}
    local: dict[str, str | Text] = {}
    values: dict[str, AnyExpr] = {}
    cls: str = ""
    conditional: bool = False
    nested: bool = False
    given: frozenset[str] = frozenset()
    unordered: bool = False

    def symbol(self, name: str) -> str:
        """The symbol for a router that this scope calls `name`."""
        if name.startswith("self.") and self.cls:
            return f"{self.cls}.{name.removeprefix('self.')}"
        return f"{self.scope}.{name}" if self.scope else name
