"""Routers, mounts and routes of Express, as one file registers them.

A function that is given an app (`module.exports = (app) => {}`), or returns a router, is a router itself under its own
name: whoever calls it mounts it. Loops over literal lists are run; other loops register nothing that can be known.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from persona_lsp.facts.http import (
    CorsPolicy,
    Doc,
    ErrorHandler,
    Guard,
    GuardKind,
    Level,
    Mount,
    Route,
    Router,
    Use,
)
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import EMPTY, Hole, Ref, Text, literal
from persona_lsp.frameworks.api import Extracted
from persona_lsp.frameworks.express.cors import cors_policy
from persona_lsp.frameworks.express.errors import error_handlers, exception_classes, takes_errors
from persona_lsp.frameworks.express.guards import classify, guard_name, is_error_name
from persona_lsp.frameworks.express.paths import expand
from persona_lsp.frameworks.express.scope import EXPRESS, Scope, reduce, reference, text
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    Binary,
    Call,
    ClassDef,
    ClassNode,
    Const,
    Def,
    Do,
    For,
    FunctionNode,
    Group,
    If,
    Index,
    Items,
    Lambda,
    Let,
    Member,
    Module,
    Name,
    Node,
    Object,
    ParamNode,
    Return,
    Spread,
    Stmt,
    Str,
    Switch,
    Ternary,
    Try,
    children,
    dotted,
)
from persona_lsp.syntax.javascript import required_module

METHODS: Final = {
    "get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "head": "HEAD",
    "options": "OPTIONS", "all": "ANY", "del": "DELETE",
}  # fmt: skip
_VERBS: Final = re.compile(rb"\.\s*(?:use|get|post|put|patch|delete|all|route)\s*\(|\bRouter\(|\bexpress\(\)")
_APP_NAME: Final = re.compile(r"^_?(?:app|application|router|server|api|express|expressApp|web|route|routes)$")
_ROUTER_NAME: Final = re.compile(
    r"rout(?:e|er|es|ers|ing)|controller|endpoints?$|(?:^|[a-z])api$|^api|^app$", re.IGNORECASE
)
_ROUTER_FILE: Final = re.compile(r"(?:^|[._-]|[a-z](?=R))[rR]out(?:e|er|es|ers|ing)$")
_APP_TYPES: Final = frozenset({"Router", "Express", "Application", "IRouter", "express", "ExpressApp", "ExpressRouter"})
_NOT_HANDLERS: Final = (Str, Const, Object, Binary)
_LOOPS: Final = frozenset({"forEach", "map", "each"})
_DEPTH: Final = 60


class _Chain(Struct):
    """What an expression of registrations stands for: a router, and the path of `route(path)` if one is open."""

    symbol: str
    paths: tuple[Text, ...] | None = None
    path_node: AnyExpr | None = None
    guards: tuple[Guard, ...] = ()
    every: Call | None = None


def routes(module: Module) -> Extracted:
    """Everything that the file says about HTTP in the words of Express."""
    reader = _Reader(module)
    reader.run()
    return Extracted(
        routers=tuple(reader.routers.values()),
        mounts=tuple(reader.mounts),
        uses=tuple(reader.uses),
        routes=tuple(reader.routes),
        error_handlers=(*reader.error_handlers, *error_handlers(module)),
        cors=tuple(reader.cors),
        classes=exception_classes(module),
        aliases=tuple(_instances(module)),
        inline=tuple(reader.inline.items()),
        wrapped=tuple(sorted(reader.wrapped)),
    )


def _instances(module: Module) -> Iterator[tuple[str, str]]:
    """Names of the file that hold an instance of a class: `export const users = new UserController()`."""
    for stmt in module.body:
        if isinstance(stmt, Assign) and isinstance(stmt.value, Call) and stmt.value.new:
            for target in stmt.targets:
                if isinstance(target, Name) and dotted(stmt.value.func):
                    yield target.id, dotted(stmt.value.func)
    for export in module.exports:
        if isinstance(export.value, Call) and export.value.new and dotted(export.value.func):
            yield "default", dotted(export.value.func)


class _Reader:
    """The registrations of one file, collected in the order in which they are written."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.routers: dict[str, Router] = {}
        self.mounts: list[Mount] = []
        self.uses: list[Use] = []
        self.routes: list[Route] = []
        self.error_handlers: list[ErrorHandler] = []
        self.cors: list[CorsPolicy] = []
        self.inline: dict[int, str] = {}
        self.keys: dict[str, int] = {}
        self.wrapped: set[int] = set()
        self.order = 0
        self.anonymous = 0
        self.depth = 0
        self.statement: Node = module.body[0] if module.body else Name(0, 0, "")
        self.pending: dict[str, Node | FunctionNode] = {}
        self.lent: dict[str, Node] = {}
        self.imports = {i.local: (i.module, i.name) for i in module.imports if i.local}

    def run(self) -> None:
        scope = Scope(self.module, self.imports)
        for stmt in self.module.body:
            # Functions are known before they are declared.
            if isinstance(stmt, Def):
                scope.values[stmt.function.name] = Lambda(stmt.start, stmt.end, stmt.function)
        self._block(self.module.body, scope, conditional=False)

    # -- statements --------------------------------------------------------------------------------------------------

    def _block(self, body: Sequence[Stmt], scope: Scope, *, conditional: bool) -> None:
        for stmt in body:
            self._statement(stmt, scope, conditional=conditional)

    def _statement(self, stmt: Stmt, scope: Scope, *, conditional: bool) -> None:
        self.depth += 1
        if self.depth < _DEPTH:
            previous, self.statement = self.statement, stmt
            self._understand(stmt, scope, conditional=conditional)
            self.statement = previous
        self.depth -= 1

    def _understand(self, stmt: Stmt, scope: Scope, *, conditional: bool) -> None:
        match stmt:
            case Do(value=value):
                self._effect(value, scope, conditional=conditional)
            case Assign(targets=targets, value=value) if value is not None and not stmt.op:
                self._assign(targets, value, scope, conditional=conditional)
            case Def(function=function):
                self._declared(function, function.name, scope)
            case ClassDef(cls=cls):
                self._class(cls, scope)
            case Return(value=value) if value is not None:
                self._returned(value, scope, conditional=conditional)
            case If(then=then, orelse=orelse):
                self._block(then, scope, conditional=True)
                self._block(orelse, scope, conditional=True)
            case Try(body=body, final=final):
                self._block(body, scope, conditional=conditional)
                self._block(final, scope, conditional=conditional)
            case Group(body=body):
                self._block(body, scope, conditional=conditional)
            case For(kind="each", target=target, iterable=iterable, body=body) if (
                target is not None and iterable is not None
            ):
                self._loop(target, iterable, body, scope, conditional=conditional)
            case Switch(arms=arms):
                for _, inner in arms:
                    self._block(inner, scope, conditional=True)
            case _:
                pass

    def _effect(self, value: AnyExpr, scope: Scope, *, conditional: bool) -> None:
        default = scope.parent is None and self._is_default_export(value)
        hint = "default" if default else ""
        if default and isinstance(value, Lambda):
            self._declared(value.function, "default", scope)
        elif default and isinstance(value, Object):
            self._methods(value, "", scope)
        else:
            self._evaluate(value, scope, hint, conditional=conditional)

    def _is_default_export(self, value: AnyExpr) -> bool:
        return any(e.value is value for e in self.module.exports)

    def _assign(self, targets: Sequence[AnyExpr], value: AnyExpr, scope: Scope, *, conditional: bool) -> None:
        names = [dotted(t) for t in targets]
        hint = next((n.rsplit(".", 1)[-1] for n in names if n and n != "module.exports"), "default")
        cls = scope.owning_class()
        in_class = cls is not None and any(n.startswith("this.") for n in names)
        if isinstance(value, Lambda):
            self._bind(names, value, scope)
            self._declared(value.function, self._function_name(names, cls), scope)
            return
        if isinstance(value, Items) and scope.parent is None:
            self._steps(self._function_name(names, None), value, scope)
        if isinstance(value, Object):
            self._bind(names, value, scope)
            self._methods(value, next((n for n in names if n and "exports" not in n), ""), scope)
            return
        symbol_prefix = f"{cls.name}." if in_class and cls is not None else None
        chain = self._evaluate(value, scope, hint, conditional=conditional, prefix=symbol_prefix)
        if chain is None and isinstance(value, Member) and value.name in {"app", "expressApp"} and hint == value.name:
            # `const app = server.app`: what else would be called so and registers routes.
            chain = _Chain(f"{scope.prefix}{hint}")
            self.lent[chain.symbol] = value
        if chain is not None and chain.paths is None:
            holder = _class_scope(scope) if in_class else scope
            for name in names:
                if name:
                    holder.routers[name] = chain.symbol
                    holder.values.pop(name, None)
            return
        self._bind(names, value, _class_scope(scope) if in_class else scope)
        for target in targets:
            self._destructure(target, value, scope)

    def _steps(self, name: str, value: Items, scope: Scope) -> None:
        """`exports.create = [authenticate, validate, (req, res) => {}]`: a handler with its own guards."""
        last, wrapped = self._unwrapped(value.items[-1], scope) if value.items else (value, False)
        if not name or not isinstance(last, Lambda) or not _is_handler(last.function.params):
            return
        key = self._key(name)
        self.inline[last.function.start] = key
        if wrapped:
            self.wrapped.add(last.function.start)
        for item in value.items[:-1]:
            self.uses.append(Use(Ref(key), self._guard(item, scope, Level.ROUTE), -1))

    def _function_name(self, names: list[str], cls: ClassNode | None) -> str:
        name = next((n for n in names if n), "")
        if name.startswith("this.") and cls is not None:
            return f"{cls.name}.{name[5:]}"
        name = name.removeprefix("module.exports.").removeprefix("exports.")
        return "default" if name == "module.exports" else name

    def _bind(self, names: list[str], value: AnyExpr, scope: Scope) -> None:
        for name in names:
            if name:
                scope.values[name] = value
                scope.routers.pop(name, None)

    def _destructure(self, target: AnyExpr, value: AnyExpr, scope: Scope) -> None:
        if isinstance(target, Object):
            for entry in target.entries:
                local = entry.value.target if isinstance(entry.value, Let) else entry.value
                if isinstance(local, Name) and entry.name:
                    if scope.parent is None and local.id in self.imports:
                        continue
                    scope.values[local.id] = Member(entry.start, entry.end, value, entry.name, entry.start)
        elif isinstance(target, Items):
            held = reduce(value, scope)
            for index, item in enumerate(target.items):
                if isinstance(item, Name):
                    known = held.items[index] if isinstance(held, Items) and index < len(held.items) else None
                    if known is not None:
                        scope.values[item.id] = known
                    else:
                        scope.hidden.add(item.id)

    def _returned(self, value: AnyExpr, scope: Scope, *, conditional: bool) -> None:
        if isinstance(value, Lambda):
            # A function that makes the function: `const routes = (deps) => (app) => {}`.
            if self._interesting(value.function):
                self._function(value.function, scope.owner, scope)
            return
        chain = self._evaluate(value, scope, "", conditional=conditional, symbol=scope.owner or None)
        if chain is not None and scope.owner and chain.symbol != scope.owner:
            self._require(scope.owner, value)
            self._mount(scope.owner, Ref(chain.symbol), EMPTY, (), value, conditional=conditional)

    # -- functions and classes ---------------------------------------------------------------------------------------

    def _declared(self, function: FunctionNode, name: str, scope: Scope) -> None:
        if scope.parent is not None and scope.cls is None and name:
            scope.values[name] = Lambda(function.start, function.end, function)
        if self._interesting(function):
            self._function(function, f"{scope.prefix}{name}" if scope.cls is None else name, scope)

    def _interesting(self, function: FunctionNode) -> bool:
        params = function.params
        if len(params) >= 2 and _is_handler(params):
            return False
        if any(_app_name(p) for p in params):
            return True
        return _VERBS.search(self.module.source, function.start, function.end) is not None

    def _function(self, function: FunctionNode, name: str, scope: Scope) -> None:
        inner = Scope(self.module, self.imports, prefix=f"{name}.", parent=scope, owner=name)
        for param in function.params:
            app = _app_name(param)
            if param.name:
                inner.hidden.add(param.name)
            if isinstance(param.pattern, Object):
                for entry in param.pattern.entries:
                    if entry.name:
                        inner.hidden.add(entry.name)
            if app and name:
                inner.routers[app] = name
                self.pending.setdefault(name, function)
        body = function.body
        returned = _returned_name(body)
        if returned and returned not in inner.routers and name:
            # The router that the function returns goes by the function's name.
            inner.values.setdefault(f"return {returned}", Name(function.start, function.start, name))
        self._block(body, inner, conditional=False)

    def _methods(self, value: Object, owner: str, scope: Scope) -> None:
        for entry in value.entries:
            name = f"{owner}.{entry.name}" if owner else entry.name
            if isinstance(entry.value, Lambda):
                if entry.name and self._interesting(entry.value.function):
                    self._function(entry.value.function, name, scope)
            elif isinstance(entry.value, Call):
                chain = self._evaluate(entry.value, scope, name, conditional=False)
                if chain is not None and owner:
                    scope.routers[name] = chain.symbol

    def _class(self, cls: ClassNode, scope: Scope) -> None:
        if _VERBS.search(self.module.source, cls.start, cls.end) is None and not any(
            _app_name(p) for m in cls.methods for p in m.params
        ):
            return
        inner = Scope(self.module, self.imports, prefix=f"{cls.name}.", parent=scope, cls=cls)
        for item in cls.fields:
            if item.value is None:
                continue
            chain = self._evaluate(item.value, inner, item.name, conditional=False)
            names = [f"this.{item.name}", f"{cls.name}.{item.name}"]
            if chain is not None:
                inner.routers.update(dict.fromkeys(names, chain.symbol))
            else:
                inner.values.update(dict.fromkeys(names, item.value))
        for method in sorted(cls.methods, key=lambda m: m.name != "constructor"):
            if _is_handler(method.params):
                continue
            name = cls.name if method.name == "constructor" else f"{cls.name}.{method.name}"
            self._function(method, name, inner)

    # -- loops -------------------------------------------------------------------------------------------------------

    def _loop(
        self, target: AnyExpr, iterable: AnyExpr, body: Sequence[Stmt], scope: Scope, *, conditional: bool
    ) -> None:
        elements = self._elements(iterable, scope)
        if elements is None:
            self._unknown_loop(target, iterable, body, scope, conditional=conditional)
            return
        for element in elements:
            inner = Scope(self.module, self.imports, prefix=scope.prefix, parent=scope, owner=scope.owner)
            self._bind_element(target, element, inner)
            self._block(body, inner, conditional=conditional)

    def _unknown_loop(
        self, target: AnyExpr, iterable: AnyExpr, body: Sequence[Stmt], scope: Scope, *, conditional: bool
    ) -> None:
        # A class that is given its routes (`new App([new Users()])`): the class stands for the list of them.
        cls = scope.owning_class()
        name = dotted(iterable)
        if cls is None or not isinstance(target, Name) or not (name.startswith("this.") or name in scope.hidden):
            return
        for stmt in body:
            value = stmt.value if isinstance(stmt, Do | Return) else None
            if not isinstance(value, Call) or value.name != "use" or not value.args:
                continue
            parent = self._router(value.receiver, scope)
            given = value.args[-1]
            if parent is None or not isinstance(given, Member) or dotted(given.base) != target.id:
                continue
            prefix = text(value.args[0], scope) if len(value.args) > 1 else EMPTY
            if not any(isinstance(part, Hole) for part in prefix):
                self._require(parent, value)
                self._require(cls.name, value)
                self._mount(parent, Ref(cls.name), _prefix(prefix), (), value, conditional=conditional)

    def _elements(self, iterable: AnyExpr, scope: Scope) -> list[AnyExpr] | None:
        value = reduce(iterable, scope)
        if isinstance(value, Items):
            return None if any(isinstance(i, Spread) for i in value.items) else list(value.items)
        if (
            isinstance(value, Call)
            and isinstance(value.func, Member)
            and dotted(value.func.base) == "Object"
            and value.args
        ):
            held = reduce(value.args[0], scope)
            if not isinstance(held, Object) or any(e.key is None or not e.name for e in held.entries):
                return None
            if value.func.name == "values":
                return [e.value for e in held.entries]
            if value.func.name == "keys":
                return [e.key for e in held.entries if e.key is not None]
            if value.func.name == "entries":
                return [Items(e.start, e.end, (e.key, e.value)) for e in held.entries if e.key is not None]
        return None

    def _bind_element(self, target: AnyExpr, element: AnyExpr, scope: Scope) -> None:
        if isinstance(target, Name):
            scope.values[target.id] = element
        elif isinstance(target, Object):
            held = reduce(element, scope)
            for entry in target.entries:
                local = entry.value.target if isinstance(entry.value, Let) else entry.value
                found = held.get(entry.name) if isinstance(held, Object) and entry.name else None
                if isinstance(local, Name):
                    if found is not None:
                        scope.values[local.id] = found
                    else:
                        scope.hidden.add(local.id)
        elif isinstance(target, Items):
            self._destructure(target, element, scope)

    # -- expressions -------------------------------------------------------------------------------------------------

    def _evaluate(
        self,
        expr: AnyExpr,
        scope: Scope,
        hint: str,
        *,
        conditional: bool,
        prefix: str | None = None,
        symbol: str | None = None,
    ) -> _Chain | None:
        """Perform the registrations in an expression; the router that it stands for, if it is one.

        `hint`: the name that a router made here is bound to; `symbol`: the one that it must have.
        """
        self.depth += 1
        try:
            if self.depth > _DEPTH:
                return None
            return self._value(expr, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)
        finally:
            self.depth -= 1

    def _value(
        self, expr: AnyExpr, scope: Scope, hint: str, *, conditional: bool, prefix: str | None, symbol: str | None
    ) -> _Chain | None:
        match expr:
            case Await(value=value):
                return self._evaluate(value, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)
            case Name() | Member():
                found = self._router(expr, scope)
                return _Chain(found) if found is not None else None
            case Call():
                return self._call(expr, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)
            case Lambda(function=function):
                self._callback(function, scope, conditional=conditional)
                return None
            case Binary(op="and" | "or" | "??", left=left, right=right):
                self._evaluate(left, scope, "", conditional=conditional)
                self._evaluate(right, scope, "", conditional=True)
                return None
            case Ternary(then=then, orelse=orelse):
                self._evaluate(then, scope, "", conditional=True)
                self._evaluate(orelse, scope, "", conditional=True)
                return None
            case Let(target=target, value=value, op="") if expr.op == "":
                self._assign((target,), value, scope, conditional=conditional)
                return self._evaluate(target, scope, "", conditional=conditional)
            case Str() | Const() | Index():
                return None
            case _:
                for child in children(expr):
                    self._evaluate(child, scope, "", conditional=conditional)
                return None

    def _callback(self, function: FunctionNode, scope: Scope, *, conditional: bool) -> None:
        # The body of a callback belongs to the place where it is written.
        if _is_handler(function.params) or not (self._interesting(function) or self._mentions(function, scope)):
            return
        inner = Scope(self.module, self.imports, prefix=scope.prefix, parent=scope, owner="")
        inner.hidden.update(p.name for p in function.params if p.name)
        self._block(function.body, inner, conditional=conditional)

    def _mentions(self, function: FunctionNode, scope: Scope) -> bool:
        """Whether a callback names a router: it may hand it on."""
        body = self.module.source[function.body_start : function.body_end]
        current: Scope | None = scope
        while current is not None:
            if any(name.encode() in body for name in current.routers):
                return True
            current = current.parent
        return False

    def _router(self, expr: AnyExpr | None, scope: Scope) -> str | None:
        """The symbol of the router that a name or member stands for."""
        name = dotted(expr)
        if not name:
            return None
        symbol = scope.router(name)
        if symbol is not None:
            return symbol
        value = scope.value(name)
        if isinstance(value, Name | Member) and value is not expr:
            return self._router(value, scope)
        return None

    def _call(
        self, call: Call, scope: Scope, hint: str, *, conditional: bool, prefix: str | None, symbol: str | None
    ) -> _Chain | None:
        func = call.func
        if isinstance(func, Member):
            name = func.name
            if name in METHODS or name in {
                "use",
                "route",
                "param",
                "ws",
                "set",
                "enable",
                "disable",
                "engine",
                "listen",
            }:
                chain = self._evaluate(func.base, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)
                if chain is None and isinstance(func.base, Name) and self._foreign(func.base, call, scope):
                    chain = _Chain(func.base.id)
                if chain is not None:
                    return self._registered(chain, name, call, scope, conditional=conditional)
            elif name in _LOOPS and call.args and isinstance(call.args[0], Lambda):
                function = call.args[0].function
                if function.params and _VERBS.search(self.module.source, function.start, function.end):
                    first = function.params[0]
                    target = first.pattern or Name(first.name_start, first.name_end, first.name)
                    self._loop(target, func.base, function.body, scope, conditional=conditional)
                return None
            else:
                self._evaluate(func.base, scope, "", conditional=conditional)
        made = self._made(call, scope, hint, prefix, symbol)
        if made is not None:
            return made
        if isinstance(func, Lambda):
            self._callback(func.function, scope, conditional=conditional)
        policy = cors_policy(call, scope)
        if policy is not None:
            self.cors.append(policy)
        return self._passed(call, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)

    def _passed(
        self, call: Call, scope: Scope, hint: str, *, conditional: bool, prefix: str | None, symbol: str | None
    ) -> _Chain | None:
        """A call that is none of ours: it may be given an app, wrap a router, or hold callbacks."""
        wrapped: _Chain | None = None
        for arg in call.args:
            inner = self._evaluate(arg, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)
            if inner is None and isinstance(arg, Object):
                for entry in arg.entries:
                    found = self._router(entry.value, scope)
                    if found is not None:
                        self._hand_over(found, call, scope, conditional=conditional)
            elif inner is not None and isinstance(arg, Call):
                wrapped = inner
            elif inner is not None:
                self._hand_over(inner.symbol, call, scope, conditional=conditional)
        if call.new and call.args:
            self._given(call, scope, conditional=conditional)
        return wrapped

    def _hand_over(self, symbol: str, call: Call, scope: Scope, *, conditional: bool) -> None:
        # `registerUsers(app)`, `require("./routes")(app)`, `new Routes(app)`: the callee adds routes to the app.
        child = reference(call.func, scope)
        if child is None or not self._own(child.name, scope):
            return
        self._require(symbol, call)
        self._mount(symbol, child, EMPTY, (), call, conditional=conditional)

    def _given(self, call: Call, scope: Scope, *, conditional: bool) -> None:
        # `new App([new Users(), new Orders()])`: see `_unknown_loop`.
        cls = dotted(call.func)
        for arg in call.args:
            held = reduce(arg, scope)
            for item in held.items if isinstance(held, Items) and cls else ():
                value = reduce(item, scope)
                if isinstance(value, Call) and value.new and dotted(value.func):
                    self._mount(cls, Ref(f"{dotted(value.func)}.router"), EMPTY, (), call, conditional=conditional)

    def _own(self, name: str, scope: Scope) -> bool:
        """Whether a name is the project's own: declared here, or imported by a path."""
        head = name.split(".", 1)[0]
        source = scope.imported(head)
        if source is not None:
            return _is_local(source[0])
        return (
            head in self.pending
            or scope.value(head) is not None
            or any(isinstance(s, ClassDef) and s.cls.name == head for s in self.module.body)
        )

    def _foreign(self, base: Name, call: Call, scope: Scope) -> bool:
        """An app that another file made and this one adds to: `const app = require("./app"); app.get("/x", f)`."""
        source = scope.imported(base.id)
        if source is None or not _is_local(source[0]) or not _APP_NAME.match(base.id):
            return False
        if call.name == "use":
            return bool(call.args)
        first = call.args[0] if call.args else None
        return len(call.args) > 1 and isinstance(first, Str) and (first.value or "").startswith("/")

    def _made(self, call: Call, scope: Scope, hint: str, prefix: str | None, symbol: str | None) -> _Chain | None:
        """A router that the call makes."""
        kind = _made_kind(call, scope)
        if not kind:
            return None
        if symbol is None:
            if not hint:
                self.anonymous += 1
                hint = f"router${self.anonymous}"
            named = scope.values.get(f"return {hint}")
            symbol = named.id if isinstance(named, Name) else f"{scope.prefix if prefix is None else prefix}{hint}"
        merge = call.option("mergeParams")
        self.routers[symbol] = Router(
            symbol,
            kind,
            "express",
            self._where(call),
            merge_params=kind == "app"
            or (merge is not None and not (isinstance(merge, Const) and merge.value is False)),
        )
        return _Chain(symbol)

    # -- registrations -----------------------------------------------------------------------------------------------

    def _registered(self, chain: _Chain, name: str, call: Call, scope: Scope, *, conditional: bool) -> _Chain:
        if chain.symbol in self.pending or chain.symbol in self.routers:
            self._require(chain.symbol, call)
        elif chain.symbol in self.lent and name != "listen":
            self.routers[chain.symbol] = Router(
                chain.symbol, "app", "express", self._where(self.lent[chain.symbol]), merge_params=True
            )
        if name == "use" and chain.paths is None:
            self._use(chain.symbol, call, scope, conditional=conditional)
        elif name == "route" and call.args:
            return _Chain(chain.symbol, self._paths(call.args[0], scope), call.args[0])
        elif name in METHODS:
            return self._route(chain, name, call, scope, conditional=conditional)
        elif name == "ws" and len(call.args) > 1:
            self._route(chain, "get", call, scope, conditional=conditional, kind="websocket")
        else:
            for arg in call.args:
                self._evaluate(arg, scope, "", conditional=conditional)
        return chain

    def _route(
        self, chain: _Chain, verb: str, call: Call, scope: Scope, *, conditional: bool, kind: str = "http"
    ) -> _Chain:
        args = call.args
        path_node: AnyExpr | None
        if chain.paths is None:
            if len(args) < 2 or isinstance(args[0], Lambda | Object | Call):
                return chain
            paths, path_node, handlers = self._paths(args[0], scope), args[0], args[1:]
        else:
            paths, path_node, handlers = chain.paths, chain.path_node, args
        flat = self._flat(handlers, scope)
        if not flat or isinstance(flat[-1], _NOT_HANDLERS):
            return chain
        if verb == "all" and chain.paths is not None:
            # `.route(path).all(check).get(list)`: what stands for every method passes on to the ones that follow.
            guards = tuple(self._guard(h, scope, Level.ROUTE) for h in flat)
            return _Chain(chain.symbol, paths, path_node, (*chain.guards, *guards), call)
        if verb == "options" and guard_name(flat[-1]).rsplit(".", 1)[-1].lower().startswith("cors"):
            self._evaluate(flat[-1], scope, "", conditional=conditional)
            return chain
        if verb == "all" and self._only_guards(flat, paths, scope):
            for path in paths:
                for handler in flat:
                    self._attach(chain.symbol, self._guard(handler, scope, Level.APP), path)
            return chain
        guards = (*chain.guards, *(self._guard(h, scope, Level.ROUTE) for h in flat[:-1]))
        for path in paths:
            self._add(
                chain.symbol, verb, path, path_node, flat[-1], guards, call, scope, conditional=conditional, kind=kind
            )
        return chain

    def _only_guards(self, handlers: Sequence[AnyExpr], paths: tuple[Text, ...], scope: Scope) -> bool:
        # `app.all("/api/*", requireLogin)` is middleware in the dress of a route.
        if not all((literal(path) or "").endswith("{*rest}") for path in paths):
            return False
        kinds = {self._guard(h, scope, Level.APP).kind for h in handlers}
        return kinds <= {GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE, GuardKind.RATE_LIMIT}

    def _add(
        self,
        symbol: str,
        verb: str,
        path: Text,
        path_node: AnyExpr | None,
        handler: AnyExpr,
        guards: tuple[Guard, ...],
        call: Call,
        scope: Scope,
        *,
        conditional: bool,
        kind: str,
    ) -> None:
        func = call.func
        token = func.name_start if isinstance(func, Member) else call.start
        end = path_node.end if path_node is not None and path_node.start > token else token + len(verb)
        key, ref, name, wrapped = self._handler(handler, verb, path, scope)
        self.routes.append(
            Route(
                methods=(METHODS[verb],),
                path=path,
                framework="express",
                where=Where(self.module.path, token, end),
                statement=self._where(self.statement),
                order=self._next(),
                router=Ref(symbol),
                handler=ref,
                handler_key=key,
                handler_name=name,
                guards=guards,
                doc=self._doc(),
                conditional=conditional,
                kind=kind,
                path_where=self._where(path_node) if path_node is not None else None,
                forwards_errors=wrapped,
                method_where=Where(self.module.path, token, token + len(verb)),
            )
        )

    def _handler(self, handler: AnyExpr, verb: str, path: Text, scope: Scope) -> tuple[str, Ref | None, str, bool]:
        """Key of an inline handler, reference to a named one, its name for people, and whether it is wrapped."""
        value, wrapped = self._unwrapped(handler, scope)
        function = self._local_function(value, scope)
        if function is not None:
            if wrapped:
                self.wrapped.add(function.start)
            known = self.inline.get(function.start)
            if known is None:
                label = f"{scope.prefix}{value.id}" if isinstance(value, Name) else f"{verb} {_shown(path)}"
                known = self._key(label)
                self.inline[function.start] = known
            return known, None, function.name or known, wrapped
        ref = reference(value, scope)
        return "", ref, dotted(value) or (ref.name if ref is not None else ""), wrapped

    def _local_function(self, value: AnyExpr, scope: Scope) -> FunctionNode | None:
        if isinstance(value, Lambda):
            return value.function
        if isinstance(value, Name):
            held = scope.value(value.id)
            outer = _file_scope(scope).values.get(value.id)
            if isinstance(held, Lambda) and held is not outer:
                return held.function
        return None

    def _unwrapped(self, handler: AnyExpr, scope: Scope) -> tuple[AnyExpr, bool]:
        """The handler inside of wrappers (`asyncHandler(fn)`), and whether there are any."""
        wrapped = False
        for _ in range(4):
            if isinstance(handler, Name):
                held = scope.value(handler.id)
                if isinstance(held, Call) and scope.parent is not None and not held.new and not required_module(held):
                    handler = held
            if not isinstance(handler, Call) or handler.new or not handler.args:
                break
            if handler.name == "bind" and isinstance(handler.func, Member):
                handler = handler.func.base
                continue
            candidates = [a for a in handler.args if isinstance(a, Lambda | Name | Member | Call)]
            if len(candidates) != 1 or (
                isinstance(candidates[0], Name | Member) and not _wraps(handler, candidates[0])
            ):
                break
            if isinstance(candidates[0], Lambda) and not (
                _is_handler(candidates[0].function.params) or _wraps(handler, candidates[0])
            ):
                break
            handler, wrapped = candidates[0], True
        return handler, wrapped

    def _key(self, label: str) -> str:
        count = self.keys.get(label, 0)
        self.keys[label] = count + 1
        return label if count == 0 else f"{label}~{count}"

    def _use(self, symbol: str, call: Call, scope: Scope, *, conditional: bool) -> None:
        args = list(call.args)
        paths: tuple[Text, ...] = (EMPTY,)
        if args and self._is_path(args[0], scope, alone=len(args) == 1):
            paths = tuple(_prefix(p) for p in self._paths(args.pop(0), scope))
            prefixed = True
        else:
            prefixed = False
        flat = self._flat(args, scope)
        guards: list[Guard] = []
        for index, arg in enumerate(flat):
            last = index == len(flat) - 1
            child = self._child(arg, scope, conditional=conditional, last=last, prefixed=prefixed)
            if child is not None:
                for path in paths:
                    self._mount(symbol, child, path, tuple(guards), call, conditional=conditional)
                if not self._ambiguous(arg, scope):
                    continue
            if self._is_error_handler(arg, scope):
                self._error_handler(arg, symbol, scope)
                continue
            guard = self._guard(arg, scope, Level.ROUTER, conditional=conditional)
            guards.append(guard)
        for guard in guards:
            for path in paths:
                self._attach(symbol, guard, path)

    def _child(self, arg: AnyExpr, scope: Scope, *, conditional: bool, last: bool, prefixed: bool) -> Ref | None:
        """The router that `use` is given, None for middleware."""
        if isinstance(arg, Lambda | Object | Str | Const):
            return None
        chain = self._evaluate(arg, scope, "", conditional=conditional)
        if chain is not None:
            return Ref(chain.symbol)
        ref = reference(arg, scope)
        if ref is None or not last or not self._own(ref.name, scope):
            return None
        name = guard_name(arg) or ref.name
        if self._named_router(name, scope) or (required_module(arg) and prefixed):
            return ref
        kind, _ = classify(arg, self._package(arg, scope))
        if kind is not GuardKind.UNKNOWN or is_error_name(name):
            return None
        held = scope.value(name)
        if isinstance(held, Lambda) and (_is_handler(held.function.params) or not self._interesting(held.function)):
            return None
        return ref

    def _ambiguous(self, arg: AnyExpr, scope: Scope) -> bool:
        """Whether what looks like a router may as well be middleware, as far as this file tells."""
        if self._router(arg, scope) is not None or isinstance(arg, Lambda):
            return False
        if isinstance(arg, Call) and self._made_kind_of_chain(arg, scope):
            return False
        return not self._named_router(guard_name(arg), scope) and not required_module(arg)

    def _named_router(self, name: str, scope: Scope) -> bool:
        """Whether the name says that it is a router, or the name of the file that it comes from."""
        if not name:
            return False
        source = scope.imported(name.split(".", 1)[0])
        module = re.sub(r"\.[jt]sx?$", "", source[0]).rsplit("/", 1)[-1] if source is not None else ""
        return _ROUTER_NAME.search(name.rsplit(".", 1)[-1]) is not None or _ROUTER_FILE.search(module) is not None

    def _made_kind_of_chain(self, call: AnyExpr, scope: Scope) -> bool:
        while isinstance(call, Call):
            if _made_kind(call, scope):
                return True
            if not isinstance(call.func, Member):
                return False
            call = call.func.base
        return False

    def _is_path(self, arg: AnyExpr, scope: Scope, *, alone: bool) -> bool:
        value = reduce(arg, scope)
        if isinstance(value, Str):
            return True
        if isinstance(value, Items):
            return bool(value.items) and all(isinstance(reduce(i, scope), Str) for i in value.items)
        if isinstance(value, Binary):
            return value.op == "+"
        if alone or not isinstance(value, Name | Member):
            return False
        # A constant from elsewhere, by the look of its name: `app.use(config.api.prefix, routes())`.
        return (
            re.search(
                r"prefix|path|base|root|version|url|endpoint|^[A-Z_]+$", dotted(value).rsplit(".", 1)[-1], re.IGNORECASE
            )
            is not None
        )

    def _paths(self, arg: AnyExpr, scope: Scope) -> tuple[Text, ...]:
        value = reduce(arg, scope)
        found: list[Text] = []
        for item in value.items if isinstance(value, Items) else (arg,):
            plain = reduce(item, scope)
            pieces = text(item, scope)
            if pieces == ("/",):
                # Express does not tell `/books` from `/books/`.
                pieces = EMPTY
            found.extend((pieces,) if isinstance(plain, Str) and plain.regex else expand(pieces))
        return tuple(found)

    def _flat(self, args: Sequence[AnyExpr], scope: Scope, depth: int = 0) -> list[AnyExpr]:
        found: list[AnyExpr] = []
        for arg in args:
            inner = arg.value if isinstance(arg, Spread) else arg
            value = reduce(inner, scope)
            if isinstance(value, Items) and depth < 4:
                found.extend(self._flat(value.items, scope, depth + 1))
            else:
                found.append(inner)
        return found

    def _guard(self, arg: AnyExpr, scope: Scope, level: Level, *, conditional: bool = False) -> Guard:
        if isinstance(arg, Lambda):
            return Guard(
                "", _inline_kind(self.module.text(arg)), level, self._where(arg), source=self.module.text(arg)[:200]
            )
        if isinstance(arg, Call):
            policy = cors_policy(arg, scope)
            if policy is not None and policy not in self.cors:
                self.cors.append(policy)
        kind, optional = classify(arg, self._package(arg, scope))
        value, _ = self._unwrapped(arg, scope)
        if kind is GuardKind.UNKNOWN and value is not arg and not isinstance(value, Lambda):
            kind, optional = classify(value, self._package(value, scope))
        name = guard_name(value) or guard_name(arg)
        return Guard(
            name,
            kind,
            level,
            self._where(arg),
            symbol=reference(value, scope) if name else None,
            source=self.module.text(arg)[:200],
            optional=optional,
            conditional=conditional,
        )

    def _package(self, arg: AnyExpr, scope: Scope) -> str:
        inner: AnyExpr = arg
        while isinstance(inner, Call | Member):
            if required_module(inner):
                return required_module(inner)
            inner = inner.func if isinstance(inner, Call) else inner.base
        name = guard_name(arg).split(".", 1)[0]
        for _ in range(4):
            made = scope.value(name)
            if not isinstance(made, Call | Member) or required_module(made):
                break
            # `const limiter = rateLimit({})`: what it was made with tells what it is.
            name = guard_name(made).split(".", 1)[0]
        source = scope.imported(name)
        return source[0] if source is not None else ""

    def _is_error_handler(self, arg: AnyExpr, scope: Scope) -> bool:
        if isinstance(arg, Lambda):
            return takes_errors(arg.function)
        held = scope.value(dotted(arg)) if dotted(arg) else None
        if isinstance(held, Lambda):
            return takes_errors(held.function)
        return is_error_name(guard_name(arg))

    def _error_handler(self, arg: AnyExpr, symbol: str, scope: Scope) -> None:
        key = ""
        if isinstance(arg, Lambda):
            key = self._key("error handler")
            self.inline[arg.function.start] = key
        else:
            ref = reference(arg, scope)
            key = ref.name if ref is not None else ""
        self.error_handlers.append(ErrorHandler("", self._where(arg), handler_key=key, router=Ref(symbol)))

    def _mount(
        self, parent: str, child: Ref, prefix: Text, guards: tuple[Guard, ...], at: Node, *, conditional: bool
    ) -> None:
        if child.name != parent:
            self.mounts.append(
                Mount(Ref(parent), child, "express", self._where(at), self._next(), prefix, guards, conditional)
            )

    def _attach(self, symbol: str, guard: Guard, path: Text) -> None:
        if path and isinstance(path[-1], str) and path[-1].endswith("{*rest}"):
            path = _prefix((*path[:-1], path[-1][:-7]))
        self.uses.append(Use(Ref(symbol), guard, self._next(), path))

    def _require(self, symbol: str, at: Node) -> None:
        """Make a function that routes are registered on a router."""
        if symbol not in self.routers and (symbol in self.pending or symbol not in self.imports):
            self.routers[symbol] = Router(symbol, "router", "express", self._where(self.pending.get(symbol, at)))

    def _next(self) -> int:
        self.order += 1
        return self.order

    def _where(self, node: Node | FunctionNode) -> Where:
        return Where(self.module.path, node.start, node.end)

    def _doc(self) -> Doc:
        return _doc_before(self.module.source, self.statement.start)


