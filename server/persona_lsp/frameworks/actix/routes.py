"""Applications, scopes, resources and attributes of actix-web, versions 1 to 4."""

from functools import lru_cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.http import Guard, Level, Route, Use
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import EMPTY, Ref, Text
from persona_lsp.flow.rust.builders import Builder, Built, Found, Scope
from persona_lsp.flow.rust.guards import kind_of, middleware_guard
from persona_lsp.flow.rust.names import (
    VERBS,
    RustFile,
    Unit,
    full_name,
    last_name,
    place,
    ref_name,
    rust_file,
    slashed,
    text_of,
    unwrapped,
)
from persona_lsp.frameworks.actix.middleware import guards_of
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    Decorator,
    FunctionNode,
    Items,
    Lambda,
    Member,
    Module,
    Name,
    Node,
    Str,
    dotted,
    walk,
)

FRAMEWORK_ID: Final = "actix"
_WORDS: Final = (b"App", b"scope", b"resource", b"ServiceConfig", b".service(", b".configure(", b"Scope", b"Resource")
_CONFIGURED: Final = frozenset({"ServiceConfig", "ApiConfig"})
_HANDLED: Final = frozenset({"to", "to_async", "with", "with_async", "f", "h", "a"})


class Handled(Struct, frozen=True):
    """`web::get().to(handler)`: routes whose path is not known yet; `handler` None while none is said."""

    methods: tuple[str, ...]
    where: Where
    routes: tuple[Route, ...] = ()
    guards: tuple[Guard, ...] = ()
    variants: tuple[str, ...] = ()


class Resource(Built, frozen=True):
    """A router that is one resource: what is registered on it has no path of its own."""


@lru_cache(maxsize=4)
def found_in(module: Module) -> Found:
    """What a file registers."""
    file = rust_file(module)
    found = Found([], [], [], [], [], [])
    for unit in file.units:
        text = module.source[unit.node.start : unit.node.end]
        if any(word in text for word in _WORDS):
            ActixBuilder(file, unit, found).read()
        attributes(unit, file, found)
    return found


