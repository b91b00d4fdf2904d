"""What the frameworks of Rust have in common: names, texts and types of a file, and what signatures declare."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from persona_lsp.facts.code import ClassFacts, Field
from persona_lsp.facts.http import Body, Declared, Guard, GuardKind, In, Level, Param, Route
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import EMPTY, Hole, Part, Ref, Text
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    ClassDef,
    ClassNode,
    Const,
    Def,
    Entry,
    FieldNode,
    FunctionNode,
    Index,
    Items,
    Lambda,
    Member,
    Module,
    Name,
    Node,
    Object,
    ParamNode,
    Str,
    dotted,
)

FRAMEWORKS: Final = frozenset({"axum", "actix_web", "rocket"})
VERBS: Final = frozenset({"get", "post", "put", "delete", "patch", "head", "options", "trace", "connect"})
_WRAPPERS: Final = frozenset({"Option", "Result", "Arc", "Box", "Rc", "impl", "dyn"})


class Unit(Struct, frozen=True):
    """A function of the file: its key, its code, and the `impl` block or module that it stands in."""

    key: str
    node: FunctionNode
    cls: ClassNode | None


class RustFile(Struct, frozen=True):
    """The names of a file."""

    module: Module
    imports: Mapping[str, tuple[str, str]]
    units: tuple[Unit, ...]
    classes: Mapping[str, ClassNode]
    values: Mapping[str, AnyExpr]
    stars: tuple[str, ...] = ()
    """Modules of which everything is imported."""


@lru_cache(maxsize=4)
def rust_file(module: Module) -> RustFile:
    """The names of a file, read once."""
    imports = {i.local: (i.module, i.name) for i in module.imports}
    classes: dict[str, ClassNode] = {}
    for cls in module.classes():
        if cls.kind != "impl" or cls.name not in classes:
            classes[cls.name] = cls
    values: dict[str, AnyExpr] = {}
    for statement in module.body:
        if isinstance(statement, Assign) and isinstance(statement.targets[0], Name) and statement.value is not None:
            values[statement.targets[0].id] = statement.value
    stars = tuple(i.module for i in module.imports if i.local == "*")
    return RustFile(module, imports, tuple(_units(module)), classes, values, stars)


def _units(module: Module) -> Iterator[Unit]:
    for statement in module.body:
        if isinstance(statement, Def):
            yield Unit(statement.function.name, statement.function, None)
        elif isinstance(statement, ClassDef):
            yield from _members(statement.cls, "")


def _members(cls: ClassNode, owner: str) -> Iterator[Unit]:
    name = f"{owner}.{cls.name}" if owner else cls.name
    for method in cls.methods:
        yield Unit(f"{name}.{method.name}", method, cls)
    for inner in cls.classes:
        yield from _members(inner, name)


def full_name(expr: AnyExpr | None, file: RustFile) -> str:
    """A path with what its first name was imported from: `get` is `axum.routing.get`.

    What is not declared here is taken to be of the framework, if all of one of its modules is imported.
    """
    name = dotted(expr)
    first, _, rest = name.partition(".")
    bound = file.imports.get(first)
    if bound is None:
        star = next((s for s in file.stars if s.split(".", 1)[0] in FRAMEWORKS), "")
        return (
            f"{star}.{name}" if star and first[:1].islower() and not any(u.key == first for u in file.units) else name
        )
    module, given = bound
    whole = module if given in ("*", "") else f"{module}.{given}"
    return f"{whole}.{rest}" if rest else whole


def ref_name(expr: AnyExpr | None, unit: Unit) -> str:
    """A path as other files may resolve it: `Self` by its name, within inline modules with these before it."""
    name = dotted(expr)
    first, _, rest = name.partition(".")
    if first in ("Self", "self") and rest and unit.cls is not None and unit.cls.kind != "module":
        return f"{unit.key.rpartition('.')[0]}.{rest}"
    if unit.cls is not None and unit.cls.kind == "module" and any(m.name == first for m in unit.cls.methods):
        return f"{unit.key.rpartition('.')[0]}.{name}"
    return name


def place(node: Node | FunctionNode, module: Module) -> Where:
    """Where a node stands."""
    return Where(module.path, node.start, node.end)


def text_of(expr: AnyExpr | None, file: RustFile, local: Mapping[str, Text], depth: int = 0) -> Text:
    """The text that an expression stands for. `local`: texts by the names of the function."""
    match expr:
        case None:
            return ()
        case Str(parts=parts):
            out: list[Part] = []
            for part in parts:
                out.extend((part,) if isinstance(part, str) else text_of(part, file, local, depth + 1))
            return tuple(out) or ("",)
        case Name(id=name) if name in local:
            return local[name]
        case Member() if b"::" not in file.module.source[expr.base.end : expr.name_start]:
            return (Hole("field", file.module.text(expr)[:80]),)
        case Name() | Member():
            name = dotted(expr)
            return (Ref(name),) if name and name[-1:].isalnum() else (Hole("expression", file.module.text(expr)[:80]),)
        case Const(value=value) if value is not None:
            return (str(value),)
        case Call(func=Member(base=Items(items=items), name="concat" | "join"), args=args) if depth < _DEEPEST:
            between = text_of(args[0], file, local, depth + 1) if args else ()
            found: list[Part] = []
            for number, item in enumerate(items):
                found.extend((*(between if number else ()), *text_of(item, file, local, depth + 1)))
            return tuple(found)
        case Call(func=Member(base=base, name=name)) if name in _SAME and depth < _DEEPEST:
            return text_of(base, file, local, depth + 1)
        case Call(func=Member(name="from" | "new"), args=(only,)) if depth < _DEEPEST:
            return text_of(only, file, local, depth + 1)
        case Call(args=(only,)) if expr.name == "uri!":
            return text_of(only, file, local, depth + 1)
        case _:
            return (Hole("expression", file.module.text(expr)[:80]),)


_DEEPEST: Final = 8
_SAME: Final = frozenset(
    {
        "to_string",
        "to_owned",
        "as_str",
        "into",
        "clone",
        "as_ref",
        "trim",
        "to_str",
        "as_deref",
        "borrow",
        "deref",
        "path",
    }
)


def below_unknown(prefix: Text) -> Text:
    """A prefix without what an installation puts before it: `[base, "/api"].concat()` is `/api`."""
    if len(prefix) > 1 and isinstance(prefix[0], Hole):
        following = prefix[1]
        if isinstance(following, str) and following.startswith("/"):
            return EMPTY if prefix[1:] == ("/",) else prefix[1:]
    return prefix


def slashed(path: Text) -> tuple[str, ...]:
    """A path that ends with a slash is another one than without: what tells the two apart."""
    last = path[-1] if path else ""
    return ("slash",) if isinstance(last, str) and last.endswith("/") and path != ("/",) else ()


def last_name(expr: AnyExpr | None) -> str:
    """The simple name of a type without its arguments."""
    match expr:
        case Name(id=name):
            return name
        case Member(name=name):
            return name
        case Index(base=base):
            return last_name(base)
        case _:
            return ""


def arguments(expr: AnyExpr | None) -> tuple[AnyExpr, ...]:
    """The generic arguments of a type."""
    return expr.keys if isinstance(expr, Index) else ()


def unwrapped(expr: AnyExpr | None) -> AnyExpr | None:
    """A type without `Option`, `Result`, `Arc` and the like."""
    for _ in range(_DEEPEST):
        # A project's own `AppResult<T>` holds what a `Result` does.
        if (last_name(expr) in _WRAPPERS or last_name(expr).endswith("Result")) and (keys := arguments(expr)):
            expr = keys[0]
        else:
            break
    return expr


def type_text(expr: AnyExpr | None, module: Module) -> str:
    """A type as written."""
    return module.text(expr)[:120] if expr is not None else ""


# -- guards ----------------------------------------------------------------------------------------------------------

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ROLE: Final = re.compile(r"(?:^|_)(?:admin|superuser|staff|moderator|mod|role|roles)(?:_|$)")
_AUTHN: Final = re.compile(
    r"(?:^|_)(?:auth|authed|authn|authz|authenticated|authentication|authenticate|authorization|authorized|authorize"
    r"|logged_in|login_required|bearer|jwt|claims?|identity|principal|session_user|current_user|credentials?"
    r"|require_(?:user|login|auth|token)|api_?key|token_data|access_token)(?:_|$)|(?:^|_)(?:current|auth|session)_?user(?:_|$)"
    r"|^(?:user|current|principal)$"
)
_RATE: Final = re.compile(r"rate_?limit|governor|throttl|limiter")
_OPTIONAL: Final = re.compile(r"(?:^|_)(?:optional|opt|maybe|try|possibly|or_anonymous|or_guest)(?:_|$)")


def kind_of(name: str) -> GuardKind | None:
    """What a middleware or extractor of that name does with a request; None if its name does not say it guards."""
    words = _CAMEL.sub("_", name.rsplit(".", 1)[-1]).lower()
    if _RATE.search(words):
        return GuardKind.RATE_LIMIT
    if _ROLE.search(words):
        return GuardKind.ROLE
    if _AUTHN.search(words):
        return GuardKind.AUTHN
    return None


def optional_by_name(name: str) -> bool:
    """`MaybeUser`, `OptionalAuth`."""
    return _OPTIONAL.search(_CAMEL.sub("_", name.rsplit(".", 1)[-1]).lower()) is not None


def middleware_guard(name: str, node: Node, level: Level, module: Module, symbol: str = "") -> Guard:
    """A guard that its function, if it can be found, tells more about."""
    kind = kind_of(name)
    if kind is not GuardKind.RATE_LIMIT:
        kind = GuardKind.UNKNOWN
    return Guard(
        name.rsplit(".", 1)[-1], kind, level, place(node, module), Ref(symbol or name), module.text(node)[:200],
        optional_by_name(name),
    )  # fmt: skip


# -- signatures ------------------------------------------------------------------------------------------------------


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
_VALIDATES: Final = re.compile(r"^(?:Valid|Validated|Validate|Garde)")


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
            name = last_name(inner)
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
                guard = _header_guard(only, param, module) if at == "header" else None
                if guard is not None:
                    guards.append(guard)
            elif at == "body":
                only = held[0] if held else inner
                body = Body(
                    type_text(only, module), where, local, last_name(only) in _UNTYPED, validated or None, _ref(only)
                )
            elif at is None and name and name not in known.silent:
                guard = _own_guard(inner, param, optional, file, known)
                if guard is not None:
                    guards.append(guard)
                    unknown = True
    return Route(
        (), (), "rust", place(unit.node, module), place(unit.node, module), order, handler_key=unit.key,
        handler_name=unit.node.name, guards=tuple(guards), params=tuple(params), body=body, kind="signature",
        unknown_params=unknown, response_type=type_text(unit.node.returns, module),
        declared=declared_status(default_status(unit.node.returns, file), unit.node, module),
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


def dotted_type(expr: AnyExpr | None) -> str:
    """The path of a type, without its arguments."""
    return dotted(expr.base if isinstance(expr, Index) else expr)


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


def _header_guard(held: AnyExpr | None, param: ParamNode, module: Module) -> Guard | None:
    """`TypedHeader<Authorization<Bearer>>`: refused with 400 where it is missing."""
    if last_name(held) != "Authorization":
        return None
    return Guard(
        "Authorization", GuardKind.AUTHN, Level.ROUTE, place(param, module), None, module.text(param),
        last_name(param.type) == "Option",
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


# -- types that requests are read into -------------------------------------------------------------------------------


def wire_name(field: FieldNode, cls: ClassNode) -> str:
    """The name that a field has in a request: `#[serde(rename = ...)]`, `#[serde(rename_all = ...)]`."""
    name = field.name.removeprefix("r#")
    for decorator in field.decorators:
        call = decorator.call
        if decorator.name in ("serde", "field", "form") and call is not None:
            given = call.kwarg("rename") or call.kwarg("name")
            if isinstance(given, Call):
                given = given.kwarg("deserialize")
            if isinstance(given, Str) and given.value:
                return given.value
    for decorator in cls.decorators:
        call = decorator.call
        if decorator.name == "serde" and call is not None:
            style = call.kwarg("rename_all")
            if isinstance(style, Call):
                style = style.kwarg("deserialize")
            if isinstance(style, Str):
                return _styled(name, style.value or "")
    return name


def _styled(name: str, style: str) -> str:
    words = [w for w in name.split("_") if w]
    if style == "camelCase":
        return "".join([words[0], *(w.capitalize() for w in words[1:])]) if words else name
    if style == "PascalCase":
        return "".join(w.capitalize() for w in words)
    if style == "kebab-case":
        return "-".join(words)
    if style == "SCREAMING_SNAKE_CASE":
        return name.upper()
    return name


def schemas(file: RustFile) -> Iterator[ClassFacts]:
    """The structs that requests are read into, with the names on the wire."""
    for cls in file.module.classes():
        if cls.kind != "class":
            continue
        derived = {
            last_name(a) for d in cls.decorators if d.call is not None and d.name == "derive" for a in d.call.args
        }
        if not derived & {"Deserialize", "FromForm", "IntoParams", "Validate", "ToSchema", "DeserializeOwned"}:
            continue
        fields = tuple(_field(f, cls, file.module) for f in cls.fields)
        strict = any(_has(d.call, "deny_unknown_fields") for d in cls.decorators if d.name == "serde")
        yield ClassFacts(
            f"{cls.owner}.{cls.name}" if cls.owner else cls.name, place_of(cls, file.module), "schema",
            tuple(Ref(dotted_type(b)) for b in cls.bases if dotted_type(b)), fields,
            annotations=tuple(sorted(derived)), permits_unknown_fields=not strict,
        )  # fmt: skip


def place_of(cls: ClassNode, module: Module) -> Where:
    """Where a class stands."""
    return Where(module.path, cls.start, cls.end)


def _has(call: Call | None, word: str) -> bool:
    return call is not None and any(isinstance(a, Name) and a.id == word for a in call.args)


def _field(field: FieldNode, cls: ClassNode, module: Module) -> Field:
    calls = [d for d in field.decorators if d.call is not None]
    maximum: float | None = None
    for decorator in calls:
        if decorator.name in ("validate", "garde") and decorator.call is not None:
            for rule in decorator.call.args:
                if isinstance(rule, Call) and rule.name == "range":
                    top = rule.kwarg("max")
                    if isinstance(top, Const) and isinstance(top.value, int | float):
                        maximum = float(top.value)
    flat = any(d.name == "serde" and _has(d.call, "flatten") for d in calls)
    return Field(
        wire_name(field, cls), type_text(field.type, module), Where(module.path, field.start, field.end),
        constraints=any(d.name in ("validate", "garde", "schema") for d in field.decorators), maximum=maximum,
        relation="flatten" if flat else "", has_default=last_name(field.type) == "Option" or any(
            d.name == "serde" and (_has(d.call, "default") or (d.call is not None and d.call.kwarg("default") is not None))
            for d in calls
        ),
    )  # fmt: skip


def lambdas_in(expr: AnyExpr) -> Iterator[Lambda]:
    """The closures among the arguments of a call."""
    if isinstance(expr, Call):
        yield from (a for a in expr.args if isinstance(a, Lambda))
