"""Reading the routers of a Go file: functions in order, statements in order, each call that registers something.

Every function is read once, for itself. A router that it is given goes by the function's name and the place among its
parameters (`Register(0)`), one that it makes by the name of its variable (`main.r`), one that a struct holds by its
field (`Server.router`); calls that hand routers on are mounts. Linking puts these together, so that it does not matter
which file or package a router comes from.
"""

from collections.abc import Sequence
from typing import Final

from persona_lsp.facts.text import literal
from persona_lsp.frameworks.golang.dialects import BY_ID, NAMED, NET_HTTP, REGISTERS, VERBS, Dialect, imported
from persona_lsp.frameworks.golang.found import Found
from persona_lsp.frameworks.golang.handlers import handler_literal, takes_handler
from persona_lsp.frameworks.golang.paths import text_of
from persona_lsp.frameworks.golang.values import Builder, Closure, Env, Given, Routes, Typed, Value
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    ClassDef,
    Def,
    Do,
    For,
    FunctionNode,
    Group,
    If,
    Index,
    Items,
    Lambda,
    Member,
    Module,
    Name,
    Raise,
    Return,
    Stmt,
    Str,
    Switch,
    Unary,
    dotted,
)
from persona_lsp.syntax.ir import Object as Mapping

_DEEP: Final = 24
_SHIPPED: Final = frozenset({"http", "log", "fmt", "context", "errors", "strings", "time", "os", "net", "sync", "json"})
DEFAULT: Final = "http.DefaultServeMux"


