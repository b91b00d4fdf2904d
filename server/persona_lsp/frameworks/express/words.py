"""What Express's words mean inside functions: `res.status(404).json({})`, `next(err)`, `req.params.id`, `req.user`."""

import re
from typing import Final

from persona_lsp.flow.script.errors import takes_errors
from persona_lsp.flow.status import status_named, status_of
from persona_lsp.flow.vocabulary import Answer, Handling, Read, Scope, Thrown, Vocabulary
from persona_lsp.frameworks.express import koa, methods
from persona_lsp.frameworks.express.failures import failure_of, is_no_failure
from persona_lsp.syntax.ir import (
    AnyExpr,
    Binary,
    Call,
    ClassNode,
    Const,
    FunctionNode,
    Index,
    Lambda,
    Member,
    Module,
    Name,
    Node,
    Object,
    ParamNode,
    Return,
    Str,
    Ternary,
    dotted,
)
from persona_lsp.text.patterns import lazy

_REQUEST: Final = lazy(r"^_*(?:req|request|\w*Req|expressReq\w*)$")
_RESPONSE: Final = lazy(r"^_*(?:res|resp|response|\w*Res)$")
_REQUEST_TYPE: Final = lazy(r"Request(?:With\w+)?$|^Req$|^\w*Request\w*$|^TypedRequest\w*$")
_RESPONSE_TYPE: Final = lazy(r"Response\w*$|^Res$")
_PLACES: Final = {"params": "path", "query": "query", "body": "body", "headers": "header", "cookies": "cookie",
                  "signedCookies": "cookie", "file": "file", "files": "file"}  # fmt: skip
_READERS: Final = {"get": "header", "header": "header", "param": "any"}
_JSON: Final = frozenset({"json", "jsonp", "send"})
_KINDS: Final = {"render": "html", "sendFile": "file", "sendfile": "file", "download": "file", "redirect": "redirect"}
_TERMINAL: Final = frozenset({*_JSON, *_KINDS, "sendStatus", "end", "format"})
_SETS_STATUS: Final = frozenset({"status", "sendStatus", "code", "writeHead"})
_PRINCIPALS: Final = frozenset(
    {
        "user", "auth", "currentUser", "userId", "user_id", "userID", "uid", "decoded", "jwt", "payload", "token",
        "account", "principal", "identity", "authUser", "authInfo", "userData", "tokenData", "profile", "me", "admin",
        "current_user", "loggedInUser", "userInfo", "sessionUser", "member", "accountId", "currentUserId", "isAuthenticated",
        "oidc", "session", "kauth",
    }
)  # fmt: skip
_STATUS_NAME: Final = lazy(r"^(?:http_?)?(?:status|status_?code|code)$", re.IGNORECASE)
_MOST_PARAMS: Final = 6
_THROWN: Final = lazy(rb"\bthrow\s*\(?\s*$")


def handling(function: FunctionNode, cls: ClassNode | None, module: Module) -> Handling | None:
    """Handlers and middleware by their parameters, and functions that return one; methods that decorators map."""
    mapped = methods.handling(function, cls, module) if cls is not None and cls.decorators else None
    if mapped is not None:
        return mapped
    if function.decorators or (cls is not None and any("Controller" in d.name for d in cls.decorators)):
        return None
    params = function.params
    if any(p.decorators for p in params):
        return None
    of_koa = koa.handling(function) if koa.may_handle(module) else None
    if of_koa is not None:
        return of_koa
    if params and (through := _answers_for_others(params)):
        requests = tuple(p.name for p in params if p.name not in through and _REQUEST.match(p.name))
        return Handling(kind="helper", request=requests, response=through, default_status=200)
    if len(params) < 2:
        return _factory(function, module)
    if takes_errors(function):
        return Handling(
            kind="error-handler",
            inputs={params[0].name: "error"} if params[0].name else {},
            request=_names(params[1]),
            response=_names(params[2]),
            forward=_names(params[3]),
            default_status=200,
        )
    # A callback of `router.param("id", load)` is given the value and the name of the parameter, too.
    callback = len(params) in (4, 5) and params[2].name.strip("_") == "next"
    if (len(params) > 3 and not callback) or not _is_pair(params[0], params[1]):
        return _factory(function, module)
    forward = _names(params[2]) if len(params) > 2 else ()
    return Handling(
        kind="middleware"
        if forward and _passes_on(module.source[function.start : function.end], forward[0])
        else "handler",
        inputs=_destructured(params[0]),
        request=_names(params[0]),
        response=_names(params[1]),
        forward=forward,
        default_status=200,
    )


