"""Functions of a file that register what they are given: `route(GET, "/books", [auth], books.list)`."""

from typing import Final

from persona_lsp.facts.http import Route, Router
from persona_lsp.facts.text import Ref
from persona_lsp.flow.script.names import Scope, reduce
from persona_lsp.flow.script.paths import expand
from persona_lsp.flow.walking import calls
from persona_lsp.frameworks.express.loops import Loops
from persona_lsp.frameworks.express.signs import ASYNC, CHOSEN, METHODS, VERBS, is_handler
from persona_lsp.frameworks.express.tables import routes_of
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    Do,
    FunctionNode,
    Index,
    Items,
    Lambda,
    Member,
    Name,
    Object,
    Spread,
    walk,
)

_HANDS_ON: Final = 3
"""Functions that register hand on to each other, a few at most."""


class Registrars(Loops):
    """A call of such a function registers what its body registers, with what the call gives for its parameters."""

    registering = 0

    def table(self, table: Object, symbol: str) -> str | None:
        """The router that a table of routes is: `{ "GET /users": "UserController.list" }`; None for any other object."""
        rows = routes_of(table)
        if not rows:
            return None
        self.routers[symbol] = Router(symbol, "router", "express", self.where(table))
        for entry, method, path, handler in rows:
            key = entry.key or entry
            for way in expand((path,)):
                self.routes.append(
                    Route(
                        (method,), way, "express", self.where(key), self.where(entry), self.next(), Ref(symbol),
                        handler_name=handler.rpartition("/")[2], path_where=self.where(key),
                    )
                )  # fmt: skip  # in the order of the fields
        return symbol

    def registrar(self, call: Call, scope: Scope, *, conditional: bool) -> bool:
        """Perform what a function of this file registers with what it is given; whether it is such a function."""
        held = scope.value(call.func.id) if isinstance(call.func, Name) and not call.new else None
        if (
            not isinstance(held, Lambda)
            or self.registering > _HANDS_ON
            or any(isinstance(a, Spread) for a in call.args)
        ):
            return False
        function, declared = held.function, _declaring(scope, call.func)
        plain = all(p.pattern is None and p.kind == "plain" and p.name for p in function.params)
        if (
            not plain
            or len(function.params) < 2
            or is_handler(function.params)
            or not (
                self._hands_paths(function, declared)
                or (len(function.params) > 2 and self._chooses(function, scope, 0))
            )
        ):
            return False
        inner = Scope(self.module, self.imports, prefix=scope.prefix, parent=declared)
        for param, arg in zip(function.params, call.args, strict=False):
            inner.values[param.name] = self._meant(arg, scope)
        inner.hidden.update(p.name for p in function.params[len(call.args) :])
        first, self.registering = self.called, self.registering + 1
        self.called = self.called or call
        self.block(function.body, inner, conditional=conditional)
        self.called, self.registering = first, self.registering - 1
        return True

    def _meant(self, arg: AnyExpr, scope: Scope) -> AnyExpr:
        """What an argument is where the function was called: of a list, its elements."""
        value = reduce(arg, scope)
        if isinstance(value, Items):
            return Items(value.start, value.end, tuple(reduce(i, scope) for i in value.items), value.kind)
        return value

    def _hands_paths(self, function: FunctionNode, scope: Scope) -> bool:
        """`const mount = (path, routes) => app.use(path, routes)`: it hands a path and something else on."""
        given = [p.name for p in function.params]
        if VERBS.search(self.module.source, function.body_start, function.body_end) is None:
            return False
        for part in calls(function.body):
            func = part.func
            verb = isinstance(func, Member) and (func.name == "use" or func.name.removesuffix(ASYNC) in METHODS)
            named = len(part.args) > 1 and any(isinstance(p, Name) and p.id in given for p in walk(part.args[0]))
            if verb and named and isinstance(func, Member) and _gives(part.args[-1], given):
                return self.router_of(func.base, scope) is not None
        return False

    def _chooses(self, function: FunctionNode, scope: Scope, depth: int) -> bool:
        """Whether it registers for a method that it is given, or hands that on to a function that does."""
        given = {p.name for p in function.params}
        if CHOSEN.search(self.module.source, function.body_start, function.body_end) is not None:
            for part in calls(function.body):
                func = part.func
                if (
                    isinstance(func, Index)
                    and len(func.keys) == 1
                    and _named(func.keys[0]) in given
                    and len(part.args) > 1
                ):
                    return _named(part.args[0]) in given and self.router_of(func.base, scope) is not None
            return False
        if depth > _HANDS_ON:
            return False
        for stmt in function.body:
            value = stmt.value if isinstance(stmt, Do) else None
            if not isinstance(value, Call) or not isinstance(value.func, Name) or len(value.args) < 3:
                continue
            held = scope.value(value.func.id)
            onward = isinstance(held, Lambda) and held.function is not function
            if onward and isinstance(held, Lambda) and {_named(a) for a in value.args[:2]} <= given:
                return self._chooses(held.function, scope, depth + 1)
        return False


def _gives(expr: AnyExpr, given: list[str]) -> bool:
    """A parameter, wrapped or not."""
    while isinstance(expr, Call) and len(expr.args) == 1:
        expr = expr.args[0]
    return _named(expr) in given


def _named(expr: AnyExpr) -> str:
    while isinstance(expr, Call) and isinstance(expr.func, Member) and expr.func.name == "toLowerCase":
        expr = expr.func.base
    return expr.id if isinstance(expr, Name) else ""


def _declaring(scope: Scope, name: AnyExpr) -> Scope:
    """The scope that a function is declared in."""
    while scope.parent is not None and not (isinstance(name, Name) and name.id in scope.values):
        scope = scope.parent
    return scope
