"""What a handler method takes: parameters, the body, and what Spring resolves by itself."""

from typing import Final

from msgspec import Struct

from persona_lsp.facts.http import Body, Constraint, In, Param
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.spring.annotations import (
    Values,
    argument,
    find,
    flag,
    number,
    simple,
    string,
    type_arguments,
    type_name,
    where,
)
from persona_lsp.syntax.ir import AnyExpr, Decorator, FieldNode, FunctionNode, ParamNode, Str, dotted
from persona_lsp.text.patterns import lazy

SCALARS: Final = frozenset({
    "String", "CharSequence", "int", "long", "short", "byte", "double", "float", "boolean", "char", "Integer", "Long",
    "Short", "Byte", "Double", "Float", "Boolean", "Character", "BigDecimal", "BigInteger", "UUID", "LocalDate",
    "LocalDateTime", "LocalTime", "OffsetDateTime", "ZonedDateTime", "Instant", "Date", "Year", "YearMonth",
    "Duration", "Currency", "URI", "URL", "Number", "Enum",
})  # fmt: skip
_RESOLVED: Final = frozenset({
    "HttpServletRequest", "HttpServletResponse", "ServletRequest", "ServletResponse", "HttpSession", "Principal",
    "Authentication", "BindingResult", "Errors", "Model", "ModelMap", "ModelAndView", "RedirectAttributes", "Locale",
    "UriComponentsBuilder", "ServletUriComponentsBuilder", "WebRequest", "NativeWebRequest", "ServerWebExchange",
    "ServerHttpRequest", "ServerHttpResponse", "TimeZone", "ZoneId", "OutputStream", "Writer", "SessionStatus",
    "HttpMethod", "Jwt", "OAuth2AuthenticationToken", "JwtAuthenticationToken", "SecurityContext", "PushBuilder",
    "MultipartHttpServletRequest", "MultipartRequest", "WebSession", "CsrfToken", "OAuth2User", "OidcUser",
    "UsernamePasswordAuthenticationToken", "UserDetails", "ServerWebExchangeDecorator", "Continuation",
    "OAuth2AuthorizedClient", "PersistentEntityResourceAssembler", "PagedResourcesAssembler", "RootResourceInformation",
    "SseEmitter", "HttpHeaders", "BackendId", "UriInfo", "AsyncResponse", "Request",
})  # fmt: skip
_RAW: Final = frozenset({
    "HttpServletRequest", "ServletRequest", "WebRequest", "NativeWebRequest", "ServerWebExchange", "ServerHttpRequest",
    "MultipartHttpServletRequest", "MultipartRequest", "InputStream", "Reader", "UriInfo", "HttpEntity",
    "RequestEntity", "HttpHeaders",
})  # fmt: skip
_FILES: Final = frozenset({"MultipartFile", "FilePart", "Part", "FormDataBodyPart", "FormDataContentDisposition"})
_PLACES: Final = {
    "PathVariable": In.PATH, "RequestParam": In.QUERY, "RequestHeader": In.HEADER, "CookieValue": In.COOKIE,
    "RequestPart": In.FORM, "MatrixVariable": In.PATH, "PathParam": In.PATH, "QueryParam": In.QUERY,
    "HeaderParam": In.HEADER, "CookieParam": In.COOKIE, "FormParam": In.FORM, "FormDataParam": In.FORM,
}  # fmt: skip
_PRINCIPALS: Final = frozenset(
    {"AuthenticationPrincipal", "CurrentSecurityContext", "RegisteredOAuth2AuthorizedClient"}
)
_NOT_INPUT: Final = _PRINCIPALS | {
    "RequestAttribute",
    "SessionAttribute",
    "Value",
    "Context",
    "Suspended",
    "Autowired",
    "ParameterObject",
}
_HARMLESS: Final = frozenset({
    "Valid", "Validated", "NotNull", "Nullable", "NonNull", "Parameter", "ApiParam", "DateTimeFormat", "Min", "Max",
    "Size", "NotBlank", "NotEmpty", "Pattern", "Positive", "PositiveOrZero", "Email", "Length", "Range", "Schema",
    "SuppressWarnings", "NumberFormat", "JsonView", "Hidden", "Deprecated", "Past", "Future", "ParameterObject",
    "PageableDefault", "SortDefault", "Qualifier", "Digits", "DecimalMin", "DecimalMax", "ModelAttribute", "ApiIgnore",
})  # fmt: skip
_UNTYPED: Final = lazy(
    r"(?:Linked|Hash|Tree|MultiValue|Concurrent)?(?:Hash)?Map\b|Object$|JsonNode$|ObjectNode$|ArrayNode$|JSONObject$"
    r"|JSONArray$|JsonObject$|\?$"
)
_OPTIONAL: Final = frozenset({"Optional", "OptionalInt", "OptionalLong"})
_WRAPPERS: Final = frozenset(
    {"Mono", "Flux", "Publisher", "HttpEntity", "RequestEntity", "List", "Set", "Collection", "Array", "Iterable"}
)
_ASYNC: Final = frozenset({"Mono", "Publisher", "HttpEntity", "RequestEntity"})


