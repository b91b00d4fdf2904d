"""Reading the routers of a Go file: functions in order, statements in order, each call that registers something.

Every function is read once, for itself. A router that it is given goes by the function's name and the place among its
parameters (`Register(0)`), one that it makes by the name of its variable (`main.r`), one that a struct holds by its
field (`Server.router`); calls that hand routers on are mounts. Linking puts these together, so that it does not matter
which file or package a router comes from.
"""

import re
from abc import abstractmethod
from collections.abc import Sequence
from typing import Final

from persona_lsp.facts.http import GuardKind, Level
from persona_lsp.facts.text import EMPTY
from persona_lsp.frameworks.golang.bindings import PLAIN, Binding
from persona_lsp.frameworks.golang.dialects import BY_ID, NET_HTTP, PASSES, REGISTERS, ROUTES, STARTS
from persona_lsp.frameworks.golang.found import Found
from persona_lsp.frameworks.golang.handlers import handler_literal, makes_handler, takes_handler
from persona_lsp.frameworks.golang.likely import likely
from persona_lsp.frameworks.golang.makers import handed_out
from persona_lsp.frameworks.golang.paths import normal, text_of
from persona_lsp.frameworks.golang.tables import module_classes
from persona_lsp.frameworks.golang.values import Builder, Closure, Env, Given, Passed, Routes, Typed, Value
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    ClassDef,
    Do,
    For,
    FunctionNode,
    Group,
    If,
    Items,
    Lambda,
    Member,
    Name,
    Raise,
    Return,
    Stmt,
    Str,
    Switch,
    Unary,
    dotted,
)
from persona_lsp.text.patterns import lazy

_DEEP: Final = 24
_SHIPPED: Final = frozenset({"http", "log", "fmt", "context", "errors", "strings", "time", "os", "net", "sync", "json"})
_WRAPS: Final = lazy(r"middleware|wrap|chain|handler|^with|^use|apply", re.IGNORECASE)
DEFAULT: Final = "http.DefaultServeMux"


