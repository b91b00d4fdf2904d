"""Routes, mounts and middleware, as calls register them on a router."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.code import Problem
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
from persona_lsp.flow.script.errors import takes_errors
from persona_lsp.flow.script.guards import classify, guard_name, is_error_name, names_authentication
from persona_lsp.flow.script.in_place import guard_in_place, leaves_route, path_params
from persona_lsp.flow.script.names import Scope, file_scope, joins, reduce, reference, text
from persona_lsp.flow.script.paths import expand
from persona_lsp.frameworks.express.cors import cors_policy
from persona_lsp.frameworks.express.docs import doc_before
from persona_lsp.frameworks.express.signs import (
    ROUTER_FILE,
    ROUTER_NAME,
    app_names,
    is_handler,
    is_local,
    made_kind,
    wraps,
)
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    ClassDef,
    Const,
    FunctionNode,
    Items,
    Lambda,
    Member,
    Module,
    Name,
    Node,
    Object,
    Spread,
    Str,
    dotted,
)
from persona_lsp.syntax.javascript import required_module

METHODS: Final = {
    "get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "head": "HEAD",
    "options": "OPTIONS", "all": "ANY", "del": "DELETE",
}  # fmt: skip


_GUARDING: Final = frozenset({GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE, GuardKind.RATE_LIMIT})
_NOT_HANDLERS: Final = (Str, Const, Object, Binary)


VERBS: Final = re.compile(
    rb"\.\s*(?:use|get|post|put|patch|delete|all|route)\s*\(|\bRouter\(|\bexpress\(\)|\[[\w.]*(?:[mM]ethod|[vV]erb)[\w.()]*\]\s*\("
)


class Chain(Struct):
    """What an expression of registrations stands for: a router, and the path of `route(path)` if one is open."""

    symbol: str
    paths: tuple[Text, ...] | None = None
    path_node: AnyExpr | None = None
    guards: tuple[Guard, ...] = ()
    every: Call | None = None
    """The `all` of a `route(path)` that has served no method of its own so far."""
    served: bool = False


class Registrations:
    """Everything that is registered, collected in the order in which it is written.

    `evaluate` performs the registrations inside an expression and tells the router that it stands for.
    """

    def __init__(self, module: Module) -> None:
        self.module = module
        self.routers: dict[str, Router] = {}
        self.mounts: list[Mount] = []
        self.uses: list[Use] = []
        self.callbacks: dict[str, list[tuple[str, Guard]]] = {}
        self.routes: list[Route] = []
        self.error_handlers: list[ErrorHandler] = []
        self.cors: list[CorsPolicy] = []
        self.inline: dict[int, str] = {}
        self.keys: dict[str, int] = {}
        self.wrapped: set[int] = set()
        self.handed: set[int] = set()
        self.development = False
        self.order = 0
        self.anonymous = 0
        self.depth = 0
        self.reading: set[int] = set()
        self.statement: Node = module.body[0] if module.body else Name(0, 0, "")
        self.pending: dict[str, Node | FunctionNode] = {}
        self.parameters: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.lent: dict[str, Node] = {}
        self.imports = {i.local: (i.module, i.name) for i in module.imports if i.local}

    def evaluate(self, expr: AnyExpr, scope: Scope, *, conditional: bool) -> "Chain | None":
        """Perform the registrations in an expression; the router that it stands for, if it is one."""
        raise NotImplementedError

    def router_of(self, expr: AnyExpr | None, scope: Scope) -> str | None:
        """The symbol of the router that a name or member stands for."""
        seen: set[str] = set()
        # `this.books = books; const books = this.books`: names that stand for each other stand for nothing.
        while (name := dotted(expr)) and name not in seen:
            seen.add(name)
            symbol = scope.router(name)
            if symbol is not None:
                return symbol
            value = scope.value(name)
            expr = value if isinstance(value, Name | Member) else None
        return None

    def interesting(self, function: FunctionNode) -> bool:
        """Whether a function may register something: it is given an app, or has words that register."""
        params = function.params
        if len(params) >= 2 and is_handler(params):
            return False
        if any(app_names(p) for p in params):
            return True
        return VERBS.search(self.module.source, function.start, function.end) is not None

    def registered(self, chain: Chain, name: str, call: Call, scope: Scope, *, conditional: bool) -> Chain:
        if chain.symbol in self.pending or chain.symbol in self.routers:
            self.require(chain.symbol, call)
        elif chain.symbol in self.lent and name != "listen":
            self.routers[chain.symbol] = Router(
                chain.symbol, "app", "express", self.where(self.lent[chain.symbol]), merge_params=True
            )
        if name == "use" and chain.paths is None:
            self._use(chain.symbol, call, scope, conditional=conditional)
        elif name == "route" and call.args:
            return Chain(chain.symbol, self._paths(call.args[0], scope), call.args[0])
        elif name in METHODS:
            return self._route(chain, name, call, scope, conditional=conditional)
        elif name == "ws" and len(call.args) > 1:
            self._route(chain, "get", call, scope, conditional=conditional, kind="websocket")
        elif name == "param" and len(call.args) > 1:
            self._param(chain.symbol, call, scope)
        else:
            for arg in call.args:
                self.evaluate(arg, scope, conditional=conditional)
        return chain

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
        if chain.paths is None:
            if len(args) < 2 or isinstance(args[0], Lambda | Object):
                return chain
            if isinstance(args[0], Call) and all(isinstance(part, Hole) for part in text(args[0], scope)):
                return chain
            paths, path_node, handlers = self._paths(args[0], scope), args[0], args[1:]
        else:
            paths, path_node, handlers = chain.paths, chain.path_node, args
        flat = self._flat(handlers, scope)
        if not flat or isinstance(flat[-1], _NOT_HANDLERS):
            return chain
        if verb == "all" and chain.paths is not None:
            # `.route(path).all(check).get(list)`: what stands for every method passes on to the ones that follow.
            guards = tuple(self.guard(h, scope, Level.ROUTE) for h in flat)
            return Chain(chain.symbol, paths, path_node, (*chain.guards, *guards), None if chain.served else call)
        if chain.paths is None and self._mounted(chain.symbol, verb, flat, call, scope, conditional=conditional):
            return chain
        if verb == "options" and guard_name(flat[-1]).rsplit(".", 1)[-1].lower().startswith("cors"):
            self.evaluate(flat[-1], scope, conditional=conditional)
            return chain
        if verb == "all" and self._only_guards(flat, paths, scope):
            for path in paths:
                for handler in flat:
                    self._attach(chain.symbol, self.guard(handler, scope, Level.APP), path)
            return chain
        guards = (*chain.guards, *(self.guard(h, scope, Level.ROUTE) for h in flat[:-1]))
        for path in paths:
            self._add(
                chain.symbol, verb, path, path_node, flat[-1], guards, call, scope, conditional=conditional, kind=kind
            )
        return Chain(chain.symbol, chain.paths, chain.path_node, chain.guards, served=chain.paths is not None)

    def every_method(self, chain: Chain, scope: Scope, *, conditional: bool) -> None:
        """`route(path).all(handler)` with nothing after it is the route itself."""
        call = chain.every
        if call is None or chain.paths is None:
            return
        last = self._flat(call.args, scope)[-1]
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
        elif isinstance(last, Call) and self._made_kind_of_chain(last, scope):
            made = self.evaluate(last, scope, conditional=conditional)
            child = Ref(made.symbol) if made is not None else None
        if child is None and verb == "all" and isinstance(last, Name | Member | Call):
            child = reference(last, scope)
            inner = last.func if isinstance(last, Call) else last
            named = self._named_router(guard_name(last), scope) or bool(required_module(last) or required_module(inner))
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
        kinds = {self.guard(h, scope, Level.APP).kind for h in handlers}
        return kinds <= _GUARDING

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
                statement=self.where(self.statement),
                order=self._next(),
                router=Ref(symbol),
                handler=ref,
                handler_key=key,
                handler_name=name,
                guards=(*guards, *self._around(handler)),
                doc=self._doc(),
                conditional=conditional,
                kind=kind,
                path_where=self.where(path_node) if path_node is not None else None,
                forwards_errors=wrapped,
                development_only=self.development,
                method_where=Where(self.module.path, token, token + len(verb)),
            )
        )

    def _handler(self, handler: AnyExpr, verb: str, path: Text, scope: Scope) -> tuple[str, Ref | None, str, bool]:
        """Key of an inline handler, reference to a named one, its name for people, and whether it is wrapped."""
        value, wrapped = self.unwrapped(handler, scope)
        function = self._local_function(value, scope)
        if function is not None:
            if wrapped:
                self.wrapped.add(function.start)
            known = self.inline.get(function.start)
            if known is None:
                label = f"{scope.prefix}{value.id}" if isinstance(value, Name) else f"{verb} {_shown(path)}"
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

    def _local_function(self, value: AnyExpr, scope: Scope) -> FunctionNode | None:
        if isinstance(value, Lambda):
            return value.function
        if isinstance(value, Name):
            held = scope.value(value.id)
            outer = file_scope(scope).values.get(value.id)
            if isinstance(held, Lambda) and held is not outer:
                return held.function
        return None

    def unwrapped(self, handler: AnyExpr, scope: Scope) -> tuple[AnyExpr, bool]:
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
            if len(candidates) != 1 or (isinstance(candidates[0], Name | Member) and not wraps(handler, candidates[0])):
                break
            if isinstance(candidates[0], Lambda) and not (
                is_handler(candidates[0].function.params) or wraps(handler, candidates[0])
            ):
                break
            handler, wrapped = candidates[0], True
        return handler, wrapped

    def key(self, label: str) -> str:
        count = self.keys.get(label, 0)
        self.keys[label] = count + 1
        return label if count == 0 else f"{label}~{count}"

    def _use(self, symbol: str, call: Call, scope: Scope, *, conditional: bool) -> None:
        args = list(call.args)
        paths: tuple[Text, ...] = (EMPTY,)
        if args and self._is_path(args[0], scope, alone=len(args) == 1):
            paths = tuple(without_slash(p) for p in self._paths(args.pop(0), scope))
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
                    self.mount(symbol, child, path, tuple(guards), call, conditional=conditional)
                if not self._ambiguous(arg, scope):
                    continue
            if self._is_error_handler(arg, scope):
                self._error_handler(arg, symbol, scope)
                continue
            guard = self.guard(arg, scope, Level.ROUTER, conditional=conditional)
            guards.append(guard)
        for guard in guards:
            for path in paths:
                self._attach(symbol, guard, path)

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
        if prefixed and isinstance(arg, Member) and self._inside_of_parameter(arg, scope):
            # What it is stands elsewhere; that something is mounted from there is known.
            return ref
        if not (self.is_own(ref.name, scope) or self._may_be_alias(ref.name, scope)):
            return None
        name = guard_name(arg) or ref.name
        if self._named_router(name, scope) or self._of_another_file(arg, scope):
            # What the other file says decides, see `_ambiguous`.
            return ref
        kind, _ = classify(arg, self._package(arg, scope))
        if kind is not GuardKind.UNKNOWN or is_error_name(name):
            return None
        held = scope.value(name)
        if isinstance(held, Lambda) and (is_handler(held.function.params) or not self.interesting(held.function)):
            return None
        return ref

    def _inside_of_parameter(self, arg: Member, scope: Scope) -> bool:
        head = dotted(arg).split(".", 1)[0]
        current: Scope | None = scope
        while current is not None:
            if head in current.hidden:
                return bool(head) and head not in current.routers
            if head in current.values or head in current.routers:
                return False
            current = current.parent
        return False

    def _ambiguous(self, arg: AnyExpr, scope: Scope) -> bool:
        """Whether what looks like a router may as well be middleware, as far as this file tells."""
        if self.router_of(arg, scope) is not None or isinstance(arg, Lambda):
            return False
        if isinstance(arg, Call) and self._made_kind_of_chain(arg, scope):
            return False
        if self._may_be_alias(guard_name(arg), scope):
            return True
        return not self._named_router(guard_name(arg), scope)

    def _of_another_file(self, arg: AnyExpr, scope: Scope) -> bool:
        """Whether something is imported from the project: by a name, or in place (`require("./a").b`)."""
        while isinstance(arg, Call | Member) and not required_module(arg):
            arg = arg.func if isinstance(arg, Call) else arg.base
        if isinstance(arg, Name):
            source = scope.imported(arg.id)
            return source is not None and is_local(source[0])
        return is_local(required_module(arg))

    def _may_be_alias(self, name: str, scope: Scope) -> bool:
        """Whether a name comes from `@server/routes`: a package, or a folder of the project under another name."""
        source = scope.imported(name.split(".", 1)[0])
        return source is not None and not is_local(source[0]) and "/" in source[0]

    def _named_router(self, name: str, scope: Scope) -> bool:
        """Whether the name says that it is a router, or the name of the file that it comes from."""
        if not name:
            return False
        source = scope.imported(name.split(".", 1)[0])
        module = re.sub(r"\.[jt]sx?$", "", source[0]).rsplit("/", 1)[-1] if source is not None else ""
        return ROUTER_NAME.search(name.rsplit(".", 1)[-1]) is not None or ROUTER_FILE.search(module) is not None

    def _made_kind_of_chain(self, call: AnyExpr, scope: Scope) -> bool:
        while isinstance(call, Call):
            if made_kind(call, scope):
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
            return value.op == "+" or literal(text(arg, scope)) is not None
        if isinstance(value, Call):
            return not alone and joins(value)
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

    def _flat(self, args: Sequence[AnyExpr], scope: Scope, within: frozenset[int] = frozenset()) -> list[AnyExpr]:
        """The handlers, those of lists one by one. `within`: the lists that are open, which may hold themselves."""
        found: list[AnyExpr] = []
        for arg in args:
            inner = arg.value if isinstance(arg, Spread) else arg
            value = reduce(inner, scope)
            if isinstance(value, Items) and len(within) < 4 and id(value) not in within:
                found.extend(self._flat(value.items, scope, within | {id(value)}))
            else:
                found.append(inner)
        return found

    def note_cors(self, call: Call, scope: Scope) -> None:
        """Note the policy that a call makes, if it makes one."""
        policy = cors_policy(call, scope)
        if policy is not None:
            policy = replace(policy, development_only=self.development)
            if policy not in self.cors:
                self.cors.append(policy)

    def guard(self, arg: AnyExpr, scope: Scope, level: Level, *, conditional: bool = False) -> Guard:
        if isinstance(arg, Lambda):
            return guard_in_place(arg.function, self.module, level, self.where(arg))
        if isinstance(arg, Call):
            self.note_cors(arg, scope)
        kind, optional = classify(arg, self._package(arg, scope))
        value, _ = self.unwrapped(arg, scope)
        if kind is GuardKind.UNKNOWN and value is not arg and not isinstance(value, Lambda):
            kind, optional = classify(value, self._package(value, scope))
        name = guard_name(value) or guard_name(arg)
        return Guard(
            name,
            kind,
            level,
            self.where(arg),
            symbol=reference(value, scope) if name else None,
            source=self.module.text(arg)[:200],
            optional=optional,
            conditional=conditional,
            leaves_route=isinstance(value, Lambda) and leaves_route(value.function, self.module),
            path_params=path_params(value.function, self.module) if isinstance(value, Lambda) else (),
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
            key = self.key("error handler")
            self.inline[arg.function.start] = key
        else:
            ref = reference(arg, scope)
            key = ref.name if ref is not None else ""
        self.error_handlers.append(ErrorHandler("", self.where(arg), handler_key=key, router=Ref(symbol)))

    def mount(
        self,
        parent: str,
        child: Ref,
        prefix: Text,
        guards: tuple[Guard, ...],
        at: Node,
        *,
        conditional: bool,
        argument: str = "",
        given: tuple[Text, ...] = (),
    ) -> None:
        if child.name != parent:
            self.mounts.append(
                Mount(
                    Ref(parent),
                    child,
                    "express",
                    self.where(at),
                    self._next(),
                    prefix,
                    guards,
                    conditional,
                    argument=argument,
                    given=given,
                )
            )

    def distinct_mounts(self) -> Iterator[Mount]:
        """The mounts, without functions that are given an app and return a router which is mounted itself."""
        returned = {(m.parent, m.child) for i, m in enumerate(self.mounts) if i not in self.handed}
        for index, mount in enumerate(self.mounts):
            if index not in self.handed or (mount.parent, mount.child) not in returned:
                yield mount

    def _attach(self, symbol: str, guard: Guard, path: Text) -> None:
        if path and isinstance(path[-1], str) and path[-1].endswith("{*rest}"):
            path = without_slash((*path[:-1], path[-1][:-7]))
        self.uses.append(Use(Ref(symbol), guard, self._next(), path))

    def require(self, symbol: str, at: Node) -> None:
        """Make a function that routes are registered on a router."""
        if symbol not in self.routers and (symbol in self.pending or symbol not in self.imports):
            self.routers[symbol] = Router(
                symbol,
                "router",
                "express",
                self.where(self.pending.get(symbol, at)),
                parameter=self.parameters.get(symbol, ""),
            )

    def _next(self) -> int:
        self.order += 1
        return self.order

    def where(self, node: Node | FunctionNode) -> Where:
        return Where(self.module.path, node.start, node.end)

    def _doc(self) -> Doc:
        return doc_before(self.module.source, self.statement.start)

    def is_own(self, name: str, scope: Scope) -> bool:
        """Whether a name is the project's own: declared here, or imported by a path."""
        head = name.split(".", 1)[0]
        source = scope.imported(head)
        if source is not None:
            return is_local(source[0])
        return (
            head in self.pending
            or scope.value(head) is not None
            or any(isinstance(s, ClassDef) and s.cls.name == head for s in self.module.body)
        )


def without_slash(path: Text) -> Text:
    """A mount path without the slash at its end, which means nothing."""
    if path and isinstance(path[-1], str):
        last = path[-1].rstrip("/")
        return (*path[:-1], last) if last else path[:-1]
    return path


def _shown(path: Text) -> str:
    known = literal(path)
    return "?" if known is None else known or "/"
