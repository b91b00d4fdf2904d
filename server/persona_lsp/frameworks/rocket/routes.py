"""Rocket: functions with their routes as attributes, and where lists of them are mounted."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Body, Guard, GuardKind, In, Level, Mount, Param, Route, Router
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import EMPTY, Ref, Text
from persona_lsp.flow.rust.builders import Found
from persona_lsp.flow.rust.guards import kind_of, optional_by_name
from persona_lsp.flow.rust.names import (
    VERBS,
    RustFile,
    Unit,
    arguments,
    below_unknown,
    dotted_type,
    full_name,
    last_name,
    place,
    ref_name,
    rust_file,
    text_of,
    type_text,
    unwrapped,
)
from persona_lsp.flow.rust.signatures import declared_status
from persona_lsp.flow.walking import calls as calls_in
from persona_lsp.flow.walking import statements
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    Const,
    Decorator,
    FunctionNode,
    If,
    Items,
    Member,
    Module,
    Name,
    ParamNode,
    Return,
    Str,
    Switch,
    dotted,
    walk,
)

FRAMEWORK_ID: Final = "rocket"
_LISTS: Final = frozenset(
    {"routes!", "openapi_get_routes!", "routes_with_openapi!", "openapi_routes!", "openapi_get_routes_spec!"}
)
_PARAM: Final = re.compile(r"<(\w+)(\.\.)?>")
_SILENT: Final = frozenset(
    {
        "State", "CookieJar", "Cookies", "ContentType", "Accept", "Method", "Origin", "Config", "Limits", "Route", "SocketAddr",
        "IpAddr", "Flash", "FlashMessage", "FlashedMessage", "Shutdown", "Host", "Connection", "Client", "Data", "Request",
        "TempFile", "UserAgent", "Metadata", "Database", "WebSocket", "DBConn", "DbConn", "Conn", "Db", "PlumeRocket", "ClientIp",
        "Secure", "Uri",
    }
)  # fmt: skip
_UNTYPED: Final = frozenset({"Value", "HashMap", "BTreeMap", "String", "str", "Data", "Vec", "Map"})
_DATA: Final = frozenset({"Json", "Form", "LenientForm", "MsgPack", "Strict", "Lenient", "Validated", "Contextual"})


@lru_cache(maxsize=4)
def found_in(module: Module) -> Found:
    """What a file registers, and the records of its handlers' signatures."""
    file = rust_file(module)
    found = Found([], [], [], [], [], [])
    for unit in file.units:
        _attributes(unit, file, found)
        text = module.source[unit.node.start : unit.node.end]
        if b"mount(" in text or b"routes" in text or b"Route>" in text:
            _lists(unit, file, found)
    return found


# -- attributes ------------------------------------------------------------------------------------------------------


def attribute_of(function: FunctionNode) -> tuple[Decorator, tuple[str, ...], Str] | None:
    """The attribute that makes the function a route: with its methods and its path."""
    for decorator in function.decorators:
        call = decorator.call
        verb = decorator.name.rsplit(".", 1)[-1]
        if call is None or (verb not in VERBS and verb != "route"):
            continue
        texts = [a for a in call.args if isinstance(a, Str)]
        uri = call.kwarg("uri") or call.kwarg("path") or (texts[0] if texts else None)
        if not isinstance(uri, Str):
            continue
        methods: tuple[str, ...] = (verb.upper(),)
        if verb == "route":
            named = [dotted(a).upper() for a in call.args if dotted(a).lower() in VERBS]
            given = call.kwarg("method")
            methods = tuple(named) or ((dotted(given).rsplit(".", 1)[-1].upper(),) if given is not None else ("ANY",))
        return decorator, methods, uri
    return None


