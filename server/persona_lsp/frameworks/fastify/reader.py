"""Applications, plugins, mounts and routes of one file, read from its statements in order."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import ErrorHandler, Level, Mount, Route, Router, Use
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import EMPTY, Ref, Text
from persona_lsp.flow.script.errors import mapping
from persona_lsp.flow.script.names import Scope, given, reduce, reference, text
from persona_lsp.frameworks.fastify.folders import folder_of, options_of
from persona_lsp.frameworks.fastify.guards import hook_guard
from persona_lsp.frameworks.fastify.registration import METHODS, Registration, routes_of
from persona_lsp.frameworks.fastify.signs import (
    instance_parameter,
    is_autoload,
    is_wrapper,
    makes_application,
    root_of,
    sole_plugin,
)
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    Call,
    ClassDef,
    Def,
    Do,
    For,
    FunctionNode,
    If,
    Items,
    Lambda,
    Member,
    Module,
    Name,
    Node,
    Object,
    Return,
    Stmt,
    dotted,
)
from persona_lsp.syntax.javascript import required_module

FRAMEWORK_ID: Final = "fastify"
SHARED: Final = ("shared", "true")
"""A plugin that is wrapped by `fastify-plugin`: its hooks are those of the application that registers it."""
_HOOKS: Final = frozenset({"onRequest", "preParsing", "preValidation", "preHandler"})
_DEPTH: Final = 8


class Reader:
    """Everything that one file registers. `handled`: starts of handlers; `failing`: of error handlers; `hooked`: of hooks."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.routers: dict[str, Router] = {}
        self.mounts: list[Mount] = []
        self.uses: list[Use] = []
        self.routes: list[Route] = []
        self.error_handlers: list[ErrorHandler] = []
        self.inline: dict[int, str] = {}
        self.keys: dict[str, int] = {}
        self.handled: dict[int, bool] = {}
        self.failing: set[int] = set()
        self.hooked: set[int] = set()
        self.order = 0
        self.made = 0
        self.depth = 0
        self.read: set[int] = set()
        self.roots: dict[int, str] = {}
        self.scope = Scope(module, {i.local: (i.module, i.name) for i in module.imports if i.local})

    def run(self) -> None:
        """Read the whole file."""
        for statement in self.module.body:
            if isinstance(statement, Assign) and statement.value is not None and not statement.op:
                for target in statement.targets:
                    name = dotted(target)
                    if name and not isinstance(statement.value, Lambda):
                        self.scope.values.setdefault(name, statement.value)
            elif isinstance(statement, Def) and statement.function.name:
                held = Lambda(statement.start, statement.end, statement.function)
                self.scope.values.setdefault(statement.function.name, held)
        self.block(self.module.body, self.scope, conditional=False)
        for export in self.module.exports:
            if export.value is not None:
                self.exported(export.local or export.name, export.value)

    def exported(self, name: str, value: AnyExpr) -> None:
        """What is exported without a name of its own: a plugin, a wrapped one, or the name of one."""
        function, wrapped = sole_plugin(value, self.scope)
        if function is not None:
            self.plugin(function, name, self.scope, wrapped=wrapped)
        elif isinstance(value, Call) and is_wrapper(value, self.scope) and value.args:
            inner = reference(value.args[0], self.scope)
            if inner is not None:
                self.wrapper(name, inner, value)

    def wrapper(self, name: str, inner: Ref, node: Node) -> None:
        """`export default fp(routes)`: another name for the plugin."""
        where = Where(self.module.path, node.start, node.end)
        self.routers[name] = Router(name, "router", FRAMEWORK_ID, where, settings=(SHARED,))
        self.mounts.append(Mount(Ref(name), inner, FRAMEWORK_ID, where, self.next_order()))
        known = self.routers.get(inner.name)
        if known is not None:
            self.routers[inner.name] = replace(known, settings=(SHARED,))

    def next_order(self) -> int:
        """The number of the next registration."""
        self.order += 1
        return self.order

    def block(self, body: Iterable[Stmt], scope: Scope, *, conditional: bool) -> None:
        """Read statements."""
        for statement in body:
            self.statement(statement, scope, conditional=conditional)

    def statement(self, statement: Stmt, scope: Scope, *, conditional: bool) -> None:
        """Read one statement."""
        match statement:
            case Assign(targets=targets, value=value, op="") if value is not None:
                self.assigned(targets, value, statement.type, scope, conditional=conditional)
            case Do(value=value) | Return(value=value) if value is not None:
                self.evaluate(value, scope, conditional=conditional)
                if isinstance(value, Lambda) and isinstance(statement, Return) and scope.owner:
                    # `const users = (service) => async (fastify) => {}`: the function makes a plugin.
                    self.plugin(value.function, scope.owner, scope)
            case Def(function=function):
                self.function(function, function.name, scope)
            case ClassDef(cls=cls):
                for method in cls.methods:
                    inner = Scope(self.module, self.scope.imports, f"{cls.name}.", scope, cls)
                    self.function(method, f"{cls.name}.{method.name}", inner)
            case For(target=target, iterable=iterable, body=inner_body) if iterable is not None and target is not None:
                listed = reduce(iterable, scope)
                if isinstance(listed, Items) and isinstance(target, Name):
                    for item in listed.items:
                        each = Scope(self.module, scope.imports, scope.prefix, scope)
                        each.values[target.id] = item
                        self.block(inner_body, each, conditional=conditional)
            case If(then=then, orelse=orelse):
                self.block(then, scope, conditional=True)
                self.block(orelse, scope, conditional=True)
            case _:
                for name in ("body", "final"):
                    self.block(getattr(statement, name, ()), scope, conditional=conditional)

    def assigned(
        self, targets: tuple[AnyExpr, ...], value: AnyExpr, declared: AnyExpr | None, scope: Scope, *, conditional: bool
    ) -> None:
        """`const app = Fastify()`, `const routes: FastifyPluginAsync = async (app) => {}`."""
        name = next((n for t in targets if (n := dotted(t))), "")
        if name and makes_application(root := root_of(value), scope):
            symbol = f"{scope.prefix}{name}"
            where = Where(self.module.path, value.start, value.end)
            self.routers[symbol] = Router(symbol, "app", FRAMEWORK_ID, where, conditional=conditional)
            scope.routers[name] = symbol
            self.roots[id(root)] = symbol
            self.evaluate(value, scope, conditional=conditional)
            return
        function, wrapped = sole_plugin(value, scope)
        key = name.removeprefix("module.exports.").removeprefix("exports.")
        if name == "module.exports":
            key = "default"
        if function is not None:
            if not self.plugin(function, key, scope, declared=declared, wrapped=wrapped) and not wrapped:
                self.function(function, key, scope)
            return
        if isinstance(value, Call) and is_wrapper(value, scope) and value.args and key:
            inner = reference(value.args[0], scope)
            if inner is not None:
                self.wrapper(key, inner, value)
            return
        found = self.evaluate(value, scope, conditional=conditional)
        if found and name:
            scope.routers[name] = found
        elif name:
            scope.values[name] = value.value if isinstance(value, Await) else value

    def function(self, function: FunctionNode, key: str, scope: Scope) -> None:
        """A plugin, or a function that makes an application, or one that adds to what it is given."""
        if self.plugin(function, key, scope):
            return
        source = self.module.source[function.body_start : function.body_end]
        if self.depth > _DEPTH or not (b"astify" in source or b".register(" in source or b"async (" in source):
            return
        inner = Scope(self.module, scope.imports, f"{key}.", scope, owner=key)
        inner.hidden.update(p.name for p in function.params if p.name)
        inner.places.update({p.name: place for place, p in enumerate(function.params) if p.name})
        self.depth += 1
        self.block(function.body, inner, conditional=False)
        self.depth -= 1
        for name, symbol in inner.routers.items():
            if name.startswith("this."):
                scope.routers.setdefault(name, symbol)

    def plugin(
        self, function: FunctionNode, symbol: str, scope: Scope, *, declared: AnyExpr | None = None,
        wrapped: bool = False,
    ) -> bool:  # fmt: skip
        """Read a function that is given an application; False if it is none."""
        name = instance_parameter(function, self.module, declared)
        if not name and wrapped and function.params:
            name = function.params[0].name
        if not name or self.depth > _DEPTH or function.start in self.read:
            return bool(name)
        self.read.add(function.start)
        where = Where(self.module.path, function.start, function.end)
        settings = (SHARED,) if wrapped else ()
        self.routers.setdefault(symbol, Router(symbol, "router", FRAMEWORK_ID, where, settings=settings))
        inner = Scope(self.module, scope.imports, f"{symbol}.", scope)
        inner.hidden.update(p.name for p in function.params if p.name)
        inner.places.update({p.name: place for place, p in enumerate(function.params) if p.name and not wrapped})
        inner.hidden.discard(name)
        inner.routers[name] = symbol
        inner.routers["this"] = symbol
        self.depth += 1
        self.block(function.body, inner, conditional=False)
        self.depth -= 1
        return True

    def evaluate(self, expr: AnyExpr, scope: Scope, *, conditional: bool) -> str:
        """Perform the registrations in an expression; the symbol of the application that it stands for, "" if none."""
        match expr:
            case Await(value=value):
                return self.evaluate(value, scope, conditional=conditional)
            case Name() | Member():
                return scope.router(dotted(expr)) or ""
            case Call() if id(expr) in self.roots:
                return self.roots[id(expr)]
            case Call(func=Member(base=base, name=name)):
                symbol = self.evaluate(base, scope, conditional=conditional)
                if symbol:
                    self.called(expr, name, symbol, scope, conditional=conditional)
                    return "" if name in ("listen", "inject", "ready", "close") else symbol
                self.passed(expr, scope, conditional=conditional)
                self.callbacks(expr, scope, conditional=conditional)
                return ""
            case Call():
                self.passed(expr, scope, conditional=conditional)
                self.callbacks(expr, scope, conditional=conditional)
                return ""
            case _:
                return ""

    def callbacks(self, call: Call, scope: Scope, *, conditional: bool) -> None:
        """`start().then(() => { app.get(...) })`; `[a, b].forEach((plugin) => app.register(plugin))`."""
        func = call.func
        for arg in call.args:
            if not isinstance(arg, Lambda) or self.depth > _DEPTH:
                continue
            self.depth += 1
            listed = reduce(func.base, scope) if isinstance(func, Member) and func.name == "forEach" else None
            if isinstance(listed, Items) and arg.function.params and arg.function.params[0].name:
                for item in listed.items:
                    each = Scope(self.module, scope.imports, scope.prefix, scope)
                    each.values[arg.function.params[0].name] = item
                    self.block(arg.function.body, each, conditional=conditional)
            elif not isinstance(func, Member) or func.name in ("then", "catch", "finally"):
                inner = Scope(self.module, scope.imports, scope.prefix, scope)
                inner.hidden.update(p.name for p in arg.function.params if p.name)
                self.block(arg.function.body, inner, conditional=conditional)
            self.depth -= 1

    def called(self, call: Call, name: str, symbol: str, scope: Scope, *, conditional: bool) -> None:
        """One method of an application."""
        if name in METHODS or name == "route":
            registration = Registration(call, name, symbol, scope, conditional)
            for route, function in routes_of(registration, self):
                self.routes.append(route)
                if function is not None:
                    self.handled[function.start] = True
        elif name == "register" and call.args:
            self.registered(call, symbol, scope, conditional=conditional)
        elif name == "addHook" and len(call.args) > 1:
            self.hook(call, symbol, scope)
        elif name in ("setErrorHandler", "setNotFoundHandler"):
            handler = call.args[-1] if call.args else None
            if isinstance(handler, Lambda):
                (self.failing if name == "setErrorHandler" else self.hooked).add(handler.function.start)
                if name == "setErrorHandler" and handler.function.params:
                    self.failed(handler.function, symbol)
        elif name in ("after", "ready"):
            for arg in call.args:
                if isinstance(arg, Lambda):
                    self.block(arg.function.body, scope, conditional=conditional)

    def failed(self, function: FunctionNode, symbol: str) -> None:
        """What the error handler answers to which exceptions."""
        where = Where(self.module.path, function.start, function.end)
        for exception, status in mapping(function.body, function.params[0].name):
            self.error_handlers.append(ErrorHandler(exception, where, status, router=Ref(symbol)))

    def registered(self, call: Call, symbol: str, scope: Scope, *, conditional: bool) -> None:
        """`fastify.register(plugin, { prefix })`."""
        plugin = call.args[0]
        options = options_of(call.args[1] if len(call.args) > 1 else None, scope)
        where = Where(self.module.path, call.start, call.end)
        if is_autoload(plugin, scope):
            self.loaded(options, symbol, scope, where, conditional=conditional)
            return
        given = options.get("prefix") if options is not None else None
        prefix: Text = text(given, scope) if given is not None else EMPTY
        function, wrapped = sole_plugin(plugin, scope)
        child: Ref | None
        if function is not None:
            self.made += 1
            name = f"{scope.prefix}plugin{self.made}"
            if not self.plugin(function, name, scope, wrapped=True):
                return
            if not wrapped:
                self.routers[name] = replace(self.routers[name], settings=())
            child = Ref(name)
        elif isinstance(plugin, Call) and is_wrapper(plugin, scope):
            child = reference(plugin.args[0], scope) if plugin.args else None
        elif isinstance(plugin, Await) or required_module(plugin):
            child = reference(plugin, scope)
        else:
            child = reference(plugin, scope)
        if child is not None:
            order = self.next_order()
            mount = Mount(Ref(symbol), child, FRAMEWORK_ID, where, order, prefix, conditional=conditional)
            self.mounts.append(mount)

    def loaded(self, options: Object | None, symbol: str, scope: Scope, where: Where, *, conditional: bool) -> None:
        """`fastify.register(autoload, { dir: join(__dirname, "routes"), options: { prefix } })`."""
        folder = folder_of(options.get("dir"), scope) if options is not None else None
        if options is None or folder is None:
            return
        inner = options_of(options.get("options"), scope)
        given = inner.get("prefix") if inner is not None else None
        named = self.module.text(options.get("dirNameRoutePrefix") or Name(0, 0, "")) != "false"
        hooks = self.module.text(options.get("autoHooks") or Name(0, 0, "")) == "true"
        cascade = self.module.text(options.get("cascadeHooks") or Name(0, 0, "")) == "true"
        parameters = self.module.text(options.get("routeParams") or Name(0, 0, "")) == "true"
        flags = ("" if named else "-names") + ("+hooks" if hooks else "") + ("+cascade" if cascade else "")
        flags += "+params" if parameters else ""
        prefix: Text = text(given, scope) if given is not None else EMPTY
        self.mounts.append(
            Mount(
                Ref(symbol), Ref(f"{folder}/**{flags}"), FRAMEWORK_ID, where, self.next_order(), prefix,
                conditional=conditional,
            )
        )  # fmt: skip

    def hook(self, call: Call, symbol: str, scope: Scope) -> None:
        """`fastify.addHook("onRequest", authenticate)`."""
        name = reduce(call.args[0], scope)
        if getattr(name, "value", None) not in _HOOKS:
            return
        hook = call.args[1]
        if isinstance(hook, Lambda):
            self.hooked.add(hook.function.start)
            self.inline.setdefault(hook.function.start, f"hook {len(self.inline)}")
        self.uses.append(Use(Ref(symbol), hook_guard(hook, Level.ROUTER, scope)))

    def passed(self, call: Call, scope: Scope, *, conditional: bool) -> None:
        """`registerRoutes(app)`: what the function adds to its parameter is added to the application."""
        symbol = ""
        for arg in call.args[:1]:
            symbol = scope.router(dotted(arg)) or "" if isinstance(arg, Name | Member) else ""
        if not symbol:
            return
        child = reference(call.func, scope)
        if child is not None:
            where = Where(self.module.path, call.start, call.end)
            self.mounts.append(
                Mount(
                    Ref(symbol), child, FRAMEWORK_ID, where, self.next_order(), conditional=conditional,
                    passed_to=child.name, given=given(call, scope),
                )
            )  # fmt: skip