class ActixBuilder(Builder):
    """Reads one function that may build an application, or add to one."""

    framework = FRAMEWORK_ID

    def read(self) -> None:
        """Read the function: what it adds to the configuration that it is given, and what it gives back."""
        scope = self.begun()
        key = self.unit.key
        for param in self.unit.node.params:
            if last_name(unwrapped(param.type)) in _CONFIGURED and param.name:
                scope.values[param.name] = Built(Ref(key))
                self.router(key, self.unit.node, "router")
        configures = bool(scope.values)
        self.run(self.unit.node.body, scope)
        made = [b for value in self.returned for b in _flat(value) if isinstance(b, Built)]
        if made and not configures and self._gives(made):
            self.router(key, self.unit.node, "router")
            for built in dict.fromkeys(b.ref.name for b in made):
                self.mount(
                    Ref(key), Ref(built), Node(self.unit.node.name_start, self.unit.node.name_end), Scope({}, {})
                )

    def _gives(self, made: list[Built]) -> bool:
        return any(b.ref.name.startswith(f"{self.unit.key}@") for b in made) or last_name(
            unwrapped(self.unit.node.returns)
        ) in ("Scope", "Resource", "HttpServiceFactory")

    def start(self, expr: AnyExpr, scope: Scope) -> object:
        """`App::new()`, `web::scope("/x")`, `web::resource("/x")`, `web::get()`, `users::scope()`."""
        if not isinstance(expr, Call):
            return None
        func, name, args = expr.func, expr.name, expr.args
        owner = dotted(func.base).rsplit(".", 1)[-1] if isinstance(func, Member) else ""
        if owner == "App" and name in ("new", "default", "with_state"):
            return Built(self.fresh("app", expr, "app"))
        whole = full_name(func, self.file)
        ours = owner in ("web", "utoipa_actix_web", "Scope", "Resource") or "actix" in whole or "paperclip" in whole
        if ours and (name == "scope" or (owner == "Scope" and name == "new")) and len(args) == 1:
            return Built(self.fresh("scope", expr, "router", self.text(args[0], scope)))
        if ours and (name == "resource" or (owner == "Resource" and name == "new")) and len(args) == 1:
            return self._resource(args[0], expr, scope)
        where = place(Node(func.name_start if isinstance(func, Member) else func.start, func.end), self.file.module)
        if ours and name in VERBS and not args:
            return Handled((name.upper(),), where)
        if ours and name == "route" and not args:
            return Handled(("ANY",), where)
        if ours and name == "method" and args:
            return Handled(_methods(args[0]), where)
        if ours and name == "to" and args:
            return self._handled(Handled(("ANY",), where), args[0], expr, scope)
        if name == "services!":
            return tuple(self._service(a, scope) for a in args)
        target = ref_name(func, self.unit)
        if not target or name[:1].isupper() or name.endswith("!"):
            return None
        self._passed(expr, target, scope)
        self.arguments(expr, scope)
        return Built(Ref(target), self.given(expr, scope))

    def _passed(self, call: Call, target: str, scope: Scope) -> None:
        """`routes(cfg)`: another function adds to the same configuration."""
        for arg in call.args:
            held = scope.values.get(arg.id) if isinstance(arg, Name) else None
            if isinstance(held, Built) and not isinstance(held, Resource):
                self.mount(held.ref, Ref(target), call, scope, given=self.given(call, scope))

    def _resource(self, given: AnyExpr, call: Call, scope: Scope) -> Resource:
        paths = given.items if isinstance(given, Items) and given.items else (given,)
        made = self.fresh("resource", call, "router", self.text(paths[0], scope))
        if len(paths) > 1:
            router = self.found.routers[-1]
            self.found.routers[-1] = replace(router, prefixes=tuple(self.text(p, scope) for p in paths))
        return Resource(made)

    def link(self, held: object, call: Call, scope: Scope) -> object:
        """A method of an application, scope, resource, configuration or route."""
        if isinstance(held, Handled):
            return self._route_link(held, call, scope)
        if isinstance(held, tuple):
            held = next((h for h in held if isinstance(h, Built)), None)
        if not isinstance(held, Built):
            self.arguments(call, scope)
            return None
        name, args = call.name, call.args
        if name == "service" and args:
            for one in _flat(self._service(args[0], scope)):
                if isinstance(one, Built):
                    self.mount(held.ref, one.ref, call, scope, given=one.given)
        elif name == "route" and len(args) == 2:  # path and route
            self._add(held.ref, self.value(args[1], scope), self.text(args[0], scope), call, scope, args[0])
        elif name == "route" and len(args) == 1:
            self._add(held.ref, self.value(args[0], scope), EMPTY, call, scope)
        elif name == "configure" and args:
            self._configure(held, args[0], call, scope)
        elif isinstance(held, Resource) and name in _HANDLED and args:
            where = place(Node(call.func.name_start, call.func.end), self.file.module) if isinstance(call.func, Member) else place(call, self.file.module)  # fmt: skip
            self._add(held.ref, self._handled(Handled(("ANY",), where), args[0], call, scope), EMPTY, call, scope)
        elif isinstance(held, Resource) and name in VERBS and args and isinstance(call.func, Member):
            where = place(Node(call.func.name_start, call.func.end), self.file.module)
            self._add(
                held.ref, self._handled(Handled((name.upper(),), where), args[0], call, scope), EMPTY, call, scope
            )
        elif name in ("wrap", "wrap_fn") and args:
            for guard in self.guards(args[0]):
                self.found.uses.append(Use(held.ref, guard))
        elif name == "prefix" and args:
            self.found.routers = [
                replace(r, prefixes=(self.text(args[0], scope),)) if r.symbol == held.ref.name else r
                for r in self.found.routers
            ]
        elif name in ("default_service", "external_resource", "app_data", "data", "register_data", "name"):
            pass
        else:
            self.arguments(call, scope)
        return held

    def _service(self, given: AnyExpr, scope: Scope) -> object:
        """What `.service(...)` is given: something built, or a function whose attribute says its path."""
        if isinstance(given, Items):
            return tuple(self._service(i, scope) for i in given.items)
        if isinstance(given, Name | Member) and not (isinstance(given, Name) and given.id in scope.values):
            name = ref_name(given, self.unit)
            return Built(Ref(f"{name}#")) if name else None
        return self.value(given, scope)

    def _configure(self, held: Built, given: AnyExpr, call: Call, scope: Scope) -> None:
        if isinstance(given, Lambda):
            params = given.function.params
            self.closure(given.function, scope, {params[0].name: held} if params else {})
            return
        inner = given.func if isinstance(given, Call) else given
        name = ref_name(inner, self.unit)
        if name:
            self.mount(held.ref, Ref(name), call, scope)

    def _route_link(self, held: Handled, call: Call, scope: Scope) -> object:
        name, args = call.name, call.args
        if name in _HANDLED and args:
            return self._handled(held, args[0], call, scope)
        if name == "method" and args:
            return replace(held, methods=_methods(args[0]))
        if name == "guard" and args:
            methods = tuple(
                part.name.upper() for part in walk(args[0])
                if isinstance(part, Call) and part.name.lower() in VERBS and "guard" in full_name(part.func, self.file)
            )  # fmt: skip
            if methods:
                return replace(held, methods=methods)
            return replace(held, variants=(*held.variants, self.file.module.text(args[0])[:80]))
        if name == "wrap" and args:
            guards = (*held.guards, *self.guards(args[0]))
            return replace(held, guards=guards, routes=tuple(replace(r, guards=guards) for r in held.routes))
        return held

    def _handled(self, held: Handled, handler: AnyExpr, call: Call, scope: Scope) -> Handled:
        key, ref = "", None
        module = self.file.module
        if isinstance(handler, Lambda):
            self.count += 1
            key = f"{self.unit.key} {held.methods[0].lower()}#{self.count}"
            self.found.inline.append((handler.function.start, key))
        else:
            name = ref_name(handler.func if isinstance(handler, Call) else handler, self.unit)
            ref = Ref(name) if name else None
        route = Route(
            held.methods, (), FRAMEWORK_ID, held.where, place(call, module), self.found.next(), None, ref, key,
            ref.name if ref is not None else key, held.guards, variants=held.variants, conditional=scope.conditional,
            method_where=held.where,
        )  # fmt: skip
        return replace(held, routes=(*held.routes, route))

    def _add(
        self, router: Ref, held: object, path: Text, call: Call, scope: Scope, written: AnyExpr | None = None
    ) -> None:
        if not isinstance(held, Handled):
            return
        module = self.file.module
        for route in held.routes:
            self.found.routes.append(
                replace(
                    route, router=router, path=path, statement=place(call, module), variants=(*held.variants, *slashed(path)),
                    conditional=route.conditional or scope.conditional,
                    path_where=place(written, module) if written is not None else None,
                )
            )  # fmt: skip

    def guards(self, given: AnyExpr) -> tuple[Guard, ...]:
        """The guards that a middleware is."""
        return guards_of(given, self.unit, self.file)

    def nested(self, function: FunctionNode, scope: Scope) -> None:
        """A function inside of the function; its attribute says its path, too."""
        super().nested(function, scope)
        attributes(Unit(f"{self.unit.key}.{function.name}", function, None), self.file, self.found)