class Reader:
    """Everything that the file registers; `evaluate` and `registered` are the two halves of reading an expression."""

    def __init__(self, module: Module) -> None:
        """Prepare to read the file."""
        self.module = module
        self.dialects = imported(module)
        self.found = Found(module, {i.local: i.module for i in module.imports if i.local})
        self.functions = {
            (f"{s.function.owner}." if s.function.owner else "") + s.function.name: s.function
            for s in module.body if isinstance(s, Def)
        }  # fmt: skip
        others = [d for d in self.dialects.values() if d is not NET_HTTP]
        self.only = others[0] if len(others) == 1 else NET_HTTP if not others else None
        """What an unknown router of this file most likely is."""
        self.depth = 0
        self.owner = ""
        self.label = ""
        self.returned: list[str] = []

    def read(self) -> Found:
        """Read the whole file."""
        top = Env("")
        for statement in self.module.body:
            if isinstance(statement, Assign):
                self._assign(statement, top)
            elif isinstance(statement, ClassDef):
                self._fields(statement)
        # What stands at the top of the file is found by its name, also from other files of the package.
        for name in [n for n, v in top.names.items() if not isinstance(v, Routes | Given)]:
            del top.names[name]
        for key, function in self.functions.items():
            interesting = REGISTERS.search(self.module.source, function.start, function.end) is not None
            given = any(self.dialect_of(p.type) is not None for p in function.params)
            made = handler_literal(function, self.module)
            if made is not None:
                self.found.inline.setdefault(made.function.start, f"{key}()")
            if interesting or given:
                self._function(function, key, top)
        return self.found

    # -- functions and statements ------------------------------------------------------------------------------------

    def _function(self, function: FunctionNode, key: str, top: Env) -> None:
        label = self.found.symbol(key)
        self.label, self.owner, self.returned = label, function.owner, []
        env = Env(f"{label}.", {}, top)
        self._parameters(function, key, env)
        self._block(function.body, env)
        routers = dict.fromkeys(self.returned)
        if len(routers) == 1:
            self.found.aliases[f"{key}()"] = next(iter(routers))

    def _parameters(self, function: FunctionNode, key: str, env: Env) -> None:
        index = 0
        for param in function.params:
            if param.kind == "self":
                env.names[param.name] = Typed(function.owner)
                continue
            dialect = self.dialect_of(param.type)
            if dialect is not None and param.name:
                symbol = f"{key}({index})"
                self.found.router(symbol, "router", dialect, param, str(index))
                env.names[param.name] = Routes(symbol, dialect)
            elif param.name:
                env.names[param.name] = Typed(dotted(param.type))
            index += 1

    def _fields(self, statement: ClassDef) -> None:
        """Routers that a struct holds."""
        for field in statement.cls.fields:
            dialect = self.dialect_of(field.type)
            if dialect is not None:
                kind = dialect.types[dotted(field.type).rpartition(".")[2]]
                self.found.router(f"{statement.cls.name}.{field.name}", kind, dialect, field)

    def _block(self, body: Sequence[Stmt], env: Env) -> None:
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
                self.evaluate(value.operand if isinstance(value, Unary) else value, env)
            case Assign():
                self._assign(statement, env)
            case Return(value=value):
                for part in value.items if isinstance(value, Items) else (value,) if value is not None else ():
                    found = self.evaluate(part, env)
                    if isinstance(found, Routes):
                        self.returned.append(found.symbol)
            case If(test=test, then=then, orelse=orelse):
                self.evaluate(test, env)
                self._block(then, env.inner(conditional=True))
                self._block(orelse, env.inner(conditional=True))
            case For(body=body, target=target, iterable=iterable):
                self.loop(target, iterable, body, env)
            case Group(body=body):
                self._block(body, env.inner())
            case Switch(arms=arms):
                for _, arm in arms:
                    self._block(arm, env.inner(conditional=True))
            case Raise() | _:
                pass

    def loop(self, target: AnyExpr | None, _iterable: AnyExpr | None, body: Sequence[Stmt], env: Env) -> None:
        """A loop over what nobody knows; what it registers is not known either."""
        inner = env.inner()
        for name in target.items if isinstance(target, Items) else (target,):
            if isinstance(name, Name):
                inner.names[name.id] = Typed("")
        self._block(body, inner)

    def _assign(self, statement: Assign, env: Env) -> None:
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
                self._bind(first.id, found if found is not None else self._value(value, env), env)
        elif isinstance(first, Member):
            self._keep(first, found, env)

    def _declared(self, target: AnyExpr, statement: Assign, env: Env) -> None:
        """`var r *gin.Engine`, `var api chi.Router`."""
        if not isinstance(target, Name):
            return
        dialect = self.dialect_of(statement.type)
        if dialect is None:
            if env.prefix:
                env.names[target.id] = Typed(dotted(statement.type))
            return
        symbol = self.found.symbol(f"{env.prefix}{target.id}")
        self.found.router(symbol, dialect.types[dotted(statement.type).rpartition(".")[2]], dialect, statement)
        env.names[target.id] = Routes(symbol, dialect)

    def _bind(self, name: str, value: Value, env: Env) -> None:
        """`:=` makes a name, `=` gives another value to one of a scope around; a router keeps what it was known by."""
        scope: Env | None = env
        while scope is not None and name not in scope.names:
            scope = scope.parent
        old = scope.names[name] if scope is not None else None
        if isinstance(old, Routes) and isinstance(value, Routes) and scope is not env:
            self.found.mount(value.symbol, old.symbol, self.framework(value), Name(0, 0, name))
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
                return Typed(dotted(func))
            case Call():
                name = self.name_of(value.func, env)
                return Typed(f"{name}()") if name and name != "append" else Given(value)
            case Member() | Name():
                name = self.name_of(value, env)
                return (
                    Typed(name) if name and isinstance(value, Member) and not self._is_package(value) else Given(value)
                )
            case _:
                return Given(value)

    def _is_package(self, value: Member) -> bool:
        return isinstance(value.base, Name) and value.base.id in self.found.packages

    # -- names -------------------------------------------------------------------------------------------------------

    def dialect_of(self, kind: AnyExpr | None) -> Dialect | None:
        """The framework whose router the type is."""
        name = kind.id if isinstance(kind, Name) else ""
        package, _, last = name.partition(".")
        dialect = self.dialects.get(package) if last else None
        return dialect if dialect is not None and last in dialect.types else None

    def name_of(self, expr: AnyExpr | None, env: Env) -> str:
        """The name by which other files may know a function or value: `Server.router`, `users.New().List`; "" unknown."""
        match expr:
            case Name(id=name):
                value = env.find(name)
                if value is None:
                    return name
                if isinstance(value, Typed):
                    return value.name
                if isinstance(value, Given) and isinstance(value.expr, Name | Member) and value.expr is not expr:
                    return self.name_of(value.expr, Env("")) if self.depth < _DEEP else ""
                return value.symbol if isinstance(value, Routes) else ""
            case Member(base=base, name=name):
                owner = self.name_of(base, env)
                return f"{owner}.{name}" if owner else ""
            case Call(new=True, func=func):
                return dotted(func)
            case Call(func=func):
                made = self.name_of(func, env)
                return f"{made}()" if made else ""
            case Index(base=base):
                return "" if isinstance(base, Name | Member | Call) else self.name_of(base, env)
            case _:
                return ""

    def framework(self, value: Routes) -> str:
        """The framework of a router, as far as this file tells."""
        return (value.dialect or self.only or NET_HTTP).id

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
            self._block(func.function.body, env.inner())
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
                prefix = literal(text_of(call.args[0], env, self.module))
                return Routes(inner.symbol, inner.dialect, prefix or "") if isinstance(inner, Routes) else None
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
        self._block(closure.node.function.body, inner)
        return None

    def _handed(self, call: Call, env: Env) -> Value | None:
        """A call of the project's own code: it adds to the routers that it is given, or returns one that it made."""
        first = dotted(call.func).partition(".")[0]
        name = self.name_of(call.func, env)
        shipped = first in _SHIPPED and first in self.found.packages
        own = name if name and not shipped and first not in self.dialects else ""
        passed: Routes | None = None
        order = 0
        for index, arg in enumerate(call.args):
            value = self.evaluate(arg, env)
            if isinstance(value, Routes):
                passed = passed or value
                if own:
                    order = order or self.found.next()
                    self.found.mount(
                        value.symbol, own, self.framework(value), call, conditional=env.conditional, argument=str(index),
                        order=order,
                    )  # fmt: skip
            elif isinstance(arg, Lambda) and not takes_handler(arg.function):
                self._block(arg.function.body, env.inner())
        if isinstance(call.func, Call):
            # `handlers.CORS()(r)` serves what it is given.
            self.evaluate(call.func, env)
            return passed
        if own and passed is None and REGISTERS.search(self.module.source) and not own.startswith("("):
            return self._returned(own)
        return passed if passed is not None and not own else None

    def _returned(self, name: str) -> Value | None:
        """A router that a function of this file returns; of other files, only what is done with it shows it."""
        alias = self.found.aliases.get(f"{name}()")
        router = self.found.routers.get(alias or "")
        return Routes(router.symbol, BY_ID.get(router.framework)) if router is not None else None

    def registered(self, base: Value, call: Call, name: str, env: Env, hint: str) -> Value | None:
        """What a method of a router does; the router that it returns."""
        raise NotImplementedError

    def with_router(self, function: AnyExpr, router: Routes, call: Call, env: Env) -> None:
        """`r.Route("/x", func(r chi.Router) {...})`: the function adds to the router that it is given."""
        if isinstance(function, Name) and isinstance(closure := env.find(function.id), Closure):
            function, env = closure.node, closure.env
        if isinstance(function, Lambda):
            inner = env.inner()
            for param in function.function.params[:1]:
                inner.names[param.name] = router
            self._block(function.function.body, inner)
            return
        name = self.name_of(function.func, env) + "()" if isinstance(function, Call) else self.name_of(function, env)
        if name:
            self.found.mount(
                router.symbol, name, self.framework(router), call, conditional=env.conditional, argument="0"
            )  # fmt: skip


def likely(call: Call, name: str) -> bool:
    """The call looks like a registration on a router: a path, and something that handles."""
    args = call.args
    if name in VERBS or name in NAMED:
        at = 1 if name in NAMED and name != "Handle" else 0
        if len(args) < at + 2 or not _is_path(args[at]) or isinstance(args[-1], Str):
            return False
        return not isinstance(args[-1], Items | Mapping) and _handles(args[-1])
    if name in {"Group", "Route", "PathPrefix", "Mount"}:
        return bool(args) and (_is_path(args[0]) or isinstance(args[0], Lambda))
    return name in {"Use", "With"} and bool(args)


def _handles(expr: AnyExpr) -> bool:
    match expr:
        case Lambda() | Name() | Member():
            return True
        case Call():
            return not expr.new
        case _:
            return False


def _is_path(expr: AnyExpr) -> bool:
    """Text that begins with a slash, or with a method and a slash; or what other text is added to."""
    if isinstance(expr, Binary):
        return expr.op == "+"
    if not isinstance(expr, Str):
        return isinstance(expr, Member) and expr.name[:1].isupper() and "/" not in expr.name
    value = expr.value or ""
    return value == "" or value.rpartition(" ")[2].startswith("/")
