"""Inputs of a handler: its parameters, each bound as its attributes, its type or the path say."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from persona_lsp.facts.http import Body, Constraint, In, Param
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.aspnet.attributes import (
    Values,
    argument,
    find,
    number,
    simple,
    string,
    type_arguments,
    type_name,
    where,
)
from persona_lsp.syntax.ir import AnyExpr, Decorator, ParamNode, dotted
from persona_lsp.text.patterns import lazy

SCALARS: Final = frozenset({
    "string", "String", "int", "Int32", "long", "Int64", "short", "byte", "uint", "ulong", "ushort", "bool", "Boolean",
    "double", "Double", "float", "decimal", "Decimal", "Guid", "DateTime", "DateTimeOffset", "DateOnly", "TimeOnly",
    "TimeSpan", "Uri", "char", "StringValues", "Ulid",
})  # fmt: skip
LISTS: Final = frozenset({
    "Array", "List", "IEnumerable", "IList", "ICollection", "IReadOnlyList", "IReadOnlyCollection", "HashSet",
})  # fmt: skip
_FILES: Final = frozenset({"IFormFile", "IFormFileCollection"})
RAW: Final = frozenset({"HttpContext", "HttpRequest", "HttpResponse", "Stream", "PipeReader", "IFormCollection"})
_RESOLVED: Final = frozenset({"CancellationToken", "ClaimsPrincipal", "ISender", "IMediator", "LinkGenerator"})
_UNTYPED: Final = frozenset({
    "object", "dynamic", "Object", "JsonElement", "JsonDocument", "JObject", "JToken", "JsonObject", "JsonNode",
    "ExpandoObject", "Dictionary", "IDictionary", "JArray",
})  # fmt: skip
_PLACES: Final = {
    "FromRoute": In.PATH, "FromQuery": In.QUERY, "FromHeader": In.HEADER, "FromForm": In.FORM, "FromBody": In.BODY,
    "FromUri": In.QUERY, "FromODataUri": In.PATH,
}  # fmt: skip
SERVICES: Final = frozenset({"FromServices", "FromKeyedServices", "Inject", "BindNever", "SwaggerIgnore"})
_SERVICE: Final = lazy(
    r"^I[A-Z]\w+$|(?:Services?|Context|Repository|Manager|Handlers?|Factory|Clients?|Logger|Mediator|Sender|Publisher"
    r"|Options|Bus|Provider|Store|Cache|Validator|Queue|Accessor|Generator|Mapper|Db|Database|Channel|Session|Hub"
    r"|Registry|Monitor|Resolver|Storage|Dispatcher|Connection|Helper|DataSource|Configuration|Environment|Api|Actor)$"
)
_BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH"})
_CONSTRAINTS: Final = frozenset({
    "Required", "StringLength", "MaxLength", "MinLength", "Length", "Range", "EmailAddress", "RegularExpression", "Url",
    "Phone", "Compare", "CreditCard", "AllowedValues", "DeniedValues", "Base64String", "FileExtensions",
})  # fmt: skip


class Inputs(Struct, frozen=True):
    """All that a handler takes. `unknown`: it may read more than is declared."""

    params: tuple[Param, ...] = ()
    body: Body | None = None
    unknown: bool = False


def constrained(decorators: Iterable[Decorator]) -> bool:
    """A data annotation that is checked stands there."""
    return any(simple(d.name) in _CONSTRAINTS for d in decorators)


def inputs(
    params: tuple[ParamNode, ...], values: Values, methods: tuple[str, ...], path_names: frozenset[str], *,
    minimal: bool, validated: bool | None,
) -> Inputs:  # fmt: skip
    """The inputs of a handler. `validated`: whether the framework checks the body before the handler runs."""
    found: list[Param] = []
    body: Body | None = None
    unknown = False
    for p in params:
        place = place_of(p, path_names, methods, minimal=minimal)
        kind = type_name(p.type)
        if place == "":
            unknown = unknown or kind in RAW or find(p.decorators, "AsParameters") is not None or not p.type
        elif place == "unknown":
            unknown = True
        elif place == "body":
            body = _body(p, kind, values, validated)
        else:
            bound = In(place)
            whole = kind not in SCALARS | LISTS | _FILES and bound in {In.QUERY, In.FORM, In.PATH} and not _plain(p)
            if whole:
                # A class whose properties are the parameters.
                unknown = True
                if bound is In.FORM:
                    body = _body(p, kind, values, validated)
                continue
            found.append(_param(p, bound, values, path_names))
    return Inputs(tuple(found), body, unknown)


def place_of(p: ParamNode, path_names: frozenset[str], methods: Iterable[str], *, minimal: bool) -> str:
    """Where a parameter comes from: a name of `In`, "unknown", or "" for what is no input."""
    kind = type_name(p.type)
    names = {simple(d.name) for d in p.decorators}
    if names & SERVICES or kind in RAW or kind in _RESOLVED or "AsParameters" in names:
        return ""
    declared = next((_PLACES[n] for n in names if n in _PLACES), None)
    if kind in _FILES or (kind in LISTS and any(type_name(t) in _FILES for t in type_arguments(p.type))):
        return "file"
    if declared is not None:
        return declared.value
    if _spelled(p.name, path_names) in path_names:
        return "path"
    if names - _CONSTRAINTS - {"Bind", "ModelBinder", "DefaultValue", "SwaggerParameter", "Optional"}:
        return "unknown"  # an attribute of the project's own may bind it
    if kind in SCALARS or (kind in LISTS and all(type_name(t) in SCALARS for t in type_arguments(p.type))):
        return "query"
    if not p.type:
        return "unknown"
    if _SERVICE.search(kind) and kind not in LISTS:
        return "" if minimal or kind.startswith("I") else "unknown"
    if minimal:
        return "body" if set(methods) & _BODY_METHODS else "unknown"
    if set(methods) & _BODY_METHODS:
        return "body"
    return "query" if _plain(p) else "unknown"


def input_places(
    params: tuple[ParamNode, ...], path_names: frozenset[str], methods: tuple[str, ...], *, minimal: bool
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Parameter name -> place, and the raw requests: for the flow analysis."""
    places: dict[str, str] = {}
    requests: list[str] = []
    for p in params:
        if type_name(p.type) in {"HttpContext", "HttpRequest"}:
            requests.append(p.name)
            continue
        place = place_of(p, path_names, methods, minimal=minimal)
        if place and place != "unknown":
            places[p.name] = place
        elif place == "unknown" and find(p.decorators, *SERVICES) is None:
            places[p.name] = "query"
    return places, tuple(requests)