class Inputs(Struct, frozen=True):
    """All that a handler takes. `unknown`: it may read more than is declared."""

    params: tuple[Param, ...] = ()
    body: Body | None = None
    unknown: bool = False


def inputs(
    method: FunctionNode, values: Values, scope: str, path_names: frozenset[str], *, jax_rs: bool = False
) -> Inputs:
    """The inputs of a handler. `path_names`: variables of its paths, as far as they are known."""
    params: list[Param] = []
    body: Body | None = None
    unknown = False
    for p in method.params:
        kind = type_name(p.type)
        names = {simple(d.name) for d in p.decorators}
        if kind in _RAW:
            unknown = True
        if "RequestBody" in names or kind in {"HttpEntity", "RequestEntity"} or kind in {"InputStream", "Reader"}:
            body = _body(p, kind, values)
            continue
        declared = next((d for d in p.decorators if simple(d.name) in _PLACES), None)
        if declared is not None:
            made = _declared(p, declared, values, scope)
            if made is None:
                unknown = True
            else:
                params.append(made)
        elif kind == "Pageable":
            params += _page(p, values)
        elif kind in _RESOLVED or names & _NOT_INPUT:
            continue
        elif jax_rs:
            if not names - _HARMLESS:
                body = _body(p, kind, values)
            else:
                unknown = True
        elif names - _HARMLESS:
            # An annotation of the project's own: an argument resolver, mostly the caller.
            continue
        elif kind in _FILES:
            params.append(Param(p.name, where(values.module, p), In.FILE, p.name, _source(values, p.type)))
        elif kind in SCALARS or (kind in {"List", "Set", "Array"} and _holds_scalars(p.type)) or kind in _OPTIONAL:
            place = In.PATH if p.name in path_names and "ModelAttribute" in names else In.QUERY
            params.append(_param(p, values, place, p.name, required=False, default=None, default_where=None))
        else:
            unknown = True
    return Inputs(tuple(params), body, unknown)


def field_inputs(fields: tuple[FieldNode, ...], values: Values, scope: str) -> Inputs:
    """What the fields of a JAX-RS resource are filled with: `@PathParam("id") Long id;`, `@Context UriInfo uri;`."""
    params: list[Param] = []
    unknown = False
    for field in fields:
        declared = next((d for d in field.decorators if simple(d.name) in _PLACES), None)
        if declared is not None:
            node = ParamNode(field.start, field.end, field.name, field.type, None, field.decorators)
            made = _declared(node, declared, values, scope)
            params += [made] if made is not None else []
            unknown = unknown or made is None
        elif find(field.decorators, "BeanParam") is not None or type_name(field.type) in _RAW:
            unknown = True
    return Inputs(tuple(params), None, unknown)


def input_places(method: FunctionNode) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """Parameter name -> place, those that are validated, and the raw request objects: for the flow analysis."""
    places: dict[str, str] = {}
    validated: list[str] = []
    requests: list[str] = []
    for p in method.params:
        kind = type_name(p.type)
        names = {simple(d.name) for d in p.decorators}
        if names & {"Valid", "Validated"}:
            validated.append(p.name)
        if kind in _RAW and kind not in {"HttpEntity", "RequestEntity", "InputStream", "Reader"}:
            requests.append(p.name)
            continue
        if "RequestBody" in names or kind in {"HttpEntity", "RequestEntity", "InputStream", "Reader"}:
            places[p.name] = "body"
            continue
        declared = next((simple(d.name) for d in p.decorators if simple(d.name) in _PLACES), "")
        if declared:
            places[p.name] = "file" if kind in _FILES else _PLACES[declared].value
        elif kind in _RESOLVED or names & _NOT_INPUT or names - _HARMLESS:
            continue
        else:
            places[p.name] = "file" if kind in _FILES else "query"
    return places, tuple(validated), tuple(requests)


