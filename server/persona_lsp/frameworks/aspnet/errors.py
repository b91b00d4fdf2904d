"""Error mapping: exception handlers, filters and middleware that say which failure becomes which status."""

from collections.abc import Iterator
from typing import Final

from persona_lsp.facts.http import ErrorHandler
from persona_lsp.facts.place import Where
from persona_lsp.frameworks.aspnet.attributes import classes, method_keys, type_name, where
from persona_lsp.frameworks.aspnet.statuses import status_value
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Binary,
    Call,
    ClassDef,
    ClassNode,
    Const,
    Do,
    FunctionNode,
    If,
    Lambda,
    Let,
    Member,
    Module,
    Name,
    Node,
    Switch,
    SwitchExpr,
    Try,
    dotted,
)
from persona_lsp.text.patterns import lazy

_FILTERS: Final = frozenset({
    "IExceptionFilter", "IAsyncExceptionFilter", "ExceptionFilterAttribute", "IExceptionHandler",
})  # fmt: skip
_HANDLES: Final = frozenset({"OnException", "OnExceptionAsync", "TryHandleAsync"})
_INVOKES: Final = frozenset({"Invoke", "InvokeAsync"})
_MAPS: Final = frozenset({"MapToStatusCode", "Map", "MapException"})
_ERRORS: Final = range(400, 600)
_SELECTOR: Final = "StatusCodeSelector"
_PAIR: Final = lazy(rb"[{\[]\s*typeof\(([\w.]+Exception)\)\s*(?:,|\]\s*=)\s*(?:this\.)?(\w+)\s*[},]")
_STATUS_NAME: Final = lazy(r"(?:Http)?Status(?:Code)?")


def handles_errors(function: FunctionNode, cls: ClassNode) -> bool:
    """The method is what is called with a failure."""
    return function.name in _HANDLES and any(type_name(base) in _FILTERS for base in cls.bases)


def is_middleware(function: FunctionNode, cls: ClassNode) -> bool:
    """`InvokeAsync(HttpContext context)` of a class that is given the next one."""
    if function.name not in _INVOKES or not any(type_name(p.type) == "HttpContext" for p in function.params):
        return False
    return any(type_name(base) == "IMiddleware" for base in cls.bases) or any(
        type_name(f.type) == "RequestDelegate" for f in cls.fields
    )


def error_handlers(module: Module) -> Iterator[ErrorHandler]:
    """What each failure is answered with, as the branches of the code that handles them say."""
    if b"Exception" not in module.source:
        return
    top = [s for s in module.body if not isinstance(s, ClassDef)]
    for node in _spread(top):
        if isinstance(node, Call) and node.name in _MAPS:
            yield from (ErrorHandler(name, where(module, at), status, "") for name, status, at in _mapped(node))
    if b"UseExceptionHandler" in module.source or b"StatusCodeSelector" in module.source:
        for name, status, at in _inline([*top, *(m.body for cls, _ in classes(module) for m in cls.methods)]):
            yield ErrorHandler(name, where(module, at), status, "")
    for cls, path in classes(module):
        answers = any(handles_errors(m, cls) or is_middleware(m, cls) for m in cls.methods)
        if not answers and b"MapToStatusCode" not in module.source:
            continue
        if answers:
            yield from _listed(cls, path, module)
        for method, key in method_keys(cls, path):
            for node in _nodes(method):
                for name, status, at in _mapped(node):
                    if answers or isinstance(node, Call):
                        yield ErrorHandler(name, where(module, at), status, key if answers else "")


def _inline(roots: object) -> Iterator[tuple[str, int, Node]]:
    """What the code that `UseExceptionHandler` is given, or a `StatusCodeSelector`, makes of failures."""
    for node in _spread(roots):
        given: object = ()
        if isinstance(node, Call) and node.name == "UseExceptionHandler":
            given = (node.args, node.kwargs)
        elif isinstance(node, Assign | Let):
            targets = node.targets if isinstance(node, Assign) else (node.target,)
            given = node.value if any(isinstance(t, Member) and t.name == _SELECTOR for t in targets) else ()
        for inner in _spread(given):
            if not isinstance(inner, Call):
                yield from _mapped(inner)


