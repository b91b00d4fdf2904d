"""What names of a Go function stand for while its statements are read: routers, values of known types, expressions."""

from msgspec import Struct

from persona_lsp.facts.http import Guard
from persona_lsp.facts.text import EMPTY, Text
from persona_lsp.frameworks.golang.dialects import Dialect
from persona_lsp.syntax.ir import AnyExpr, Lambda, Node


class Routes(Struct, frozen=True, gc=False):
    """A router: `symbol` is its name. `dialect` None: only linking tells whether there is such a router, and which."""

    symbol: str
    dialect: Dialect | None = None
    stripped: str | None = None
    """The prefix that `http.StripPrefix` takes away in front of it."""


class Builder(Struct, frozen=True, gc=False):
    """A route of gorilla/mux that is still being described: `r.Methods("GET").Path("/x")`."""

    router: Routes
    methods: tuple[str, ...] = ()
    path: Text = EMPTY
    prefix: bool = False
    path_node: Node | None = None
    method_node: Node | None = None
    variants: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    index: int = -1
    """Of the route among those found, once its handler is known."""
    unknown: bool = False


class Typed(Struct, frozen=True, gc=False):
    """A value of the type, or made by the function (`users.New()`), of that name."""

    name: str


class Given(Struct, frozen=True, gc=False):
    """An expression, as it was assigned."""

    expr: AnyExpr


class Closure(Struct, frozen=True, gc=False):
    """A function literal with the names around it."""

    node: Lambda
    env: "Env"


Value = Routes | Builder | Typed | Given | Closure


class Env(Struct, gc=False):
    """The names of one scope. `prefix` begins the symbols of routers that are made in it."""

    prefix: str
    names: dict[str, Value] = {}
    parent: "Env | None" = None
    conditional: bool = False

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
        return Env(self.prefix, {}, self, self.conditional or conditional)
