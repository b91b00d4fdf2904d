"""What a handler takes from the request, by the decorators of its parameters."""

from typing import Final

from msgspec import Struct

from persona_lsp.facts.http import Body, In, Param
from persona_lsp.flow.script.parameters import body_of, key_of, param_of, taken_whole
from persona_lsp.frameworks.nestjs.names import Names, arguments, find, own_name
from persona_lsp.syntax.ir import AnyExpr, Call, Const, Decorator, FunctionNode, dotted
from persona_lsp.text.patterns import lazy

PLACES: Final = {
    "Param": In.PATH, "Query": In.QUERY, "Headers": In.HEADER, "Body": In.BODY, "UploadedFile": In.FILE,
    "UploadedFiles": In.FILE, "RawBody": In.BODY,
}  # fmt: skip
REQUESTS: Final = frozenset({"Req", "Request"})
RESPONSES: Final = frozenset({"Res", "Response"})
_PARSING: Final = lazy(r"^(?:Parse\w+|Default\w+|Validation|Zod\w*|Joi\w*|Yup\w*|Valibot\w*|\w*Validat\w*)Pipe$")


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
                key = key_of(decorator)
                checked = piped or _checks(decorator)
                if param.name:
                    local[param.name] = place.value
                if place is In.BODY:
                    if checked and param.name:
                        validated.append(param.name)
                    body = body or body_of(param, names, checked=checked)
                elif key:
                    params.append(param_of(param, key, place, names))
                elif place is In.QUERY or (place is In.PATH and taken_whole(param, method, names)):
                    unknown = True
            elif kind == "" and decorator.name and not param.name.startswith("_"):
                principal.append(param.name)
    return Inputs(
        tuple(params), body, tuple(local.items()), tuple(request), tuple(response), manual, tuple(principal),
        tuple(validated), unknown,
    )  # fmt: skip


def _piped(method: FunctionNode, names: Names) -> bool:
    """A pipe of the handler checks what it is given: `@UsePipes(new ValidationPipe())`."""
    pipes = find(method.decorators, names, "UsePipes")
    return pipes is not None and any(_is_check(a) for a in arguments(pipes))


def _is_check(expr: AnyExpr) -> bool:
    name = dotted(expr.func if isinstance(expr, Call) else expr).rsplit(".", 1)[-1]
    return _PARSING.match(name) is not None


def _checks(decorator: Decorator) -> bool:
    return any(_is_check(a) for a in arguments(decorator))


def _passes_through(decorator: Decorator) -> bool:
    call = decorator.call
    flag = call.option("passthrough") if call is not None else None
    return isinstance(flag, Const) and flag.value is True