def _listed(cls: ClassNode, path: str, module: Module) -> Iterator[ErrorHandler]:
    """`{ typeof(NotFoundException), HandleNotFound }`: the method that answers for a failure, in a table."""
    keys = {m.name: (key, m) for m, key in method_keys(cls, path)}
    for pair in _PAIR.finditer(module.source, cls.body_start, cls.body_end):
        name, held = (part.decode() for part in pair.groups())
        key, method = keys.get(held, ("", None))
        status = _status(method.body) if method is not None else None
        if status is not None:
            yield ErrorHandler(name.rsplit(".", 1)[-1], Where(module.path, *pair.span(1)), status, key)


def exception_status(cls: ClassNode) -> int | None:
    """What an exception says of itself: `: base(HttpStatusCode.NotFound, …)`, `StatusCode => HttpStatusCode.NotFound`."""
    told: set[int | None] = set()
    for method in cls.methods:
        if "constructor" in method.modifiers:
            told.add(_handed(method))
        elif "accessor" in method.modifiers and _STATUS_NAME.fullmatch(method.name):
            told.add(_status(method.body))
    told |= {status_value(f.value)[0] for f in cls.fields if f.value is not None and _STATUS_NAME.fullmatch(f.name)}
    codes = told - {None}
    return codes.pop() if len(codes) == 1 and not (None in told and len(told) > 2) else None


def _handed(constructor: FunctionNode) -> int | None:
    for statement in constructor.body:
        value = statement.value if isinstance(statement, Do) else None
        if isinstance(value, Call) and value.name == "base":
            codes = {status_value(a)[0] for a in value.args if isinstance(a, Member)} - {None}
            return codes.pop() if len(codes) == 1 else None
    return None


def _mapped(node: Node) -> Iterator[tuple[str, int, Node]]:
    match node:
        case SwitchExpr(arms=arms):
            for patterns, value in arms:
                status = _status([value])
                for pattern in patterns:
                    yield from _named(pattern, status, pattern)
        case Switch(arms=arms):
            for patterns, body in arms:
                status = _status(body)
                for pattern in patterns:
                    yield from _named(pattern, status, pattern)
        case Try(catches=catches):
            for catch in catches:
                status = _status(catch.body)
                for name in catch.types:
                    if status is not None and name.endswith("Exception") and name != "Exception":
                        yield name.rsplit(".", 1)[-1], status, catch
        case If(test=Binary(op="is" | "==", right=right), then=then):
            yield from _named(right, _status(then), right)
        case Call() if node.name in _MAPS and node.types:
            status = next((s for a in node.args if (s := status_value(a)[0])), None) or _status(node.args)
            yield from _named(node.types[0], status, node)
        case _:
            return


def _named(pattern: AnyExpr, status: int | None, at: Node) -> Iterator[tuple[str, int, Node]]:
    name = dotted(pattern).rsplit(".", 1)[-1]
    if status is not None and name.endswith("Exception") and name != "Exception":
        yield name, status, at


def _status(nodes: object) -> int | None:
    """The only error status that is mentioned; None if there is none or several."""
    found: set[int] = set()
    for node in _spread(nodes):
        code = status_value(node)[0] if isinstance(node, Member | Name | Const) else None
        if code is not None and code in _ERRORS:
            found.add(code)
        if isinstance(node, Call) and node.name.endswith(("Result", "ProblemDetails")):
            code = _RESULTS.get(type_name(node.func))
            if code is not None:
                found.add(code)
    return found.pop() if len(found) == 1 else None


_RESULTS: Final = {
    "NotFoundResult": 404, "NotFoundObjectResult": 404, "BadRequestObjectResult": 400, "BadRequestResult": 400,
    "UnauthorizedResult": 401, "UnauthorizedObjectResult": 401, "ForbidResult": 403, "ConflictObjectResult": 409,
    "UnprocessableEntityObjectResult": 422,
}  # fmt: skip


def _nodes(method: FunctionNode) -> Iterator[Node]:
    for node in _spread(method.body):
        if isinstance(node, SwitchExpr | Switch | Try | If | Call):
            yield node


def _spread(root: object) -> Iterator[Node]:
    pending = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, tuple | list):
            pending.extend(reversed(node))
        elif isinstance(node, Lambda):
            pending.append(node.function.body)
        elif isinstance(node, Node):
            yield node
            pending.extend(getattr(node, name) for name in reversed(node.__struct_fields__))