def template(path: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The path with `{name}` for `<name>`; the names of the query; those that take the rest of it."""
    plain, _, query = path.partition("?")
    made = _PARAM.sub(lambda m: "{*" + (m[1].strip("_") or "rest") + "}" if m[2] else "{" + m[1] + "}", plain)
    names: list[str] = []
    rest: list[str] = []
    for piece in query.split("&"):
        found = _PARAM.fullmatch(piece.strip())
        if found is not None:
            (rest if found[2] else names).append(found[1])
    return made, tuple(names), tuple(rest)


def _attributes(unit: Unit, file: RustFile, found: Found) -> None:
    given = attribute_of(unit.node)
    if given is None:
        return
    decorator, methods, uri = given
    module = file.module
    path, query, rest = template(uri.value or "")
    symbol = f"{unit.key}#"
    call = decorator.call
    limits = tuple(
        f"format={k.value.value}"
        for k in (call.kwargs if call is not None else ())
        if k.name == "format" and isinstance(k.value, Str)
    )
    limits = (*limits, _rank(call, uri.value or ""))
    found.routers.append(Router(symbol, "route", FRAMEWORK_ID, place(unit.node, module)))
    found.routes.append(
        Route(
            methods, EMPTY if path == "/" else (path,), FRAMEWORK_ID, place(decorator, module),
            Where(module.path, decorator.start, unit.node.end), found.next(), Ref(symbol), None, unit.key, unit.node.name,
            variants=limits, path_where=place(uri, module),
        )
    )  # fmt: skip
    found.routes.append(_signature(unit, file, decorator, uri, (query, rest), found.next()))


def _rank(call: Call | None, uri: str) -> str:
    """What tells routes of equal path apart: the rank that is given, or that which follows from the query."""
    given = call.kwarg("rank") if call is not None else None
    if isinstance(given, Const):
        return f"rank={given.value}"
    pieces = [p for p in uri.partition("?")[2].split("&") if p]
    fixed = [p for p in pieces if not _PARAM.fullmatch(p.strip())]
    return "query=" + (
        "none" if not pieces else "static" if len(fixed) == len(pieces) else "partial" if fixed else "wild"
    )


def data_name(decorator: Decorator) -> str:
    """The parameter that `data = "<x>"` names."""
    call = decorator.call
    given = call.kwarg("data") if call is not None else None
    text = given.value or "" if isinstance(given, Str) else ""
    return text.strip("<>. ")


def _signature(
    unit: Unit,
    file: RustFile,
    decorator: Decorator,
    uri: Str,
    query: tuple[tuple[str, ...], tuple[str, ...]],
    order: int,
) -> Route:
    module = file.module
    names, rest = query
    data = data_name(decorator)
    in_path = {m[1] for m in _PARAM.finditer((uri.value or "").partition("?")[0])}
    params: list[Param] = []
    guards: list[Guard] = []
    body: Body | None = None
    unknown = False
    for param in unit.node.params:
        where = place(param, module)
        optional: bool | None = last_name(param.type) in ("Option", "Result")
        inner = unwrapped(param.type)
        if param.name in in_path:
            params.append(Param(param.name, where, In.PATH, param.name, type_text(param.type, module)))
        elif param.name in names:
            params.append(Param(param.name, where, In.QUERY, param.name, type_text(inner, module), not optional))
        elif param.name in rest:
            params.append(Param("*", where, In.QUERY, param.name, dotted_type(inner), not optional))
        elif param.name == data and data:
            held = inner
            while last_name(held) in _DATA and arguments(held):
                held = arguments(held)[0]
            last = last_name(held)
            body = Body(
                type_text(held, module), where, param.name, last in _UNTYPED,
                True if last_name(inner).startswith(("Valid", "Contextual")) else None, Ref(dotted_type(held)) if dotted_type(held) else None,
            )  # fmt: skip
        else:
            if last_name(param.type) == "Result":
                optional = _refused(unit.node, param.name, module)
            guard = _guard(param, inner, optional is True, file)
            if guard is not None and optional is None:
                guard = replace(guard, conditional=True)
            if guard is not None:
                guards.append(guard)
                unknown = True
    return Route(
        (), (), FRAMEWORK_ID, place(unit.node, module), place(unit.node, module), order, handler_key=unit.key,
        handler_name=unit.node.name, guards=tuple(guards), params=tuple(params), body=body, kind="signature",
        unknown_params=unknown, response_type=type_text(unit.node.returns, module),
        declared=declared_status(answered_with(unit.node.returns), unit.node, module),
    )  # fmt: skip


def _refused(function: FunctionNode, name: str, module: Module) -> bool | None:
    """Whether the handler goes on when a guard that it is given as a `Result` has failed; None if that is not known."""
    text = module.source[function.body_start : function.body_end].decode("utf-8", "replace")
    leaves = rf"if let Err\(\w+\) = {name} \{{\s*return\b|\b{name}\?|\bmatch {name} \{{[^}}]*?\bErr\(\w+\) => return\b"
    return False if re.search(leaves, text) else None


_STATUSES: Final = {"Created": 201, "Accepted": 202, "NoContent": 204, "Redirect": 303}


def answered_with(returns: AnyExpr | None) -> int | None:
    """The status of what the declared type answers; None if its values say it themselves."""
    inner = unwrapped(returns)
    name = last_name(inner)
    if name in ("Status", "Custom", "Either", "Response", "Responder") or (isinstance(inner, Items) and inner.items):
        return None
    return _STATUSES.get(name, 200)


def _guard(param: ParamNode, inner: AnyExpr | None, optional: bool, file: RustFile) -> Guard | None:
    name = dotted_type(inner)
    last = name.rsplit(".", 1)[-1]
    if not last or last in _SILENT or not last[:1].isupper() or last.endswith(("Conn", "Connection", "Pool", "DbConn")):
        return None
    whole = full_name(inner, file)
    if whole.split(".", 1)[0] in ("rocket", "rocket_db_pools", "std", "sea_orm_rocket") and kind_of(last) is None:
        return None
    module = file.module
    return Guard(
        last, kind_of(last) or GuardKind.UNKNOWN, Level.ROUTE, place(param, module), Ref(f"{name}.from_request"), module.text(param)[:200],
        optional or optional_by_name(last),
    )  # fmt: skip


# -- lists and mounts ------------------------------------------------------------------------------------------------


def _lists(unit: Unit, file: RustFile, found: Found) -> None:
    """Where the function mounts lists of routes, and the list that it gives back."""
    module = file.module
    calls = list(calls_in(unit.node.body))
    texts: dict[str, Text] = {}
    lists: dict[str, AnyExpr] = {}
    for statement in statements(unit.node.body):
        if isinstance(statement, Assign) and isinstance(statement.targets[0], Name) and statement.value is not None:
            name = statement.targets[0].id
            lists[name] = statement.value
            texts[name] = text_of(statement.value, file, texts)
    # Where a setting decides about a list, it decides about what takes its place, too.
    conditional = any(
        call.name in _LISTS
        for statement in statements(unit.node.body)
        if isinstance(statement, If | Switch)
        for call in calls_in((statement,))
    )
    app = f"{unit.key}@rocket"
    mounts = [
        c for c in calls if c.name == "mount" and isinstance(c.func, Member) and len(c.args) == 2
    ]  # base and routes
    if mounts:
        found.routers.append(Router(app, "app", FRAMEWORK_ID, place(unit.node, module)))
    inside: set[int] = set()
    for call in mounts:
        inside.update(id(p) for p in walk(call.args[1]))
        for child in _children(call.args[1], unit, lists, 0):
            prefix = below_unknown(text_of(call.args[0], file, texts))
            prefix = EMPTY if prefix == ("/",) else prefix
            found.mounts.append(
                Mount(
                    Ref(app),
                    Ref(child),
                    FRAMEWORK_ID,
                    place(call, module),
                    found.next(),
                    prefix,
                    conditional=conditional,
                )
            )
    returns = unit.node.returns
    if returns is None or "Route" not in module.text(returns):
        return
    found.routers.append(Router(unit.key, "router", FRAMEWORK_ID, place(unit.node, module)))
    given = {id(s.value) for s in statements(unit.node.body) if isinstance(s, Return)}
    for call in calls:
        if id(call) in inside:
            continue
        listed = call.name in _LISTS or _is_list(call) or id(call) in given
        children = tuple(_children(call, unit, {}, 0)) if listed else ()
        for child in dict.fromkeys(children):
            where = place(call, module)
            found.mounts.append(
                Mount(Ref(unit.key), Ref(child), FRAMEWORK_ID, where, found.next(), conditional=conditional)
            )


def _is_list(call: Call) -> bool:
    """`accounts::routes()`: a list that another function gives."""
    return "routes" in call.name.lower() and not call.name.endswith("!")


def _children(expr: AnyExpr, unit: Unit, lists: dict[str, AnyExpr], depth: int) -> Iterator[str]:
    if depth > 6:  # lists of lists end somewhere
        return
    match expr:
        case Call() if expr.name in _LISTS:
            for item in expr.args:
                name = ref_name(item, unit)
                if name:
                    yield f"{name}#"
        case Name(id=name) if name in lists:
            yield from _children(lists[name], unit, {k: v for k, v in lists.items() if k != name}, depth + 1)
        case Items(items=items):
            for item in items:
                yield from _children(item, unit, lists, depth + 1)
        case Call(
            func=Member(base=base, name="concat" | "into_iter" | "collect" | "clone" | "to_vec" | "chain" | "into"),
            args=args,
        ):
            for part in (base, *args):
                yield from _children(part, unit, lists, depth + 1)
        case Call(func=func):
            name = ref_name(func, unit)
            if name:
                yield name
        case _:
            pass
