"""What the methods of Go's routers register: routes, groups, mounts, middleware."""

import re
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, GuardKind, Level, Made, Route
from persona_lsp.facts.text import EMPTY, Hole, Ref, Text, literal
from persona_lsp.frameworks.golang.dialects import CHI, ECHO, FIBER, GORILLA, NAMED, NET_HTTP, VERBS
from persona_lsp.frameworks.golang.guards import classify
from persona_lsp.frameworks.golang.handlers import framework_of
from persona_lsp.frameworks.golang.paths import ARGUMENT, normal, optional, pattern, text_of
from persona_lsp.frameworks.golang.reader import Reader
from persona_lsp.frameworks.golang.values import Builder, Closure, Env, Given, Routes, Typed, Value, reduced
from persona_lsp.syntax.ir import AnyExpr, Call, Expr, Items, Lambda, Member, Name, Node, Spread, Str, dotted
from persona_lsp.text.patterns import lazy

_METHOD_NAMES: Final = {f"Method{verb.title()}": verb for verb in VERBS.values()}
_GUARDS: Final = frozenset({GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE, GuardKind.RATE_LIMIT})
_CONDITIONS: Final = frozenset({"Host", "Queries", "Headers", "HeadersRegexp", "Schemes", "MatcherFunc"})
_PASSIVE: Final = frozenset({"Name", "StrictSlash", "SkipClean", "UseEncodedPath", "BuildOnly"})
_BUILT_IN: Final = frozenset({"string", "int", "bool", "slice", "map", "time.Duration", ""})
_HANDLED: Final = frozenset({"Handler", "HandlerFunc"})
_DEEP: Final = 6
"""Nobody wraps deeper."""
_HANDLES: Final = lazy(r"handle|func|action|endpoint", re.IGNORECASE)
"""Types of handlers are called like this."""