class Reader(Binding):
    """Everything that the file registers; `evaluate` and `registered` are the two halves of reading an expression."""

    def read(self) -> Found:
        """Read the whole file."""
        structs = {s.cls.name: tuple(f.name for f in s.cls.fields) for s in module_classes(self.module)}
        top = Env("", structs=structs)
        for statement in self.module.body:
            if isinstance(statement, Assign):
                self.assign(statement, top)
            elif isinstance(statement, ClassDef):
                self._fields(statement)
        # What stands at the top of the file is found by its name, also from other files of the package.
        for name in [n for n, v in top.names.items() if isinstance(v, Typed) and v.made is None]:
            del top.names[name]
        for key, function in self.functions.items():
            interesting = self._puts_together(function)
            types = (function.returns, *(p.type for p in function.params))
            given = any(self.dialect_of(t) is not None for t in types)
            made = handler_literal(function, self.module)
            if made is not None:
                self.found.inline.setdefault(made.function.start, f"{key}()")
            elif makes_handler(function) and (
                what := handed_out(function, self.functions, self.found.packages, self.module)
            ):
                self.found.aliases[f"{key}()"] = what
            if interesting or given:
                self._function(function, key, top)
        return self.found

    # -- functions and statements ------------------------------------------------------------------------------------

    def _function(self, function: FunctionNode, key: str, top: Env) -> None:
        label = self.found.symbol(key)
        self.label, self.owner, self.returned, self.gives = label, function.owner, [], dotted(function.returns)
        env = Env(f"{label}.", {}, top, structs=top.structs)
        self._parameters(function, key, env)
        self.block(function.body, env)
        routers = dict.fromkeys(self.returned)
        if len(routers) == 1:
            self.found.aliases[f"{key}()"] = next(iter(routers))

    def _puts_together(self, function: FunctionNode) -> bool:
        """Whether anything may be registered in the function, or a router be handed on."""
        source, name = self.module.source, function.name
        if REGISTERS.search(source, function.start, function.end) or ROUTES.search(name):
            return True
        return STARTS.search(name) is not None and PASSES.search(source, function.body_start, function.end) is not None

    def _parameters(self, function: FunctionNode, key: str, env: Env) -> None:
        index = 0
        for param in function.params:
            if param.kind == "self":
                env.names[param.name] = Typed(function.owner)
                continue
            dialect = self.dialect_of(param.type)
            if dialect is not None and param.name:
                symbol = f"{key}({index})"
                # A group is part of something; a whole application is all there is, whoever hands it over.
                whole = dialect.whole and dialect.types.get(dotted(param.type).rpartition(".")[2]) == "app"
                self.found.router(symbol, "app" if whole else "router", dialect, param, str(index))
                env.names[param.name] = Routes(symbol, dialect)
            elif param.name:
                kind = dotted(param.type)
                env.names[param.name] = Passed(index) if kind == "string" else Typed(kind)
            index += 1

    def _option(self, given: Lambda, env: Env) -> None:
        """`return func(e *echo.Echo) {...}` of a function that gives an `Option`: whoever applies one hands over a router."""
        inner = env.inner(conditional=True)
        for index, param in enumerate(given.function.params):
            dialect = self.dialect_of(param.type)
            if dialect is not None and param.name:
                symbol = f"{self.gives}({index})"
                self.found.router(symbol, "router", dialect, param, str(index))
                inner.names[param.name] = Routes(symbol, dialect)
        if inner.names:
            self.block(given.function.body, inner)

    def _fields(self, statement: ClassDef) -> None:
        """Routers that a struct holds."""
        for field in statement.cls.fields:
            dialect = self.dialect_of(field.type)
            if dialect is not None:
                kind = dialect.types.get(dotted(field.type).rpartition(".")[2], "router")
                self.found.router(f"{statement.cls.name}.{field.name}", kind, dialect, field)
        for base in statement.cls.bases:
            dialect = self.dialect_of(base)
            if dialect is not None:
                name = dotted(base).rpartition(".")[2]
                symbol = self.embedding[statement.cls.name] = f"{statement.cls.name}.{name}"
                self.found.router(symbol, dialect.types.get(name, "router"), dialect, statement)

    def block(self, body: Sequence[Stmt], env: Env) -> None:
        self.depth += 1
        if self.depth <= _DEEP:
            for statement in body:
                self._statement(statement, env)
        self.depth -= 1

    def _statement(self, statement: Stmt, env: Env) -> None:
        match statement:
            case Do(value=Unary(op="defer")):
                pass
            case Do(value=value):
                done = value.operand if isinstance(value, Unary) else value
                self.effect = done if isinstance(done, Call) else None
                self.evaluate(done, env)
            case Assign():
                self.assign(statement, env)
            case Return(value=value):
                for part in value.items if isinstance(value, Items) else (value,) if value is not None else ():
                    found = self.evaluate(part, env)
                    if isinstance(found, Routes):
                        self.returned.append(found.symbol)
                    elif isinstance(part, Lambda) and self.gives:
                        self._option(part, env)
            case If(test=test, then=then, orelse=orelse):
                self.evaluate(test, env)
                self.block(then, env.inner(conditional=True))
                self.block(orelse, env.inner(conditional=True))
            case For(body=body, target=target, iterable=iterable):
                self.loop(target, iterable, body, env)
            case Group(body=body):
                self.block(body, env.inner())
            case Switch(arms=arms):
                for _, arm in arms:
                    self.block(arm, env.inner(conditional=True))
            case Raise() | _:
                pass

    # -- expressions -------------------------------------------------------------------------------------------------

    def evaluate(self, expr: AnyExpr | None, env: Env, hint: str = "") -> Value | None:
        """Perform the registrations in an expression; the router that it stands for, if it is one."""
        self.depth += 1
        try:
            return self._evaluate(expr, env, hint) if self.depth <= _DEEP * 4 else None
        finally:
            self.depth -= 1

    def _evaluate(self, expr: AnyExpr | None, env: Env, hint: str) -> Value | None:
        match expr:
            case Name(id=name):
                found = env.find(name)
                if isinstance(found, Typed) and found.name in self.embedding:
                    symbol = self.embedding[found.name]
                    return Routes(symbol, BY_ID.get(self.found.routers[symbol].framework))
                return found if isinstance(found, Routes | Builder) else None
            case Member():
                symbol = self.name_of(expr, env)
                router = self.found.routers.get(symbol)
                return Routes(symbol, BY_ID.get(router.framework)) if router is not None else None
            case Call(new=True):
                self._wired(expr, env)
                return None
            case Call():
                return self._call(expr, env, hint)
            case _:
                return None

    def _wired(self, call: Call, env: Env) -> None:
        """`&Server{router: r}`: the field is another name of the router. Other values may hold registrations, too."""
        for kwarg in call.kwargs:
            found = self.evaluate(kwarg.value, env)
            owner = dotted(call.func)
            if isinstance(found, Routes) and owner:
                self.found.mount(found.symbol, f"{owner}.{kwarg.name}", self.framework(found), kwarg)
        for arg in call.args:
            if isinstance(arg, Call):
                self.evaluate(arg, env)

    def _call(self, call: Call, env: Env, hint: str) -> Value | None:
        func = call.func
        if isinstance(func, Member):
            made = self._made(call, func, env, hint)
            if made is not None:
                return made
            base = self.evaluate(func.base, env)
            if base is None:
                base = self._likely(call, func, env)
            if base is not None:
                return self.registered(base, call, func.name, env, hint)
        elif isinstance(func, Lambda):
            self.block(func.function.body, env.inner())
            return None
        elif isinstance(func, Name) and isinstance(closure := env.find(func.id), Closure):
            return self._closed(closure, call, env)
        return self._handed(call, env)

    def _made(self, call: Call, func: Member, env: Env, hint: str) -> Value | None:
        """`gin.Default()`, `http.NewServeMux()`, and what `net/http` itself serves: `http.HandleFunc(...)`."""
        package = func.base.id if isinstance(func.base, Name) and env.find(func.base.id) is None else ""
        dialect = self.dialects.get(package)
        if dialect is None:
            return None
        if func.name in dialect.made:
            symbol = self.found.symbol(f"{env.prefix}{hint or 'router'}")
            self.found.router(symbol, "app", dialect, call)
            for arg in call.args:
                self.evaluate(arg, env)
            return Routes(symbol, dialect)
        if dialect is NET_HTTP:
            if func.name in {"HandleFunc", "Handle"} and len(call.args) == 2:  # pattern and handler
                self.found.router(DEFAULT, "app", dialect, call)
                return self.registered(Routes(DEFAULT, dialect), call, func.name, env, hint)
            if func.name == "StripPrefix" and len(call.args) == 2:  # prefix and handler
                inner = self.evaluate(call.args[1], env)
                prefix = text_of(call.args[0], env, self.module)
                return Routes(inner.symbol, inner.dialect, prefix) if isinstance(inner, Routes) else None
        return None

    def _likely(self, call: Call, func: Member, env: Env) -> Routes | None:
        """A router that another file declares: `s.router.Get("/users", s.list)`. Linking tells whether it is one."""
        if not likely(call, func.name):
            return None
        if isinstance(func.base, Name) and func.base.id in self.found.packages and env.find(func.base.id) is None:
            return None
        name = self.name_of(func.base, env)
        return Routes(name) if name else None

    def _closed(self, closure: Closure, call: Call, env: Env) -> Value | None:
        """A call of a function that is held by a variable of this function."""
        inner = closure.env.inner()
        for param, arg in zip(closure.node.function.params, call.args, strict=False):
            if param.name:
                found = self.evaluate(arg, env)
                inner.names[param.name] = found if found is not None else Given(arg)
        self.block(closure.node.function.body, inner)
        return None

    def _handed(self, call: Call, env: Env) -> Value | None:
        """A call of the project's own code: it adds to the routers that it is given, or returns one that it made."""
        first = dotted(call.func).partition(".")[0]
        name = self.name_of(call.func, env)
        shipped = first in _SHIPPED and first in self.found.packages
        own = name if name and not shipped and first not in self.dialects else ""
        alone, self.effect = call is self.effect, None
        passed: Routes | None = None
        order = 0
        for index, arg in enumerate(call.args):
            value = self.evaluate(arg, env)
            if value is None and own and (lent := self._lent(arg, env)):
                value = Routes(lent)
            elif isinstance(value, Routes):
                passed = passed or value
            if isinstance(value, Routes) and own:
                order = order or self.found.next()
                self.found.mount(
                    value.symbol, own, self.framework(value), call, conditional=env.conditional, argument=str(index),
                    order=order,
                )  # fmt: skip
                self._prefixed(value, own, index, call, env)
            elif isinstance(arg, Lambda) and not takes_handler(arg.function):
                self.block(arg.function.body, env.inner())
        if isinstance(call.func, Call):
            # `handlers.CORS()(r)` serves what it is given.
            self.evaluate(call.func, env)
            return passed
        if passed is not None:
            return self._wrapped(call, name, passed) if not alone else None
        return self._returned(own) if own else None

    def _prefixed(self, value: Routes, own: str, place: int, call: Call, env: Env) -> None:
        """`Register(router, "/api")`: what the function puts behind the text that it is given stands below that path."""
        for index, arg in enumerate(call.args):
            path = text_of(arg, env, self.module) if isinstance(arg, Str | Name) and index != place else None
            if not path and not (isinstance(arg, Str) and arg.value == ""):
                continue
            if all(isinstance(part, str) for part in path or ()):
                both = f"{place}+{index}"
                self.found.mount(
                    value.symbol, own, self.framework(value), call, normal(path or ()), conditional=env.conditional,
                    argument=both,
                )  # fmt: skip

    def _wrapped(self, call: Call, name: str, inner: Routes) -> Value | None:
        """`return requireLogin(mux)`: what is given out is the router behind a guard."""
        guard = self.found.guard(call.func, Level.APP, f"{name}()" if name else None, name.partition(".")[0])
        if guard.kind is not GuardKind.UNKNOWN or _WRAPS.search(name):
            if guard.kind is not GuardKind.OTHER:
                self.found.use(inner.symbol, guard, -1, EMPTY)
            return inner
        return None

    def _lent(self, arg: AnyExpr, env: Env) -> str:
        """The name of an argument that may be a router which another file declares or makes, "" for what is none."""
        if isinstance(arg, Name):
            value = env.find(arg.id)
            if value is None:
                return arg.id if env.prefix and arg.id not in PLAIN and arg.id not in self.functions else ""
            return value.name if isinstance(value, Typed) and value.name.endswith("()") else ""
        if isinstance(arg, Member) and isinstance(arg.base, Name) and isinstance(env.find(arg.base.id), Typed):
            return self.name_of(arg, env)
        return ""

    def _returned(self, name: str) -> Value | None:
        """A router that a function of this file returns; of other files, only what is done with it shows it."""
        alias = self.found.aliases.get(f"{name}()")
        router = self.found.routers.get(alias or "")
        return Routes(router.symbol, BY_ID.get(router.framework)) if router is not None else None

    @abstractmethod
    def registered(self, base: Value, call: Call, name: str, env: Env, hint: str) -> Value | None:
        """What a method of a router does; the router that it returns."""

    def with_router(self, function: AnyExpr, router: Routes, call: Call, env: Env) -> None:
        """`r.Route("/x", func(r chi.Router) {...})`: the function adds to the router that it is given."""
        if isinstance(function, Name) and isinstance(closure := env.find(function.id), Closure):
            function, env = closure.node, closure.env
        if isinstance(function, Lambda):
            inner = env.inner()
            for param in function.function.params[:1]:
                inner.names[param.name] = router
            self.block(function.function.body, inner)
            return
        name = self.name_of(function.func, env) + "()" if isinstance(function, Call) else self.name_of(function, env)
        if name:
            self.found.mount(
                router.symbol, name, self.framework(router), call, conditional=env.conditional, argument="0"
            )  # fmt: skip