def constraint_of(decorators: Iterable[Decorator]) -> Constraint | None:
    """Bounds that data annotations give; None without any."""
    given: dict[str, float | int | str | None] = {}
    for d in decorators:
        name = simple(d.name)
        first = number(argument(d))
        if name == "Range":
            given["minimum"], given["maximum"] = first, number(argument(d, position=1))
        elif name in {"MaxLength", "StringLength"}:
            given["max_length"] = int(first) if first is not None else None
            low = number(argument(d, "MinimumLength", position=-1))
            given["min_length"] = int(low) if low is not None else given.get("min_length")
        elif name == "MinLength":
            given["min_length"] = int(first) if first is not None else None
        elif name == "RegularExpression":
            given["pattern"] = string(argument(d))
    known = {k: v for k, v in given.items() if v is not None}
    return Constraint(**known) if known else None  # type: ignore[arg-type]  # the names and values are paired above


def _plain(p: ParamNode) -> bool:
    """An enum, which looks like any other type: a short name without the endings of what carries data."""
    kind = type_name(p.type)
    return kind in SCALARS or kind.endswith(("Type", "Status", "Kind", "Enum", "Order", "Id", "Format", "Mode"))


def _spelled(name: str, path_names: frozenset[str]) -> str:
    """The name as the template spells it: routing does not look at the case of letters."""
    return next((known for known in path_names if known.lower() == name.lower()), name)


def _param(p: ParamNode, place: In, values: Values, path_names: frozenset[str]) -> Param:
    declared = next((d for d in p.decorators if simple(d.name) in _PLACES), None)
    name = (string(argument(declared, "Name", "name", position=-1)) if declared is not None else "") or p.name
    name = _spelled(name, path_names) if place is In.PATH else name
    default = values.source(p.default) if p.default is not None else None
    optional = p.optional or default is not None
    required = place is In.PATH or (not optional and find(p.decorators, "Required", "BindRequired") is not None)
    return Param(
        name, where(values.module, p), place, p.name, values.source(p.type), required and not optional, default,
        constraint_of(p.decorators), default_where=where(values.module, p.default) if p.default is not None else None,
    )  # fmt: skip


def _body(p: ParamNode, kind: str, values: Values, validated: bool | None) -> Body:
    element: AnyExpr | None = p.type
    while type_name(element) in LISTS and type_arguments(element):
        element = type_arguments(element)[0]
    name = dotted(element) if element is not None else ""
    known = type_name(element) in SCALARS
    return Body(
        values.source(p.type), where(values.module, p), p.name, kind in _UNTYPED, None if known else validated,
        Ref(name) if name and not known else None,
    )  # fmt: skip
