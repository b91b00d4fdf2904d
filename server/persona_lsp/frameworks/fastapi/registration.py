"""One registration: a decorator, `add_api_route(...)` or Starlette's `Route(...)`, as a route."""

from typing import Final

from persona_lsp.facts.http import Body, Declared, Doc, Guard, Level, Param, Route
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text, literal
from persona_lsp.flow.status import status_of
from persona_lsp.frameworks.fastapi.classes import CLASS
from persona_lsp.frameworks.fastapi.dependencies import guards_in
from persona_lsp.frameworks.fastapi.found import Env, Found
from persona_lsp.frameworks.fastapi.guards import by_object
from persona_lsp.frameworks.fastapi.loops import expanded
from persona_lsp.frameworks.fastapi.signature import DEPENDS, Signature, signature
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    ClassNode,
    Const,
    Entry,
    FunctionNode,
    Lambda,
    Member,
    Name,
    Node,
    Object,
    Str,
)
from persona_lsp.syntax.python_names import flag, items_of, numbered, place, ref_name, text_of

METHODS: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})
DECORATORS: Final = METHODS | {"api_route", "route", "websocket", "websocket_route"}
_PARAM: Final = "{"
WEBSOCKET: Final = "WS"
"""Stands for a method where a socket is opened: its `GET` is not one of the API."""


def decorated(
    function: FunctionNode, call: Call, func: Member, holder: str, key: str, env: Env, found: Found,
    guards: tuple[Guard, ...] = (),
) -> bool:  # fmt: skip
    """`@router.get("/x")` over a function. Several decorators make several routes. `guards` are added to the others."""
    module = found.names.module
    path_expr = call.args[0] if call.args else call.kwarg("path")
    if path_expr is None:
        return False
    methods = _methods(func.name, call, found)
    if methods is None:
        return False
    start = function.start if function.outer_start < 0 else function.outer_start
    _add(
        found,
        env,
        call,
        holder,
        methods,
        path_expr,
        function,
        handler_key(function, key, env, found),
        Where(module.path, func.name_start, path_expr.end if path_expr.end > func.name_start else func.end),
        Where(module.path, start, function.end),
        "websocket" if func.name.startswith("websocket") else "http",
        Where(module.path, func.name_start, func.end),
        more=guards,
    )
    return True


def registered(call: Call, holder: str, env: Env, found: Found) -> None:
    """`add_api_route("/x", f, methods=["GET"])` and `Route("/x", f)`."""
    module = found.names.module
    path_expr = call.args[0] if call.args else call.kwarg("path")
    endpoint = call.args[1] if len(call.args) > 1 else call.kwarg("endpoint") or call.kwarg("route")
    if path_expr is None or endpoint is None:
        return
    func = call.func
    name_start = func.name_start if isinstance(func, Member) else func.start
    where = Where(module.path, name_start, max(path_expr.end, name_start))
    websocket = "ebsocket" in call.name or "WebSocket" in call.name
    name = ref_name(endpoint)
    if env.local.get(name.split(".", 1)[0]):
        name = expanded(name, env) or name  # `api.list_models`, a method of what the function is given
    cls = found.names.classes.get(name)
    function: FunctionNode | None = None
    key = ""
    inner = env.values.get(name) if env.nested else None
    if isinstance(inner, Lambda) and inner.function.name == name:  # a function beside the registration
        function, key = inner.function, f"{env.scope}.{name}"
        found.inline[function.start] = key
    elif isinstance(endpoint, Lambda):
        function = endpoint.function
        key = f"lambda {found.order}"
        found.inline[function.start] = key
    elif name.startswith("self.") and env.cls:
        owner = found.names.classes.get(env.cls.rsplit(".", 1)[-1])
        last = name.removeprefix("self.")
        function = next((m for m in owner.methods if m.name == last), None) if owner is not None else None
        key = f"{env.cls}.{last}" if function is not None else ""
    elif name in found.names.functions:
        function = found.names.functions[name]
        key = handler_key(function, name, Env(), found)
    if cls is not None:
        _endpoint_class(cls, call, holder, path_expr, env, found, where)
        return
    methods: tuple[str, ...] | None
    given = call.kwarg("methods") or (
        call.args[2] if len(call.args) > 2 and call.name in ("Route", "add_route") else None
    )
    if websocket:
        methods = (WEBSOCKET,)
    elif given is not None:
        methods = _method_names(given, found)
    elif function is None and name.rsplit(".", 1)[-1][:1].isupper():
        methods = ("ANY",)
    else:
        methods = ("GET",)
    if methods is None:
        return
    _add(
        found, env, call, holder, methods, path_expr, function, key, where, place(call, module),
        "websocket" if websocket else "http", place(given, module) if given is not None else None, name,
    )  # fmt: skip  # in the order of the parameters


def _endpoint_class(
    cls: ClassNode, call: Call, holder: str, path_expr: AnyExpr, env: Env, found: Found, where: Where
) -> None:
    """Starlette's `HTTPEndpoint`: one method of the class for each HTTP method."""
    module = found.names.module
    owner = f"{cls.owner}.{cls.name}" if cls.owner else cls.name
    for method in cls.methods:
        if method.name in METHODS:
            _add(
                found, env, call, holder, (method.name.upper(),), path_expr, method, f"{owner}.{method.name}", where,
                place(call, module), "http", None,
            )  # fmt: skip  # in the order of the parameters


def handler_key(function: FunctionNode, key: str, env: Env, found: Found) -> str:
    """The key that the facts of the function have: a name that is defined again gets a number."""
    if env.nested or env.cls:
        return key
    return numbered(key, function, found.names.module, found.starts)


