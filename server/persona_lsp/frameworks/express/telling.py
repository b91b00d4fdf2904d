"""What an argument is, as far as its file tells: a router, middleware, a wrapped handler, a handler of errors."""

import re

from persona_lsp.flow.script.errors import takes_errors
from persona_lsp.flow.script.guards import guard_name, is_error_name
from persona_lsp.flow.script.names import Scope, file_scope
from persona_lsp.flow.walking import calls
from persona_lsp.frameworks.express.signs import (
    APP_NAME,
    ROUTER_FILE,
    ROUTER_NAME,
    is_handler,
    is_local,
    made_kind,
    wraps,
)
from persona_lsp.syntax.ir import (
    AnyExpr,
    Call,
    Do,
    FunctionNode,
    Lambda,
    Member,
    Name,
    Return,
    Str,
    dotted,
)
from persona_lsp.syntax.javascript import required_module


def unwrapped(handler: AnyExpr, scope: Scope) -> tuple[AnyExpr, bool]:
    """The handler inside of wrappers (`asyncHandler(fn)`), and whether there are any."""
    wrapped = False
    for _ in range(4):
        if isinstance(handler, Name):
            held = scope.value(handler.id)
            if isinstance(held, Call) and scope.parent is not None and not held.new and not required_module(held):
                handler = held
        if not isinstance(handler, Call) or handler.new or not handler.args:
            break
        if handler.name == "bind" and isinstance(handler.func, Member):
            handler = handler.func.base
            continue
        candidates = [a for a in handler.args if isinstance(a, Lambda | Name | Member | Call)]
        if len(candidates) != 1 or (isinstance(candidates[0], Name | Member) and not wraps(handler, candidates[0])):
            break
        if isinstance(candidates[0], Lambda) and not (
            is_handler(candidates[0].function.params) or wraps(handler, candidates[0])
        ):
            break
        handler, wrapped = candidates[0], True
    return handler, wrapped


def local_function(value: AnyExpr, scope: Scope) -> FunctionNode | None:
    """The function that a value is or names, where it has no name for other files."""
    if isinstance(value, Lambda):
        return value.function
    if isinstance(value, Name):
        held = scope.value(value.id)
        outer = file_scope(scope).values.get(value.id)
        if isinstance(held, Lambda) and held is not outer:
            return held.function
    return None


def package_of(arg: AnyExpr, scope: Scope) -> str:
    """The package that middleware comes from, "" if none is known."""
    inner: AnyExpr = arg
    while isinstance(inner, Call | Member):
        if required_module(inner):
            return required_module(inner)
        inner = inner.func if isinstance(inner, Call) else inner.base
    name = guard_name(arg).split(".", 1)[0]
    for _ in range(4):
        made = scope.value(name)
        if not isinstance(made, Call | Member) or required_module(made):
            break
        # `const limiter = rateLimit({})`: what it was made with tells what it is.
        name = guard_name(made).split(".", 1)[0]
    source = scope.imported(name)
    return source[0] if source is not None else ""


def handles_errors(arg: AnyExpr, scope: Scope) -> bool:
    """Whether an argument is called with errors."""
    if isinstance(arg, Lambda):
        return takes_errors(arg.function)
    held = scope.value(dotted(arg)) if dotted(arg) else None
    if isinstance(held, Lambda):
        return takes_errors(held.function)
    return is_error_name(guard_name(arg))


def named_router(name: str, scope: Scope) -> bool:
    """Whether the name says that it is a router, or the name of the file that it comes from."""
    if not name:
        return False
    source = scope.imported(name.split(".", 1)[0])
    module = re.sub(r"\.[jt]sx?$", "", source[0]).rsplit("/", 1)[-1] if source is not None else ""
    return ROUTER_NAME.search(name.rsplit(".", 1)[-1]) is not None or ROUTER_FILE.search(module) is not None


def may_be_alias(name: str, scope: Scope) -> bool:
    """Whether a name comes from `@server/routes`: a package, or a folder of the project under another name."""
    source = scope.imported(name.split(".", 1)[0])
    return source is not None and not is_local(source[0]) and "/" in source[0]


def of_another_file(arg: AnyExpr, scope: Scope) -> bool:
    """Whether something is imported from the project: by a name, or in place (`require("./a").b`)."""
    while isinstance(arg, Call | Member) and not required_module(arg):
        arg = arg.func if isinstance(arg, Call) else arg.base
    if isinstance(arg, Name):
        source = scope.imported(arg.id)
        return source is not None and is_local(source[0])
    return is_local(required_module(arg))


def inside_of_parameter(arg: Member, scope: Scope) -> bool:
    """Whether a member belongs to what a function around it is given."""
    head = dotted(arg).split(".", 1)[0]
    current: Scope | None = scope
    while current is not None:
        if head in current.hidden:
            return bool(head) and head not in current.routers
        if head in current.values or head in current.routers:
            return False
        current = current.parent
    return False


def makes_router(call: AnyExpr, scope: Scope) -> bool:
    """Whether the call at the head of a chain makes a router."""
    while isinstance(call, Call):
        if made_kind(call, scope):
            return True
        if not isinstance(call.func, Member):
            return False
        call = call.func.base
    return False


def foreign(base: Name, call: Call, scope: Scope) -> bool:
    """An app that another file made and this one adds to: `const app = require("./app"); app.get("/x", f)`."""
    source = scope.imported(base.id)
    if source is None or not is_local(source[0]) or not APP_NAME.match(base.id):
        return False
    last = call.args[-1] if call.args else None
    handles = isinstance(last, Lambda) and is_handler(last.function.params)
    if base.id.lstrip("_") not in {"app", "router", "application", "expressApp"} and not handles:
        # `api.post("/login", credentials)` is a client that asks, not an app that answers.
        return False
    if call.name == "use":
        return bool(call.args)
    first = call.args[0] if call.args else None
    return len(call.args) > 1 and isinstance(first, Str) and (first.value or "").startswith("/")


def handed_to(middleware: AnyExpr) -> AnyExpr:
    """What a function written in place gives all it is given: `auth` of `(req, res, next) => auth(req, res, next)`."""
    if not isinstance(middleware, Lambda) or len(middleware.function.params) != 3:
        return middleware
    names = [p.name for p in middleware.function.params]
    body = middleware.function.body
    call = body[0].value if len(body) == 1 and isinstance(body[0], Do | Return) else None
    if isinstance(call, Call) and all(names) and [dotted(a) for a in call.args] == names and dotted(call.func):
        return call.func
    return middleware


def given_handler(handler: AnyExpr, scope: Scope) -> AnyExpr:
    """The handler that a wrapper written in place calls for a parameter: `(req, res) => routeHandler(req, res)`."""
    if not isinstance(handler, Lambda) or not handler.function.params:
        return handler
    request = handler.function.params[0].name
    for part in calls(handler.function.body):
        if isinstance(part.func, Name) and part.args and dotted(part.args[0]) == request:
            held = scope.value(part.func.id)
            if part.func.id in scope.values and isinstance(held, Name | Member | Lambda | Call):
                return held
    return handler
