"""Koa, whose routers are read as Express's are: what its routers are made by, and what its words mean in handlers."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from persona_lsp.facts.text import Text
from persona_lsp.flow.script.names import Scope as FileScope
from persona_lsp.flow.script.names import reduce, text
from persona_lsp.flow.status import status_named, status_of
from persona_lsp.flow.vocabulary import Answer, Handling, Read, Scope, Thrown
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    Const,
    FunctionNode,
    Index,
    Items,
    Member,
    Module,
    Name,
    Object,
    ParamNode,
    Str,
    dotted,
)
from persona_lsp.syntax.javascript import required_module
from persona_lsp.text.patterns import lazy

ROUTERS: Final = frozenset({"koa-router", "@koa/router", "koa-swagger-decorator"})
APPS: Final = frozenset({"koa", "koa2"})
MOUNT: Final = "koa-mount"
COMPOSE: Final = "koa-compose"
PACKAGES: Final = ROUTERS | APPS | {MOUNT, COMPOSE}
SIGN: Final = lazy(rb"\bctx\.(?:body\s*=[^=]|status\s*=[^=]|throw\()")
"""What handlers say that stand in a file of their own."""
HANDED: Final = frozenset({"routes", "middleware"})
"""What turns a router into middleware."""
METHODS_ALONE: Final = "allowedMethods"
"""What answers for methods that are not served: no route."""
_CONTEXT: Final = lazy(r"^_*(?:ctx|context)$")
_CONTEXT_TYPE: Final = lazy(r"Context$")
_NEXT: Final = lazy(r"^_*next$")
_PLACES: Final = {"params": "path", "query": "query", "headers": "header", "header": "header", "body": "body"}
_STATUS: Final = lazy(rb"\b(\w+)(?:\.response)?\.status\s*=\s*([\w.]+)\s*(?:;|\n|\}|$)")


@lru_cache(maxsize=4)
def may_handle(module: Module) -> bool:
    """The file may hold handlers of Koa (asked for every function: trees are compared by identity)."""
    return b"ctx" in module.source or uses_koa(module)


def uses_koa(module: Module) -> bool:
    """The file imports Koa, or a router for it."""
    return b"koa" in module.source and any(item.module in PACKAGES for item in module.imports)


def made_kind(call: Call, scope: FileScope) -> str:
    """`app` or `router` for calls that make one of Koa's."""
    source = scope.imported(call.func.id) if isinstance(call.func, Name) else None
    module = source[0] if source is not None else required_module(call.func)
    if module in ROUTERS and (source is None or source[1] in ("default", "*", "Router", "SwaggerRouter")):
        return "router"
    return "app" if module in APPS and call.new else ""


def is_application(base: AnyExpr, scope: FileScope) -> bool:
    """What a class extends is the application of Koa."""
    source = scope.imported(base.id) if isinstance(base, Name) else None
    module = source[0] if source is not None else required_module(base)
    return module in APPS


def prefix_of(call: Call, scope: FileScope) -> Text | None:
    """`new Router({ prefix: "/users" })`: what stands before all paths of the router."""
    for arg in call.args:
        options = reduce(arg, scope)
        held = options.get("prefix") if isinstance(options, Object) else None
        if held is not None:
            return text(held, scope)
    return None


def handed_on(arg: AnyExpr) -> AnyExpr:
    """The router of `users.routes()`, which `use` is given; anything else as it is."""
    if isinstance(arg, Call) and not arg.args and arg.name in HANDED and isinstance(arg.func, Member):
        return arg.func.base
    return arg


def taken_apart(arg: AnyExpr, scope: FileScope) -> Iterator[tuple[AnyExpr | None, AnyExpr]]:
    """What middleware is put together of, each with its path: `mount("/x", app)`, `compose([a, b])`."""
    if isinstance(arg, Call) and isinstance(arg.func, Name) and (source := scope.imported(arg.func.id)) is not None:
        if source[0] == MOUNT and arg.args:
            yield (arg.args[0] if len(arg.args) > 1 else None), handed_on(arg.args[-1])
            return
        if source[0] == COMPOSE and arg.args:
            for item in composed_of(arg, scope):
                yield None, handed_on(item)
            return
    yield None, handed_on(arg)


def composed_of(call: Call, scope: FileScope) -> tuple[AnyExpr, ...]:
    """What `compose([users.routes(), orders.routes()])` puts together."""
    source = scope.imported(call.func.id) if isinstance(call.func, Name) else None
    listed = reduce(call.args[0], scope) if source is not None and source[0] == COMPOSE and call.args else None
    return listed.items if isinstance(listed, Items) else ()


def handling(function: FunctionNode) -> Handling | None:
    """`async (ctx, next) => {}`: a handler, or middleware if it hands the request on."""
    params = function.params
    if len(params) == 3 and not _is_context(params[0]) and _is_context(params[1]) and _NEXT.match(params[2].name):
        # A callback of `router.param("id", load)` is given the value of the parameter first.
        params = params[1:]
    if not 1 <= len(params) <= 2 or not _is_context(params[0]) or function.decorators:
        return None
    if len(params) > 1 and not _NEXT.match(params[1].name):
        return None
    name = params[0].name
    forward = (params[1].name,) if len(params) > 1 else ()
    return Handling(
        kind="middleware" if forward else "handler", request=(name,), response=(name,), forward=forward,
        default_status=200, forwards_errors=True,
    )  # fmt: skip


def _is_context(param: ParamNode) -> bool:
    if not param.name or param.decorators:
        return False
    typed = dotted(param.type).rsplit(".", 1)[-1] if param.type is not None else ""
    return _CONTEXT.match(param.name) is not None and (not typed or _CONTEXT_TYPE.search(typed) is not None)


