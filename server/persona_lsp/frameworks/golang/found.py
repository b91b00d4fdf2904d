"""What has been found in one Go file so far, while its functions are read in order."""

from msgspec import Struct

from persona_lsp.facts.code import Problem
from persona_lsp.facts.http import Guard, GuardKind, Level, Mount, Route, Router, Use
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import EMPTY, Ref, Text
from persona_lsp.frameworks.golang.dialects import Dialect
from persona_lsp.frameworks.golang.guards import classify, guard_name, spared
from persona_lsp.frameworks.golang.handlers import acting
from persona_lsp.syntax.ir import AnyExpr, FunctionNode, Lambda, Module, Node


class Found(Struct):
    """The draft of what all dialects of a file register together."""

    module: Module
    packages: dict[str, str]
    """Import path by the local name of the package."""
    routers: dict[str, Router] = {}
    mounts: list[Mount] = []
    uses: list[Use] = []
    routes: list[Route] = []
    problems: list[Problem] = []
    aliases: dict[str, str] = {}
    inline: dict[int, str] = {}
    keys: dict[str, int] = {}
    symbols: dict[str, int] = {}
    order: int = 0
    below: list[tuple[str, str]] = []
    """Routers that a function is given, with those that stand below a text that it is given, too: guards hold for both."""

    def next(self) -> int:
        """The number of the next registration."""
        self.order += 1
        return self.order

    def where(self, node: Node | FunctionNode) -> Where:
        """A node's place."""
        return Where(self.module.path, node.start, node.end)

    def symbol(self, name: str) -> str:
        """A name for a new router that no other one of the file has."""
        count = self.symbols.get(name, 0)
        self.symbols[name] = count + 1
        return name if count == 0 else f"{name}#{count}"

    def router(self, symbol: str, kind: str, dialect: Dialect, at: Node | FunctionNode, parameter: str = "") -> None:
        """Note a router."""
        self.routers.setdefault(symbol, Router(symbol, kind, dialect.id, self.where(at), parameter=parameter))

    def in_place(self, function: Lambda, label: str) -> str:
        """The key of a function that is written where it is registered."""
        known = self.inline.get(function.function.start)
        if known is not None:
            return known
        count = self.keys.get(label, 0)
        self.keys[label] = count + 1
        key = self.inline[function.function.start] = f"{label}#{count}"
        return key

    def mount(
        self, parent: str, child: str, framework: str, at: Node, prefix: Text = EMPTY, guards: tuple[Guard, ...] = (),
        *, conditional: bool = False, argument: str = "", order: int = 0,
    ) -> None:  # fmt: skip
        """Note that one router serves another."""
        if child != parent:
            number = order or self.next()
            self.mounts.append(
                Mount(Ref(parent), Ref(child), framework, self.where(at), number, prefix, guards, conditional, argument=argument)
            )  # fmt: skip

    def guard(self, expr: AnyExpr, level: Level, symbol: str | None, package: str = "") -> Guard:
        """A middleware; `symbol` is the name by which other files may know it, `package` what made it."""
        name = guard_name(expr)
        first = name.partition(".")[0]
        kind, optional, conditional = classify(expr, self.packages.get(first, self.packages.get(package, "")))
        if isinstance(expr, Lambda):
            inner = acting(expr)
            symbol, kind = self.in_place(inner, "middleware"), GuardKind.UNKNOWN
            if inner is not expr:
                self.aliases[f"{symbol}>"] = ",".join(p.name for p in expr.function.params)
        outside = spared(expr) if conditional else ()
        return Guard(
            name, kind, level, self.where(expr), Ref(symbol) if symbol else None, self.module.text(expr)[:200],
            optional=optional, conditional=conditional and not outside, outside=outside,
        )  # fmt: skip

    def use(self, symbol: str, guard: Guard, order: int, prefix: Text) -> None:
        """Note a middleware of a router."""
        self.uses.append(Use(Ref(symbol), guard, order, prefix))
