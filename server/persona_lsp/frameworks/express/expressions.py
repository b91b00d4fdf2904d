"""What expressions register: calls on routers, calls that are given one, callbacks."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import INJECTED, Router
from persona_lsp.facts.text import EMPTY, Ref, Text
from persona_lsp.flow.script.guards import guard_name
from persona_lsp.flow.script.names import Scope, given, reduce, reference
from persona_lsp.frameworks.express.binding import inner_function
from persona_lsp.frameworks.express.controllers import BY
from persona_lsp.frameworks.express.dialects import INVERSIFY
from persona_lsp.frameworks.express.koa import composed_of, prefix_of
from persona_lsp.frameworks.express.registrars import Registrars
from persona_lsp.frameworks.express.registrations import Chain
from persona_lsp.frameworks.express.serving import Serving, serving, symbol_of
from persona_lsp.frameworks.express.signs import (
    ASYNC,
    METHODS,
    SPREAD,
    VERBS,
    fills,
    is_handler,
    made_by_own,
    made_kind,
    own_apply,
)
from persona_lsp.frameworks.express.tables import mapped
from persona_lsp.frameworks.express.telling import foreign
from persona_lsp.syntax.ir import (
    AnyExpr,
    Await,
    Binary,
    Call,
    Const,
    Entry,
    FunctionNode,
    Index,
    Items,
    Lambda,
    Let,
    Member,
    Name,
    Object,
    Spread,
    Str,
    Ternary,
    children,
    dotted,
)

_OF_KOA: Final = ("routes", "middleware", "allowedMethods", "prefix")
"""Methods of Koa's routers that give the router, or what stands for it."""
_LOOPS: Final = frozenset({"forEach", "map", "each", "filter"})
DEPTH: Final = 60