def _methods(given: AnyExpr) -> tuple[str, ...]:
    name = dotted(given).rsplit(".", 1)[-1]
    return (name.upper(),) if name.lower() in VERBS else ("ANY",)


def _flat(value: object) -> list[object]:
    return [one for part in value for one in _flat(part)] if isinstance(value, tuple) else [value]


# -- attributes ------------------------------------------------------------------------------------------------------


def attributes(unit: Unit, file: RustFile, found: Found) -> None:
    """`#[get("/x")]`: the route of a function that an application is given by name."""
    module = file.module
    several = [d for d in unit.node.decorators if _verb(d, file)]
    if not several:
        return
    symbol = f"{unit.key}#"
    ActixBuilder(file, unit, found).router(symbol, unit.node, "route")
    for decorator in several:
        call = decorator.call
        if call is None or not call.args:
            continue
        verb = decorator.name.rsplit(".", 1)[-1]
        given = [k.value for k in call.kwargs if k.name == "method"]
        methods = (
            tuple((g.value or "").upper() for g in given if isinstance(g, Str)) if verb == "route" else (verb.upper(),)
        )
        guards = tuple(
            g for k in call.kwargs if k.name == "wrap" and isinstance(k.value, Str) for g in _wrapped(k.value, file)
        )
        limits = tuple(f"guard={k.value.value}" for k in call.kwargs if k.name == "guard" and isinstance(k.value, Str))
        path = text_of(call.args[0], file, {})
        # Below a scope, its root is another path than the scope without a slash.
        limits += ("slash",) if path == ("/",) else slashed(path)
        found.routes.append(
            Route(
                methods or ("ANY",), path, FRAMEWORK_ID, place(decorator, module),
                Where(module.path, decorator.start, unit.node.end), found.next(), Ref(symbol), None, unit.key, unit.node.name,
                guards, variants=limits, path_where=place(call.args[0], module),
            )
        )  # fmt: skip


def _verb(decorator: Decorator, file: RustFile) -> bool:
    name = decorator.name.rsplit(".", 1)[-1]
    if name not in VERBS and name != "route":
        return False
    call = decorator.call
    if call is None or not call.args or not isinstance(call.args[0], Str | Name | Member | Call):
        return False
    whole = full_name(call.func, file)
    return "." not in whole or "rocket" not in whole


def _wrapped(given: Str, file: RustFile) -> tuple[Guard, ...]:
    """`wrap = "from_fn(auth)"`: middleware as text."""
    text = given.value or ""
    inner = text.partition("(")[2].rstrip(")").strip()
    name = inner if "from_fn" in text and inner else text.partition("(")[0].partition("::new")[0]
    last = name.replace("::", ".").rsplit(".", 1)[-1]
    if not last or (kind_of(last) is None and "from_fn" not in text):
        return ()
    return (middleware_guard(name.replace("::", "."), given, Level.ROUTE, file.module),)
