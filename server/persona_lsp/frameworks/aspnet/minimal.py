"""Minimal APIs: `MapGet` and its kin on applications, groups, and whatever a method is given to register on."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, Level, Route
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text
from persona_lsp.frameworks.aspnet.attributes import classes, method_keys, string, type_name, where
from persona_lsp.frameworks.aspnet.found import FRAMEWORK_ID, Env, Found, Made
from persona_lsp.frameworks.aspnet.guards import called_guards, declared_guards
from persona_lsp.frameworks.aspnet.handlers import branches, decorated, document, handler_of, is_template, versions
from persona_lsp.frameworks.aspnet.inputs import inputs
from persona_lsp.frameworks.aspnet.pipeline import configured
from persona_lsp.frameworks.aspnet.ready_made import hub, identity
from persona_lsp.frameworks.aspnet.templates import (
    group_of,
    made_class,
    needs_class,
    reflected,
    template_of,
)
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Await,
    Binary,
    Call,
    ClassNode,
    Def,
    Do,
    For,
    FunctionNode,
    Group,
    If,
    Items,
    Lambda,
    Let,
    Member,
    Name,
    Return,
    Stmt,
    Str,
    Switch,
    Ternary,
    Try,
    With,
    dotted,
    walk,
)
from persona_lsp.text.patterns import lazy

VERBS: Final = {
    "MapGet": "GET", "MapPost": "POST", "MapPut": "PUT", "MapDelete": "DELETE", "MapPatch": "PATCH", "Map": "ANY",
    "MapMethods": "",
}  # fmt: skip
BUILDERS: Final = frozenset({
    "IEndpointRouteBuilder", "RouteGroupBuilder", "WebApplication", "IVersionedEndpointRouteBuilder",
    "IApplicationBuilder",
})  # fmt: skip
_APPS: Final = frozenset({"WebApplication", "IApplicationBuilder"})
_MODULES: Final = frozenset({"ICarterModule", "CarterModule"})
_SAME: Final = frozenset({"NewVersionedApi", "UseRouting", "UseEndpoints", "DefineApi"})
_KNOWN: Final = frozenset({
    "MapControllers", "MapRazorPages", "MapBlazorHub", "MapHealthChecks", "MapFallback", "MapFallbackToFile",
    "MapFallbackToPage", "MapFallbackToController", "MapGrpcService", "MapControllerRoute", "MapAreaControllerRoute",
    "MapDefaultControllerRoute", "MapStaticAssets", "MapSwagger", "MapOpenApi", "MapScalarApiReference", "MapMetrics",
    "MapPrometheusScrapingEndpoint", "MapRazorComponents", "MapWhen", "MapDynamicControllerRoute", "MapMcp",
    "MapGraphQL", "MapBananaCakePop", "MapReverseProxy", "MapForwarder", "MapHub", "MapIdentityApi", "MapCarter",
    "MapGrpcReflectionService", "MapSpaFallbackRoute", "MapRoute", "MapConnection", "MapConnectionHandler",
})  # fmt: skip
_SETS: Final = frozenset({
    "AddEndpointFilter", "AddEndpointFilterFactory", "Finally", "CacheOutput", "ShortCircuit", "MapToApiVersion",
    "IsApiVersionNeutral", "AdvertisesApiVersion", "AddFluentValidationAutoValidation", "ValidateAntiforgery",
})  # fmt: skip
"""What the framework and its libraries call on what registers endpoints, to set something for those."""
_FINDS: Final = lazy(r"^(?:Map|Use|Register)\w*(?:Endpoints?|Modules?|Routes|Features|Apis?)$")
"""Names of calls that may find by their type what is to register itself."""
_STARTUP: Final = "Configure"
_DEVELOPMENT: Final = lazy(r"\bIsDevelopment\b|\bIsEnvironment\(\s*\"(?:Dev|Test|Local)")
_NAMES: Final = lazy(r"\{\**(\w+)")


def minimal(found: Found) -> None:
    """Read the statements at the top of the file and every method that has something to register on."""
    module = found.module
    top = Env(functions={s.function.name: s.function for s in module.body if isinstance(s, Def)})
    statements = [s for s in module.body if type(s).__name__ != "ClassDef"]
    if statements:
        _block(statements, top, found)
        for statement in statements:
            if isinstance(statement, Def):
                _method(statement.function, statement.function.name, None, "", found)
    for cls, path in classes(module):
        for method, key in method_keys(cls, path):
            if "abstract" not in method.modifiers:
                _method(method, key, cls, path, found)


def _method(method: FunctionNode, key: str, cls: ClassNode | None, path: str, found: Found) -> None:
    env = Env(key, path)
    at = Where(found.module.path, method.name_start, method.name_end)
    given = [p for p in method.params if type_name(p.type) in BUILDERS]
    bases = {type_name(base) for base in cls.bases} if cls is not None else set()
    for number, p in enumerate(given):
        symbol = key if number == 0 else f"{key}({method.params.index(p)})"
        if method.name == "AddRoutes" and bases & _MODULES and cls is not None:
            found.router(symbol, "app", at, _module_prefix(cls, found, path), _module_guards(cls, found))
        elif method.name == _STARTUP and type_name(p.type) in _APPS and p.kind != "self":
            found.router(symbol, "app", at)
        else:
            found.router(symbol, "router", at)
            if bases and number == 0 and "static" not in method.modifiers:
                found.routers[symbol] = replace(found.routers[symbol], parameter="instance")
        env.routers[p.name] = symbol
    env.texts = frozenset(p.name for p in method.params if type_name(p.type) in {"string", "String"})
    if not given and b"WebApplication" not in found.module.source[method.body_start : method.body_end]:
        return
    _block(method.body, env, found)


def _module_prefix(cls: ClassNode, found: Found, path: str) -> Text:
    """`: base("/orders")` of a Carter module."""
    for method in cls.methods:
        if "constructor" not in method.modifiers:
            continue
        for statement in method.body:
            if isinstance(statement, Do) and isinstance(statement.value, Call) and statement.value.name == "base":
                return found.values.text(statement.value.args[0], path) if statement.value.args else ()
    return ()


def _module_guards(cls: ClassNode, found: Found) -> tuple[Guard, ...]:
    """`this.RequireAuthorization()` in the constructor of a Carter module."""
    made = [s.value for m in cls.methods if "constructor" in m.modifiers for s in m.body if isinstance(s, Do)]
    calls = [part for value in made for part in walk(value) if isinstance(part, Call)]
    return called_guards(calls, Level.ROUTER, found.module)


def _block(body: Sequence[Stmt], env: Env, found: Found) -> None:
    env.functions.update({s.function.name: s.function for s in body if isinstance(s, Def)})  # usable before they stand
    for statement in body:
        match statement:
            case Assign(targets=(Name(id=name), *_), value=value) if value is not None:
                _assigned(name, value, env, found)
            case Do(value=value) | Return(value=value) if value is not None:
                _made(value, env, found)
            case If(test=test, then=then, orelse=orelse):
                development = bool(_DEVELOPMENT.search(found.module.text(test))) and found.module.text(test)[:1] != "!"
                _nested(then, env, found, development=development)
                _nested(orelse, env, found)
            case For(target=target, body=inner):
                names = {p.id for p in walk(target) if isinstance(p, Name)} if target is not None else set()
                _nested(inner, env, found, looped=env.looped | names, sure=True)
            case With(items=items, body=inner):
                for held, target in items:  # `await using var app = builder.Build();`
                    if isinstance(target, Name):
                        _assigned(target.id, held, env, found)
                _block(inner, env, found)
            case Group(body=inner):
                _block(inner, env, found)
            case Try(body=inner, final=final):
                _block(inner, env, found)
                _block(final, env, found)
            case Switch(arms=arms):
                for _, inner in arms:
                    _nested(inner, env, found)
            case _:
                pass


def _nested(
    body: Sequence[Stmt], env: Env, found: Found, *, development: bool = False, looped: frozenset[str] | None = None,
    sure: bool = False,
) -> None:  # fmt: skip
    inner = Env(
        env.scope, env.cls, env.routers, env.values, env.functions, env.conditional or not (sure or development),
        env.development or development, env.looped if looped is None else looped, env.count, env.texts,
    )  # fmt: skip
    _block(body, inner, found)
    env.count = inner.count


def _assigned(name: str, value: AnyExpr, env: Env, found: Found) -> None:
    call = value.value if isinstance(value, Await) else value
    if isinstance(call, Call) and _is_app(call, env):
        symbol = f"{env.scope}.{name}" if env.scope else name
        env.routers[name] = found.router(symbol, "app", where(found.module, call))
        return
    if isinstance(call, Ternary) or (isinstance(call, Binary) and call.op == "??"):
        made = _either(call, env, found)
    else:
        made = _made(value, env, found)
    if made is not None and made.kind == "router":
        env.routers[name] = made.router
    elif made is None:
        env.values[name] = value


def _either(expr: Ternary | Binary, env: Env, found: Found) -> Made | None:
    """`group is null ? app : group`, `group ?? app`: what was given first holds where nothing else was."""
    sides = (expr.then, expr.orelse) if isinstance(expr, Ternary) else (expr.left, expr.right)
    given = [m for side in sides if (m := _made(side, env, found)) is not None and m.kind == "router"]
    if len(given) != 2:
        return given[0] if given else None
    env.count += 1
    at = where(found.module, expr)
    symbol = found.router(f"{env.scope or 'top'}:either{env.count}", "router", at)
    first = list(env.routers.values()).index(given[0].router) if given[0].router in env.routers.values() else 0
    second = list(env.routers.values()).index(given[1].router) if given[1].router in env.routers.values() else 0
    for made, rank in zip(given, (first, second), strict=True):
        number = found.mount(made.router, symbol, at)
        found.mounts[number] = replace(found.mounts[number], otherwise=rank == min(first, second))
    return Made(symbol)


def _is_app(call: Call, env: Env) -> bool:
    """`builder.Build()`, `WebApplication.Create(args)`."""
    if call.name == "Build" and not call.args and isinstance(call.receiver, Name):
        held = env.values.get(call.receiver.id)
        return held is None or "ApplicationBuilder" in dotted(getattr(held, "func", held)) or _creates(held)
    if call.name == "Build" and isinstance(call.receiver, Call):
        return any(isinstance(p, Name) and p.id == "WebApplication" for p in walk(call.receiver))
    return call.name == "Create" and dotted(call.receiver).endswith("WebApplication")


def _creates(value: AnyExpr) -> bool:
    return any(isinstance(p, Name) and "WebApplication" in p.id for p in walk(value))


def _made(expr: AnyExpr, env: Env, found: Found) -> Made | None:
    """Register what the expression registers; what it gives, if that is something to go on with."""
    match expr:
        case Name(id=name):
            return Made(env.routers[name]) if name in env.routers else None
        case Await(value=value) | Let(value=value):
            return _made(value, env, found)
        case Call():
            return _called(expr, env, found)
        case _:
            return None


def _called(call: Call, env: Env, found: Found) -> Made | None:
    receiver = call.receiver
    held = _made(receiver, env, found) if receiver is not None else None
    if held is None:
        return _passed(call, env, found)
    configured(call, held.router, found)
    name = call.name
    if held.kind == "router" and name == "MapGroup":
        return _group(call, held.router, env, found)
    if name in VERBS and call.args and (held.kind != "route" or name != "Map"):
        return _route(call, held.router, env, found)
    if held.kind != "route" and name == "MapIdentityApi":
        return identity(call, held.router, env, found)
    if held.kind != "route" and name == "MapHub" and call.args:
        return hub(call, held.router, template_of(call.args[0], env, found), env, found)
    if name in _SAME or name.startswith("Use"):
        for arg in call.args:
            if isinstance(arg, Lambda) and len(arg.function.params) == 1 and name in {"UseEndpoints", "UseMvc"}:
                inner = Env(env.scope, env.cls, dict(env.routers), env.values, env.functions, env.conditional)
                inner.routers[arg.function.params[0].name] = held.router
                _block(arg.function.body, inner, found)
        if name.startswith("Use") and name not in _SAME:
            found.mount(held.router, name, where(found.module, call), conditional=env.conditional)
        return held
    if held.kind != "route" and name in _KNOWN:
        return Made(held.router, "known")
    if held.kind == "router" and (given := versions(call, found)):
        found.versions[held.router] = (*found.versions.get(held.router, ()), *given)
        return held
    guards = called_guards((call,), Level.ROUTE if held.kind == "route" else Level.ROUTER, found.module)
    if held.kind == "route":
        decorated(call, found, held.number, guards)
        return held
    if held.kind == "mount" and (guards or not _may_map(name)):
        found.guard_mount(held.number, guards)
        return held
    if held.kind == "known":
        return held
    if guards:
        found.guard_router(held.router, guards)
        return held
    _given(call, 1, env, found)
    if _may_map(name):
        child = f"??.{name}" if _FINDS.match(name) else name
        number = found.mount(held.router, child, where(found.module, call), conditional=env.conditional)
        if len(call.types) == 1 and (typed := dotted(call.types[0])):
            found.mount(held.router, f"{name}<{typed}>", where(found.module, call), conditional=env.conditional)
        return Made(held.router, "mount", number)
    return Made(held.router) if held.kind == "router" and not name.startswith(("Run", "Dispose")) else None


def _may_map(name: str) -> bool:
    """An extension method of the project's own that may register endpoints; builders say what they set."""
    return name not in _SETS and not name.startswith(
        ("With", "Has", "Produces", "Accepts", "Require", "Allow", "Disable", "Exclude", "Report", "AddOpenApi")
    )