def _shown(path: Text) -> str:
    known = literal(path)
    return "?" if known is None else known or "/"


def _prefix(path: Text) -> Text:
    """A mount path without the slash at its end, which means nothing."""
    if path and isinstance(path[-1], str):
        last = path[-1].rstrip("/")
        return (*path[:-1], last) if last else path[:-1]
    return path


def _is_local(module: str) -> bool:
    return module.startswith((".", "@/", "~/", "src/", "/", "#", "app/", "~")) or module.split("/", 1)[0] in {
        "routes", "controllers", "middlewares", "middleware", "api", "server", "lib", "config", "@routes", "@controllers",
        "@middlewares", "@api", "@app", "@src", "@config", "modules", "@modules", "core", "@core", "@shared",
    }  # fmt: skip


def _is_handler(params: Sequence[ParamNode]) -> bool:
    names = [p.name.lstrip("_").lower() for p in params]
    if len(names) >= 4 and names[0] in {"err", "error", "e"}:
        names = names[1:]
    return len(names) >= 2 and names[0] in {"req", "request"} and names[1] in {"res", "response"}


def _app_name(param: ParamNode) -> str:
    """The name by which a parameter gives the function an app, "" if it does not."""
    declared = dotted(param.type).rsplit(".", 1)[-1] if param.type is not None else ""
    if param.pattern is not None:
        entries = param.pattern.entries if isinstance(param.pattern, Object) else ()
        return next((e.name for e in entries if e.name in {"app", "router", "expressApp"}), "")
    if declared in _APP_TYPES:
        return param.name
    if param.type is not None and re.search(r"Fastify|Koa|Nest|Hono|Elysia|Server|Http|Axios|Client|Api$", declared):
        return ""
    return param.name if param.name and _APP_NAME.match(param.name) else ""


