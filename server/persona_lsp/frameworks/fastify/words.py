"""What Fastify's words mean inside functions: `reply.code(201)`, `return order`, `reply.notFound()`."""

import re
from typing import Final

from persona_lsp.flow.status import status_named
from persona_lsp.flow.vocabulary import Answer, Handling, Read, Scope, Thrown, Vocabulary
from persona_lsp.frameworks.fastify.routes import reader_of
from persona_lsp.frameworks.fastify.signs import detects
from persona_lsp.syntax.ir import (
    AnyExpr,
    Await,
    Call,
    ClassNode,
    Const,
    FunctionNode,
    Member,
    Module,
    Name,
    Object,
    dotted,
)
from persona_lsp.text.patterns import lazy

_PLACES: Final = {"params": "path", "query": "query", "body": "body", "headers": "header", "cookies": "cookie"}
_REQUEST: Final = lazy(r"^_*(?:req|request|_)$")
_FIRST_ERROR: Final = 400
_VIEWS: Final = {"view": "html", "viewAsync": "html", "sendFile": "file", "download": "file"}
_SETS: Final = rb"(?:^|[\n;{}])\s*(?:void\s+)?%s(?:\s*\.\s*(?:header|type|headers|setCookie)\([^()]*\))*\s*\.\s*(?:code|status)\(\s*(\d{3})\s*\)\s*(?:;|\n)"


def handling(function: FunctionNode, cls: ClassNode | None, module: Module) -> Handling | None:
    """Handlers by their registration or by `(request, reply)`, hooks and error handlers likewise.

    A method with a decorator (`@Post()`) is called by the framework that has such decorators.
    """
    del cls
    if not detects(module):
        return None
    reader = reader_of(module)
    params = function.params
    names = [p.name for p in params]
    if function.start in reader.failing:
        inputs = {names[0]: "error"} if names and names[0] else {}
        return Handling(
            kind="error-handler", returns_answer=True, inputs=inputs, request=tuple(names[1:2]),
            response=tuple(names[2:3]), default_status=None,
        )  # fmt: skip
    if function.start in reader.hooked:
        return Handling(
            kind="middleware", request=tuple(names[:1]), response=tuple(names[1:2]), forward=tuple(names[2:3]),
            passing="" if len(names) > 2 else "return",
        )  # fmt: skip
    handled = function.start in reader.handled
    if not handled and (function.decorators or not _is_handler(function)):
        return None
    request = tuple(n for n in names[:1] if n)
    inputs = {}
    pattern = params[0].pattern if params else None
    if isinstance(pattern, Object):
        for entry in pattern.entries:
            place = _PLACES.get(entry.name)
            if place is not None and isinstance(entry.value, Name):
                inputs[entry.value.id] = place
            elif place is not None and isinstance(entry.value, Object):
                inputs.update({e.value.id: place for e in entry.value.entries if isinstance(e.value, Name)})
    return Handling(
        kind="handler", returns_answer=True, default_status=200, inputs=inputs, request=request,
        response=tuple(n for n in names[1:2] if n), forwards_errors=True, passing="return",
    )  # fmt: skip


def _is_handler(function: FunctionNode) -> bool:
    params = function.params
    if not 1 <= len(params) <= 3:
        return False
    first = dotted(getattr(params[0].type, "base", None) or params[0].type).rsplit(".", 1)[-1] if params[0].type else ""
    if first == "FastifyRequest":
        return True
    if len(params) < 2 or first:
        return False
    second = params[1].type
    kind = dotted(getattr(second, "base", None) or second).rsplit(".", 1)[-1] if second is not None else ""
    return kind == "FastifyReply" or (
        _REQUEST.match(params[0].name) is not None and params[1].name.strip("_") == "reply"
    )


def _root(expr: AnyExpr) -> str:
    node: AnyExpr = expr.value if isinstance(expr, Await) else expr
    while isinstance(node, Call | Member):
        node = node.func if isinstance(node, Call) else node.base
    return node.id if isinstance(node, Name) else ""


def answer(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`reply.notFound("...")` (sensible), `reply.view("x")`, `reply.callNotFound()`."""
    handled = scope.handling
    if handled is None or not handled.response or not isinstance(expr, Call) or not isinstance(expr.func, Member):
        return None
    base, name = expr.func.base, expr.func.name
    if not isinstance(base, Name) or base.id not in handled.response:
        return None
    if name == "callNotFound":
        return Answer(404, body_kind="unknown")
    if name in _VIEWS:
        return Answer(None, body_kind=_VIEWS[name])
    status = status_named(name)
    if status is not None and status >= _FIRST_ERROR:
        return Answer(status, False, None, expr.args[0] if expr.args else None, "" if expr.args else "unknown")
    if name == "getHttpError" and expr.args and isinstance(expr.args[0], Const):
        value = expr.args[0].value
        return Answer(value, False, expr.args[0]) if isinstance(value, int) else None
    return None


def returned(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`reply.code(201)` in a statement of its own, then `return order`."""
    handled = scope.handling
    if handled is None or not handled.response or _root(expr) in handled.response:
        return None
    name = re.escape(handled.response[0].encode())
    source, function = scope.module.source, scope.function
    found = None
    for match in re.finditer(_SETS % name, source[max(0, function.body_start - 1) : expr.start]):
        start = max(0, function.body_start - 1) + match.start(1)
        if _same_block(source[start : expr.start]):
            found = Const(start, start + 3, int(match[1]))
    if found is None or not isinstance(found.value, int):
        return None
    body = expr.value if isinstance(expr, Await) else expr
    return Answer(int(found.value), False, found, body, sends=False)


def _same_block(between: bytes) -> bool:
    depth = 0
    for char in between:
        depth += (char == 0x7B) - (char == 0x7D)
        if depth < 0:
            return False
    return True


def _not_thrown(_: AnyExpr, __: Scope) -> Thrown | None:
    return None


def _not_read(_: AnyExpr, __: Scope) -> Read | None:
    return None


def _no_principal(_: AnyExpr, __: Scope) -> bool:
    return False


VOCABULARY: Final = Vocabulary(
    framework="fastify",
    languages=("javascript", "typescript", "tsx"),
    handling=handling,
    answer=answer,
    thrown=_not_thrown,
    read=_not_read,
    principal=_no_principal,
    triggers=("reply",),
    returned=returned,
)