def _given(call: Call, first: int, env: Env, found: Found) -> None:
    """What else a function is given to register on, by the place of the parameter."""
    for place, arg in enumerate(call.args, first):
        made = _made(arg, env, found) if isinstance(arg, Name | Call) else None
        if made is not None and made.kind == "router":
            found.mount(
                made.router, f"{dotted(call.func) if first == 0 else call.name}({place})", where(found.module, call)
            )


def _passed(call: Call, env: Env, found: Found) -> Made | None:
    """`OrdersApi.Map(app)`, `endpoint.MapEndpoint(group)`: a function that is given a router."""
    for arg in call.args:
        given = _made(arg, env, found) if isinstance(arg, Name | Call) else None
        if given is None or given.kind != "router" or call.new:
            continue
        receiver = call.receiver
        child = dotted(call.func)
        if made := made_class(receiver, env):
            child = f"{made}.{call.name}"
        elif isinstance(receiver, Name) and (receiver.id in env.looped or receiver.id[:1].islower()):
            child = f"?.{call.name}"  # an object whose class nobody tells: all that have such a method
        elif receiver is not None and not child:
            child = f"?.{call.name}"
        return _mounted(given, child, call, env, found)
    method, args = reflected(call)
    for arg in args:
        given = _made(arg, env, found)
        if method and given is not None and given.kind == "router":
            return _mounted(given, f"?.{method}", call, env, found)
    for arg in call.args:
        if isinstance(arg, Call):
            _made(arg, env, found)
    return None


