"""Routes, mounts and middleware, as calls register them on a router."""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.http import (
    Guard,
    GuardKind,
    Level,
    Route,
    Router,
)
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import EMPTY, Hole, Ref, Text, literal
from persona_lsp.flow.script.guards import classify, guard_name, is_error_name, names_authentication
from persona_lsp.flow.script.names import Scope, reference, text
from persona_lsp.frameworks.express import koa
from persona_lsp.frameworks.express.collected import Collected
from persona_lsp.frameworks.express.docs import doc_before
from persona_lsp.frameworks.express.paths import flat, is_path, paths_of, shown, without_slash
from persona_lsp.frameworks.express.signs import ASYNC, METHODS, is_handler
from persona_lsp.frameworks.express.telling import (
    given_handler,
    handles_errors,
    inside_of_parameter,
    local_function,
    makes_router,
    may_be_alias,
    named_router,
    of_another_file,
    package_of,
    unwrapped,
)
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    Const,
    Items,
    Lambda,
    Member,
    Name,
    Object,
    Spread,
    Str,
    dotted,
)
from persona_lsp.syntax.javascript import required_module

_GUARDING: Final = frozenset({GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE, GuardKind.RATE_LIMIT})
_NOT_HANDLERS: Final = (Str, Const, Object, Binary)


class Chain(Struct):
    """What an expression of registrations stands for: a router, and the path of `route(path)` if one is open."""

    symbol: str
    paths: tuple[Text, ...] | None = None
    path_node: AnyExpr | None = None
    guards: tuple[Guard, ...] = ()
    every: Call | None = None
    """The `all` of a `route(path)` that has served no method of its own so far."""
    served: bool = False


