"""What has been found in one file so far, while its statements are read in order."""

from msgspec import Struct

from persona_lsp.facts.code import ClassFacts
from persona_lsp.facts.http import CorsPolicy, ErrorHandler, Guard, Mount, Route, Router, Use
from persona_lsp.facts.text import Text
from persona_lsp.facts.views import View
from persona_lsp.frameworks.api import Extracted
from persona_lsp.syntax.ir import AnyExpr, Call, Decorator
from persona_lsp.syntax.python_names import Names


class Replaced(Struct, frozen=True):
    """What `app.view_functions[name] = ...` puts in the place of a view: the application, the name ("" for all)."""

    holder: str
    endpoint: str
    guard: Guard
    order: int


class Found(Struct):
    """The draft of `Extracted`. `handled` are starts of handlers with the paths that they are registered under.

    `failing`: starts of error handlers, `before`: starts of functions that run before handlers, with
    what lets a request pass them (`Handling.passing`).
    """

    names: Names
    routers: dict[str, Router] = {}
    mounts: list[Mount] = []
    uses: list[Use] = []
    routes: list[Route] = []
    error_handlers: list[ErrorHandler] = []
    cors: list[CorsPolicy] = []
    classes: list[ClassFacts] = []
    views: list[View] = []
    aliases: dict[str, str] = {}
    inline: dict[int, str] = {}
    handled: dict[int, list[Text]] = {}
    failing: set[int] = set()
    before: dict[int, str] = {}
    replaced: list[Replaced] = []
    starts: dict[str, list[int]] = {}
    classes_served: dict[str, list[Text]] = {}
    order: int = 0
    synthetic: int = 0

    def next_order(self) -> int:
        """The number of the next registration."""
        self.order += 1
        return self.order

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
            views=tuple(self.views),
            aliases=tuple(self.aliases.items()),
            inline=tuple(self.inline.items()),
        )


class Env(Struct):
    """The names of one scope. `symbols`: name -> router symbol; `local`: name -> the name or text that it stands for.

    `values`: name -> the value that it was given last. `kinds`: symbol -> what made it. `scope` prefixes the symbols
    of this scope; `cls` is the class around a method; `nested`: inside a function.
    """

    scope: str = ""
    symbols: dict[str, str] = {}
    local: dict[str, str | Text] = {}
    values: dict[str, AnyExpr] = {}
    cls: str = ""
    conditional: bool = False
    nested: bool = False
    every_view: bool = False
    """Inside of a loop over all views of an application, and of nothing else."""

    def symbol(self, name: str) -> str:
        """The symbol for a router that this scope calls `name`."""
        if name.startswith("self.") and self.cls:
            return f"{self.cls}.{name.removeprefix('self.')}"
        return f"{self.scope}.{name}" if self.scope else name


class Registered(Struct, frozen=True):
    """One registration as it is written. `decorators` are those that the handler passes; `holder` its router."""

    call: Call
    holder: str
    path: AnyExpr
    methods: tuple[str, ...] | None
    decorators: tuple[Decorator, ...] = ()