def _mounted(given: Made, child: str, call: Call, env: Env, found: Found) -> Made:
    prefix = found.of_class.get(given.router, ())
    number = found.mount(given.router, child, where(found.module, call), prefix, conditional=env.conditional)
    return Made(given.router, "mount", number)


def _group(call: Call, parent: str, env: Env, found: Found) -> Made:
    env.count += 1
    symbol = f"{env.scope or 'top'}:group{env.count}@{call.name}{len(found.routers)}"
    found.router(symbol, "router", where(found.module, call))
    found.versions[symbol] = found.versions.get(parent, ())
    text = (group_of(call.args[0], env, found) or template_of(call.args[0], env, found)) if call.args else ()
    if needs_class(text) and text[0] != Ref(f"<made:{env.cls.rpartition('.')[2]}>"):
        found.of_class[symbol], text = text, ()  # stands where the class is known, on what is mounted on the group
    found.mount(parent, symbol, where(found.module, call), text, conditional=env.conditional)
    return Made(symbol)


def _route(call: Call, router: str, env: Env, found: Found) -> Made | None:
    args = call.args
    verbs: tuple[str, ...] = (VERBS[call.name],)
    handler: AnyExpr | None = args[-1] if len(args) > 1 else None
    template: AnyExpr | None = args[0]
    if call.name == "MapMethods":
        given = _listed(args[1] if len(args) > 2 else None)
        verbs = tuple(v.upper() for i in given for v in [string(i) or (i.name if isinstance(i, Member) else "")] if v)
        if not verbs:
            return None
    elif not is_template(args[0], env, found) and (len(args) == 1 or isinstance(args[1], Str | Member)):
        # An extension of the project's own that takes the handler first, and the template, if any, behind it.
        handler, template = args[0], args[1] if len(args) > 1 else None
        if call.name == "Map" or not isinstance(handler, Name | Member):
            return None
    if call.name == "Map" and (handler is None or branches(handler)):
        return Made(router, "known")
    text = template_of(template, env, found) if template is not None else ()
    at = call.func.name_start if isinstance(call.func, Member) else call.start
    module = found.module
    names = frozenset(n for part in text if isinstance(part, str) for n in _NAMES.findall(part))
    function, key, ref, shown = handler_of(handler, verbs[0], text, env, found)
    params = function.params if function is not None else ()
    taken = inputs(params, found.values, verbs, names, minimal=True, validated=None)
    found.routes.append(
        Route(
            verbs, text, FRAMEWORK_ID, Where(module.path, at, args[0].end), where(module, call), found.next_order(),
            Ref(router), ref, key, shown,
            guards=declared_guards(function.decorators, Level.ROUTE, module) if function is not None else (),
            params=taken.params, body=taken.body, doc=document(function), conditional=env.conditional,
            declared=(), path_where=where(module, template) if isinstance(template, Str) else None,
            method_where=Where(module.path, at, at + len(call.name)), unknown_params=taken.unknown or function is None,
            development_only=env.development, variants=found.versions.get(router, ()),
        )
    )  # fmt: skip
    return Made(router, "route", len(found.routes) - 1)


def _listed(expr: AnyExpr | None) -> tuple[AnyExpr, ...]:
    return expr.items if isinstance(expr, Items) else ()