def answer(expr: AnyExpr, scope: Scope) -> Answer | None:
    """`res.status(201).json(x)`, `res.sendStatus(404)`, `res.render("x")`, `res.end()`."""
    handling = scope.handling
    if handling is None or not isinstance(expr, Call) or not isinstance(expr.func, Member):
        return None
    if not handling.response:
        return methods.result(expr, scope)
    terminal = expr.func.name
    if terminal not in _TERMINAL:
        return methods.result(expr, scope)
    status_call: Call | None = None
    node: AnyExpr = expr
    while isinstance(node, Call) and isinstance(node.func, Member):
        if node.func.name in _SETS_STATUS and status_call is None:
            status_call = node
        node = node.func.base
    if not _is_response(node, handling):
        return methods.result(expr, scope)
    return _answered(expr, terminal, status_call, node, scope)


def thrown(expr: AnyExpr, scope: Scope) -> Thrown | None:
    """`next(err)`, `throw new HttpError(404)`, `throw createError(404)`, `Promise.reject(new HttpError(404))`."""
    if not isinstance(expr, Call):
        return None
    handling = scope.handling
    func = expr.func
    own = koa.thrown(expr, scope)
    if own is not None:
        return own
    if handling is not None and isinstance(func, Name) and func.id in handling.forward:
        given = expr.args[0] if expr.args else None
        if given is None or is_no_failure(given):
            return None
        made = failure_of(given) if isinstance(given, Call) else None
        if made is None:
            return Thrown(dotted(given.func) if isinstance(given, Call) else "", ends=False)
        return Thrown(made.exception, made.status, made.status_node, made.message, ends=False)
    source = scope.module.source
    if not _THROWN.search(source, max(0, expr.start - 16), expr.start):
        return None
    made = methods.failure(expr, failure_of(expr), scope)
    if made is not None and made.status is None and handling is not None and handling.response:
        # `res.status(404); throw new Error("...")`: the error handler takes the status from the response.
        at = Name(expr.start, expr.start, handling.response[0])
        status, _, node = _set_before(at, scope)
        if status is not None and status >= 400:
            return Thrown(made.exception, status, node, made.message)
    return made


def read(expr: AnyExpr, scope: Scope) -> Read | None:
    """`req.params.id`, `req.query["page"]`, `req.body`, `req.get("X-Request-Id")`."""
    handling = scope.handling
    if handling is None or not (handling.request or handling.inputs):
        return None
    if koa.is_context(scope):
        return koa.read(expr, scope)
    match expr:
        case Call(func=Member(base=Name(id=name), name=reader), args=(Str() as key, *_)) if (
            name in handling.request and reader in _READERS
        ):
            return Read(_READERS[reader], key.value or "", key, guarded=len(expr.args) > 1) if key.value else None
        case Member() | Index():
            return _read(expr, scope, handling, 0)
        case _:
            return None


def principal(expr: AnyExpr, scope: Scope) -> bool:
    """`req.user`, `req.auth.sub`, `res.locals.user`, `req.session.userId`."""
    handling = scope.handling
    if handling is None or not isinstance(expr, Member):
        return handling is not None and methods.is_caller(expr, scope)
    if koa.is_context(scope):
        return koa.principal(expr, scope)
    base, name = expr.base, expr.name
    if isinstance(base, Name) and base.id in handling.request:
        return name in _PRINCIPALS
    if isinstance(base, Member) and base.name == "locals" and isinstance(base.base, Name):
        return base.base.id in handling.response and name in _PRINCIPALS
    return False


def _answered(call: Call, terminal: str, status_call: Call | None, root: AnyExpr, scope: Scope) -> Answer:
    status, unknown, node = _status(status_call, terminal, root, scope)
    body: AnyExpr | None = call.args[0] if call.args else None
    kind = _KINDS.get(terminal, "")
    if terminal == "sendStatus":
        return Answer(status, unknown, node, None, "none")
    if terminal == "redirect":
        given = status_of(call.args[0]) if len(call.args) > 1 else None
        if given is not None:
            return Answer(given[0], False, given[1], call.args[1], kind)
        return Answer(status or 302, len(call.args) > 1, node, body, kind)
    if terminal == "format":
        return Answer(status, unknown, node, None, "unknown")
    if terminal in _JSON and len(call.args) == 2:
        # Express 3: `res.send(404, body)`; still seen, and still answered with that status by Express 4.
        given = status_of(call.args[0])
        if given is not None:
            return Answer(given[0], False, given[1], call.args[1], kind)
    if terminal == "end" and isinstance(body, Lambda):
        body = None
    if body is None and not kind:
        kind = "none"
    return Answer(status, unknown, node, body, kind)


