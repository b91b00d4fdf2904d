"""What has been found in one file so far, while the code that registers endpoints is read in order."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.code import ConfigEntry
from persona_lsp.facts.http import Guard, Mount, Route, Router, Use
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text
from persona_lsp.frameworks.aspnet.attributes import Values
from persona_lsp.syntax.ir import AnyExpr, FunctionNode, Module

FRAMEWORK_ID = "aspnet"


class Found(Struct):
    """The draft of `Extracted`. `methods`: what a plain or dotted name of a function in this file is keyed by."""

    module: Module
    values: Values
    methods: Mapping[str, tuple[str, FunctionNode]]
    routers: dict[str, Router] = {}
    mounts: list[Mount] = []
    uses: list[Use] = []
    routes: list[Route] = []
    inline: dict[int, str] = {}
    config: list[ConfigEntry] = []
    versions: dict[str, tuple[str, ...]] = {}
    """Router -> the versions that its routes are for."""
    of_class: dict[str, Text] = {}
    """Group -> its prefix, where that depends on the class that registers itself on it."""
    order: int = 0

    def next_order(self) -> int:
        """The number of the next registration."""
        self.order += 1
        return self.order

    def key(self, wanted: str) -> str:
        """A key for an inline handler that no other has."""
        taken = sum(1 for key in self.inline.values() if key.rpartition("#")[0] == wanted)
        return f"{wanted}#{taken}"

    def router(self, symbol: str, kind: str, at: Where, prefix: Text = (), guards: tuple[Guard, ...] = ()) -> str:
        """Add a router; its symbol."""
        self.routers.setdefault(symbol, Router(symbol, kind, FRAMEWORK_ID, at, (prefix,), guards))
        return symbol

    def mount(self, parent: str, child: str, at: Where, prefix: Text = (), *, conditional: bool = False) -> int:
        """Mount a router or a function that adds to the parent; the number of the mount."""
        self.mounts.append(
            Mount(Ref(parent), Ref(child), FRAMEWORK_ID, at, self.next_order(), prefix, conditional=conditional)
        )
        return len(self.mounts) - 1

    def guard_mount(self, number: int, guards: tuple[Guard, ...]) -> None:
        """Put guards before what is mounted."""
        held = self.mounts[number]
        self.mounts[number] = replace(held, guards=(*held.guards, *guards))

    def guard_router(self, symbol: str, guards: tuple[Guard, ...]) -> None:
        """Put guards before all of a router."""
        held = self.routers.get(symbol)
        if held is not None:
            self.routers[symbol] = replace(held, guards=(*held.guards, *guards))


class Env(Struct):
    """The names of one scope. `routers`: name -> symbol; `made`: name -> what a chain gave; `values`: local constants.

    `scope` is the key of the method, `cls` the dotted name of its class.
    """

    scope: str = ""
    cls: str = ""
    routers: dict[str, str] = {}
    values: dict[str, AnyExpr] = {}
    functions: dict[str, FunctionNode] = {}
    conditional: bool = False
    development: bool = False
    looped: frozenset[str] = frozenset()
    count: int = 0
    texts: frozenset[str] = frozenset()
    """Names of parameters whose type says that they are no objects."""


class Made(Struct):
    """What an expression that registers gives: a router, a route or something mounted on a router."""

    router: str
    kind: str = "router"
    number: int = -1
