"""The inputs of django-ninja's operations, from the signature."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from persona_lsp.facts.http import Body, Constraint, In, Param
from persona_lsp.facts.text import Ref
from persona_lsp.syntax.ir import AnyExpr, Binary, Call, Const, FunctionNode, Index, Items, Member, Name, ParamNode
from persona_lsp.syntax.python_names import Names, number_of, place, ref_name, unwrap_annotated

_MARKERS: Final = {
    "Query": In.QUERY, "QueryEx": In.QUERY, "Path": In.PATH, "PathEx": In.PATH, "Header": In.HEADER,
    "HeaderEx": In.HEADER, "Cookie": In.COOKIE, "Form": In.FORM, "FormEx": In.FORM, "File": In.FILE, "Body": In.BODY,
    "BodyEx": In.BODY, "P": In.QUERY,
}  # fmt: skip
_PLAIN: Final = frozenset(
    {
        "int", "str", "float", "bool", "bytes", "UUID", "date", "datetime", "time", "timedelta", "Decimal", "Any", "list",
        "List", "Optional", "Union", "set", "Set", "tuple", "Tuple", "Literal", "EmailStr", "HttpUrl", "AnyUrl", "None",
        "Sequence", "constr", "conint", "PositiveInt", "NonNegativeInt", "Path", "Query",
    }
)  # fmt: skip
_UNTYPED: Final = frozenset({"dict", "Dict", "Any", "Mapping", "object"})
_REQUESTS: Final = ("Request", "HttpRequest")


class Inputs(Struct, frozen=True):
    """What a signature declares. `places`: name of a parameter -> where it travels."""

    params: tuple[Param, ...] = ()
    body: Body | None = None
    places: Mapping[str, str] = {}
    validated: tuple[str, ...] = ()
    request: tuple[str, ...] = ()


def inputs(function: FunctionNode, path: frozenset[str], names: Names) -> Inputs:
    """The inputs of an operation whose path has the parameters `path`."""
    params: list[Param] = []
    body: Body | None = None
    places: dict[str, str] = {}
    validated: list[str] = []
    request: tuple[str, ...] = ()
    for number, param in enumerate(p for p in function.params if p.kind not in ("self", "rest", "kwrest")):
        if param.name in ("self", "cls"):
            continue
        if param.name == "request" or (number == 0 and ref_name(param.type).rsplit(".", 1)[-1].endswith(_REQUESTS)):
            request = (param.name,)
            continue
        declared, metadata = unwrap_annotated(param.type, names)
        mark = _mark(param, metadata)
        where = _place(param, declared, mark, path)
        places[param.name] = where.value
        validated.append(param.name)
        kind = names.module.text(declared)[:80] if declared is not None else ""
        if where is In.BODY:
            last = _class_of(declared).rsplit(".", 1)[-1]
            body = Body(
                kind, place(param, names.module), param.name, last in _UNTYPED or not last,
                None if last in _UNTYPED or not last else True, Ref(_class_of(declared)) if last else None,
            )  # fmt: skip
            continue
        if where is In.QUERY and _is_model(declared):
            continue  # its fields stand in its class
        params.append(
            Param(
                _alias(mark) or param.name, place(param, names.module), where, param.name, kind,
                param.default is None, constraint=_constraint(mark, names),
                default=names.module.text(param.default)[:40] if param.default is not None else None,
            )
        )  # fmt: skip
    return Inputs(tuple(params), body, places, tuple(validated), request)


def _mark(param: ParamNode, metadata: tuple[AnyExpr, ...]) -> AnyExpr | None:
    """`= Query(20, le=100)`, `Annotated[int, Query(...)]`, `Query[Filters]`."""
    for item in (param.default, *metadata, param.type):
        inner = item.func if isinstance(item, Call) else item.base if isinstance(item, Index) else item
        if inner is not None and ref_name(inner).rsplit(".", 1)[-1] in _MARKERS and not isinstance(inner, Const):
            return item
    return None


def _place(param: ParamNode, declared: AnyExpr | None, mark: AnyExpr | None, path: frozenset[str]) -> In:
    if mark is not None:
        inner = mark.func if isinstance(mark, Call) else mark.base if isinstance(mark, Index) else mark
        return _MARKERS[ref_name(inner).rsplit(".", 1)[-1]]
    if param.name in path:
        return In.PATH
    last = _class_of(declared).rsplit(".", 1)[-1]
    if last == "UploadedFile":
        return In.FILE
    return In.BODY if _is_model(declared) or last in ("dict", "Dict") else In.QUERY


def _is_model(declared: AnyExpr | None) -> bool:
    last = _class_of(declared).rsplit(".", 1)[-1]
    return bool(last) and last[:1].isupper() and last not in _PLAIN and last not in _UNTYPED


def _class_of(declared: AnyExpr | None) -> str:
    """The class that a type is about: of `Optional[X]`, `X | None`, `list[X]` it is `X`."""
    match declared:
        case Index(base=base, keys=keys):
            last = ref_name(base).rsplit(".", 1)[-1]
            if (last in _PLAIN or last in _MARKERS) and last != "Literal" and keys:
                first = keys[0].items[0] if isinstance(keys[0], Items) and keys[0].items else keys[0]
                return _class_of(first)
            return ref_name(base)
        case Binary(op="|", left=left, right=right):
            return _class_of(left) if not isinstance(left, Const) else _class_of(right)
        case Name() | Member():
            return ref_name(declared)
        case _:
            return ""


def _alias(mark: AnyExpr | None) -> str:
    given = mark.kwarg("alias") if isinstance(mark, Call) else None
    return getattr(given, "value", None) or "" if given is not None else ""


def _constraint(mark: AnyExpr | None, names: Names) -> Constraint | None:
    if not isinstance(mark, Call):
        return None
    minimum = number_of(mark.kwarg("ge") or mark.kwarg("gt"), names)
    bound = mark.kwarg("le") or mark.kwarg("lt")
    maximum = number_of(bound, names)
    if bound is not None and maximum is None:
        maximum = float("inf")
    longest = number_of(mark.kwarg("max_length"), names)
    if minimum is None and maximum is None and longest is None:
        return None
    return Constraint(minimum, maximum, max_length=int(longest) if longest is not None else None)