def _status(call: Call | None, terminal: str, root: AnyExpr, scope: Scope) -> tuple[int | None, bool, Node | None]:
    if call is None:
        set_before = scope.assigned(f"{dotted(root)}.statusCode") if dotted(root) else None
        if set_before is not None:
            found = _code(set_before, scope)
            return (found[0], False, None) if found is not None else (None, True, set_before)
        if terminal == "redirect":
            return None, False, None
        return _set_before(root, scope)
    given = call.args[0] if call.args else None
    if given is None:
        return None, True, None
    found = _code(given, scope)
    return (found[0], False, found[1]) if found is not None else (None, True, given)


_SEPARATE: Final = lazy(rb"(?:^|[\n;{}])\s*(\w+)\.(?:status|code)\(\s*([\w.]+)\s*\)\s*(?:;|\n)")


def _set_before(root: AnyExpr, scope: Scope) -> tuple[int | None, bool, Node | None]:
    """The status that a statement of its own set before (`res.status(404); ... res.json(x)`), on the same path."""
    name = dotted(root).encode()
    start, end = max(0, scope.function.body_start - 1), root.start
    source = scope.module.source
    if b".status(" not in source[start:end] and b".code(" not in source[start:end]:
        return None, False, None
    for match in reversed(list(_SEPARATE.finditer(source, start, end))):
        if match[1] != name or not _same_block(source[match.end() : end]):
            continue
        text = match[2].decode()
        code = int(text) if text.isdigit() else status_named(text.rsplit(".", 1)[-1]) if "." in text else None
        if code is None or not 100 <= code <= 599:
            return None, True, _written(text, match.start(2), match.end(2))
        return code, False, Const(match.start(2), match.end(2), code)
    return None, False, None


def _written(text: str, start: int, end: int) -> Node | None:
    """A name or a member that is known by its text."""
    base, _, name = text.rpartition(".")
    if not base:
        return Name(start, end, name)
    at = start + len(base)
    return Member(start, end, Name(start, at, base), name, at + 1) if base.isidentifier() else None


def _same_block(between: bytes) -> bool:
    depth = 0
    for char in between:
        depth += (char == 0x7B) - (char == 0x7D)
        if depth < 0:
            return False
    return True


def _code(expr: AnyExpr, scope: Scope, depth: int = 0) -> tuple[int, Node] | None:
    found = status_of(expr)
    if found is not None or depth > 3:
        return found
    if isinstance(expr, Name):
        value = scope.assigned(expr.id)
        inner = _code(value, scope, depth + 1) if value is not None else None
        return (inner[0], expr) if inner is not None else None
    if isinstance(expr, Str) and (expr.value or "").isdigit() and len(expr.value or "") == 3:
        return int(expr.value or ""), expr
    if isinstance(expr, Member):
        # `constants.HTTP.NOT_FOUND`, `StatusCodes.NOT_FOUND`: the last name tells, if it is spelled like a constant.
        code = status_named(expr.name) if expr.name.isupper() and "_" in expr.name else None
        return (code, expr) if code is not None else None
    return None


def _is_response(node: AnyExpr, handling: Handling) -> bool:
    if isinstance(node, Name):
        return node.id in handling.response
    # `req.res.json()`, and `this.res` of odd code
    return (
        isinstance(node, Member)
        and node.name == "res"
        and isinstance(node.base, Name)
        and node.base.id in handling.request
    )


def _read(expr: AnyExpr, scope: Scope, handling: Handling, depth: int) -> Read | None:
    """The input at the root of `req.body.user.email`, `req.params["id"]`, or of a local alias of such."""
    steps: list[tuple[str, Node | None]] = []
    node = expr
    while isinstance(node, Member | Index):
        if isinstance(node, Member):
            steps.append((node.name, Name(node.name_start, node.name_start + len(node.name.encode()), node.name)))
        else:
            key = node.keys[0] if node.keys else None
            steps.append((key.value or "" if isinstance(key, Str) else "", key if isinstance(key, Str) else None))
        node = node.base
        if len(steps) > 12:
            return None
    if not isinstance(node, Name):
        return None
    steps.reverse()
    if node.id in handling.request:
        place = _PLACES.get(steps[0][0])
        return _made(place, steps[1:]) if place is not None else None
    place = handling.inputs.get(node.id)
    if place is not None and place != "error":
        return None if _is_one_value(node.id, scope) else _made(place, steps)
    value = scope.assigned(node.id) if depth == 0 else None
    if isinstance(value, Member) and isinstance(value.base, Name) and value.base.id in handling.request:
        place = _PLACES.get(value.name)
        return _made(place, steps) if place is not None else None
    return None


