"""What the signature of a handler of Rust declares: parameters, body, guards, and the status of its answer."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from persona_lsp.facts.http import Body, Declared, Guard, GuardKind, In, Level, Param, Route
from persona_lsp.facts.text import Ref
from persona_lsp.flow.rust.guards import kind_of, optional_by_name
from persona_lsp.flow.rust.names import (
    RustFile,
    Unit,
    arguments,
    dotted_type,
    full_name,
    last_name,
    place,
    real_name,
    type_text,
    unwrapped,
)
from persona_lsp.flow.rust.schemas import wire_name
from persona_lsp.syntax.ir import (
    AnyExpr,
    BlockExpr,
    Call,
    Const,
    Do,
    Entry,
    FunctionNode,
    Index,
    Items,
    Module,
    Name,
    Object,
    ParamNode,
    Return,
    Str,
)
from persona_lsp.text.patterns import lazy


class Extractors(Struct, frozen=True):
    """What the types of parameters mean: simple name -> place (`path`, `query`, `body`, `form`, `header`, ...).

    `silent`: types that are no input and guard nothing. `method`: the function of a type of one's own that takes it
    from the request.
    """

    places: Mapping[str, str]
    silent: frozenset[str]
    method: str
    packages: tuple[str, ...]
    guards: Mapping[str, GuardKind]
    validating: frozenset[str] = frozenset()


_UNTYPED: Final = frozenset(
    {"Value", "HashMap", "BTreeMap", "Map", "JsonValue", "String", "Bytes", "RawValue", "str", "Vec"}
)
_VALIDATES: Final = lazy(r"^(?:Valid|Validated|Validate|Garde)")


def signature(unit: Unit, file: RustFile, known: Extractors, order: int) -> Route:
    """The record of what a handler's parameters say, which belongs to every route that it is registered for."""
    params: list[Param] = []
    guards: list[Guard] = []
    body: Body | None = None
    unknown = False
    module = file.module
    for param in unit.node.params:
        if param.kind == "self" or param.type is None:
            continue
        for declared, local in _pairs(param):
            optional = last_name(declared) in ("Option", "Result")
            inner = unwrapped(declared)
            name = real_name(inner, file)
            at = known.places.get(name)
            validated = _VALIDATES.match(name) is not None or name in known.validating
            held = arguments(inner)
            if at is None and validated and held:
                at = known.places.get(last_name(held[0]), "body" if "Json" in name or "Body" in name else "")
                held = arguments(held[0]) or held
            where = place(param, module)
            if at in ("path", "query", "form", "header"):
                only = held[0] if held else None
                if at == "path":
                    params.extend(_path_params(only, param, local, file))
                elif at == "form":
                    body = Body(
                        type_text(only, module),
                        where,
                        local,
                        last_name(only) in _UNTYPED,
                        validated or None,
                        _ref(only),
                    )
                elif at == "query":
                    params.append(Param("*", where, In.QUERY, local, dotted_type(only), not optional))
                needed = optional and refuses_without(unit.node, local, module)
                guard = _header_guard(only, param, module, needed=needed) if at == "header" else None
                if guard is not None:
                    guards.append(guard)
            elif at == "body":
                only = held[0] if held else inner
                body = Body(
                    type_text(only, module), where, local, last_name(only) in _UNTYPED, validated or None, _ref(only)
                )
            elif at is None and name and name not in known.silent:
                may_lack = optional and not refuses_without(unit.node, local, module)
                guard = _own_guard(inner, param, may_lack, file, known)
                if guard is not None:
                    guards.append(guard)
                    unknown = True
    return Route(
        (), (), "rust", place(unit.node, module), place(unit.node, module), order, handler_key=unit.key,
        handler_name=unit.node.name, guards=tuple(guards), params=tuple(params), body=body, kind="signature",
        unknown_params=unknown,
        declared=declared_status(answered_by(unit.node, file), unit.node, module),
    )  # fmt: skip


_PLAIN: Final = frozenset(
    {"Json", "Html", "String", "str", "Vec", "Bytes", "Value", "JsonValue", "Cow", "RawHtml", "RawJson", "RawText", "HeaderMap", "bool", "i32", "i64", "u64", "usize", "array"}
)  # fmt: skip
"""Types whose values are answered with 200."""


def default_status(returns: AnyExpr | None, file: RustFile) -> int | None:
    """The status of what a handler's declared type answers; None if its values say it themselves."""
    inner = unwrapped(returns)
    alias = file.classes.get(last_name(inner))
    if alias is not None and alias.kind == "alias" and alias.bases:
        inner = unwrapped(alias.bases[0])
    if inner is None or (isinstance(inner, Items) and not inner.items):
        return _OK
    if isinstance(inner, Items):
        return _OK if all(last_name(i) in _PLAIN for i in inner.items) else None
    return _OK if last_name(inner) in _PLAIN else None


_OK: Final = 200


def answered_by(function: FunctionNode, file: RustFile) -> int | None:
    """The status of what a handler gives back if it says none; a closure has no type, but for what it plainly gives."""
    if function.name or function.returns is not None:
        return default_status(function.returns, file)
    value: AnyExpr | None = None
    body = function.body
    while body:
        last = body[-1]
        value = last.value if isinstance(last, Return | Do) else None
        body = value.body if isinstance(value, BlockExpr) else ()
    if isinstance(value, Call):
        return _OK if value.name in (*_PLAIN, "to_string", "to_owned", "format!") else None
    return _OK if value is None or isinstance(value, Str | Const) else None