def _made_kind(call: Call, scope: Scope) -> str:
    """`app` or `router` for calls that make one."""
    func = call.func
    if isinstance(func, Name):
        source = scope.imported(func.id)
        if source is None:
            held = scope.value(func.id)
            if isinstance(held, Member) and held.name == "Router" and isinstance(held.base, Name):
                origin = scope.imported(held.base.id)
                return "router" if origin is not None and origin[0] in EXPRESS else ""
            return ""
        module, name = source
        if module not in EXPRESS:
            return "router" if name == "Router" and module.startswith(("express", "@types/express")) else ""
        if name == "Router" or module in {"express-promise-router", "router"}:
            return "router"
        return "app" if module == "express" and name in {"default", "*", "express"} else ""
    if isinstance(func, Member) and isinstance(func.base, Name):
        source = scope.imported(func.base.id)
        if source is not None and source[0] in EXPRESS:
            return "router" if func.name == "Router" else "app" if func.name == "default" else ""
    if isinstance(func, Member) and func.name == "Router" and required_module(func.base) == "express":
        return "router"
    return "app" if isinstance(func, Call) and required_module(func) == "express" else ""


def _wraps(call: Call, inner: AnyExpr) -> bool:
    """Whether a call with one named argument is a wrapper of handlers, and not a factory with a setting."""
    name = guard_name(call).rsplit(".", 1)[-1]
    if re.search(
        r"async|catch|wrap|promise|safe|try|handle|resolver?|makeExpress|adapt|callback|action|^use[A-Z]",
        name,
        re.IGNORECASE,
    ):
        return not re.search(r"valid|schema", name, re.IGNORECASE)
    text = dotted(inner)
    return isinstance(inner, Member) and re.search(r"controller|handler|ctrl", text, re.IGNORECASE) is not None


