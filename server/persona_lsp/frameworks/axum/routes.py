"""Routers of axum: `Router::new().route(...)` with what is nested in them, merged into them and laid around them."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.http import Guard, Level, Route
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import EMPTY, Ref, Text
from persona_lsp.flow.rust.builders import Builder, Built, Found, Scope
from persona_lsp.flow.rust.names import (
    VERBS,
    RustFile,
    Unit,
    last_name,
    place,
    real_name,
    ref_name,
    rust_file,
    slashed,
    unwrapped,
)
from persona_lsp.frameworks.axum.layers import layers
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    Decorator,
    FunctionNode,
    Kwarg,
    Lambda,
    Member,
    Module,
    Name,
    Node,
    Str,
    dotted,
    walk,
)

FRAMEWORK_ID: Final = "axum"
ROUTERS: Final = frozenset({"Router", "OpenApiRouter", "ApiRouter"})
_METHOD_ROUTER: Final = "MethodRouter"
_ROUTING: Final = frozenset({"route", "api_route", "api_route_with", "route_service", "route_with_tsr"})
_DEEPEST: Final = 8
"""Functions that are read for a call within each other."""
_ANY: Final = frozenset({"any", "any_service"})
_WORDS: Final = (b"Router", b".route(", b".merge(", b".nest(", b"routing::", b".routes(", b"MethodRouter")
_SAME: Final = frozenset(
    {
        "with_state", "fallback", "fallback_service", "into_make_service", "into_make_service_with_connect_info",
        "method_not_allowed_fallback", "reset_fallback", "finish_api", "finish_api_with", "clone", "boxed", "into_router",
        "without_v07_checks", "into_service", "as_service", "unwrap", "expect", "split_for_parts", "api_route_docs",
        "description", "summary", "tag", "to_owned", "into",
    }
)  # fmt: skip


class Methods(Struct, frozen=True):
    """`get(a).post(b)`: routes whose path is not known yet."""

    routes: tuple[Route, ...]


@lru_cache(maxsize=4)
def found_in(module: Module) -> Found:
    """What a file registers."""
    file = rust_file(module)
    found = Found([], [], [], [], [], [])
    for unit in file.units:
        text = module.source[unit.node.start : unit.node.end]
        if any(word in text for word in _WORDS):
            AxumBuilder(file, unit, found).read()
        documented(unit, file, found)
    return found


class AxumBuilder(Builder):
    """Reads one function that may build a router."""

    framework = FRAMEWORK_ID
    handlers: Mapping[str, AnyExpr] = MappingProxyType({})
    """What the parameters of a function stand for that is read for one call of it."""

    def read(self) -> None:
        """Read the function; what it gives back is what others mean by its name."""
        scope = self.begun()
        for param in self.unit.node.params:
            if self.is_router(unwrapped(param.type)) and param.name:
                symbol = f"{self.unit.key}.{param.name}"
                scope.values[param.name] = Built(Ref(symbol))
                self.router(symbol, self.unit.node, "router")
        self.run(self.unit.node.body, scope)
        routers = [b for made in self.returned for b in _flat(made) if isinstance(b, Built)]
        methods = [m for made in self.returned for m in _flat(made) if isinstance(m, Methods)]
        key = self.unit.key
        if routers and self._gives(routers):
            self.router(key, self.unit.node, "app")
            for name, built in {b.ref.name: b for b in routers}.items():
                if name != key:
                    self.mount(Ref(key), built.ref, _as_node(self.unit.node), Scope({}, {}), given=built.given)
        elif methods and last_name(unwrapped(self.unit.node.returns)) == _METHOD_ROUTER:
            self.router(key, self.unit.node, "route")
            self.add(Ref(key), methods[0], EMPTY, Scope({}, {}))

    def _gives(self, routers: list[Built]) -> bool:
        """The function's name stands for a router: its type says so, or it gives back one that it made."""
        returns = self.unit.node.returns
        if returns is None:
            return False
        own = (f"{self.unit.key}@", f"{self.unit.key}.")
        return "Router" in self.file.module.text(returns) or any(b.ref.name.startswith(own) for b in routers)

    def start(self, expr: AnyExpr, scope: Scope) -> object:
        """`Router::new()`, `get(handler)`, `users::router()`."""
        if not isinstance(expr, Call):
            return None
        func = expr.func
        name = expr.name
        owner = dotted(func.base).rsplit(".", 1)[-1] if isinstance(func, Member) else ""
        if (
            isinstance(func, Member)
            and self.is_router(func.base)
            and (name in ("new", "default") or name.startswith("with_"))
        ):
            return Built(self.fresh("router", expr, "app"))
        if owner == _METHOD_ROUTER and name == "new":
            return Methods(())
        if isinstance(func, Name | Member):
            methods = self.methods(real_name(func, self.file), expr, scope)
            if methods is not None and owner in ("", "routing", "axum", "method_routing", "aide") and self._verb(func):
                return Methods(methods)
        applied = self._applied(expr, scope)
        if applied is not None:
            return applied
        target = ref_name(func, self.unit)
        given = [b for arg in expr.args for b in _flat(self.value(arg, scope)) if isinstance(b, Built)]
        if not target or name[:1].isupper():
            return None
        if given:
            # A function that adds to what it is given: its own routes beside those.
            made = self.fresh("with", expr, "app")
            for built in given:
                self.mount(made, built.ref, expr, scope, given=built.given)
            self.mount(made, Ref(target), expr, scope, given=self.given(expr, scope))
            return Built(made)
        return Built(Ref(target), self.given(expr, scope))

    def is_router(self, kind: AnyExpr | None) -> bool:
        """A type of routers, by its own name or by another one that this file has for it, or that the crate declares."""
        name = last_name(kind)
        if name in ROUTERS or real_name(kind, self.file) in ROUTERS:
            return True
        alias = self.file.classes.get(name)
        if alias is not None:
            return alias.kind == "alias" and any(last_name(b) in ROUTERS for b in alias.bases)
        source = self.file.imports.get(name)
        ours = source is not None and source[0].split(".", 1)[0] in ("crate", "super")
        return ours and name.endswith("Router") and name != _METHOD_ROUTER

    def _applied(self, call: Call, scope: Scope) -> Methods | None:
        """`logged(list)`, where `fn logged(handler: H) -> MethodRouter` stands in this file: its routes for that handler."""
        unit = next((u for u in self.file.units if isinstance(call.func, Name) and u.key == call.func.id), None)
        if unit is None or unit is self.unit or not call.args or scope.depth > _DEEPEST:
            return None
        if last_name(unwrapped(unit.node.returns)) != _METHOD_ROUTER:
            return None
        inner = AxumBuilder(self.file, Unit(self.unit.key, unit.node, self.unit.cls), self.found)
        inner.count, inner.handlers = self.count, {}
        for param, arg in zip(unit.node.params, call.args, strict=False):
            inner.handlers[param.name] = arg
        inner.run(unit.node.body, Scope({}, {}, depth=scope.depth + 1))
        self.count = inner.count
        methods = [m for made in inner.returned for m in _flat(made) if isinstance(m, Methods)]
        if len(methods) != 1:
            return None
        where = place(call.func, self.file.module)
        return Methods(
            tuple(replace(r, where=where, statement=place(call, self.file.module)) for r in methods[0].routes)
        )

    def _verb(self, func: AnyExpr) -> bool:
        """A plain `get` is one of axum, unless the file has a function of that name or imports it from elsewhere."""
        if not isinstance(func, Name):
            return True
        bound = self.file.imports.get(func.id)
        if bound is not None:
            return "routing" in bound[0] or bound[0].split(".", 1)[0] in ("axum", "aide")
        return not any(u.key == func.id for u in self.file.units)

    def methods(self, name: str, call: Call, scope: Scope) -> tuple[Route, ...] | None:
        """The routes of `get(handler)`, without their path."""
        plain = name.removesuffix("_with").removesuffix("_service")
        args = call.args
        if name == "on" and len(args) == 2:  # filter and handler
            verbs = tuple(
                part.name for part in walk(args[0]) if isinstance(part, Member) and part.name.lower() in VERBS
            )
            return (self.route(verbs or ("ANY",), args[1], call, scope),)
        if not args or len(args) > 2:
            return None
        if name in _ANY or plain == "any":
            return (self.route(("ANY",), args[0], call, scope),)
        return (self.route((plain.upper(),), args[0], call, scope),) if plain in VERBS else None

    def route(self, methods: tuple[str, ...], handler: AnyExpr, call: Call, scope: Scope) -> Route:
        """One route, whose path comes later."""
        module = self.file.module
        func = call.func
        at = func.name_start if isinstance(func, Member) else func.start
        where = place(Node(at, at + len(call.name)), module)
        guards: tuple[Guard, ...] = ()
        if isinstance(handler, Name):
            handler = self.handlers.get(handler.id, handler)
        while (
            isinstance(handler, Call)
            and handler.name in ("layer", "route_layer", "with_state")
            and handler.receiver is not None
        ):
            if handler.name != "with_state" and handler.args:
                guards = (*layers(handler.args[0], Level.ROUTE, self.unit, self.file.module), *guards)
            handler = handler.receiver
        key, ref = "", None
        if isinstance(handler, Lambda):
            self.count += 1
            key = f"{self.unit.key} {methods[0].lower()}#{self.count}"
            self.found.inline.append((handler.function.start, key))
        else:
            name = ref_name(handler.func if isinstance(handler, Call) else handler, self.unit)
            ref = Ref(name) if name else None
        return Route(
            methods, (), FRAMEWORK_ID, where, place(call, module), self.found.next(), None, ref, key,
            ref.name if ref is not None else key, guards, conditional=scope.conditional,
        )  # fmt: skip

    def link(self, held: object, call: Call, scope: Scope) -> object:
        """A method of a router or of method routers."""
        if isinstance(held, Methods):
            return self._more_methods(held, call, scope)
        if isinstance(held, tuple):
            held = next((h for h in held if isinstance(h, Built)), None)
        if not isinstance(held, Built):
            self.arguments(call, scope)
            return None
        name, args = call.name, call.args
        if name in _ROUTING and len(args) >= 2:  # path and what serves it
            self._register(held.ref, call, scope)
        elif name == "typed_get":
            pass
        elif name in ("nest", "nest_api_service", "nest_service") and len(args) == 2:  # prefix and router
            self._mount(held.ref, args[1], call, scope, self.path(args[0], scope))
        elif name == "merge" and args:
            self._mount(held.ref, args[0], call, scope, EMPTY)
        elif name == "routes" and args:
            self._documented(held.ref, args[0], call, scope)
        elif name in ("layer", "route_layer") and args:
            guards = layers(args[0], Level.ROUTER, self.unit, self.file.module)
            if guards:
                # What is added after it is not behind it.
                outer = self.fresh("layered", call, "app")
                self.mount(outer, held.ref, call, scope, EMPTY, guards, held.given)
                return Built(outer)
        elif name == "split_for_parts":
            return (held, None)
        elif name not in _SAME:
            self.arguments(call, scope)
        return held

    def _more_methods(self, held: Methods, call: Call, scope: Scope) -> object:
        if call.name in ("layer", "route_layer") and call.args:
            guards = layers(call.args[0], Level.ROUTE, self.unit, self.file.module)
            return Methods(tuple(replace(r, guards=(*guards, *r.guards)) for r in held.routes)) if guards else held
        if call.name == "merge" and call.args:
            other = self.value(call.args[0], scope)
            return Methods((*held.routes, *other.routes)) if isinstance(other, Methods) else held
        more = self.methods(call.name, call, scope)
        return Methods((*held.routes, *more)) if more is not None else held

    def path(self, expr: AnyExpr, scope: Scope) -> Text:
        """A path; the root of what is nested is where that is nested."""
        made = self.text(expr, scope)
        return EMPTY if made == ("/",) else made

    def _register(self, router: Ref, call: Call, scope: Scope) -> None:
        path = self.path(call.args[0], scope)
        held = self.value(call.args[1], scope)
        if isinstance(held, Methods):
            self.add(router, held, path, scope, call)
        elif isinstance(held, Built):
            self.mount(router, held.ref, call, scope, path, given=held.given)

    def add(self, router: Ref, methods: Methods, path: Text, scope: Scope, call: Call | None = None) -> None:
        """Give the routes their router and path."""
        module = self.file.module
        for route in methods.routes:
            self.found.routes.append(
                replace(
                    route, router=router, path=path, variants=slashed(path), statement=place(call, module) if call is not None else route.statement,
                    conditional=route.conditional or scope.conditional,
                    path_where=place(call.args[0], module) if call is not None else None, method_where=route.where,
                )
            )  # fmt: skip

    def _mount(self, parent: Ref, child: AnyExpr, call: Call, scope: Scope, prefix: Text) -> None:
        for built in _flat(self.value(child, scope)):
            if isinstance(built, Built):
                self.mount(parent, built.ref, call, scope, prefix, given=built.given)

    def _documented(self, router: Ref, given: AnyExpr, call: Call, scope: Scope) -> None:
        """`.routes(routes!(a, b))` of utoipa: the attributes of the handlers say methods and paths."""
        if not (isinstance(given, Call) and given.name == "routes!"):
            return
        for handler in given.args:
            name = ref_name(handler, self.unit)
            if name:
                self.mount(router, Ref(f"{name}#"), call, scope)