def constraint_of(decorators: tuple[Decorator, ...]) -> Constraint | None:
    """Bounds that jakarta.validation annotations give; None without any."""
    given: dict[str, float | int | str | None] = {}
    for d in decorators:
        name = simple(d.name)
        value = argument(d, "value")
        if name in {"Min", "DecimalMin"}:
            given["minimum"] = number(value)
        elif name in {"Max", "DecimalMax"}:
            given["maximum"] = number(value)
        elif name == "Positive":
            given["minimum"] = 1.0
        elif name == "PositiveOrZero":
            given["minimum"] = 0.0
        elif name == "Range":
            given["minimum"], given["maximum"] = number(argument(d, "min")), number(argument(d, "max"))
        elif name in {"Size", "Length"}:
            low, high = number(argument(d, "min")), number(argument(d, "max"))
            given["min_length"] = int(low) if low is not None else None
            given["max_length"] = int(high) if high is not None else None
        elif name in {"NotBlank", "NotEmpty"}:
            given["min_length"] = 1
        elif name == "Pattern":
            given["pattern"] = string(argument(d, "regexp"))
    known = {k: v for k, v in given.items() if v is not None}
    return Constraint(**known) if known else None  # type: ignore[arg-type]  # the names and values are paired above


def _declared(p: ParamNode, d: Decorator, values: Values, scope: str) -> Param | None:
    kind = simple(d.name)
    if type_name(p.type) in {"Map", "MultiValueMap", "HttpHeaders"}:
        return None
    place = _PLACES[kind]
    if type_name(p.type) in _FILES or (
        kind == "RequestParam" and any(type_name(t) in _FILES for t in type_arguments(p.type))
    ):
        place = In.FILE
    name = p.name
    named = argument(d, "value", "name")
    if named is not None:
        parts = values.text(named, scope)
        if not all(isinstance(part, str) for part in parts):
            return None
        name = "".join(part for part in parts if isinstance(part, str)) or p.name
    given = argument(d, "defaultValue")
    separate = find(p.decorators, "DefaultValue")
    if separate is not None:
        given = argument(separate, "value")
    default = string(given) if isinstance(given, Str) else values.source(given) if given is not None else None
    required = flag(argument(d, "required")) is not False and given is None
    optional = type_name(p.type) in _OPTIONAL or find(p.decorators, "Nullable") is not None
    if place is In.PATH and not optional:
        required = flag(argument(d, "required")) is not False
    elif kind in {"QueryParam", "HeaderParam", "CookieParam", "FormParam"}:
        required = False
    return _param(p, values, place, name, required=required and not optional, default=default, default_where=given)


def _param(
    p: ParamNode, values: Values, place: In, name: str, *, required: bool, default: str | None,
    default_where: AnyExpr | None,
) -> Param:  # fmt: skip
    return Param(
        name,
        where(values.module, p),
        place,
        p.name,
        _source(values, p.type),
        required,
        default,
        constraint_of(p.decorators),
        default_where=where(values.module, default_where) if default_where is not None else None,
    )


def _page(p: ParamNode, values: Values) -> list[Param]:
    """Spring Data's paging parameters; its resolver never takes more than 2,000 rows a page."""
    at = where(values.module, p)
    default = find(p.decorators, "PageableDefault")
    size = argument(default, "size", "value") if default is not None else None
    return [
        Param("page", at, In.QUERY, p.name, "int", False, "0", Constraint(minimum=0), via="Pageable"),
        Param(
            "size", at, In.QUERY, p.name, "int", False, values.source(size) if size is not None else "20",
            Constraint(maximum=2000), via="Pageable",
        ),
        Param("sort", at, In.QUERY, p.name, "String", False, via="Pageable"),
    ]  # fmt: skip


def _body(p: ParamNode, kind: str, values: Values) -> Body:
    held = p.type
    while type_name(held) in _ASYNC and type_arguments(held):
        held = type_arguments(held)[0]
    written = _source(values, held)
    untyped = bool(_UNTYPED.match(type_name(held))) or kind in {"InputStream", "Reader"}
    element = held
    while type_name(element) in _WRAPPERS and type_arguments(element):
        element = type_arguments(element)[0]
    name = dotted(element) if element is not None else ""
    validated: bool | None = find(p.decorators, "Valid", "Validated") is not None
    if not validated and (type_name(held) in SCALARS | _WRAPPERS or untyped):
        validated = None if type_name(held) in _WRAPPERS or type_name(held) == "String" else validated
    return Body(
        written, where(values.module, p), p.name, untyped, validated,
        Ref(name) if name and type_name(element) not in SCALARS else None,
    )  # fmt: skip


def _holds_scalars(declared: AnyExpr | None) -> bool:
    return all(type_name(t) in SCALARS for t in type_arguments(declared))


def _source(values: Values, expr: AnyExpr | None) -> str:
    return values.source(expr) if expr is not None else ""
