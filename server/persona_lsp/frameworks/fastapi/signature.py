"""What the signature of a handler or dependency declares: parameters, body, guards and further dependencies."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from persona_lsp.facts.http import Body, Constraint, Guard, GuardKind, In, Level, Param
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.fastapi.guards import guard_of, kind_of
from persona_lsp.syntax.ir import AnyExpr, Binary, Call, Const, Expr, Index, Items, Member, Name, ParamNode, Str
from persona_lsp.syntax.python_names import Names, flag, number_of, place, ref_name, unwrap_annotated
from persona_lsp.text.patterns import lazy

MARKERS: Final = {
    "Query": In.QUERY,
    "Path": In.PATH,
    "Header": In.HEADER,
    "Cookie": In.COOKIE,
    "Form": In.FORM,
    "File": In.FILE,
    "Body": In.BODY,
}
DEPENDS: Final = frozenset({"Depends", "Security", "FromDishka", "Provide"})
SPECIAL: Final = frozenset(
    {"Request", "Response", "WebSocket", "BackgroundTasks", "HTTPConnection", "SecurityScopes", "Headers"}
)
DESCRIBES: Final = frozenset(
    {
        "Field", "StringConstraints", "AfterValidator", "BeforeValidator", "PlainValidator", "WrapValidator",
        "PlainSerializer", "WrapSerializer", "Doc", "Ge", "Gt", "Le", "Lt", "Len", "MinLen", "MaxLen", "Interval",
        "MultipleOf", "Predicate", "Strict", "Tag", "Discriminator", "WithJsonSchema", "GetPydanticSchema", "Meta",
        "UrlConstraints", "AliasChoices", "FailFast", "Timezone", "Not", "deprecated",
    }
)  # fmt: skip
"""Metadata of a type that says which values it has; any other call may return a dependency."""
_SCALARS: Final = frozenset(
    {
        "int", "str", "float", "bool", "bytes", "UUID", "UUID1", "UUID3", "UUID4", "UUID5", "date", "datetime", "time",
        "timedelta", "Decimal", "Literal", "EmailStr", "HttpUrl", "AnyUrl", "AnyHttpUrl", "PositiveInt",
        "NonNegativeInt", "NegativeInt", "PositiveFloat", "NonNegativeFloat", "StrictStr", "StrictInt", "StrictBool",
        "conint", "constr", "confloat", "IPvAnyAddress", "IPv4Address", "PastDate", "FutureDate", "AwareDatetime",
        "NaiveDatetime", "ObjectId", "PydanticObjectId", "SecretStr", "Pattern", "FilePath", "UUID7", "ULID", "Json",
        "None", "NoneType", "StrictFloat", "PastDatetime", "FutureDatetime", "NameEmail",
    }
)  # fmt: skip
_LISTS: Final = frozenset(
    {"list", "List", "set", "Set", "tuple", "Tuple", "Sequence", "Iterable", "frozenset", "FrozenSet"}
)
_UNTYPED: Final = frozenset({"dict", "Dict", "Any", "object", "Mapping", "MutableMapping", "JSON", "JSONObject"})
_INJECTED: Final = lazy(
    r"(?:Dep|Deps|Depends|Dependency|Dependencies|Session|Sess|DB|Db|Conn|Connection)$|^(?:Current|Session|Authed|Auth[A-Z_]|Db[A-Z]|DB[A-Z])"
)
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH", "DELETE", "ANY"})


class Signature(Struct, frozen=True):
    """What one function declares. `inputs` as in `flow.vocabulary.Handling`; `special`: names of request, response."""

    params: tuple[Param, ...] = ()
    body: Body | None = None
    guards: tuple[Guard, ...] = ()
    dependencies: tuple[Ref, ...] = ()
    unknown: bool = False
    inputs: Mapping[str, str] = {}
    special: Mapping[str, str] = {}
    validated: tuple[str, ...] = ()
    marked: bool = False
    """Some parameter is declared with a word of FastAPI: this function is called by it."""


def signature(
    nodes: tuple[ParamNode, ...],
    names: Names,
    path_names: frozenset[str] = frozenset(),
    methods: tuple[str, ...] = (),
    level: Level = Level.ROUTE,
) -> Signature:
    """Read the parameters of a function that FastAPI calls."""
    params: list[Param] = []
    bodies: list[tuple[int, Body]] = []
    guards: list[Guard] = []
    dependencies: list[Ref] = []
    inputs: dict[str, str] = {}
    special: dict[str, str] = {}
    validated: list[str] = []
    unknown = marked = False
    for node in nodes:
        if node.kind == "self":
            continue
        if node.kind in ("rest", "kwrest"):
            unknown = True
            continue
        declared, metadata = unwrap_annotated(node.type, names)
        marker, word, default = _marker(node, metadata, names)
        simple = type_name(declared)
        if word in DEPENDS and marker is not None:
            marked = True
            target = _depended(marker) or declared
            name = ref_name(target)
            inputs[node.name] = "dependency"
            if name:
                dependencies.append(Ref(name))
            elif not (isinstance(target, Index) and ref_name(target.base).endswith("Provide")):
                unknown = True
            if target is not None:
                guard = guard_of(target, node, level, names, scopes=marker.kwarg("scopes"))
                if guard is not None:
                    guards.append(guard)
            continue
        if word == "Body" and marker is not None:
            marked = True
            untyped = declared is None or simple in _UNTYPED
            bodies.append((3, _body(node, declared, names, untyped=untyped)))
            inputs[node.name] = "body"
            if not untyped:
                validated.append(node.name)
            continue
        if word in MARKERS:
            marked = True
            params.append(_param(node, MARKERS[word], declared, marker, default, metadata, names))
            inputs[node.name] = MARKERS[word].value
            continue
        if node.name in path_names:
            params.append(_param(node, In.PATH, declared, None, default, metadata, names))
            inputs[node.name] = "path"
            continue
        if simple in SPECIAL:
            special[node.name] = simple
            continue
        if may_depend(metadata):
            made = next(m for m in metadata if isinstance(m, Call))
            named = Ref(ref_name(made)) if ref_name(made) else None
            # Whether it is one, what it gives back tells (`workspace/dependencies.py`).
            kind = kind_of(made.name) or GuardKind.UNKNOWN
            guards.append(Guard(made.name, kind, level, place(node, names.module)))
            if named is not None:
                dependencies.append(named)
            inputs[node.name] = "dependency"
            unknown = True
            continue
        element = _element(declared)
        if "UploadFile" in (simple, element):
            params.append(_param(node, In.FILE, declared, None, default, metadata, names))
            inputs[node.name] = "file"
        elif declared is None or simple in _SCALARS or _is_enum(simple, default, names):
            params.append(_param(node, In.QUERY, declared, None, default, metadata, names))
            inputs[node.name] = "query"
        elif simple in _UNTYPED or (simple in _LISTS and (element in _SCALARS or element in _UNTYPED or not element)):
            bodies.append((2, _body(node, declared, names, untyped=simple in _UNTYPED)))
            inputs[node.name] = "body"
        else:
            alias = declared if isinstance(declared, Name | Member) else None
            cls = names.classes.get(simple)
            injected = cls is None and _INJECTED.search(simple) is not None
            if alias is not None and cls is None and ref_name(alias):
                dependencies.append(Ref(ref_name(alias)))
            if injected:
                guard = guard_of(alias, node, level, names) if alias is not None else None
                if guard is not None:
                    guards.append(guard)
                inputs[node.name] = "dependency"
            else:
                rank = 3 if cls is not None or simple in _LISTS else 1 if default is None else 0
                bodies.append((rank, _body(node, declared, names, untyped=False)))
                inputs[node.name] = "body"
                validated.append(node.name)
    body: Body | None = None
    if bodies and (not methods or not _WITH_BODY.isdisjoint(methods)):
        best = max(rank for rank, _ in bodies)
        body = [b for rank, b in bodies if rank == best][-1]
    return Signature(
        tuple(params), body, tuple(guards), tuple(dict.fromkeys(dependencies)), unknown, inputs, special,
        tuple(validated), marked,
    )  # fmt: skip  # in the order of the fields


def type_name(expr: AnyExpr | None) -> str:
    """The simple name of a type without `Optional`, `| None` and `Annotated`."""
    match expr:
        case Name(id=name) | Member(name=name):
            return name
        case Call():
            return expr.name
        case Const(value=None):
            return "None"
        case Index(base=base, keys=keys):
            outer = type_name(base)
            if outer in ("Optional", "Annotated", "Final", "Required") and keys:
                return type_name(keys[0])
            if outer == "Union":
                return next((n for k in keys if (n := type_name(k)) != "None"), "None")
            return outer
        case Binary(op="|", left=left, right=right):
            name = type_name(left)
            return type_name(right) if name == "None" else name
        case Str():
            return expr.value or ""
        case _:
            return ""


def may_depend(metadata: tuple[AnyExpr, ...]) -> bool:
    """`Annotated[Role, Allowed("admin")]`: a function of the project may have made a dependency."""
    return any(
        isinstance(m, Call) and m.name not in DESCRIBES and m.name not in DEPENDS and m.name not in MARKERS
        for m in metadata
    )


def _element(expr: AnyExpr | None) -> str:
    """`list[X]` is X."""
    match expr:
        case Index(base=base, keys=keys) if keys:
            return _element(keys[0]) if type_name(base) in ("Optional", "Union") else type_name(keys[0])
        case Binary(op="|", left=left, right=right):
            return _element(right) if type_name(left) == "None" else _element(left)
        case _:
            return ""


def _is_enum(simple: str, default: AnyExpr | None, names: Names) -> bool:
    cls = names.classes.get(simple)
    if cls is not None:
        return any(type_name(b) in ("Enum", "StrEnum", "IntEnum") for b in cls.bases)
    if isinstance(default, Member):
        return True
    return isinstance(default, Str) or (isinstance(default, Const) and default.value is not None)


def _marker(node: ParamNode, metadata: tuple[AnyExpr, ...], names: Names) -> tuple[Call | None, str, AnyExpr | None]:
    """The `Query(...)` or `Depends(...)` of a parameter, its name, and the default value."""
    default = node.default
    if isinstance(default, Name) and isinstance(names.values.get(default.id), Call):
        default = names.values[default.id]
    for item in (default, *metadata):
        if isinstance(item, Call) and (item.name in MARKERS or item.name in DEPENDS):
            if item is not default:
                return item, item.name, node.default
            value = item.kwarg("default")
            if value is None and item.args and item.name in MARKERS:
                value = item.args[0]
            return item, item.name, value
    return None, "", node.default


def _depended(marker: Call) -> AnyExpr | None:
    return marker.args[0] if marker.args else marker.kwarg("dependency")


def _body(node: ParamNode, declared: AnyExpr | None, names: Names, *, untyped: bool) -> Body:
    name = ref_name(declared)
    return Body(
        names.module.text(declared) if declared is not None else "",
        place(node, names.module),
        node.name,
        untyped,
        not untyped,
        Ref(name) if name and not untyped else None,
    )


def _param(
    node: ParamNode,
    where: In,
    declared: AnyExpr | None,
    marker: Call | None,
    default: AnyExpr | None,
    metadata: tuple[AnyExpr, ...],
    names: Names,
) -> Param:
    module = names.module
    given = marker.kwarg("alias") if marker is not None else None
    alias = given.value if isinstance(given, Str) else None
    name = alias or node.name
    if where is In.HEADER and alias is None:
        converted = flag(marker.kwarg("convert_underscores")) if marker is not None else None
        name = name if converted is False else name.replace("_", "-")
    factory = marker.kwarg("default_factory") if marker is not None else None
    is_ellipsis = isinstance(default, Expr) and module.text(default) == "..."
    value = None if default is None or is_ellipsis else module.text(default)
    required = (value is None and factory is None) or where is In.PATH
    return Param(
        name,
        place(node, module),
        where,
        node.name,
        module.text(declared)[:120] if declared is not None else "",
        required,
        value,
        _constraint((marker, *metadata, declared), names),
        default_where=place(default, module) if default is not None and not is_ellipsis else None,
    )


UNKNOWN_BOUND: Final = float("inf")
"""A bound is declared, but its number stands elsewhere."""


def _constraint(sources: tuple[AnyExpr | None, ...], names: Names) -> Constraint | None:
    bounds: dict[str, float] = {}
    pattern: str | None = None
    choices: tuple[str, ...] = ()
    for source in sources:
        match source:
            case Call():
                if source.name in ("Ge", "Gt", "Le", "Lt") and source.args:
                    bounds[source.name.lower()] = _bound(source.args[0], names)
                for item in source.kwargs:
                    if item.name in ("ge", "gt", "le", "lt", "min_length", "max_length"):
                        bounds[item.name] = _bound(item.value, names)
                    elif item.name in ("pattern", "regex"):
                        pattern = item.value.value if isinstance(item.value, Str) else module_text(item.value, names)
            case Index(base=base, keys=keys) if type_name(base) == "Literal":
                choices = tuple(k.value for k in keys if isinstance(k, Str) and k.value is not None)
            case Index(base=base, keys=(inner, *_)) if type_name(base) == "Optional":
                nested = _constraint((inner,), names)
                choices = nested.choices if nested is not None else ()
            case Items():
                pass
            case _:
                pass
    if not bounds and pattern is None and not choices:
        return None
    minimum = bounds.get("ge", bounds["gt"] + 1 if "gt" in bounds else None)
    minimum = None if minimum == UNKNOWN_BOUND else minimum
    maximum = bounds.get("le", bounds["lt"] - 1 if "lt" in bounds else None)
    return Constraint(
        minimum, maximum, _length(bounds.get("min_length")), _length(bounds.get("max_length")), pattern, choices
    )


def module_text(expr: AnyExpr, names: Names) -> str:
    """The source of an expression."""
    return names.module.text(expr)


def _bound(expr: AnyExpr, names: Names) -> float:
    number = number_of(expr, names)
    return UNKNOWN_BOUND if number is None else number


def _length(value: float | None) -> int | None:
    return None if value is None else int(value) if value == value else 0
