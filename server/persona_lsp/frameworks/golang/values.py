"""What names of a Go function stand for while its statements are read: routers, values of known types, expressions."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from persona_lsp.facts.http import Guard
from persona_lsp.facts.text import EMPTY, Text
from persona_lsp.frameworks.golang.dialects import Dialect
from persona_lsp.syntax.ir import AnyExpr, Call, Lambda, Member, Name, Node

_HOPS: Final = 12


class Routes(Struct, frozen=True, gc=False):
    """A router: `symbol` is its name. `dialect` None: only linking tells whether there is such a router, and which."""

    symbol: str
    dialect: Dialect | None = None
    stripped: Text = EMPTY
    """The prefix that `http.StripPrefix` takes away in front of it."""


class Builder(Struct, frozen=True, gc=False):
    """A route of gorilla/mux that is still being described: `r.Methods("GET").Path("/x")`."""

    router: Routes
    methods: tuple[str, ...] = ()
    path: Text = EMPTY
    prefix: bool = False
    path_node: Node | None = None
    variants: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    index: int = -1
    """Of the route among those found, once its handler is known."""
    unknown: bool = False


class Typed(Struct, frozen=True, gc=False):
    """A value of the type, or made by the function (`users.New()`), of that name; `made` is the call or the literal."""

    name: str
    made: Call | None = None


class Given(Struct, frozen=True, gc=False):
    """An expression, as it was assigned."""

    expr: AnyExpr


class Closure(Struct, frozen=True, gc=False):
    """A function literal with the names around it."""

    node: Lambda
    env: "Env"


class Passed(Struct, frozen=True, gc=False):
    """A text that the function is given: the place among its parameters."""

    place: int


Value = Routes | Builder | Typed | Given | Closure | Passed


class Env(Struct, gc=False):
    """The names of one scope. `prefix` begins the symbols of routers that are made in it."""

    prefix: str
    names: dict[str, Value] = {}
    parent: "Env | None" = None
    conditional: bool = False
    structs: Mapping[str, tuple[str, ...]] = {}
    """The fields of the file's structs, in their order."""

    def find(self, name: str) -> Value | None:
        """What the name stands for in this scope or around it."""
        env: Env | None = self
        while env is not None:
            found = env.names.get(name)
            if found is not None:
                return found
            env = env.parent
        return None

    def inner(self, *, conditional: bool = False) -> "Env":
        """A scope inside of this one."""
        return Env(self.prefix, {}, self, self.conditional or conditional, self.structs)


def reduced(expr: AnyExpr | None, env: Env, depth: int = 0) -> AnyExpr | None:
    """What a name or a field of a struct literal stands for, as far as this file tells; else the expression itself."""
    if depth > _HOPS:
        return expr
    if isinstance(expr, Name):
        held = env.find(expr.id)
        if isinstance(held, Typed) and held.made is not None:
            return held.made
        return reduced(held.expr, env, depth + 1) if isinstance(held, Given) and held.expr is not expr else expr
    if isinstance(expr, Member):
        base = reduced(expr.base, env, depth + 1)
        if isinstance(base, Call) and base.new:
            found = field_of(base, expr.name, env)
            return reduced(found, env, depth + 1) if found is not None else expr
    return expr


def field_of(made: Call, name: str, env: Env) -> AnyExpr | None:
    """The value of a field in a struct literal."""
    for kwarg in made.kwargs:
        if kwarg.name == name:
            return kwarg.value
    order = env.structs.get(made.name, ())
    at = order.index(name) if name in order else -1
    return made.args[at] if 0 <= at < len(made.args) else None
