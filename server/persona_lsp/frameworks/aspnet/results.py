"""The results that say a status: helpers of controllers, `Results`, `TypedResults`, and result objects."""

from typing import Final

from persona_lsp.flow.vocabulary import Answer
from persona_lsp.frameworks.aspnet.attributes import type_arguments, type_name, unwrapped
from persona_lsp.frameworks.aspnet.statuses import status_value
from persona_lsp.syntax.ir import AnyExpr, Call, Const, FunctionNode, Member, Name, Node, Str

HELPERS: Final = {
    "Ok": 200, "Created": 201, "CreatedAtAction": 201, "CreatedAtRoute": 201, "Accepted": 202, "AcceptedAtAction": 202,
    "AcceptedAtRoute": 202, "NoContent": 204, "BadRequest": 400, "Unauthorized": 401, "Challenge": 401, "Forbid": 403,
    "NotFound": 404, "Conflict": 409, "UnprocessableEntity": 422, "ValidationProblem": 400, "Problem": 500,
    "StatusCode": None, "Content": 200, "File": 200, "PhysicalFile": 200, "Json": 200, "View": 200, "PartialView": 200,
    "Page": 200, "Redirect": 302, "RedirectToAction": 302, "RedirectToRoute": 302, "RedirectToPage": 302,
    "LocalRedirect": 302, "RedirectPermanent": 301, "RedirectToActionPermanent": 301, "RedirectPreserveMethod": 307,
    "RedirectPermanentPreserveMethod": 308, "Text": 200, "Stream": 200, "Bytes": 200, "InternalServerError": 500,
    "Empty": 200, "ServerSentEvents": 200, "SignIn": None, "SignOut": None, "ObjectResult": None,
}  # fmt: skip
_BODIES: Final = frozenset({"Ok", "BadRequest", "NotFound", "Conflict", "UnprocessableEntity", "Unauthorized", "Json"})
_LAST: Final = frozenset(
    {"Created", "CreatedAtAction", "CreatedAtRoute", "Accepted", "AcceptedAtAction", "AcceptedAtRoute"}
)
_KINDS: Final = {
    "File": "file", "PhysicalFile": "file", "Stream": "stream", "Bytes": "file", "View": "html", "PartialView": "html",
    "Page": "html", "NoContent": "none", "Forbid": "none", "Challenge": "none", "ServerSentEvents": "stream",
}  # fmt: skip
_OBJECTS: Final = {
    "Ok": 200, "OkObject": 200, "Created": 201, "CreatedAtAction": 201, "CreatedAtRoute": 201, "Accepted": 202,
    "NoContent": 204, "BadRequest": 400, "BadRequestObject": 400, "Unauthorized": 401, "UnauthorizedObject": 401,
    "Forbid": 403, "Challenge": 401, "NotFound": 404, "NotFoundObject": 404, "Conflict": 409, "ConflictObject": 409,
    "UnprocessableEntity": 422, "UnprocessableEntityObject": 422, "Json": 200, "Empty": 200,
}  # fmt: skip
_TYPES: Final = {
    "Ok": 200, "Created": 201, "CreatedAtRoute": 201, "Accepted": 202, "AcceptedAtRoute": 202,
    "NoContent": 204,
}  # fmt: skip
"""Types of results that succeed, and always with one status."""
_STATUS_ARGUMENTS: Final = frozenset({"statusCode", "StatusCode"})


def helper_answer(call: Call) -> Answer:
    """`Ok(x)`, `Results.Created(uri, x)`, `Problem(detail, statusCode: 409)`, `StatusCode(418, x)`."""
    name, args = call.name, call.args
    if name not in HELPERS:
        return Answer(status_unknown=True, body=args[0] if args else None, sends=False)
    status: int | None = HELPERS[name]
    node: Node | None = _name_of(call)
    unknown = status is None
    body = _body_of(call)
    given = next((k.value for k in call.kwargs if k.name in _STATUS_ARGUMENTS), None)
    if name == "StatusCode":
        given, body = (args[0] if args else given), (args[1] if len(args) > 1 else None)
    elif name == "Problem" and given is None and len(args) > 2:
        given = args[2]
    elif name == "Json" and given is None and len(args) > 3:
        given = args[3]
    if given is not None and not (isinstance(given, Const) and given.value is None):
        status, node = status_value(given)
        unknown = status is None
    kind = _KINDS.get(name, "")
    if name.startswith(("Redirect", "LocalRedirect")):
        kind = "redirect"
    elif not kind and body is None:
        kind = "value" if name in {"Problem", "ValidationProblem"} else "none"
    return Answer(status, unknown, node, body, kind, sends=False)


def made_answer(call: Call) -> Answer | None:
    """`new OkObjectResult(x)`, `new ObjectResult(x) { StatusCode = 503 }`, `new StatusCodeResult(404)`."""
    name = type_name(call.func)
    if not name.endswith("Result"):
        return None
    stem = name.removesuffix("Result")
    given = next((k.value for k in call.kwargs if k.name in _STATUS_ARGUMENTS), None)
    body = call.args[0] if call.args else next((k.value for k in call.kwargs if k.name in {"Value", "Content"}), None)
    if stem == "StatusCode":
        status, node = status_value(call.args[0] if call.args else None)
        return Answer(status, status is None, node, None, "none", sends=False)
    if stem in {"Object", "Content", "Json"} and given is not None:
        status, node = status_value(given)
        return Answer(status, status is None, node, body, sends=False)
    if stem in {"Object", "Content"}:
        return Answer(200 if stem == "Content" else None, stem == "Object", None, body, sends=False)
    if stem not in _OBJECTS:
        return None
    return Answer(_OBJECTS[stem], False, call.func, body, "" if body is not None else "none", sends=False)


def typed_success(function: FunctionNode) -> int | None:
    """The only success that a declared `Results<Created<Order>, NotFound>` or `NoContent` names; None of others."""
    declared = unwrapped(function.returns)
    named = type_arguments(declared) if type_name(declared) == "Results" else (declared,) if declared else ()
    found = {_TYPES[type_name(t)] for t in named if type_name(t) in _TYPES}
    return found.pop() if len(found) == 1 else None


def _name_of(call: Call) -> Node:
    func = call.func
    if isinstance(func, Member):
        return Name(func.name_start, func.name_start + len(func.name), func.name)
    return func


def _body_of(call: Call) -> AnyExpr | None:
    name, args = call.name, call.args
    named = next((k.value for k in call.kwargs if k.name in {"value", "error", "data", "detail", "modelState"}), None)
    if named is not None:
        return named
    if name in _LAST:
        last = args[-1] if len(args) > 1 or (args and name == "Created" and not isinstance(args[0], Str)) else None
        return last if last is not None and not (isinstance(last, Const) and last.value is None) else None
    if name in {*_BODIES, "Content", "Text", "Problem", "ValidationProblem", "InternalServerError"}:
        return args[0] if args else None
    return None
