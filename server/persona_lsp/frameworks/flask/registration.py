"""One registration: a decorator, `add_url_rule(...)` or `add_resource(...)`, as routes."""

from typing import Final

from persona_lsp.facts.http import Body, Declared, Doc, Guard, GuardKind, In, Level, Param, Route
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text
from persona_lsp.flow.status import status_of
from persona_lsp.frameworks.flask.found import Env, Found, Registered
from persona_lsp.frameworks.flask.guards import decorator_guards, guard_of
from persona_lsp.frameworks.flask.names import braces
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    Decorator,
    FunctionNode,
    Member,
    Name,
    Object,
    Str,
)
from persona_lsp.syntax.python_names import flag, items_of, numbered, place, ref_name, text_of

METHODS: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_READS: Final = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})


def register(found_call: Registered, view: AnyExpr | FunctionNode, env: Env, found: Found, key: str = "") -> None:
    """Register a function, or what `as_view()` makes of a class, under a path."""
    if isinstance(view, FunctionNode):
        _add(found_call, view, handler_key(view, key, env, found), "", (), env, found)
        return
    guards: list[Guard] = []
    for _ in range(4):  # `login_required(admin_only(view))`
        if isinstance(view, Name) and isinstance(env.values.get(view.id), Call):
            view = env.values[view.id]
        if not isinstance(view, Call) or view.name == "as_view" or len(view.args) != 1:
            break
        guard = guard_of(view.func, view.func, Level.ROUTE, found.names)
        if guard is not None:
            guards.append(guard)
        view = view.args[0]
    if isinstance(view, Call) and view.name == "as_view" and view.receiver is not None:
        register_class(view.receiver, found_call, env, found, tuple(guards))
        return
    name = ref_name(view)
    if not name:
        return
    function = found.names.functions.get(name)
    known = handler_key(function, name, Env(), found) if function is not None else ""
    if name.startswith("self.") and env.cls:
        known = f"{env.cls}.{name.removeprefix('self.')}"
    _add(found_call, function, known, name, tuple(guards), env, found)


def register_class(
    view: AnyExpr, found_call: Registered, env: Env, found: Found, guards: tuple[Guard, ...] = ()
) -> None:
    """Register a class, whose methods answer the HTTP methods that they are called after."""
    name = ref_name(view)
    if not name:
        return
    path = _path(found_call, env, found)
    local = env.local.get(name.split(".", 1)[0], "")
    full = name if not isinstance(local, str) or not local else local
    found.classes_served.setdefault(full, []).append(path)
    route = _route(found_call, ("ANY",), path, found)
    more = decorator_guards(found_call.decorators, Level.ROUTE, found.names)
    for_class = Route(
        **{
            **{f: getattr(route, f) for f in route.__struct_fields__},
            "handler": Ref(full), "handler_name": name, "guards": (*more, *guards), "class_view": True,
            "methods": found_call.methods or ("ANY",),
        }
    )  # fmt: skip
    found.routes.append(for_class)


def listed_methods(expr: AnyExpr, env: Env, found: Found) -> tuple[str, ...] | None:
    """The methods of a list; None if nobody can tell."""
    if isinstance(expr, Name) and expr.id in env.values:
        expr = env.values[expr.id]
    items = items_of(expr, found.names)
    if items is None:
        return None
    words = [
        i.value.upper() if isinstance(i, Str) and i.value else i.name.upper() if isinstance(i, Member) else ""
        for i in items
    ]
    return tuple(dict.fromkeys(words)) if words and all(words) else None


def handler_key(function: FunctionNode, key: str, env: Env, found: Found) -> str:
    """The key that the facts of the function have: a name that is defined again gets a number."""
    if env.nested or env.cls:
        return key
    return numbered(key, function, found.names.module, found.starts)


def _path(found_call: Registered, env: Env, found: Found) -> Text:
    path = found_call.path
    if isinstance(path, Name) and isinstance(env.values.get(path.id), Str) and path.id not in env.local:
        path = env.values[path.id]
    written = text_of(path, found.names.module, env.local)
    if isinstance(path, Call) and len(path.args) == 1 and isinstance(path.args[0], Str):
        # `scoped("/orders")`: what the function puts around the path is not known.
        written = (*written, *text_of(path.args[0], found.names.module, env.local))
    return braces(written)


def _add(
    found_call: Registered, function: FunctionNode | None, key: str, name: str, guards: tuple[Guard, ...], env: Env,
    found: Found,
) -> None:  # fmt: skip
    methods = found_call.methods
    if methods is None:
        return
    path = _path(found_call, env, found)
    wanted = methods or ("GET",)
    route = _route(found_call, wanted, path, found)
    params: tuple[Param, ...] = ()
    body: Body | None = None
    said: tuple[Declared, ...] = ()
    dec: tuple[Decorator, ...] = found_call.decorators
    if function is not None:
        found.handled.setdefault(function.start, []).append(path)
        if env.nested:
            found.inline[function.start] = key
        if name:
            dec = function.decorators
        params, body = _inputs(dec, wanted, found)
        if not dec and not params and found_call.call.kwarg("defaults") is None:
            params = _taken(function, found)
        said = declared(function.decorators, found)
        if all(d.documented_only for d in said):
            said = (*said, Declared(200, place(found_call.path, found.names.module), is_default=True))
    start = route.statement.start
    end = route.statement.end
    if function is not None and not name:
        start, end = function.start if function.outer_start < 0 else function.outer_start, function.end
    made = decorator_guards(dec, Level.ROUTE, found.names)
    found.routes.append(
        Route(
            **{
                **{f: getattr(route, f) for f in route.__struct_fields__},
                "statement": Where(route.statement.path, start, end),
                "handler": None if key else Ref(name) if name else None,
                "handler_key": key, "handler_name": key or name,
                "guards": (*guards, *made), "params": params, "body": body, "declared": said,
                "doc": Doc(summary=function.doc.strip().split("\n", 1)[0] if function is not None else "",
                           description=function.doc if function is not None else ""),
                "conditional": env.conditional,
                "unknown_params": any(g.kind is GuardKind.UNKNOWN for g in made),
            }
        )
    )  # fmt: skip