def is_context(scope: Scope) -> bool:
    """The function is given a context of Koa."""
    role = scope.handling
    return role is not None and bool(role.request) and role.request == role.response


def assigned(target: AnyExpr, value: AnyExpr, scope: Scope) -> Answer | None:
    """`ctx.body = book`, with the status that stands beside it; `ctx.status = 204` alone."""
    role = scope.handling
    if role is None or not is_context(scope) or not isinstance(target, Member) or not _is_answer(target.base, role):
        return None
    source, start, end = scope.module.source, scope.function.body_start, scope.function.body_end
    if target.name == "body":
        found = _beside(source, start, end, target.start)
        return Answer(found[0], found[1], None, value, streaming=True)
    if target.name != "status":
        return None
    told = status_of(value)
    code = told[0] if told is not None else None
    if _has_body(source, target.start, start, end):
        return None
    return Answer(code, code is None, value, None, "none", streaming=True)


def _is_answer(base: AnyExpr, role: Handling) -> bool:
    if isinstance(base, Member) and base.name == "response":
        base = base.base
    return isinstance(base, Name) and base.id in role.response


def _beside(source: bytes, start: int, end: int, at: int) -> tuple[int | None, bool]:
    """The status that is set in the same block: (its number, whether there is one that is not known)."""
    first, last = _block(source, start, end, at)
    nearest: tuple[int, bytes] | None = None
    for match in _STATUS.finditer(source, first, last):
        if _depth(source, match.start(), at) == 0 and (nearest is None or match.start() < at):
            nearest = match.start(), match[2]
    if nearest is None:
        return None, False
    said = nearest[1].decode()
    code = int(said) if said.isdigit() else status_named(said.rpartition(".")[2]) if "." in said else None
    return code, code is None


def _has_body(source: bytes, at: int, start: int, end: int) -> bool:
    first, last = _block(source, start, end, at)
    return re.search(rb"\.body\s*=[^=]", source[first:last]) is not None


def _block(source: bytes, start: int, end: int, at: int) -> tuple[int, int]:
    """The block that a place stands in."""
    depth, first = 0, start
    for index in range(at - 1, start - 1, -1):
        depth += (source[index] == 0x7D) - (source[index] == 0x7B)
        if depth < 0:
            first = index
            break
    depth, last = 0, end
    for index in range(at, end):
        depth += (source[index] == 0x7B) - (source[index] == 0x7D)
        if depth < 0:
            last = index
            break
    return first, last


def _depth(source: bytes, one: int, other: int) -> int:
    """How many blocks end or begin between two places."""
    between = source[min(one, other) : max(one, other)]
    return between.count(b"{") - between.count(b"}")


def thrown(call: Call, scope: Scope) -> Thrown | None:
    """`ctx.throw(404, "no such book")`, `ctx.assert(user, 401)`."""
    role = scope.handling
    func = call.func
    if role is None or not is_context(scope) or not isinstance(func, Member) or not isinstance(func.base, Name):
        return None
    if func.base.id not in role.response or func.name not in ("throw", "assert"):
        return None
    given = call.args if func.name == "throw" else call.args[1:]
    told = next((s for arg in given[:2] if (s := status_of(arg)) is not None), None)
    message = next((arg for arg in given if not isinstance(arg, Const | Object)), None)
    status = told[0] if told is not None else None
    if status is None and given and isinstance(given[0], Str):
        status = 500
    return Thrown(f"ctx.{func.name}", status, told[1] if told is not None else None, message, ends=func.name == "throw")


def read(expr: AnyExpr, scope: Scope) -> Read | None:
    """`ctx.params.id`, `ctx.query.page`, `ctx.request.body.title`, `ctx.get("X-Id")`, `ctx.cookies.get("sid")`."""
    role = scope.handling
    if role is None or not is_context(scope):
        return None
    if isinstance(expr, Call) and isinstance(expr.func, Member) and expr.func.name == "get" and expr.args:
        key = expr.args[0]
        owner = dotted(expr.func.base)
        if isinstance(key, Str) and key.value and owner.partition(".")[0] in role.request:
            if owner in role.request or owner.endswith(".request"):
                return Read("header", key.value, key)
            if owner.endswith(".cookies"):
                return Read("cookie", key.value, key)
        return None
    steps: list[tuple[str, AnyExpr | None]] = []
    node = expr
    while isinstance(node, Member | Index) and len(steps) < 8:  # deeper values are parts of one input
        if isinstance(node, Member):
            at = node.name_start
            steps.append((node.name, Name(at, at + len(node.name.encode()), node.name)))
        else:
            key = node.keys[0] if node.keys else Const(0, 0, None)
            steps.append((key.value or "" if isinstance(key, Str) else "", key if isinstance(key, Str) else None))
        node = node.base
    if not isinstance(node, Name) or node.id not in role.request or not steps:
        return None
    steps.reverse()
    inside = steps[0][0] == "request"
    steps = steps[1:] if inside else steps
    place = _PLACES.get(steps[0][0]) if steps else None
    if place is None or (place == "body" and not inside):
        return None
    name, at_key = steps[1] if len(steps) > 1 else ("", None)
    return Read(place, name.lower() if place == "header" else name, at_key)


def principal(expr: AnyExpr, scope: Scope) -> bool:
    """`ctx.state.user`."""
    role = scope.handling
    if role is None or not is_context(scope) or not isinstance(expr, Member) or not isinstance(expr.base, Member):
        return False
    inner = expr.base
    held = isinstance(inner.base, Name) and inner.base.id in role.request
    return held and inner.name in ("state", "session") and expr.name in ("user", "userId", "auth", "account")