def refuses_without(function: FunctionNode, name: str, module: Module) -> bool:
    """Whether a handler ends in a failure where a parameter that may be absent is."""
    if not name:
        return False
    text = module.source[function.body_start : function.body_end].decode("utf-8", "replace")
    leaves = rf"(?<![\w.]){name}\s*(?:\.ok_or(?:_else)?\(|\?)|(?<![\w.])let Some\([^=]*\)\s*=\s*{name}\s*else\s*\{{\s*return\b"
    return re.search(leaves, text) is not None


def declared_status(status: int | None, node: FunctionNode, module: Module) -> tuple[Declared, ...]:
    """The framework's default as an endpoint knows it."""
    return (Declared(status, place(node, module), is_default=True),) if status is not None else ()


def may_handle(unit: Unit, file: RustFile) -> bool:
    """A function that other files may register: it is given values alone, as extractors are."""
    node = unit.node
    if not node.is_async or not node.params or "abstract" in node.modifiers:
        return False
    given = [p for p in node.params if p.type is not None and p.kind != "self"]
    return len(given) == len(node.params) and not any(": &" in file.module.text(p) for p in given)


def asks_who_calls(function: FunctionNode) -> bool:
    """One of its parameters is called after a user, claims or credentials."""
    return any(p.type is not None and kind_of(last_name(unwrapped(p.type))) is not None for p in function.params)


def _pairs(param: ParamNode) -> Iterator[tuple[AnyExpr, str]]:
    """Each type with its name; a tuple of extractors is several of them."""
    if isinstance(param.type, Items):
        targets = param.pattern.items if isinstance(param.pattern, Items) else ()
        for number, item in enumerate(param.type.items):
            target = targets[number] if number < len(targets) else None
            yield item, target.id if isinstance(target, Name) else param.name if len(param.type.items) == 1 else ""
    elif param.type is not None:
        yield param.type, param.name


def _ref(expr: AnyExpr | None) -> Ref | None:
    name = dotted_type(expr)
    return Ref(name) if name else None


def _path_params(held: AnyExpr | None, param: ParamNode, local: str, file: RustFile) -> Iterator[Param]:
    """Parameters by their place in the path (no name yet), or by the fields of a struct."""
    module = file.module
    where = place(param, module)
    if isinstance(held, Items):
        targets = param.pattern.items if isinstance(param.pattern, Items) else ()
        for number, item in enumerate(held.items):
            target = targets[number] if number < len(targets) else None
            yield Param("", where, In.PATH, target.id if isinstance(target, Name) else local, type_text(item, module))
        return
    name = last_name(held)
    if name in ("HashMap", "BTreeMap", "Vec", ""):
        return
    own = file.classes.get(name)
    if own is not None and own.kind == "class" and own.fields and not own.fields[0].name.isdigit():
        bound = {e.name: e.value.id for e in _entries(param.pattern) if isinstance(e.value, Name)}
        for field in own.fields:
            yield Param(
                wire_name(field, own), where, In.PATH, bound.get(field.name, local), type_text(field.type, module)
            )
        return
    yield Param("", where, In.PATH, local, type_text(held, module))


def _entries(pattern: AnyExpr | None) -> tuple[Entry, ...]:
    return pattern.entries if isinstance(pattern, Object) else ()


def _header_guard(held: AnyExpr | None, param: ParamNode, module: Module, *, needed: bool) -> Guard | None:
    """`TypedHeader<Authorization<Bearer>>`: refused with 400 where it is missing."""
    if last_name(held) != "Authorization":
        return None
    return Guard(
        "Authorization", GuardKind.AUTHN, Level.ROUTE, place(param, module), None, module.text(param),
        last_name(param.type) == "Option" and not needed,
    )  # fmt: skip


def _own_guard(
    inner: AnyExpr | None, param: ParamNode, optional: bool, file: RustFile, known: Extractors
) -> Guard | None:
    """A type that the project, or another library, takes from the request."""
    name = dotted_type(inner)
    last = name.rsplit(".", 1)[-1]
    module = file.module
    certain = known.guards.get(last)
    whole = full_name(inner.base if isinstance(inner, Index) else inner, file)
    foreign = whole.split(".", 1)[0] not in ("crate", "self", "super") and last in file.imports and "." in whole
    kind = certain or kind_of(last) or GuardKind.UNKNOWN
    if certain is None and foreign and kind_of(last) is None and whole.split(".", 1)[0] in _LIBRARIES:
        return None
    if not name or last[:1].islower():
        return None
    return Guard(
        last, kind, Level.ROUTE, place(param, module), Ref(f"{name}.{known.method}"), module.text(param)[:200],
        optional or optional_by_name(last),
    )  # fmt: skip


_LIBRARIES: Final = frozenset(
    {
        "std", "core", "http", "hyper", "tower", "tower_http", "axum", "axum_extra", "actix_web", "actix_http", "actix_files",
        "actix_multipart", "actix_session", "rocket", "sqlx", "diesel", "deadpool", "bb8", "r2d2", "tokio", "futures",
        "serde_json", "tower_sessions", "tower_cookies", "sea_orm", "sea_orm_rocket", "rocket_db_pools", "bytes", "mime",
        "rocket_sync_db_pools", "tracing", "async_graphql_axum", "async_graphql_actix_web", "async_graphql_rocket", "redis",
        "axum_client_ip", "tera", "rocket_dyn_templates",
    }
)  # fmt: skip
"""Libraries whose types take something from the request and refuse nobody for who they are."""