class Expressions(Registrars):
    """Performs the registrations of expressions; `assign` is left to who reads statements."""

    @abstractmethod
    def assign(self, targets: Sequence[AnyExpr], value: AnyExpr, scope: Scope, *, conditional: bool) -> None:
        """Bind names to a value, and perform its registrations."""

    def evaluate(self, expr: AnyExpr, scope: Scope, *, conditional: bool) -> Chain | None:
        """Perform the registrations in an expression; the router that it stands for, if it is one."""
        return self.read(expr, scope, "", conditional=conditional)

    def read(
        self,
        expr: AnyExpr,
        scope: Scope,
        hint: str,
        *,
        conditional: bool,
        prefix: str | None = None,
        symbol: str | None = None,
    ) -> Chain | None:
        """Perform the registrations in an expression; the router that it stands for, if it is one.

        `hint`: the name that a router made here is bound to; `symbol`: the one that it must have.
        """
        if self.depth >= DEPTH or id(expr) in self.reading:
            # `this.all = [Router().use(this.all)]`: what is made of itself registers nothing that can be known.
            return None
        self.depth += 1
        self.reading.add(id(expr))
        try:
            return self._value(expr, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)
        finally:
            self.reading.discard(id(expr))
            self.depth -= 1

    def _value(
        self, expr: AnyExpr, scope: Scope, hint: str, *, conditional: bool, prefix: str | None, symbol: str | None
    ) -> Chain | None:
        match expr:
            case Await(value=value):
                return self.read(value, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)
            case Name() | Member():
                found = self.router_of(expr, scope)
                return Chain(found) if found is not None else None
            case Call():
                return self._call(expr, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)
            case Lambda(function=function):
                self._callback(function, scope, conditional=conditional)
                return None
            case Binary(op="and" | "or" | "??", left=left, right=right):
                self.read(left, scope, "", conditional=conditional)
                self.read(right, scope, "", conditional=True)
                return None
            case Ternary(then=then, orelse=orelse):
                self.read(then, scope, "", conditional=True)
                self.read(orelse, scope, "", conditional=True)
                return None
            case Let(target=target, value=value, op="") if expr.op == "":
                self.assign((target,), value, scope, conditional=conditional)
                return self.read(target, scope, "", conditional=conditional)
            case Str() | Const() | Index():
                return None
            case _:
                for child in children(expr):
                    self.read(child, scope, "", conditional=conditional)
                return None

    def _callback(self, function: FunctionNode, scope: Scope, *, conditional: bool) -> None:
        # The body of a callback belongs to the place where it is written.
        if is_handler(function.params) or not (self.interesting(function) or self.mentions(function, scope)):
            return
        inner = Scope(self.module, self.imports, prefix=scope.prefix, parent=scope, owner="")
        inner.hidden.update(p.name for p in function.params if p.name)
        self.block(function.body, inner, conditional=conditional)

    def mentions(self, function: FunctionNode, scope: Scope) -> bool:
        """Whether a callback names a router: it may hand it on."""
        body = self.module.source[function.body_start : function.body_end]
        current: Scope | None = scope
        while current is not None:
            if any(name.encode() in body for name in current.routers):
                return True
            current = current.parent
        return False

    def _call(
        self, call: Call, scope: Scope, hint: str, *, conditional: bool, prefix: str | None, symbol: str | None
    ) -> Chain | None:
        func = call.func
        if isinstance(func, Index) and len(func.keys) == 1:
            # `app[route.method](route.path, route.handler)`
            key = reduce(func.keys[0], scope)
            verb = (key.value or "").lower() if isinstance(key, Str) else ""
            if verb in METHODS:
                call = _of_row(func.keys[0], call, scope)
                func = Member(func.start, func.end, func.base, verb, func.keys[0].start)
                call = replace(call, func=func)
        if isinstance(func, Member) and func.name.endswith(ASYNC) and func.name.removesuffix(ASYNC) in METHODS:
            func = replace(func, name=func.name.removesuffix(ASYNC))
            call = replace(call, func=func)
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
                *(_OF_KOA if self.koa else ()),
            }:
                chain = self.read(func.base, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)
                if chain is None and isinstance(func.base, Name) and foreign(func.base, call, scope):
                    chain = Chain(func.base.id)
                if chain is None and name != "set":
                    chain = self._lent(func.base, call, scope)
                if chain is not None:
                    return self.registered(chain, name, call, scope, conditional=conditional)
            elif name in _LOOPS and call.args and isinstance(call.args[0], Lambda):
                function = call.args[0].function
                registers = VERBS.search(self.module.source, function.start, function.end) is not None
                if function.params and (registers or self.mentions(function, scope)):
                    first = function.params[0]
                    target = first.pattern or Name(first.name_start, first.name_end, first.name)
                    self.loop(target, func.base, function.body, scope, conditional=conditional)
                return None
            else:
                self.read(func.base, scope, "", conditional=conditional)
        made = self._made(call, scope, hint, prefix, symbol)
        if made is not None:
            return made
        if isinstance(func, Lambda):
            self._callback(func.function, scope, conditional=conditional)
        self.note_cors(call, scope)
        return self._passed(call, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)

    def _passed(
        self, call: Call, scope: Scope, hint: str, *, conditional: bool, prefix: str | None, symbol: str | None
    ) -> Chain | None:
        """A call that is none of ours: it may be given an app, wrap a router, or hold callbacks."""
        served = serving(call, scope)
        if served is not None:
            self._serves(served, call, scope)
            return None
        if call.name == "setConfig" and call.args and isinstance(call.args[0], Lambda):
            self._configures(call.args[0].function, scope)
            return None
        if self.registrar(call, scope, conditional=conditional):
            return None
        filled = self._filled(call, scope, hint, symbol)
        if filled is not None:
            return filled
        wrapped: Chain | None = None
        certain = call.name not in {"call", "apply"} or own_apply(call)
        for index, arg in enumerate(call.args):
            if isinstance(arg, Spread) and (all_of := scope.router(f"{SPREAD}{dotted(arg.value)}")) is not None:
                # `usersOf(...args)`: all that the function was given, the router among it.
                self._hand_over(all_of, call, scope, str(index) if certain else "", conditional=conditional)
                return None
            certain = certain and not isinstance(arg, Spread)
            place = str(index) if certain else ""
            inner = self.read(arg, scope, hint, conditional=conditional, prefix=prefix, symbol=symbol)
            if inner is None and isinstance(arg, Object):
                for entry in arg.entries:
                    found = self.router_of(entry.value, scope)
                    self._injected(entry, call, scope)
                    if found is not None:
                        key = f"{place}.{entry.name}" if place and entry.name else ""
                        self._hand_over(found, call, scope, key, conditional=conditional)
            elif inner is not None and isinstance(arg, Call):
                wrapped = inner
            elif inner is not None:
                self._hand_over(inner.symbol, call, scope, place, conditional=conditional)
        if call.new and call.args:
            self._given(call, scope, conditional=conditional)
        return wrapped

    def _filled(self, call: Call, scope: Scope, hint: str, symbol: str | None) -> Chain | None:
        """`export default createRouter((router) => { router.get("/x", f) })`: what is made is the router that is filled."""
        given = call.args[0] if len(call.args) == 1 and not call.new else None
        function = given.function if isinstance(given, Lambda) else None
        if function is None or len(function.params) != 1 or not (hint or symbol) or not fills(function.params[0]):
            return None
        name = symbol or f"{scope.prefix}{hint}"
        self.routers[name] = Router(name, "router", "express", self.where(call), merge_params=True)
        inner = Scope(self.module, self.imports, prefix=scope.prefix, parent=scope, owner="")
        inner.hidden.add(function.params[0].name)
        inner.routers[function.params[0].name] = name
        self.block(function.body, inner, conditional=False)
        return Chain(name)

    def _injected(self, entry: Entry, call: Call, scope: Scope) -> None:
        """`container.register({ router: asValue(router) })`: whoever asks for that name is given the router (awilix)."""
        made = entry.value
        if not isinstance(made, Call) or made.name != "asValue" or not made.args or not entry.name:
            return
        source = scope.imported(guard_name(made).split(".", 1)[0])
        symbol = self.router_of(made.args[0], scope) if source is not None and source[0] == "awilix" else None
        if symbol is not None:
            self.mount(symbol, Ref(f"{INJECTED}{entry.name}"), EMPTY, (), call, conditional=False)

    def _serves(self, served: Serving, call: Call, scope: Scope) -> None:
        """`useExpressServer(app, { routePrefix })`: controllers of other files are served below this one."""
        symbol = symbol_of(served.dialect)
        app = self.router_of(call.args[served.given], scope) if 0 <= served.given < len(call.args) else None
        kind = "app" if app is None else "router"
        self.routers[symbol] = Router(
            symbol, kind, "express", self.where(call), (served.prefix,), settings=((BY, served.dialect.id),)
        )
        if app is not None:
            self.require(app, call)
            self.mount(app, Ref(symbol), EMPTY, (), call, conditional=False)

    def _configures(self, function: FunctionNode, scope: Scope) -> None:
        """`server.setConfig((app) => { app.use(check) })`: before the controllers of inversify-express-utils."""
        inner = Scope(self.module, self.imports, prefix=scope.prefix, parent=scope)
        if function.params and function.params[0].name:
            inner.hidden.add(function.params[0].name)
            inner.routers[function.params[0].name] = symbol_of(INVERSIFY)
        self.block(function.body, inner, conditional=False)

    def _hand_over(self, symbol: str, call: Call, scope: Scope, argument: str, *, conditional: bool) -> None:
        # `registerUsers(app)`, `require("./routes")(app)`, `new Routes(app)`: the callee adds routes to the app.
        inner = inner_function(call.func, scope)
        child = inner or reference(call.func, scope)
        if own_apply(call) and child is not None:
            child = Ref(f"{child.name}.apply")
        own = dotted(call.func).removeprefix("this.")
        if scope.owning_class() is None and dotted(call.func) == f"this.{own}" and own in self.pending:
            child = inner = Ref(own)  # `exports.init = function () { this.initRoutes(app) }`
        if child is None or not self.is_own(child.name.rsplit(".", 1)[-1] if inner else child.name, scope):
            return
        self.require(symbol, call)
        texts = given(call, scope)
        self.mount(symbol, child, EMPTY, (), call, conditional=conditional, argument=argument, given=texts)
        self.handed.add(len(self.mounts) - 1)

    def _given(self, call: Call, scope: Scope, *, conditional: bool) -> None:
        # `new App([new Users(), new Orders()])`, `new App({ controllers: [new Users()] })`: see `_unknown_loop`.
        cls = dotted(call.func)
        for arg in call.args:
            held = reduce(arg, scope)
            lists = [reduce(e.value, scope) for e in held.entries] if isinstance(held, Object) else [held]
            for item in (i for one in lists if isinstance(one, Items) and cls for i in one.items):
                value = reduce(item, scope)
                if isinstance(value, Call) and value.new and dotted(value.func):
                    self.mount(cls, Ref(f"{dotted(value.func)}.router"), EMPTY, (), call, conditional=conditional)

    def _lent(self, base: AnyExpr, call: Call, scope: Scope) -> Chain | None:
        """`exports.hook = (name, args) => { args.app.get("/x", f) }`: an app inside of what the function is given."""
        if not isinstance(base, Member) or base.name not in {"app", "expressApp"} or not isinstance(base.base, Name):
            return None
        given = base.base.id
        inner: Scope | None = scope
        while inner is not None and given not in inner.hidden:
            inner = inner.parent
        if inner is None or not inner.owner or not call.args:
            return None
        if call.name != "use" and not (len(call.args) > 1 and not isinstance(call.args[0], Lambda | Object)):
            return None
        inner.routers[dotted(base)] = inner.owner
        self.require(inner.owner, call)
        return Chain(inner.owner)

    def _made(self, call: Call, scope: Scope, hint: str, prefix: str | None, symbol: str | None) -> Chain | None:
        """A router that the call makes."""
        given = mapped(call, scope)
        if given is not None:
            symbol = symbol or f"{scope.prefix if prefix is None else prefix}{hint or 'mapped'}"
            self.routers[symbol] = Router(symbol, "router", "express", self.where(call))
            table = reference(given, scope)
            if isinstance(given, Object):
                self.table(given, symbol)
            elif table is not None:
                self.mount(symbol, table, EMPTY, (), call, conditional=False)
            return Chain(symbol)
        composed = composed_of(call, scope) if self.koa else ()
        kind = "router" if composed else made_kind(call, scope)
        own_made = not kind and bool(hint) and made_by_own(call, hint, self.module, scope)
        if not (kind or own_made):
            return None
        if symbol is None:
            if not hint:
                self.anonymous += 1
                hint = f"router${self.anonymous}"
            named = scope.values.get(f"return {hint}")
            symbol = named.id if isinstance(named, Name) else f"{scope.prefix if prefix is None else prefix}{hint}"
        merges = kind == "app" or merges_params(call, scope)
        own = prefix_of(call, scope) if self.koa and kind == "router" else None
        prefixes: tuple[Text, ...] = ((),) if own is None else (own,)
        self.routers[symbol] = Router(
            symbol, kind or "router", "express", self.where(call), prefixes, merge_params=merges
        )
        maker = reference(call, scope) if own_made else None
        if maker is not None:  # what the function registers on each router that it makes
            self.mount(symbol, maker, EMPTY, (), call, conditional=False)
        if composed:
            self.registered(Chain(symbol), "use", replace(call, args=composed), scope, conditional=False)
        return Chain(symbol)


