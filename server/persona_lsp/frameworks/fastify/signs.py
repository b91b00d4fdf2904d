"""By what applications, plugins and handlers of Fastify are recognised."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from persona_lsp.flow.script.names import Scope
from persona_lsp.syntax.ir import (
    AnyExpr,
    Await,
    Call,
    FunctionNode,
    If,
    Lambda,
    Member,
    Module,
    Name,
    Return,
    Stmt,
    dotted,
)
from persona_lsp.syntax.javascript import required_module
from persona_lsp.text.patterns import lazy

PACKAGES: Final = frozenset({"fastify", "fastify-cli/helper", "fastify-plugin"})
_PLUGIN: Final = frozenset({"fastify-plugin"})
_AUTOLOAD: Final = frozenset({"@fastify/autoload", "fastify-autoload"})
_INSTANCE_TYPE: Final = lazy(
    r"^Fastify(?!Request|Reply|Plugin|Schema|Error|Options)\w*|Fastify\w*(?:Instance|App|Server)\w*$|^AppInstance$"
)
_PLUGIN_TYPE: Final = lazy(r"^Fastify(?:Plugin|Register)\w*$|^RoutePlugin$")
_INSTANCE_NAME: Final = lazy(
    r"^_?(?:fastify|app|server|instance|f|api|router|scope|child\w*|\w*[fF]astify\w*|\w*Server|\w*App|\w*Instance|\w*Scope|\w*Routes?)$"
)
_ADDS: Final = rb"\b%s\s*(?:\.\s*withTypeProvider\s*(?:<[^()]*>)?\s*\(\s*\)\s*)?\.\s*(?:get|post|put|patch|delete|head|options|all|route|register|addHook|decorate\w*|setErrorHandler|withTypeProvider)\s*[(<]"
_SIGNS: Final = lazy(rb"[fF]astify|[(,]\s*reply\s*[,):]")


@lru_cache(maxsize=4)
def detects(module: Module) -> bool:
    """The file imports Fastify, or holds something that is written for it."""
    source = module.source
    if b"astify" not in source and b"reply" not in source:
        return False
    modules = {i.module for i in module.imports}
    if not PACKAGES.isdisjoint(modules) or any(m.startswith(("@fastify/", "fastify-")) for m in modules):
        return True
    if "express" in modules or any(m.startswith("@nestjs/") for m in modules):
        return False
    return _SIGNS.search(source) is not None


def makes_application(expr: AnyExpr | None, scope: Scope) -> bool:
    """`Fastify({ ... })`, `require("fastify")()`, also with `.withTypeProvider()` behind it."""
    while True:
        if isinstance(expr, Await):
            expr = expr.value
        elif isinstance(expr, Call) and isinstance(expr.func, Member) and expr.func.name == "withTypeProvider":
            expr = expr.func.base
        else:
            break
    if not isinstance(expr, Call):
        return False
    if required_module(expr.func) == "fastify":
        return True
    made = scope.value(expr.func.id) if isinstance(expr.func, Name) else None
    if isinstance(made, Lambda):
        # `const app = createApp().register(routes)`, where the file says that `createApp` returns `Fastify()`.
        return returns_application(made.function, scope)
    name = dotted(expr.func)
    source = scope.imported(name.split(".", 1)[0]) if name else None
    return (
        source is not None
        and source[0] == "fastify"
        and name.rsplit(".", 1)[-1].lower().endswith(("fastify", "default"))
    )


def returns_application(function: FunctionNode, scope: Scope) -> bool:
    """Every value that the function returns in its own statements is an application that it makes there."""
    returned = [value for value in _returned(function.body) if value is not None]
    return bool(returned) and all(makes_application(root_of(value), scope) for value in returned)


def _returned(body: Sequence[Stmt]) -> Iterator[AnyExpr | None]:
    for statement in body:
        if isinstance(statement, Return):
            yield statement.value
        elif isinstance(statement, If):
            yield from _returned((*statement.then, *statement.orelse))


def root_of(expr: AnyExpr) -> AnyExpr:
    """What a chain of calls begins with: `Fastify()` of `Fastify().register(cors).register(routes)`."""
    while True:
        if isinstance(expr, Await):
            expr = expr.value
        elif isinstance(expr, Call) and isinstance(expr.func, Member) and isinstance(expr.func.base, Call | Await):
            expr = expr.func.base
        else:
            return expr


def is_wrapper(call: Call, scope: Scope) -> bool:
    """`fp(plugin)`: what the plugin adds is added to the application that registers it."""
    name = dotted(call.func)
    source = scope.imported(name) if name else None
    return required_module(call.func) in _PLUGIN or (source is not None and source[0] in _PLUGIN)


def is_autoload(expr: AnyExpr, scope: Scope) -> bool:
    """The plugin that registers every file of a folder."""
    if required_module(expr) in _AUTOLOAD:
        return True
    name = dotted(expr).split(".", 1)[0]
    source = scope.imported(name) if name else None
    return source is not None and source[0] in _AUTOLOAD


def instance_parameter(function: FunctionNode, module: Module, declared: AnyExpr | None = None) -> str:
    """The name under which a function is given an application, "" if it is no plugin."""
    first = function.params[0] if function.params else None
    if first is None or not first.name or first.kind != "plain":
        return ""
    typed = dotted(getattr(first.type, "base", None) or first.type).rsplit(".", 1)[-1] if first.type is not None else ""
    adds = re.search(_ADDS % re.escape(first.name.encode()), module.source[function.body_start : function.body_end])
    if typed:
        return first.name if _INSTANCE_TYPE.search(typed) else ""
    kind = dotted(getattr(declared, "base", None) or declared).rsplit(".", 1)[-1] if declared is not None else ""
    if _PLUGIN_TYPE.match(kind):
        return first.name
    if len(function.params) > 3 or adds is None or not _INSTANCE_NAME.match(first.name):
        return ""
    second = function.params[1].name if len(function.params) > 1 else ""
    return "" if second in ("res", "req", "response", "reply") else first.name


def sole_plugin(expr: AnyExpr | None, scope: Scope) -> tuple[FunctionNode | None, bool]:
    """The function of `fp(async (fastify) => {})` or of a plain function, and whether it is wrapped."""
    wrapped = False
    for _ in range(3):
        if isinstance(expr, Lambda):
            return expr.function, wrapped
        if not isinstance(expr, Call) or not expr.args:
            return None, wrapped
        wrapped = wrapped or is_wrapper(expr, scope)
        if not is_wrapper(expr, scope):
            return None, wrapped
        expr = expr.args[0]
    return None, wrapped