def _methods(word: str, call: Call, found: Found) -> tuple[str, ...] | None:
    if word in METHODS:
        return (word.upper(),)
    if word.startswith("websocket"):
        return (WEBSOCKET,)
    given = call.kwarg("methods")
    return ("GET",) if given is None else _method_names(given, found)


def _method_names(expr: AnyExpr, found: Found) -> tuple[str, ...] | None:
    items = items_of(expr, found.names)
    if items is None:
        return None
    out: list[str] = []
    for item in items:
        if isinstance(item, Str) and item.value:
            out.append(item.value.upper())
        elif isinstance(item, Member):  # `HTTPMethod.GET`, `HTTPMethod.GET.value`
            name = item.base.name if item.name == "value" and isinstance(item.base, Member) else item.name
            out.append(name.upper())
    return tuple(out) or None


def _add(
    found: Found,
    env: Env,
    call: Call,
    holder: str,
    methods: tuple[str, ...],
    path_expr: AnyExpr,
    function: FunctionNode | None,
    key: str,
    where: Where,
    statement: Where,
    kind: str,
    method_where: Where | None,
    handler: str = "",
    more: tuple[Guard, ...] = (),
) -> None:
    names = found.names
    module = names.module
    if function is not None and kind == "http":
        found.handled.setdefault(function.start, call)
    path = text_of(path_expr, module, env.local)
    path_names = path_params(path)
    declared = Signature() if function is None else signature(function.params, names, path_names, methods)
    guards: tuple[Guard, ...] = (
        *more,
        *guards_in(call.kwarg("dependencies"), Level.ROUTE, names, env.values),
        *(by_object(declared.guards, function, names) if function is not None else ()),
    )
    depended = _listed_dependencies(call.kwarg("dependencies"), found)
    given_class = ref_name(call.kwarg("response_class")) or (ref_name(function.returns) if function is not None else "")
    params: tuple[Param, ...] = declared.params
    body: Body | None = declared.body
    found.routes.append(
        Route(
            methods=methods,
            path=path,
            framework="fastapi",
            where=where,
            statement=statement,
            order=found.next_order(unordered=env.unordered),
            router=Ref(holder),
            handler=Ref(handler) if not key and handler else None,
            handler_key=key,
            handler_name=function.name if function is not None and function.name else handler.rsplit(".", 1)[-1],
            guards=guards,
            params=params,
            body=body,
            declared=_declared(call, where, found) if kind == "http" else (),
            doc=_doc(call, function),
            conditional=env.conditional,
            kind=kind,
            path_where=place(path_expr, module),
            method_where=method_where,
            html=given_class.endswith(("HTMLResponse", "TemplateResponse")) or _renders(function, found),
            unknown_params=declared.unknown or function is None,
            dependencies=(*depended, *declared.dependencies, *_class_dependencies(env, found)),
        )
    )


def _class_dependencies(env: Env, found: Found) -> tuple[Ref, ...]:
    cls = found.names.classes.get(env.cls.rsplit(".", 1)[-1]) if env.cls else None
    return (Ref(f"{cls.name}.{CLASS}"),) if cls is not None else ()


def path_params(path: Text) -> frozenset[str]:
    """The names of the parameters in a path, as far as it is literal here."""
    text = literal(path) or "".join(p for p in path if isinstance(p, str))
    return frozenset(piece.split("}", 1)[0].split(":", 1)[0] for piece in text.split(_PARAM)[1:])


def _listed_dependencies(expr: AnyExpr | None, found: Found) -> tuple[Ref, ...]:
    out: list[Ref] = []
    for item in items_of(expr, found.names) or ():
        target: AnyExpr | None = item
        if isinstance(item, Call) and item.name in DEPENDS:
            target = item.args[0] if item.args else item.kwarg("dependency")
        name = ref_name(target)
        if name:
            out.append(Ref(name))
    return tuple(out)


def _declared(call: Call, where: Where, found: Found) -> tuple[Declared, ...]:
    module = found.names.module
    out: list[Declared] = []
    given = call.kwarg("status_code")
    if given is None or (isinstance(given, Const) and given.value is None):
        out.append(Declared(200, where, is_default=True))
    else:
        known = status_of(found.names.values.get(given.id, given) if isinstance(given, Name) else given)
        out.append(Declared(known[0] if known else None, place(given, module)))
    responses = call.kwarg("responses")
    if isinstance(responses, Name):
        responses = found.names.values.get(responses.id)
    if isinstance(responses, Object):
        out.extend(_documented(entry, found) for entry in responses.entries if entry.key is not None)
    return tuple(out)


def _documented(entry: Entry, found: Found) -> Declared:
    known = status_of(entry.key)
    code = known[0] if known else int(entry.name) if entry.name.isdigit() else None
    text = entry.value.get("description") if isinstance(entry.value, Object) else None
    return Declared(
        code,
        place(entry, found.names.module),
        documented_only=True,
        description=text.value or "" if isinstance(text, Str) else "",
    )


def _doc(call: Call, function: FunctionNode | None) -> Doc:
    tags = call.kwarg("tags")
    items = getattr(tags, "items", ()) if tags is not None else ()
    return Doc(
        summary=_literal(call.kwarg("summary")),
        description=_literal(call.kwarg("description")) or (function.doc if function is not None else ""),
        tags=tuple(i.value for i in items if isinstance(i, Str) and i.value),
        operation_id=_literal(call.kwarg("operation_id")),
        deprecated=flag(call.kwarg("deprecated")) is True,
        hidden=flag(call.kwarg("include_in_schema")) is False,
    )


def _literal(expr: AnyExpr | None) -> str:
    return expr.value or "" if isinstance(expr, Str) else ""


def _renders(function: Node | FunctionNode | None, found: Found) -> bool:
    if function is None:
        return False
    source = found.names.module.source
    return source.find(b"TemplateResponse(", function.start, function.end) >= 0
