"""What the names of a Go function are bound to, statement by statement: assignments, declarations, loops over tables."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

from persona_lsp.flow.walking import calls
from persona_lsp.frameworks.golang.names import Naming
from persona_lsp.frameworks.golang.tables import entries, is_struct
from persona_lsp.frameworks.golang.values import Closure, Env, Given, Routes, Typed, Value, reduced
from persona_lsp.syntax.ir import AnyExpr, Assign, Call, Items, Lambda, Member, Name, Stmt, dotted

_LONGEST: Final = 300
"""Entries of a table that are read."""
PLAIN: Final = frozenset({"nil", "true", "false", "iota", "string", "int", "err"})
"""Names that stand for no router and no type of one."""


class Binding(Naming, ABC):
    """Assignments and loops; `evaluate` performs the registrations in an expression."""

    @abstractmethod
    def evaluate(self, expr: AnyExpr | None, env: Env, hint: str = "") -> Value | None:
        """Perform the registrations in an expression; the router that it stands for, if it is one."""

    @abstractmethod
    def block(self, body: Sequence[Stmt], env: Env) -> None:
        """Read statements in order."""

    def loop(self, target: AnyExpr | None, iterable: AnyExpr | None, body: Sequence[Stmt], env: Env) -> None:
        """A loop over a table runs once for each entry; over what nobody knows, what it registers is not known either."""
        inner = env.inner()
        names = target.items if isinstance(target, Items) else (target,)
        for name in names:
            if isinstance(name, Name):
                inner.names[name.id] = Typed("")
        last = names[-1] if names else None
        listed = entries(reduced(iterable, env), env, self.module)
        if not listed or not isinstance(last, Name) or self.entry is not None:
            held = env.find(iterable.id) if isinstance(iterable, Name) else None
            if isinstance(last, Name) and isinstance(held, Typed) and held.name and _is_called(last.id, body):
                inner.names[last.id] = held  # one of the functions that are given: `opts ...Option`
            self.block(body, inner)
            return
        for entry in listed[:_LONGEST]:
            each = inner.inner()
            found = self.evaluate(entry, each) if isinstance(entry, Name | Call) and not is_struct(entry) else None
            value = self._value(entry, env)
            each.names[last.id] = found or (
                Given(entry) if is_struct(entry) and not isinstance(value, Closure) else value
            )
            if is_struct(entry):
                self.entry = entry
            self.block(body, each)
            self.entry = None

    def assign(self, statement: Assign, env: Env) -> None:
        value, targets = statement.value, statement.targets
        if value is None:
            for target in targets:
                self._declared(target, statement, env)
            return
        first = targets[0] if targets else None
        if isinstance(first, Items):
            others, first = first.items[1:], first.items[0] if first.items else None
            for other in others:
                if isinstance(other, Name):
                    env.names[other.id] = Typed("")
        if statement.op:
            if isinstance(first, Name):
                env.names[first.id] = Typed("")
            return
        hint = first.id if isinstance(first, Name) else ""
        found = self.evaluate(value, env, hint)
        if isinstance(first, Name):
            if first.id != "_":
                held = found if found is not None else self._value(value, env)
                self._bind(first.id, held, env, declares=statement.declares)
        elif isinstance(first, Member):
            self._keep(first, found, env)

    def _declared(self, target: AnyExpr, statement: Assign, env: Env) -> None:
        """`var r *gin.Engine`, `var api chi.Router`."""
        if not isinstance(target, Name):
            return
        dialect = self.dialect_of(statement.type)
        if dialect is None:
            kind = dotted(statement.type)
            if env.prefix:
                env.names[target.id] = Typed(kind)
            elif kind and kind not in PLAIN:
                self.found.aliases.setdefault(target.id, kind)
            return
        symbol = self.found.symbol(f"{env.prefix}{target.id}")
        kind = dialect.types.get(dotted(statement.type).rpartition(".")[2], "router")
        self.found.router(symbol, kind, dialect, statement)
        env.names[target.id] = Routes(symbol, dialect)

    def _bind(self, name: str, value: Value, env: Env, *, declares: bool) -> None:
        """`:=` and `var` make a name, `=` gives another value to one of a scope around; a router keeps what it was known by."""
        scope: Env | None = env
        while scope is not None and name not in scope.names and not declares:
            scope = scope.parent
        old = scope.names.get(name) if scope is not None else None
        if isinstance(value, Routes) and isinstance(old, Routes) and env.conditional and not declares:
            # `if r == nil { r = chi.NewRouter() }`: mostly it is the one that was given. What follows in the block is not.
            env.names[name] = value
            return
        if isinstance(value, Routes) and env.prefix and not declares and (scope is None or not scope.prefix):
            # A variable of the package, of this file or another: what is done with it elsewhere is done with this router.
            self.found.mount(
                value.symbol, old.symbol if isinstance(old, Routes) else name, self.framework(value), Name(0, 0, name)
            )
            return
        (scope or env).names[name] = value

    def _keep(self, target: Member, found: Value | None, env: Env) -> None:
        """`s.router = r`: the field is another name of the router."""
        if isinstance(found, Routes):
            name = self.name_of(target, env)
            if name:
                self.found.mount(found.symbol, name, self.framework(found), target, conditional=env.conditional)

    def _value(self, value: AnyExpr, env: Env) -> Value:
        match value:
            case Lambda():
                return Closure(value, env)
            case Call(new=True, func=func) if dotted(func):
                return Typed(dotted(func), value)
            case Call():
                name = self.name_of(value.func, env)
                return Typed(f"{name}()", value) if name and name != "append" else Given(value)
            case Member() | Name():
                name = self.name_of(value, env)
                return (
                    Typed(name) if name and isinstance(value, Member) and not self.is_package(value) else Given(value)
                )
            case _:
                return Given(value)


def _is_called(name: str, body: Sequence[Stmt]) -> bool:
    """Whether statements call what has this name."""
    return any(call.func.id == name for call in calls(tuple(body)) if isinstance(call.func, Name))