def _flat(value: object) -> list[object]:
    return [one for part in value for one in _flat(part)] if isinstance(value, tuple) else [value]


def _as_node(function: FunctionNode) -> Node:
    return Node(function.name_start, function.name_end)


# -- attributes of utoipa --------------------------------------------------------------------------------------------


def documented(unit: Unit, file: RustFile, found: Found) -> None:
    """`#[utoipa::path(get, path = "/x")]`: the route of a function that an `OpenApiRouter` is given by name."""
    decorator = next((d for d in unit.node.decorators if d.name in ("utoipa.path", "openapi.path")), None)
    call = decorator.call if decorator is not None else None
    if decorator is None or call is None:
        return
    verbs = [a for a in call.args if isinstance(a, Name) and a.id in VERBS]
    several = next((a for a in call.args if isinstance(a, Call) and a.name == "method"), None)
    methods = tuple(a.id.upper() for a in verbs) or tuple(dotted(a).upper() for a in (several.args if several else ()))
    path = next((k for k in call.kwargs if k.name == "path"), None)
    if not methods or path is None:
        return
    symbol = f"{unit.key}#"
    builder = AxumBuilder(file, unit, found)
    builder.router(symbol, unit.node, "route")
    found.routes.append(
        Route(
            methods, builder.path(_prefixed(call, path), Scope({}, {})), FRAMEWORK_ID, _verb_place(verbs, decorator, file.module),
            place(decorator, file.module), found.next(), Ref(symbol), None, unit.key, unit.node.name,
        )
    )  # fmt: skip


def _prefixed(call: Call, path: Kwarg) -> AnyExpr:
    context = call.kwarg("context_path")
    if isinstance(context, Str) and isinstance(path.value, Str):
        return Str(path.value.start, path.value.end, (*context.parts, *path.value.parts))
    return path.value


def _verb_place(verbs: list[Name], decorator: Decorator, module: Module) -> Where:
    return place(verbs[0] if verbs else decorator, module)