class Registering(Reader):
    """The methods of routers."""

    def registered(self, base: Value, call: Call, name: str, env: Env, hint: str) -> Value | None:
        """What a method of a router does; the router that it returns."""
        if isinstance(base, Builder):
            return self._built(base, call, name, env, hint)
        if not isinstance(base, Routes):
            return None
        args = call.args
        if name == "Group":
            return self._group(base, call, env, hint)
        if name == "Route" and len(args) >= 2:  # prefix and function
            child = self._child(base, call, env, hint, self._path(args[0], env), ())
            self.with_router(args[1], child, call, env)
            return child
        if name == "Mount" and len(args) == 2:  # prefix and router
            self._mount(base, args[1], self._path(args[0], env), call, env)
            return base
        if name == "With":
            guards = tuple(self._guard(a, env, Level.ROUTE) for a in args)
            return self._child(base, call, env, hint, EMPTY, guards)
        if name in {"Use", "Pre"}:
            self._use(base, call, env)
            return base
        if base.dialect is GORILLA or (base.dialect is None and name in {"PathPrefix", "Methods", "Path", "NewRoute"}):
            described = self._built(Builder(base), call, name, env, hint)
            if described is not None:
                return described
        if name in NAMED and (name != "Handle" or len(args) > 2):  # gin's Handle has a method in front
            return self._named(base, call, env)
        if name in VERBS and args:
            return self._verb(base, call, name, env)
        return None

    # -- routes ------------------------------------------------------------------------------------------------------

    def _verb(self, base: Routes, call: Call, name: str, env: Env) -> Value | None:
        method = VERBS[name]
        path = text_of(call.args[0], env, self.module)
        variants: tuple[str, ...] = ()
        if name in {"Handle", "HandleFunc"}:
            found, host, path = pattern(path)
            method = found or method
            variants = (f"host={host}",) if host else ()
            if len(call.args) < 2 or self._serves(base, call, env):
                return base
        self._routes(base, call, (method,), path, call.args[1:], env, variants)
        return Builder(base, index=len(self.found.routes) - 1) if base.dialect is GORILLA else base

    def _named(self, base: Routes, call: Call, env: Env) -> Value | None:
        methods = self._methods(call.args[0], env)
        if len(call.args) > 2:  # method, path, handler
            self._routes(base, call, methods, text_of(call.args[1], env, self.module), call.args[2:], env)
        return base

    def _methods(self, expr: AnyExpr, env: Env) -> tuple[str, ...]:
        """HTTP methods: texts, `http.MethodGet`, a list of these; empty if nobody can tell."""
        held = reduced(expr, env)
        expr = held if held is not None else expr
        if isinstance(expr, Items):
            found = tuple(m for item in expr.items for m in self._methods(item, env))
            return found if len(found) == len(expr.items) else ()
        if isinstance(expr, Str) and expr.value:
            return (expr.value.upper(),)
        if isinstance(expr, Member):
            name = _METHOD_NAMES.get(expr.name) or (expr.name if expr.name in VERBS.values() else "")
            return (name,) if name else ()
        return ()

    def _routes(
        self, base: Routes, call: Call, methods: tuple[str, ...], path: Text, given: tuple[AnyExpr, ...], env: Env,
        variants: tuple[str, ...] = (), guards: tuple[Guard, ...] = (),
    ) -> None:  # fmt: skip
        """Note a route with its handler and the guards beside it."""
        if not given or not methods:
            return
        base, path = self._behind(base, path)
        dialect = base.dialect or self.only
        first = dialect is ECHO
        handler = given[0] if first else given[-1]
        others = given[1:] if first else given[:-1]
        guards = (*guards, *(self._guard(a, env, Level.ROUTE) for a in others))
        func = call.func
        at = func.name_start if isinstance(func, Member) else call.start
        here: Node = Name(at, at + len(func.name.encode()), func.name) if isinstance(func, Member) else call
        here = self.entry or here
        held = reduced(handler, env)
        handler, wrapping = self._unwrapped(held if held is not None else handler, env)
        guards = (*guards, *wrapping)
        shown = "/" + (literal(path) or "?").strip("/")
        key, ref, name = self._handler(handler, env, f"{methods[0].lower()} {shown}")
        made = self._put_together(handler, env, 0) if isinstance(handler, Call) and not handler.new else None
        for one in optional(normal(path)) if dialect is FIBER or dialect is None else (normal(path),):
            self.found.routes.append(
                Route(
                    methods, one, self.framework(base), self.found.where(here), self.found.where(call),
                    self.found.next(), Ref(base.symbol), Ref(ref) if ref and not key else None, key, name, guards,
                    variants=variants, conditional=env.conditional,
                    path_where=self.found.where(call.args[0]) if call.args else None, made=made,
                )
            )  # fmt: skip

    def _handler(self, expr: AnyExpr, env: Env, label: str) -> tuple[str, str, str]:
        """(key, reference, name for people) of a handler."""
        if isinstance(expr, Name) and isinstance(closure := env.find(expr.id), Closure):
            key = self.found.in_place(closure.node, label)
            return key, "", expr.id
        if isinstance(expr, Lambda):
            return self.found.in_place(expr, label), "", ""
        if isinstance(expr, Call) and not expr.new:
            name = self.name_of(expr.func, env)
            return "", f"{name}()" if name else "", name
        name = self.name_of(expr, env)
        if isinstance(expr, Call) and expr.new and name:
            return "", f"{name}.ServeHTTP", name
        return "", name, name

    def _unwrapped(self, expr: AnyExpr, env: Env) -> tuple[AnyExpr, list[Guard]]:
        """The handler inside of what it is wrapped by: `http.HandlerFunc(h)`, `requireAuth(h)`, `adapt(h)`."""
        guards: list[Guard] = []
        for _ in range(8):  # nobody wraps deeper
            if not isinstance(expr, Call) or expr.new or not expr.args:
                break
            name = dotted(expr.func)
            if name.rpartition(".")[2] in {
                "HandlerFunc",
                "WrapH",
                "WrapF",
                "WrapHandler",
                "HTTPHandlerFunc",
                "HTTPHandler",
            }:
                expr = expr.args[0]
                continue
            inner = next((a for a in reversed(expr.args) if self._is_handler(a, env)), None)
            if inner is None:
                inner = self._inside(expr, env) if self._wraps(expr) else None
            if inner is None:
                break
            guards.append(self._guard(Expr(expr.start, expr.start) if not name else expr.func, env, Level.ROUTE))
            expr = inner
        return expr, guards

    def _put_together(self, expr: AnyExpr, env: Env, depth: int) -> Made | None:
        """`perm(withID(s.list), "read")` in names; None where there is none."""
        if isinstance(expr, Call) and not expr.new and depth < _DEEP:
            name = self.name_of(expr.func, env)
            given = tuple(self._put_together(a, env, depth + 1) for arg in expr.args for a in self._listed(arg, env))
            known = bool(name) and (depth > 0 or any(given))
            return Made(name, given, self._guard(expr.func, env, Level.ROUTE)) if known else None
        name = self.name_of(expr, env) if isinstance(expr, Name | Member) else ""
        return Made(name, guard=self._guard(expr, env, Level.ROUTE)) if name else None

    def _listed(self, arg: AnyExpr, env: Env) -> tuple[AnyExpr, ...]:
        """An argument; `guards...` are as many as the list has that stands in this file."""
        listed = reduced(arg.value, env) if isinstance(arg, Spread) else None
        return listed.items if isinstance(listed, Items) else (arg,)

    def _inside(self, call: Call, env: Env) -> AnyExpr | None:
        """What a wrapper most likely wraps: a handler that is made, else a method, else a name of no built-in type."""
        likely: list[AnyExpr] = [a for a in call.args if isinstance(a, Call) and not a.new]
        likely += [a for a in call.args if isinstance(a, Member)]
        likely += [a for a in call.args if isinstance(a, Name) and self._may_handle(a, env)]
        return next(iter(likely), None)

    def _may_handle(self, name: Name, env: Env) -> bool:
        """Whether a name may stand for a handler: its type is not known, or is called like one of those."""
        value = env.find(name.id)
        if not isinstance(value, Typed) or value.made is not None:
            return self.name_of(name, env) not in _BUILT_IN
        return value.name not in _BUILT_IN and _HANDLES.search(value.name) is not None

    def _is_handler(self, expr: AnyExpr, env: Env) -> bool:
        """Whether an argument is certainly a handler."""
        if isinstance(expr, Lambda):
            return bool(framework_of(expr.function))
        if isinstance(expr, Call):
            return dotted(expr.func) == "http.HandlerFunc" or any(self._is_handler(a, env) for a in expr.args)
        name = self.name_of(expr, env)
        function = self.functions.get(name)
        return function is not None and bool(framework_of(function))

    def _wraps(self, call: Call) -> bool:
        """Whether a function that is given something wraps a handler: by its parameters, or by what it is called."""
        function = self.functions.get(dotted(call.func))
        if function is not None:
            kinds = {dotted(p.type) for p in function.params}
            return any(k.endswith((".Handler", ".HandlerFunc")) or k == "func" for k in kinds)
        last = call.args[-1]
        kind, _, _ = classify(call.func, "")
        method = isinstance(last, Member) and last.name[:1].isalpha()
        return kind in _GUARDS and (method or isinstance(last, Name))

    # -- routers -----------------------------------------------------------------------------------------------------

    def _child(self, base: Routes, at: Call, env: Env, hint: str, prefix: Text, guards: tuple[Guard, ...]) -> Routes:
        """A new router below another one."""
        dialect = base.dialect or self.only or NET_HTTP
        above, prefix = self._behind(base, prefix)
        symbol = self.found.symbol(f"{env.prefix}{hint or 'group'}")
        self.found.router(symbol, "router", dialect, at)
        self.found.mount(above.symbol, symbol, dialect.id, at, normal(prefix), guards, conditional=env.conditional)
        return Routes(symbol, base.dialect)

    def _behind(self, base: Routes, path: Text) -> tuple[Routes, Text]:
        """The router below a path that callers give as a text: `func Register(r chi.Router, base string)` is `0+1`."""
        first = path[0] if path else None
        router = self.found.routers.get(base.symbol)
        if not isinstance(first, Hole) or first.reason != ARGUMENT or router is None or not router.parameter.isdigit():
            return base, path
        both = f"{router.parameter}+{first.source}"
        symbol = f"{base.symbol.rpartition('(')[0]}({both})"
        if symbol not in self.found.routers:
            self.found.router(
                symbol, "router", base.dialect or NET_HTTP, Name(router.where.start, router.where.end, ""), both
            )
            self.found.below.append((base.symbol, symbol))
        return Routes(symbol, base.dialect), path[1:]

    def _group(self, base: Routes, call: Call, env: Env, hint: str) -> Value:
        args = call.args
        if args and isinstance(args[0], Lambda | Name) and (base.dialect is CHI or isinstance(args[0], Lambda)):
            child = self._child(base, call, env, hint, EMPTY, ())
            self.with_router(args[0], child, call, env)
            return child
        if base.dialect is CHI and args:
            child = self._child(base, call, env, hint, EMPTY, ())
            self.with_router(args[0], child, call, env)
            return child
        prefix = self._path(args[0], env) if args else EMPTY
        guards = tuple(self._guard(a, env, Level.ROUTER) for a in args[1:])
        return self._child(base, call, env, hint, prefix, guards)

    def _mount(self, base: Routes, served: AnyExpr, prefix: Text, call: Call, env: Env) -> None:
        found = self.evaluate(served, env)
        name = found.symbol if isinstance(found, Routes) else self.name_of(served, env)
        if name:
            self.found.mount(base.symbol, name, self.framework(base), call, normal(prefix), conditional=env.conditional)

    def _serves(self, base: Routes, call: Call, env: Env) -> bool:
        """`mux.Handle("/api/", http.StripPrefix("/api", api))`: the handler is a router itself."""
        found = self.evaluate(call.args[1], env)
        if not isinstance(found, Routes):
            return False
        # Without StripPrefix the router that is served sees the whole path; chi takes the prefix away only when mounted.
        prefix = found.stripped
        self.found.mount(base.symbol, found.symbol, self.framework(base), call, prefix, conditional=env.conditional)
        return True

    def _use(self, base: Routes, call: Call, env: Env) -> None:
        args, prefix = call.args, EMPTY
        if args and isinstance(args[0], Str) and (base.dialect is FIBER or base.dialect is None):
            prefix, args = self._path(args[0], env), args[1:]
        late = base.dialect is not None and (base.dialect.late or (base.dialect is ECHO and self._is_app(base)))
        for arg in args:
            served = self.evaluate(arg, env) if isinstance(arg, Name | Member) else None
            if isinstance(served, Routes) and base.dialect is FIBER:
                self.found.mount(
                    base.symbol, served.symbol, FIBER.id, call, normal(prefix), conditional=env.conditional
                )
                continue
            guard = self._guard(arg, env, Level.ROUTER)
            if env.conditional and not guard.conditional:
                guard = replace(guard, conditional=True)
            order = -1 if late else self.found.next()
            self.found.use(base.symbol, guard, order, normal(prefix))

    def _is_app(self, base: Routes) -> bool:
        router = self.found.routers.get(base.symbol)
        return router is not None and (
            router.kind == "app" or ".Echo" in self.module.text(Name(router.where.start, router.where.end, ""))
        )

    def _guard(self, expr: AnyExpr, env: Env, level: Level) -> Guard:
        if isinstance(expr, Name):
            held = env.find(expr.id)
            if isinstance(held, Closure):
                return self.found.guard(held.node, level, None)
            if isinstance(held, Typed) and held.made is not None:
                expr = held.made
            elif isinstance(held, Given) and isinstance(held.expr, Call | Member | Name) and held.expr is not expr:
                expr = held.expr
        called: AnyExpr = expr
        while isinstance(called, Call):
            called = called.func
        name = self.name_of(called, env)
        return self.found.guard(expr, level, f"{name}()" if name else None, name.partition(".")[0])

    def _path(self, expr: AnyExpr, env: Env) -> Text:
        return text_of(expr, env, self.module)

    # -- gorilla/mux -------------------------------------------------------------------------------------------------

    def _built(self, base: Builder, call: Call, name: str, env: Env, hint: str) -> Value | None:
        """One link of a chain that describes a route: `r.PathPrefix("/api").Subrouter()`, `.Methods("GET")`."""
        args = call.args
        if name == "Methods":
            methods = tuple(m for a in args for m in self._methods(a, env))
            unknown = len(methods) != len(args)
            if base.index >= 0:
                route = self.found.routes[base.index]
                if not unknown and methods:
                    self.found.routes[base.index] = replace(route, methods=methods)
                return base
            return replace(base, methods=methods, unknown=unknown)
        if name in {"Path", "PathPrefix"} and args:
            path = (*base.path, *text_of(args[0], env, self.module))
            return replace(base, path=path, prefix=name == "PathPrefix")
        if name == "NewRoute":
            return base
        if name == "Subrouter":
            return self._child(base.router, call, env, hint, base.path, base.guards)
        if name in _CONDITIONS:
            if base.index >= 0:
                route = self.found.routes[base.index]
                mark = f"{name}={self.module.text(args[0])[:60]}" if args else name
                self.found.routes[base.index] = replace(route, variants=(*route.variants, mark))
                return base
            return replace(
                base, variants=(*base.variants, f"{name}={self.module.text(args[0])[:60]}" if args else name)
            )
        if name in _PASSIVE:
            return base.router if base == Builder(base.router) else base
        if name in _HANDLED and args:
            found = self.evaluate(args[0], env)
            if isinstance(found, Routes):
                prefix = found.stripped
                self.found.mount(
                    base.router.symbol, found.symbol, GORILLA.id, call, prefix, conditional=env.conditional
                )
            elif not base.prefix and base.path and not base.unknown:
                self._routes(base.router, call, base.methods or ("ANY",), base.path, args, env, base.variants)
                return replace(base, index=len(self.found.routes) - 1)
            return base
        if name in {"HandleFunc", "Handle"} and len(args) == 2 and (base.path or base.methods):  # path and handler
            path = (*base.path, *text_of(args[0], env, self.module))
            self._routes(base.router, call, base.methods or ("ANY",), path, args[1:], env, base.variants)
            return replace(base, index=len(self.found.routes) - 1)
        return None
