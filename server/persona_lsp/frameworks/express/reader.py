"""The statements, functions and classes of a file that register something."""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from persona_lsp.facts.http import (
    Level,
    Router,
    Use,
)
from persona_lsp.facts.text import EMPTY, Ref
from persona_lsp.flow.script.development import DEVELOPMENT, PRODUCTION
from persona_lsp.flow.script.names import Scope, class_scope
from persona_lsp.frameworks.express import koa
from persona_lsp.frameworks.express.binding import bind, destructure, function_name
from persona_lsp.frameworks.express.expressions import DEPTH, Expressions
from persona_lsp.frameworks.express.registrations import Chain
from persona_lsp.frameworks.express.signs import (
    APP_NAME,
    SPREAD,
    VERBS,
    app_names,
    gives_application,
    is_handler,
    made_kind,
    returned_name,
    spread_names,
)
from persona_lsp.frameworks.express.telling import unwrapped
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    ClassDef,
    ClassNode,
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
    Name,
    Object,
    Return,
    Stmt,
    Switch,
    Try,
    dotted,
)


class Reader(Expressions):
    """Reads a file: statements, functions, classes."""

    def run(self) -> None:
        """Read the whole file."""
        scope = Scope(self.module, self.imports)
        for stmt in self.module.body:
            # Functions are known before they are declared.
            if isinstance(stmt, Def):
                scope.values[stmt.function.name] = Lambda(stmt.start, stmt.end, stmt.function)
        self.block(self.module.body, scope, conditional=False)
        self._started_with()

    def _started_with(self) -> None:
        """`service.init({ onStartUp })`: a function that is handed over as it is, and is given an application there."""
        exported = {export.local for export in self.module.exports}
        for symbol, router in self.routers.items():
            function = self.pending.get(symbol)
            if not isinstance(function, FunctionNode) or router.kind != "router" or not router.parameter.isdigit():
                continue
            name = function.name
            given = function.params[int(router.parameter)]
            if name != symbol or name in exported or not gives_application(given):
                continue
            told = re.compile(rb"(?<![\w.])%s\b\s*(.)" % re.escape(name.encode()), re.DOTALL)
            after = [m[1] for m in told.finditer(self.module.source) if m.start() != function.name_start]
            if after and all(sign in (b",", b"}", b")") for sign in after):
                self.routers[symbol] = replace(router, kind="app")

    def block(self, body: Sequence[Stmt], scope: Scope, *, conditional: bool) -> None:
        """Perform the registrations of statements."""
        for stmt in body:
            self._statement(stmt, scope, conditional=conditional)

    def _statement(self, stmt: Stmt, scope: Scope, *, conditional: bool) -> None:
        self.depth += 1
        if self.depth < DEPTH:
            previous, self.statement = self.statement, stmt
            self._understand(stmt, scope, conditional=conditional)
            self.statement = previous
        self.depth -= 1

    def _understand(self, stmt: Stmt, scope: Scope, *, conditional: bool) -> None:
        match stmt:
            case Do(value=value):
                self._effect(value, scope, conditional=conditional)
            case Assign(targets=targets, value=value) if value is not None and not stmt.op:
                self.assign(targets, value, scope, conditional=conditional)
            case Def(function=function):
                self._declared(function, function.name, scope)
            case ClassDef(cls=cls):
                self._class(cls, scope)
            case Return(value=value) if value is not None:
                self._returned(value, scope, conditional=conditional)
            case If(test=test, then=then, orelse=orelse):
                source = self.module.text(test)
                for branch, pattern in ((then, DEVELOPMENT), (orelse, PRODUCTION)):
                    before = self.development
                    self.development = before or pattern.search(source) is not None
                    self.block(branch, scope, conditional=True)
                    self.development = before
            case Try(body=body, final=final):
                self.block(body, scope, conditional=conditional)
                self.block(final, scope, conditional=conditional)
            case Group(body=body):
                self.block(body, scope, conditional=conditional)
            case For(kind="each", target=target, iterable=iterable, body=body) if (
                target is not None and iterable is not None
            ):
                self.loop(target, iterable, body, scope, conditional=conditional)
            case Switch(arms=arms):
                for _, inner in arms:
                    self.block(inner, scope, conditional=True)
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
            chain = self.read(value, scope, hint, conditional=conditional)
            if chain is not None and chain.every is not None:
                self.every_method(chain, scope, conditional=conditional)

    def _is_default_export(self, value: AnyExpr) -> bool:
        return any(e.value is value for e in self.module.exports)

    def assign(self, targets: Sequence[AnyExpr], value: AnyExpr, scope: Scope, *, conditional: bool) -> None:
        """Bind names to a value, and perform its registrations."""
        # `app["oauth"] = oauth` gives the application a value; it stays the application.
        names = ["" if isinstance(t, Index) else dotted(t) for t in targets]
        hint = next((n.rsplit(".", 1)[-1] for n in names if n and n != "module.exports"), "default")
        cls = scope.owning_class()
        in_class = cls is not None and any(n.startswith("this.") for n in names)
        if isinstance(value, Call) and value.name == "bind" and dotted(value.receiver) in names:
            return  # `this.list = this.list.bind(this)` stays what it is
        if isinstance(value, Lambda):
            bind(names, value, scope)
            self._declared(value.function, function_name(names, cls), scope)
            return
        if isinstance(value, Items) and scope.parent is None:
            self._steps(function_name(names, None), value, scope)
        if isinstance(value, Object):
            table = self.table(value, f"{scope.prefix}{hint}") if value.entries else None
            if table is not None:
                scope.routers.update(dict.fromkeys((n for n in names if n), table))
                return
            bind(names, value, scope)
            self._methods(value, next((n for n in names if n and "exports" not in n), ""), scope)
            return
        if isinstance(value, Call) and scope.parent is None and any("exports." in name for name in names):
            self._exported(value, scope)
        symbol_prefix = f"{cls.name}." if in_class and cls is not None else None
        chain = self.read(value, scope, hint, conditional=conditional, prefix=symbol_prefix)
        if chain is None and isinstance(value, Member) and value.name in {"app", "expressApp"} and hint == value.name:
            # `const app = server.app`: what else would be called so and registers routes.
            chain = Chain(f"{scope.prefix}{hint}")
            self.lent[chain.symbol] = value
        if chain is not None and chain.paths is None:
            holder = class_scope(scope) if in_class else scope
            for name in names:
                if name:
                    holder.routers[name] = chain.symbol
                    holder.values.pop(name, None)
            return
        bind(names, value, class_scope(scope) if in_class else scope)
        for target in targets:
            destructure(target, value, scope)

    def _steps(self, name: str, value: Items, scope: Scope) -> None:
        """`exports.create = [authenticate, validate, (req, res) => {}]`: a handler with its own guards."""
        last, wrapped = unwrapped(value.items[-1], scope) if value.items else (value, False)
        if not name or not isinstance(last, Lambda) or not is_handler(last.function.params):
            return
        key = self.key(name)
        self.inline[last.function.start] = key
        if wrapped:
            self.wrapped.add(last.function.start)
        for item in value.items[:-1]:
            self.uses.append(Use(Ref(key), self.guard(item, scope, Level.ROUTE), -1))

    def _returned(self, value: AnyExpr, scope: Scope, *, conditional: bool) -> None:
        if isinstance(value, Lambda):
            # A function that makes the function: `const routes = (deps) => (app) => {}`.
            if self.interesting(value.function):
                self._function(value.function, scope.owner, scope)
            return
        chain = self.read(value, scope, "", conditional=conditional, symbol=scope.owner or None)
        if chain is not None and scope.owner and chain.symbol != scope.owner:
            self.require(scope.owner, value)
            self.mount(scope.owner, Ref(chain.symbol), EMPTY, (), value, conditional=conditional)

    def _declared(self, function: FunctionNode, name: str, scope: Scope) -> None:
        if scope.parent is not None and scope.cls is None and name:
            scope.values[name] = Lambda(function.start, function.end, function)
        if self.interesting(function) or self._gives_away(function, scope):
            self._function(function, f"{scope.prefix}{name}" if scope.cls is None else name, scope)

    def _gives_away(self, function: FunctionNode, scope: Scope) -> bool:
        """`const start = async () => { await setup(app, options) }`: the function gives a router of the file to another."""
        if scope.parent is not None or not scope.routers or is_handler(function.params):
            return False
        names = "|".join(re.escape(name) for name in sorted(scope.routers) if name)
        given = re.compile(rf"\w\(\s*(?:{names})\s*[,)]".encode())
        return given.search(self.module.source, function.body_start, function.body_end) is not None

    def _function(self, function: FunctionNode, name: str, scope: Scope) -> None:
        inner = Scope(self.module, self.imports, prefix=f"{name}.", parent=scope, owner=name)
        given: list[str] = []
        for index, param in enumerate(function.params):
            if param.name:
                inner.hidden.add(param.name)
                inner.places[param.name] = index
            if isinstance(param.pattern, Object):
                for entry in param.pattern.entries:
                    if entry.name:
                        inner.hidden.add(entry.name)
            if param.name and dotted(param.type):
                inner.types[param.name] = dotted(param.type)
            spread = spread_names(param, function.body, self.module)
            apps = app_names(param) or tuple(n for n in spread if APP_NAME.match(n) or n == param.name)
            inner.hidden.update(one for one in spread if one and one not in apps)
            for app in apps if name else ():
                place = str(index + spread.index(app)) if spread else str(index)
                place = place if param.pattern is None or spread else f"{index}.{app}"
                # The first app goes by the function's name; what is added to another one is told apart.
                symbol = f"{name}({place})" if given else name
                given.append(place)
                inner.routers[app] = symbol
                if spread[:1] == (app,) and param.name:
                    inner.routers[f"{SPREAD}{param.name}"] = symbol
                self.pending.setdefault(symbol, function)
                self.parameters.setdefault(symbol, place)
                if isinstance(param.default, Call) and made_kind(param.default, scope) == "app":
                    self.by_default.add(symbol)
        body = function.body
        for stmt in body:
            # Functions are known before they are declared.
            if isinstance(stmt, Def):
                inner.values[stmt.function.name] = Lambda(stmt.start, stmt.end, stmt.function)
        returned = returned_name(body)
        if returned and returned not in inner.routers and name:
            # The router that the function returns goes by the function's name.
            inner.values.setdefault(f"return {returned}", Name(function.start, function.start, name))
        self.block(body, inner, conditional=False)

    def _methods(self, value: Object, owner: str, scope: Scope) -> None:
        for entry in value.entries:
            name = f"{owner}.{entry.name}" if owner else entry.name
            if isinstance(entry.value, Lambda):
                if entry.name and self.interesting(entry.value.function):
                    self._function(entry.value.function, name, scope)
            elif isinstance(entry.value, Call):
                self._exported(entry.value, scope)
                chain = self.read(entry.value, scope, name, conditional=False)
                if chain is not None and owner:
                    scope.routers[name] = chain.symbol

    def _exported(self, call: Call, scope: Scope) -> None:
        """`export default { list: expressify(list) }`: who asks for it is given what the wrapper makes, whatever its name."""
        given = [scope.value(a.id) for a in call.args if isinstance(a, Name)]
        functions = [held.function for held in given if isinstance(held, Lambda)]
        if len(functions) == 1 and not call.new and is_handler(functions[0].params):
            self.wrapped.add(functions[0].start)

    def _class(self, cls: ClassNode, scope: Scope) -> None:
        if VERBS.search(self.module.source, cls.start, cls.end) is None and not any(
            app_names(p) for m in cls.methods for p in m.params
        ):
            return
        inner = Scope(self.module, self.imports, prefix=f"{cls.name}.", parent=scope, cls=cls)
        if any(koa.is_application(base, scope) for base in cls.bases):
            # `class Server extends Koa { constructor() { super(); this.use(router.routes()); } }`
            named = Name(cls.name_start, cls.name_end, cls.name)
            self.routers[cls.name] = Router(cls.name, "app", "express", self.where(named), merge_params=True)
            inner.routers["this"] = cls.name
        for item in cls.fields:
            if item.value is None:
                continue
            chain = self.read(item.value, inner, item.name, conditional=False)
            names = [f"this.{item.name}", f"{cls.name}.{item.name}"]
            if chain is not None:
                inner.routers.update(dict.fromkeys(names, chain.symbol))
            else:
                inner.values.update(dict.fromkeys(names, item.value))
        for method in sorted(cls.methods, key=lambda m: m.name != "constructor"):
            if is_handler(method.params):
                continue
            name = cls.name if method.name == "constructor" else f"{cls.name}.{method.name}"
            self._function(method, name, inner)