def _route(found_call: Registered, methods: tuple[str, ...], path: Text, found: Found) -> Route:
    module = found.names.module
    call = found_call.call
    func = call.func
    start = func.name_start if isinstance(func, Member) else call.start
    given = call.kwarg("methods")
    return Route(
        methods=methods,
        path=path,
        framework="flask",
        where=Where(module.path, start, max(found_call.path.end, start)),
        statement=place(call, module),
        order=found.next_order(),
        router=Ref(found_call.holder),
        path_where=place(found_call.path, module),
        method_where=place(given, module) if given is not None else Where(module.path, start, start + len(call.name)),
        forwards_errors=True,
    )


def declared(decorators: tuple[Decorator, ...], found: Found) -> tuple[Declared, ...]:
    """The status that a decorator gives to the answer: `@blp.response(201, Schema)`, `@app.output(Schema, 201)`."""
    said: list[Declared] = []
    for decorator in decorators:
        call = decorator.call
        if call is None or call.name not in ("response", "output"):
            continue
        # APIFairy's stands alone, and is given the schema first.
        alone = isinstance(call.func, Name) and found.names.imports.get(call.func.id, ("", ""))[0] == "apifairy"
        if not isinstance(call.func, Member) and not alone:
            continue
        given = call.kwarg("status_code") or (
            (call.args[0] if call.name == "response" and not alone else call.args[1] if len(call.args) > 1 else None)
            if call.args
            else None
        )
        known = status_of(given)
        if known is None:
            continue
        # Flask-RESTX only documents what it calls a response: a code and a description.
        texts = call.name == "response" and len(call.args) > 1 and isinstance(call.args[1], Str)
        said.append(Declared(known[0], place(decorator, found.names.module), documented_only=texts))
    return tuple(said)


_BODIES: Final = frozenset({"use_kwargs", "use_args", "arguments", "input", "expect", "body"})
_PLACES: Final = {
    "json": In.BODY, "json_or_form": In.BODY, "body": In.BODY, "query": In.QUERY, "querystring": In.QUERY, "form": In.FORM,
    "headers": In.HEADER, "cookies": In.COOKIE, "files": In.FILE, "view_args": In.PATH, "path": In.PATH,
}  # fmt: skip


def _inputs(
    decorators: tuple[Decorator, ...], methods: tuple[str, ...], found: Found
) -> tuple[tuple[Param, ...], Body | None]:
    """What decorators read from the request and check: webargs, flask-apispec, flask-smorest, APIFlask."""
    module = found.names.module
    params: list[Param] = []
    body: Body | None = None
    for decorator in decorators:
        call = decorator.call
        if call is None or call.name not in _BODIES or not call.args:
            continue
        schema = call.args[0]
        place_of = _location(call, methods)
        where = place(decorator, module)
        if isinstance(schema, Object) and place_of is not In.BODY:
            params += [_declared_param(e.name, e.value, place_of, where, found) for e in schema.entries if e.name]
        elif place_of is In.BODY and body is None and not set(methods) <= _READS:
            name = ref_name(schema.func if isinstance(schema, Call) else schema)
            body = Body(module.text(schema)[:80], where, "", False, True, Ref(name) if name else None)
    return tuple(params), body


def _taken(function: FunctionNode, found: Found) -> tuple[Param, ...]:
    """What a function that nothing stands before takes from the path: Flask gives it the parameters by their names."""
    registered = [d.call for d in function.decorators if d.call is not None and d.call.name in (*METHODS, "route")]
    if function.owner or len(registered) < len(function.decorators) or b"url_defaults" in found.names.module.source:
        return ()
    if any(call.kwarg("defaults") is not None for call in registered) or any(
        p.kind != "plain" or p.default is not None for p in function.params
    ):
        return ()
    module = found.names.module
    return tuple(Param(p.name, place(p, module), In.PATH, p.name, "", True) for p in function.params)


def _declared_param(name: str, field: AnyExpr, place_of: In, where: Where, found: Found) -> Param:
    """One field of a schema that is written in place: `{"page": fields.Int(load_default=1)}`."""
    module = found.names.module
    call = field if isinstance(field, Call) else None
    default = None
    if call is not None:
        value = call.kwarg("load_default") or call.kwarg("missing") or call.kwarg("default")
        default = module.text(value)[:40] if value is not None else None
    required = flag(call.kwarg("required")) is True if call is not None else False
    return Param(name, where, place_of, name, call.name if call is not None else "", required, default)


def _location(call: Call, methods: tuple[str, ...]) -> In:
    given = call.kwarg("location") or call.kwarg("locations")
    if given is not None:
        value = given.value if isinstance(given, Str) else None
        return _PLACES.get(value or "", In.BODY)
    return In.QUERY if set(methods) <= _READS else In.BODY