def _returned_name(body: Sequence[Stmt]) -> str:
    for stmt in reversed(body):
        if isinstance(stmt, Return):
            value = stmt.value
            return value.id if isinstance(value, Name) else ""
    return ""


def _class_scope(scope: Scope) -> Scope:
    current: Scope | None = scope
    while current is not None:
        if current.cls is not None:
            return current
        current = current.parent
    return scope


def _file_scope(scope: Scope) -> Scope:
    while scope.parent is not None:
        scope = scope.parent
    return scope


def _inline_kind(source: str) -> GuardKind:
    if re.search(r"\.(?:path|url|originalUrl|baseUrl|method)\b", source) and re.search(
        r"401|403|[uU]nauth|[fF]orbid", source
    ):
        # It lets some paths pass and not others.
        return GuardKind.UNKNOWN
    if re.search(r"\b401\b|[uU]nauthori[sz]ed|[uU]nauthenticated", source):
        return GuardKind.AUTHN
    if re.search(r"\b403\b|[fF]orbidden", source):
        return GuardKind.AUTHZ
    return GuardKind.OTHER


_BLOCK: Final = re.compile(rb"/\*\*(.*?)\*/\s*\Z", re.DOTALL)


def _doc_before(source: bytes, start: int) -> Doc:
    """What a `/** */` comment right before a statement says."""
    before = source[max(0, start - 4000) : start]
    if not before.rstrip().endswith(b"*/"):
        return Doc()
    opened = before.rfind(b"/**")
    match = _BLOCK.match(before, opened) if opened >= 0 else None
    if match is None:
        return Doc()
    lines = [line.strip().lstrip("*").strip() for line in match[1].decode("utf-8", "replace").splitlines()]
    summary = next((line.removeprefix("summary:").strip() for line in lines if line.startswith("summary:")), "")
    if not summary:
        summary = next((line.split(None, 1)[1] for line in lines if line.startswith(("@desc ", "@description "))), "")
    if not summary:
        first = next((line for line in lines if line), "")
        summary = "" if first.startswith("@") else first
    deprecated = any(line.startswith(("@deprecated", "deprecated: true")) for line in lines)
    return Doc(summary=summary[:200], deprecated=deprecated)