def _is_one_value(name: str, scope: Scope) -> bool:
    """A parameter that carries one input (`@Param("slug") slug`): what follows its name is a method of its value."""
    param = next((p for p in scope.function.params if p.name == name and p.decorators), None)
    if param is None:
        return False
    named = any(isinstance(arg, Str) for d in param.decorators if d.call is not None for arg in d.call.args[:1])
    return named or dotted(param.type) in ("string", "number", "boolean")


def _made(place: str, steps: list[tuple[str, Node | None]]) -> Read:
    if place == "file" or not steps:
        return Read(place, "", None)
    name, node = steps[0]
    if name in _METHODS_OF_VALUES:
        return Read(place, "", None)
    return Read(place, name.lower() if place == "header" else name, node)


_METHODS_OF_VALUES: Final = frozenset({"hasOwnProperty", "toString", "length", "map", "forEach", "filter", "toObject"})


def _is_pair(first: ParamNode, second: ParamNode) -> bool:
    response = _typed(second, _RESPONSE_TYPE) or (second.type is None and _RESPONSE.match(second.name) is not None)
    if not response:
        return False
    request = _typed(first, _REQUEST_TYPE) or _REQUEST.match(first.name) is not None or first.name.strip("_") == ""
    return request or first.pattern is not None


def _answers_for_others(params: tuple[ParamNode, ...]) -> tuple[str, ...]:
    """`const sendError = (res, message) => {}`: what is answered through where no request comes with it.

    A status among the parameters makes a helper of a function that is given both, or the response later.
    """
    first = params[0]
    plain = first.name in {"res", "response"} and (first.type is None or _typed(first, _RESPONSE_TYPE))
    if plain or (_typed(first, _RESPONSE_TYPE) and first.name.startswith("res")):
        paired = plain and len(params) > 1 and _REQUEST.match(params[1].name) is not None
        return () if paired else _names(first)
    if not 1 < len(params) <= _MOST_PARAMS or not any(_STATUS_NAME.match(p.name) for p in params):
        return ()
    through = [p for p in params if p.name in {"res", "response"}]
    return _names(through[0]) if len(through) == 1 and not takes_next(params) else ()


def takes_next(params: tuple[ParamNode, ...]) -> bool:
    """One of the parameters hands the request on."""
    return any(p.name.strip("_") in {"next", "done"} for p in params)


def _typed(param: ParamNode, pattern: re.Pattern[str]) -> bool:
    return param.type is not None and pattern.search(dotted(param.type).rsplit(".", 1)[-1]) is not None


def _names(param: ParamNode) -> tuple[str, ...]:
    return (param.name,) if param.name else ()


def _destructured(param: ParamNode) -> dict[str, str]:
    """`({ body, params: { id } }, res) => {}`: names of the inputs that the parameter is taken apart into."""
    found: dict[str, str] = {}
    if isinstance(param.pattern, Object):
        for entry in param.pattern.entries:
            place = _PLACES.get(entry.name)
            if place is not None and isinstance(entry.value, Name):
                found[entry.value.id] = place
            elif place is not None and isinstance(entry.value, Object):
                found.update({e.value.id: place for e in entry.value.entries if isinstance(e.value, Name)})
    return found


def _passes_on(source: bytes, forward: str) -> bool:
    name = re.escape(forward.encode())
    return re.search(rb"\b%s\(\s*\)" % name, source) is not None


_HOLDS_HANDLER: Final = lazy(rb"\(\s*_*\w*[rR]eq(?:uest)?\w*\b[^()]*,\s*_*\w*[rR]es\w*\b|\(\s*ctx\b")


def _factory(function: FunctionNode, module: Module) -> Handling | None:
    """`const validate = (schema) => (req, res, next) => {}`: what the returned function does is done here."""
    if _HOLDS_HANDLER.search(module.source, function.body_start, function.body_end) is None:
        return None
    body = function.body
    for stmt in reversed(body):
        value = stmt.value if isinstance(stmt, Return) else None
        if isinstance(value, Ternary | Binary):
            return None
        if isinstance(value, Call) and value.args and isinstance(value.args[-1], Lambda):
            value = value.args[-1]
        if isinstance(value, Lambda):
            inner = value.function
            return handling(inner, None, module) if len(inner.params) >= 2 else None
    return None


VOCABULARY: Final = Vocabulary(
    framework="express",
    languages=("javascript", "typescript", "tsx"),
    handling=handling,
    answer=answer,
    thrown=thrown,
    read=read,
    principal=principal,
    triggers=("res", "req", "next(", "throw", "ctx", *methods.TRIGGERS),
    assigned=koa.assigned,
)