class Registrations(Collected, ABC):
    """What a call on a router registers.

    `evaluate` performs the registrations inside an expression and tells the router that it stands for.
    """

    @abstractmethod
    def evaluate(self, expr: AnyExpr, scope: Scope, *, conditional: bool) -> "Chain | None":
        """Perform the registrations in an expression; the router that it stands for, if it is one."""

    def registered(self, chain: Chain, name: str, call: Call, scope: Scope, *, conditional: bool) -> Chain:
        """Perform one call on a router, and tell what stands for the result."""
        if chain.symbol in self.pending or chain.symbol in self.routers:
            self.require(chain.symbol, call)
        elif chain.symbol in self.lent and name != "listen":
            self.routers[chain.symbol] = Router(
                chain.symbol, "app", "express", self.where(self.lent[chain.symbol]), merge_params=True
            )
        if name == "use" and chain.paths is None:
            self._use(chain.symbol, call, scope, conditional=conditional)
        elif name == "route" and call.args:
            return Chain(chain.symbol, paths_of(call.args[0], scope), call.args[0])
        elif name in METHODS:
            return self._route(chain, name, call, scope, conditional=conditional)
        elif name == "ws" and len(call.args) > 1:
            self._route(chain, "get", call, scope, conditional=conditional, kind="websocket")
        elif name == "prefix" and self.koa and len(call.args) == 1:
            self._prefix(chain.symbol, text(call.args[0], scope))
        elif name == "param" and len(call.args) > 1:
            self._param(chain.symbol, call, scope)
        else:
            for arg in call.args:
                self.evaluate(arg, scope, conditional=conditional)
        return chain

    def _prefix(self, symbol: str, prefix: Text) -> None:
        """`router.prefix("/users")` stands before what the router has for one already (Koa)."""
        router = self.routers.get(symbol)
        if router is not None:
            self.routers[symbol] = replace(router, prefixes=tuple((*prefix, *held) for held in router.prefixes))

    def _param(self, symbol: str, call: Call, scope: Scope) -> None:
        """`router.param("id", load)`: the callback runs in front of every route of the router that has the parameter."""
        given = call.args[0].items if isinstance(call.args[0], Items) else call.args[:1]
        guard = self.guard(call.args[1], scope, Level.ROUTE)
        for name in given:
            if isinstance(name, Str) and name.value:
                named = replace(guard, path_params=(name.value,))
                self.callbacks.setdefault(symbol, []).append((name.value, named))

    def _route(
        self, chain: Chain, verb: str, call: Call, scope: Scope, *, conditional: bool, kind: str = "http"
    ) -> Chain:
        args = call.args
        path_node: AnyExpr | None
        if (
            self.koa
            and chain.paths is None
            and len(args) > 2
            and isinstance(args[0], Str)
            and not (args[0].value or "").startswith("/")
            and is_path(args[1], scope, alone=False)
        ):
            args = args[1:]  # the route has a name of its own
        if chain.paths is None:
            if len(args) < 2 or isinstance(args[0], Lambda | Object):
                return chain
            if isinstance(args[0], Call) and all(isinstance(part, Hole) for part in text(args[0], scope)):
                return chain
            paths, path_node, handlers = paths_of(args[0], scope), args[0], args[1:]
            untold = isinstance(args[0], Name) and scope.value(args[0].id) is None
            if untold and isinstance(args[-1], Spread) and all(isinstance(p, Hole) for path in paths for p in path):
                return chain  # `router.getAsync = (path, ...handlers) => router.get(path, ...handlers)`
        else:
            paths, path_node, handlers = chain.paths, chain.path_node, args
        flattened = flat(handlers, scope)
        if not flattened or isinstance(flattened[-1], _NOT_HANDLERS):
            return chain
        if verb == "all" and chain.paths is not None:
            # `.route(path).all(check).get(list)`: what stands for every method passes on to the ones that follow.
            guards = tuple(self.guard(h, scope, Level.ROUTE) for h in flattened)
            return Chain(chain.symbol, paths, path_node, (*chain.guards, *guards), None if chain.served else call)
        if chain.paths is None and self._mounted(chain.symbol, verb, flattened, call, scope, conditional=conditional):
            return chain
        if verb == "options" and guard_name(flattened[-1]).rsplit(".", 1)[-1].lower().startswith("cors"):
            self.evaluate(flattened[-1], scope, conditional=conditional)
            return chain
        if verb == "all" and self._only_guards(flattened, paths, scope):
            for path in paths:
                for handler in flattened:
                    self.attach(chain.symbol, self.guard(handler, scope, Level.APP, conditional=conditional), path)
            return chain
        guards = (*chain.guards, *(self.guard(h, scope, Level.ROUTE) for h in flattened[:-1]))
        for path in paths:
            self._add(
                chain.symbol,
                verb,
                path,
                path_node,
                flattened[-1],
                guards,
                call,
                scope,
                conditional=conditional,
                kind=kind,
            )
        return Chain(chain.symbol, chain.paths, chain.path_node, chain.guards, served=chain.paths is not None)

    def every_method(self, chain: Chain, scope: Scope, *, conditional: bool) -> None:
        """`route(path).all(handler)` with nothing after it is the route itself."""
        call = chain.every
        if call is None or chain.paths is None:
            return
        last = flat(call.args, scope)[-1]
        if self.guard(last, scope, Level.ROUTE).kind in _GUARDING:
            return
        for path in chain.paths:
            self._add(
                chain.symbol, "all", path, chain.path_node, last, chain.guards[:-1], call, scope,
                conditional=conditional, kind="http",
            )  # fmt: skip

    def _mounted(
        self, symbol: str, verb: str, handlers: Sequence[AnyExpr], call: Call, scope: Scope, *, conditional: bool
    ) -> bool:
        """`app.all("/users*", users)`: a router in the place of a handler serves its own paths, without the prefix."""
        last = handlers[-1]
        child: Ref | None = None
        if isinstance(last, Name | Member):
            found = self.router_of(last, scope)
            child = Ref(found) if found is not None else None
        elif isinstance(last, Call) and makes_router(last, scope):
            made = self.evaluate(last, scope, conditional=conditional)
            child = Ref(made.symbol) if made is not None else None
        if child is None and verb == "all" and isinstance(last, Name | Member | Call):
            child = reference(last, scope)
            inner = last.func if isinstance(last, Call) else last
            named = named_router(guard_name(last), scope) or bool(required_module(last) or required_module(inner))
            if child is None or not named or not self.is_own(child.name, scope):
                return False
        if child is None:
            return False
        if isinstance(last, Call):
            self.evaluate(last, scope, conditional=conditional)
        if not any(m.child == child and m.parent.name == symbol and not m.prefix for m in self.mounts):
            guards = tuple(self.guard(h, scope, Level.ROUTER) for h in handlers[:-1])
            self.mount(symbol, child, EMPTY, guards, call, conditional=conditional)
        return True

    def _only_guards(self, handlers: Sequence[AnyExpr], paths: tuple[Text, ...], scope: Scope) -> bool:
        # `app.all("/api/*", requireLogin)` is middleware in the dress of a route.
        if not all((literal(path) or "").endswith("{*rest}") for path in paths):
            return False
        return all(self._hands_on(h) or self.guard(h, scope, Level.APP).kind in _GUARDING for h in handlers)

    def _hands_on(self, handler: AnyExpr) -> bool:
        """A function written in place that calls what comes next, or gives it to another: `(req, res, next) => check(req, res, next)`."""
        params = handler.function.params if isinstance(handler, Lambda) else ()
        if len(params) != 3 or not isinstance(handler, Lambda) or not params[2].name:
            return False
        word = re.escape(params[2].name.encode())
        used = re.compile(rb"(?<![\w.])%s\s*(?:\(\s*\)|[,)])" % word)
        return used.search(self.module.source, handler.function.body_start, handler.function.body_end) is not None

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
        method_end = token + len(verb)
        if self.called is not None:
            token, method_end = self.called.start, self.called.func.end
            end = path_node.end if path_node is not None and path_node.start > token else method_end
            handler = given_handler(handler, scope)
        key, ref, name, wrapped = self._handler(handler, verb, path, scope)
        self.routes.append(
            Route(
                methods=(METHODS[verb],),
                path=path,
                framework="express",
                where=Where(self.module.path, token, end),
                statement=self.where(self.called or self.statement),
                order=self.next(),
                router=Ref(symbol),
                handler=ref,
                handler_key=key,
                handler_name=name,
                guards=(*guards, *self._around(handler)),
                doc=doc_before(self.module.source, (self.called or self.statement).start),
                conditional=conditional,
                kind=kind,
                path_where=self.where(path_node) if path_node is not None else None,
                forwards_errors=wrapped or self.koa or self.module.source.startswith(ASYNC.encode(), method_end),
                development_only=self.development,
                method_where=Where(self.module.path, token, method_end) if self.called is None else None,
            )
        )

    def _handler(self, handler: AnyExpr, verb: str, path: Text, scope: Scope) -> tuple[str, Ref | None, str, bool]:
        """Key of an inline handler, reference to a named one, its name for people, and whether it is wrapped."""
        value, wrapped = unwrapped(handler, scope)
        function = local_function(value, scope)
        if function is not None:
            if wrapped:
                self.wrapped.add(function.start)
            known = self.inline.get(function.start)
            if known is None:
                label = f"{scope.prefix}{value.id}" if isinstance(value, Name) else f"{verb} {shown(path)}"
                known = self.key(label)
                self.inline[function.start] = known
            return known, None, function.name or known, wrapped
        ref = reference(value, scope)
        return "", ref, dotted(value) or (ref.name if ref is not None else ""), wrapped

    def _around(self, handler: AnyExpr) -> tuple[Guard, ...]:
        """`withAuth(handler)`: a wrapper that is called after authentication guards what it wraps."""
        if not isinstance(handler, Call) or not any(isinstance(a, Lambda | Name | Member) for a in handler.args):
            return ()
        kind, optional = classify(handler, "")
        name = guard_name(handler)
        if kind not in (GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE) and not names_authentication(name):
            return ()
        where, source = self.where(handler.func), self.module.text(handler.func)[:200]
        return (Guard(name, kind, Level.ROUTE, where, source=source, optional=optional),)

    def _use(self, symbol: str, call: Call, scope: Scope, *, conditional: bool) -> None:
        args = list(call.args)
        paths: tuple[Text, ...] = (EMPTY,)
        if args and is_path(args[0], scope, alone=len(args) == 1):
            paths = tuple(without_slash(p) for p in paths_of(args.pop(0), scope))
            prefixed = True
        else:
            prefixed = False
        flattened = flat(args, scope)
        if self.koa:
            flattened = self._koa(symbol, flattened, call, scope, conditional=conditional)
        guards: list[Guard] = []
        for index, arg in enumerate(flattened):
            last = index == len(flattened) - 1
            child = self._child(arg, scope, conditional=conditional, last=last, prefixed=prefixed)
            if child is not None:
                for path in paths:
                    self.mount(symbol, child, path, tuple(guards), call, conditional=conditional)
                if not self._ambiguous(arg, scope):
                    continue
            if handles_errors(arg, scope):
                self.error_handler(arg, symbol, scope)
                continue
            guard = self.guard(arg, scope, Level.ROUTER, conditional=conditional)
            guards.append(guard)
        for guard in guards:
            for path in paths:
                self.attach(symbol, guard, path)

    def _koa(
        self, symbol: str, given: Sequence[AnyExpr], call: Call, scope: Scope, *, conditional: bool
    ) -> list[AnyExpr]:
        """What `use` of Koa is given, without what answers for other methods; what is mounted below a path is mounted."""
        found: list[AnyExpr] = []
        for arg in given:
            for path, inner in koa.taken_apart(arg, scope):
                if isinstance(inner, Call) and inner.name == koa.METHODS_ALONE:
                    continue
                if path is None:
                    found.append(inner)
                    continue
                child = self._child(inner, scope, conditional=conditional, last=True, prefixed=True)
                for below in paths_of(path, scope):
                    if child is not None:
                        self.mount(symbol, child, without_slash(below), (), call, conditional=conditional)
                    else:
                        self.attach(symbol, self.guard(inner, scope, Level.ROUTER), without_slash(below))
        # Routers come one after the other: each may stand last.
        return sorted(found, key=lambda arg: self.router_of(arg, scope) is not None)

    def _child(self, arg: AnyExpr, scope: Scope, *, conditional: bool, last: bool, prefixed: bool) -> Ref | None:
        """The router that `use` is given, None for middleware."""
        if isinstance(arg, Lambda | Object | Str | Const):
            return None
        chain = self.evaluate(arg, scope, conditional=conditional)
        if chain is not None:
            return Ref(chain.symbol)
        ref = reference(arg, scope)
        if ref is None or not last:
            return None
        if prefixed and isinstance(arg, Member) and inside_of_parameter(arg, scope):
            # What it is stands elsewhere; that something is mounted from there is known.
            return ref
        if not (self.is_own(ref.name, scope) or may_be_alias(ref.name, scope)):
            return None
        name = guard_name(arg) or ref.name
        if named_router(name, scope) or of_another_file(arg, scope) or may_be_alias(name, scope):
            # What the other file says decides, see `_ambiguous`.
            return ref
        kind, _ = classify(arg, package_of(arg, scope))
        if kind is not GuardKind.UNKNOWN or is_error_name(name):
            return None
        held = scope.value(name)
        if isinstance(held, Lambda) and (is_handler(held.function.params) or not self.interesting(held.function)):
            return None
        return ref

    def _ambiguous(self, arg: AnyExpr, scope: Scope) -> bool:
        """Whether what looks like a router may as well be middleware, as far as this file tells."""
        if self.router_of(arg, scope) is not None or isinstance(arg, Lambda):
            return False
        if isinstance(arg, Call) and makes_router(arg, scope):
            return False
        if may_be_alias(guard_name(arg), scope):
            return True
        return not named_router(guard_name(arg), scope)
