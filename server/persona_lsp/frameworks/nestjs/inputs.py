"""What a handler takes from the request, by the decorators of its parameters."""

import re
from typing import Final

from msgspec import Struct

from persona_lsp.facts.http import Body, In, Param
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.nestjs.names import Names, arguments, find, own_name, where
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Decorator, FunctionNode, Index, Items, ParamNode, Str, dotted

PLACES: Final = {
    "Param": In.PATH, "Query": In.QUERY, "Headers": In.HEADER, "Body": In.BODY, "UploadedFile": In.FILE,
    "UploadedFiles": In.FILE, "RawBody": In.BODY,
}  # fmt: skip
REQUESTS: Final = frozenset({"Req", "Request"})
RESPONSES: Final = frozenset({"Res", "Response"})
_UNTYPED: Final = re.compile(
    r"^(?:any|object|unknown|Object|Record(?:<.*>)?|\{\s*\}|\{\s*\[.*\}|Map(?:<.*>)?|JSON\w*|any\[\]|string|Buffer)$",
    re.DOTALL,
)
_PARSING: Final = re.compile(r"^(?:Parse\w+|Default\w+|Validation|Zod\w*|Joi\w*|Yup\w*|Valibot\w*|\w*Validat\w*)Pipe$")


class Inputs(Struct, frozen=True):
    """Declared inputs. `local`: parameter -> place; `request` and `response` are names of such parameters.

    `manual`: the handler answers through the response object, and what it returns is not sent.
    `principal`: parameters that hold the caller. `validated`: bodies that a pipe of the handler checks.
    `unknown`: a type of several inputs is taken whole.
    """

    params: tuple[Param, ...] = ()
    body: Body | None = None
    local: tuple[tuple[str, str], ...] = ()
    request: tuple[str, ...] = ()
    response: tuple[str, ...] = ()
    manual: bool = False
    principal: tuple[str, ...] = ()
    validated: tuple[str, ...] = ()
    unknown: bool = False


def inputs(method: FunctionNode, names: Names) -> Inputs:
    """The inputs of a handler."""
    params: list[Param] = []
    local: dict[str, str] = {}
    request: list[str] = []
    response: list[str] = []
    principal: list[str] = []
    validated: list[str] = []
    body: Body | None = None
    manual = unknown = False
    piped = _piped(method, names)
    for param in method.params:
        for decorator in param.decorators:
            kind = own_name(decorator.name, names)
            if kind in REQUESTS:
                request.append(param.name)
            elif kind in RESPONSES:
                response.append(param.name)
                manual = manual or not _passes_through(decorator)
            elif kind == "Next":
                manual = True
            elif kind in PLACES:
                place = PLACES[kind]
                key = _key(decorator)
                checked = piped or _checks(decorator)
                if param.name:
                    local[param.name] = place.value
                if place is In.BODY:
                    if checked and param.name:
                        validated.append(param.name)
                    body = body or _body(param, names, checked=checked)
                elif key:
                    params.append(_param(param, key, place, names))
                elif place is In.QUERY or (place is In.PATH and _taken_whole(param, method, names)):
                    unknown = True
            elif kind == "" and decorator.name and not param.name.startswith("_"):
                principal.append(param.name)
    return Inputs(
        tuple(params), body, tuple(local.items()), tuple(request), tuple(response), manual, tuple(principal),
        tuple(validated), unknown,
    )  # fmt: skip


def _taken_whole(param: ParamNode, method: FunctionNode, names: Names) -> bool:
    """All parameters of the path are taken apart where they are declared, or handed on together."""
    if param.pattern is not None or not param.name:
        return True
    body = names.module.source[method.body_start : method.body_end]
    return re.search(rb"\b%s\b(?!\s*[.\[?])" % re.escape(param.name.encode()), body) is not None


def type_text(expr: AnyExpr | None, names: Names) -> str:
    """The declared type as written, "" if there is none."""
    return names.module.text(expr)[:80] if expr is not None else ""


def is_untyped(declared: str) -> bool:
    """The type says nothing of what it holds."""
    return not declared or _UNTYPED.match(declared) is not None


def _piped(method: FunctionNode, names: Names) -> bool:
    """A pipe of the handler checks what it is given: `@UsePipes(new ValidationPipe())`."""
    pipes = find(method.decorators, names, "UsePipes")
    return pipes is not None and any(_is_check(a) for a in arguments(pipes))


def _is_check(expr: AnyExpr) -> bool:
    name = dotted(expr.func if isinstance(expr, Call) else expr).rsplit(".", 1)[-1]
    return _PARSING.match(name) is not None


def _checks(decorator: Decorator) -> bool:
    return any(_is_check(a) for a in arguments(decorator))


def _key(decorator: Decorator) -> str:
    given = next(iter(arguments(decorator)), None)
    return (given.value or "") if isinstance(given, Str) else ""


def _passes_through(decorator: Decorator) -> bool:
    call = decorator.call
    flag = call.option("passthrough") if call is not None else None
    return isinstance(flag, Const) and flag.value is True


def _param(param: ParamNode, key: str, place: In, names: Names) -> Param:
    name = key.lower() if place is In.HEADER else key
    default = type_text(param.default, names) if param.default is not None else None
    return Param(
        name, where(param, names.module), place, param.name, type_text(param.type, names),
        required=place is In.PATH or not (param.optional or default is not None),
        default=default,
    )  # fmt: skip


def _body(param: ParamNode, names: Names, *, checked: bool) -> Body:
    declared = type_text(param.type, names)
    element = param.type
    while isinstance(element, Index | Items):
        inner = element.keys if isinstance(element, Index) else element.items
        if not inner or (isinstance(element, Index) and dotted(element.base) not in ("Array", "Partial", "Readonly")):
            break
        element = inner[-1]
    name = dotted(element) if element is not None else ""
    untyped = is_untyped(declared)
    return Body(
        declared, where(param, names.module), param.name, untyped, True if checked else None,
        Ref(name) if name and not untyped else None,
    )  # fmt: skip
