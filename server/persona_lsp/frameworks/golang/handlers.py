"""Functions of Go that handle requests, told by the types of their parameters, and those that return one."""

import re
from typing import Final

from persona_lsp.syntax.ir import Assign, Call, FunctionNode, Lambda, Module, Name, Return, dotted
from persona_lsp.text.patterns import lazy

CONTEXTS: Final = {
    "gin.Context": "gin",
    "echo.Context": "echo",
    "fiber.Ctx": "fiber",
}
"""The parameter that a handler of these frameworks takes."""
_OWN: Final = lazy(r"^(?!context\.)(?:\w+\.)?\w*(?:Ctx|Context)$")
"""Types of contexts that a project makes of that of a framework are called like this."""
_ANSWERS: Final = r"(?:JSON|JSONPretty|NoContent|String|HTML|XML|Blob|Redirect)\(\s*(?:http\.Status\w+|[1-5]\d\d)\b"
_RETURNED: Final = frozenset(
    {"http.Handler", "http.HandlerFunc", "gin.HandlerFunc", "echo.HandlerFunc", "echo.MiddlewareFunc", "fiber.Handler",
     "func", "mux.MiddlewareFunc", "negroni.HandlerFunc"}
)  # fmt: skip
_HANDLERS: Final = frozenset(
    {"http.Handler", "http.HandlerFunc", "gin.HandlerFunc", "echo.HandlerFunc", "fiber.Handler"}
)
_CALLED_SO: Final = lazy(r"\w\.(?:Handler|HandlerFunc|Middleware|MiddlewareFunc)$")
"""Types of handlers of other modules are called like this."""
_DEEP: Final = 4


def framework_of(function: FunctionNode) -> str:
    """The framework whose handler the function is by its parameters, "" if it is none."""
    types = [dotted(p.type) for p in function.params if p.kind != "self"]
    if len(types) == 1:
        return CONTEXTS.get(types[0], "")
    if len(types) >= 2 and types[0].endswith("ResponseWriter") and types[1] == "http.Request":
        return "nethttp"
    return ""


def own_context(function: FunctionNode, module: Module) -> str:
    """The context of a project's own type whose handler returns what a method of Echo's context sends; "" for others.

    A type that has Echo's context inside has its methods, and stands in another file most of the time.
    """
    params = [p for p in function.params if p.kind != "self"]
    if len(params) != 1 or not params[0].name or dotted(function.returns) != "error":
        return ""
    kind = dotted(params[0].type)
    if kind in CONTEXTS or _OWN.match(kind) is None:
        return ""
    text = module.source[function.body_start : function.body_end]
    return kind if re.search(rf"\breturn {re.escape(params[0].name)}\.{_ANSWERS}".encode(), text) else ""


def takes_handler(function: FunctionNode) -> bool:
    """Whether the function is middleware: it takes the handler that comes after it, or is a handler itself."""
    types = [dotted(p.type) for p in function.params if p.kind != "self"]
    return bool(framework_of(function)) or (len(types) == 1 and types[0] in _HANDLERS)


def makes_handler(function: FunctionNode) -> bool:
    """Whether the function gives out a handler, or middleware."""
    kind = dotted(function.returns)
    return kind in _RETURNED or _CALLED_SO.search(kind) is not None


def handler_literal(function: FunctionNode, module: Module) -> Lambda | None:
    """The handler that a function returns: `func list(db) http.HandlerFunc { return func(w, r) {} }`."""
    if not makes_handler(function) or b"func" not in module.source[function.body_start : function.body_end]:
        return None
    return _returned(function, 0)


def acting(function: Lambda) -> Lambda:
    """What runs for a request of middleware that is written in place: the handler that it returns, or itself."""
    return function if framework_of(function.function) else _returned(function.function, 0) or function


def _returned(function: FunctionNode, depth: int) -> Lambda | None:
    if depth > _DEEP:
        return None
    held: dict[str, Lambda] = {}
    for statement in function.body:
        if isinstance(statement, Assign) and isinstance(statement.value, Lambda):
            for target in statement.targets:
                if isinstance(target, Name):
                    held[target.id] = statement.value
        if isinstance(statement, Return) and statement.value is not None:
            values = [statement.value]
            while values:
                value = values.pop()
                if isinstance(value, Call):
                    values.extend(value.args)
                if isinstance(value, Name) and value.id in held:
                    value = held[value.id]
                if isinstance(value, Lambda):
                    if framework_of(value.function):
                        return value
                    return _returned(value.function, depth + 1)
    return None
