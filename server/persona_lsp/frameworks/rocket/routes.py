"""Rocket: functions with their routes as attributes, and where lists of them are mounted."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import (
    Body,
    Declared,
    ErrorHandler,
    Guard,
    GuardKind,
    In,
    Level,
    Param,
    Route,
    Router,
)
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import EMPTY, Ref
from persona_lsp.flow.rust.builders import Found
from persona_lsp.flow.rust.guards import kind_of, optional_by_name
from persona_lsp.flow.rust.names import (
    VERBS,
    RustFile,
    Unit,
    arguments,
    dotted_type,
    full_name,
    last_name,
    place,
    real_name,
    rust_file,
    type_text,
    unwrapped,
)
from persona_lsp.flow.rust.signatures import declared_status
from persona_lsp.frameworks.rocket.mounts import FRAMEWORK_ID, lists_in
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    Const,
    Decorator,
    FunctionNode,
    Items,
    Module,
    ParamNode,
    Str,
    dotted,
)
from persona_lsp.text.patterns import lazy

_PARAM: Final = lazy(r"<(\w+)(\.\.)?>")
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
        if b"mount" in text or b"routes" in text or b"Route>" in text:
            lists_in(unit, file, found)
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
        unknown_params=unknown,
        declared=_declared(unit.node, file),
    )  # fmt: skip


def _refused(function: FunctionNode, name: str, module: Module) -> bool | None:
    """Whether the handler goes on when a guard that it is given as a `Result` has failed; None if that is not known."""
    text = module.source[function.body_start : function.body_end].decode("utf-8", "replace")
    leaves = rf"if let Err\(\w+\) = {name} \{{\s*return\b|\b{name}\?|\bmatch {name} \{{[^}}]*?\bErr\(\w+\) => return\b"
    return False if re.search(leaves, text) else None


_STATUSES: Final = {"Created": 201, "Accepted": 202, "NoContent": 204, "Redirect": 303}
_PLAIN: Final = frozenset(
    {
        "Json", "MsgPack", "Value", "JsonValue", "String", "str", "Cow", "Vec", "Cursor", "File", "NamedFile", "Template", "Flash",
        "RawHtml", "RawJson", "RawXml", "RawText", "RawCss", "RawJavaScript", "RawMsgPack", "Html", "Xml", "Plain", "Css",
        "JavaScript", "Content", "ContentType", "EventStream!", "TextStream!", "ByteStream!", "ReaderStream!", "EventStream",
        "TextStream", "ByteStream", "ReaderStream", "Stream", "Capped", "Yaml",
    }
)  # fmt: skip
"""Types whose values Rocket sends with 200. What it does with others, their own code says."""
_ELSEWHERE: Final = {"rocket_empty.EmptyResponse": 204}
_MISSING: Final = 404


def answered_with(returns: AnyExpr | None, file: RustFile) -> int | None:
    """The status of what the declared type answers; None if its values say it themselves, or code that is not read."""
    inner = unwrapped(returns)
    name = last_name(inner)
    own = file.classes.get(name)
    if own is not None and own.kind == "alias" and own.bases:
        return answered_with(own.bases[0], file) if not arguments(inner) else None
    if inner is None or (isinstance(inner, Items) and (not inner.items or inner.kind != "tuple")):
        return _OK
    if isinstance(inner, Items):
        # `(ContentType, Vec<u8>)` is sent as its last part is; a `Status` in front says it with its value.
        first, *rest = inner.items
        return answered_with(rest[-1], file) if rest and last_name(first) == "ContentType" else None
    if name in _STATUSES:
        return _STATUSES[name]
    return _OK if real_name(inner, file) in _PLAIN else _ELSEWHERE.get(full_name(inner, file))


_OK: Final = 200


def _declared(function: FunctionNode, file: RustFile) -> tuple[Declared, ...]:
    """What the type of a handler says it answers: with `Option`, nothing is not found."""
    said = declared_status(answered_with(function.returns, file), function, file.module)
    returns = function.returns
    while last_name(returns) == "Result" and (held := arguments(returns)):
        returns = held[0]
    if last_name(returns) != "Option":
        return said
    return (*said, Declared(_MISSING, place(function, file.module), is_default=True))


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


def catchers(file: RustFile) -> Iterator[ErrorHandler]:
    """`#[catch(404)]`: what is sent where Rocket or a handler has failed with this status."""
    for unit in file.units:
        for decorator in unit.node.decorators:
            call = decorator.call
            if decorator.name.rsplit(".", 1)[-1] == "catch" and call is not None and call.args:
                code = call.args[0]
                if isinstance(code, Const) and isinstance(code.value, int):
                    yield ErrorHandler(str(code.value), place(unit.node, file.module), code.value, unit.key)