def _of_row(key: AnyExpr, call: Call, scope: Scope) -> Call:
    """`router[route.method](...all)`, where a row of a table says what it is given: its address, middleware, handler."""
    row = reduce(key.base, scope) if isinstance(key, Member) else None
    if not isinstance(row, Object) or len(call.args) != 1 or not isinstance(call.args[0], Spread):
        return call
    path = next((found for name in _PATHS if (found := row.get(name)) is not None), None)
    handler = row.get("handler")
    between = next((found for name in _BETWEEN if (found := row.get(name)) is not None), None)
    before = reduce(between, scope) if between is not None else None
    if path is None or handler is None:
        return call
    return replace(call, args=(path, *(before.items if isinstance(before, Items) else ()), handler))


_PATHS: Final = ("path", "url", "route")
_BETWEEN: Final = ("middleware", "middlewares")


def merges_params(call: Call, scope: Scope) -> bool:
    """`Router({ mergeParams: true })`; a router whose options are not known may merge them as well."""
    for arg in call.args:
        options = reduce(arg, scope)
        if not isinstance(options, Object):
            return True
        merge = options.get("mergeParams")
        if merge is not None:
            value = reduce(merge, scope)
            return not (isinstance(value, Const) and value.value is False)
        if any(entry.key is None and not entry.name for entry in options.entries):
            return True
    return False
