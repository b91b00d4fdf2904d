"""By what apps, routers, handlers and wrappers are recognised."""

import re
from collections.abc import Sequence
from typing import Final

from persona_lsp.flow.script.guards import guard_name
from persona_lsp.flow.script.names import EXPRESS, Scope
from persona_lsp.frameworks.express import koa
from persona_lsp.syntax.ir import (
    AnyExpr,
    Assign,
    Call,
    Def,
    Items,
    Member,
    Module,
    Name,
    Object,
    ParamNode,
    Return,
    Stmt,
    dotted,
)
from persona_lsp.syntax.javascript import required_module
from persona_lsp.text.patterns import lazy

METHODS: Final = {
    "get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "head": "HEAD",
    "options": "OPTIONS", "all": "ANY", "del": "DELETE",
}  # fmt: skip


ASYNC: Final = "Async"
"""`router.getAsync("/x", f)`: a method of the same work which passes rejections on (@awaitjs/express, and wrappers)."""


VERBS: Final = lazy(
    rb"\.\s*(?:use|(?:get|post|put|patch|delete|all)(?:Async)?|route)\s*\(|\bRouter\(|\bexpress\(\)|new [Kk]oa\w*\(|\.routes\(\)|\[[\w.]*(?:[mM]ethod|[vV]erb)[\w.()]*\]\s*\("
)
"""Words by which something registers."""


GIVEN: Final = lazy(rb"\bnew [A-Z]\w*\(\s*(?:\{[^{}\[]*)?\[\s*new\s")
"""A class is given a list of what it serves: `new App([new Users()])`."""


CHOSEN: Final = lazy(rb"\[\s*\w+(?:\.toLowerCase\(\))?(?:\s+as\s+[^\]]+)?\s*\]\s*\(")
"""`router[method](`: the method is a parameter."""


APP_NAME: Final = lazy(r"^_?(?:app|application|router|server|api|express|expressApp|web|route|routes)$")


_APP_TYPES: Final = frozenset(
    {"Router", "Express", "Application", "IRouter", "express", "ExpressApp", "ExpressRouter", "Koa"}
)


ROUTER_NAME: Final = lazy(r"rout(?:e|er|es|ers|ing)|controller|endpoints?$|(?:^|[a-z])api$|^api|^app$", re.IGNORECASE)


ROUTER_FILE: Final = lazy(r"(?:^|[._-]|[a-z](?=R))[rR]out(?:e|er|es|ers|ing)$")


SPREAD: Final = "..."
"""Before the name of all arguments of a function, where a router is among them."""


def is_local(module: str) -> bool:
    """Whether a module is a file of the project, by the look of its name."""
    return module.startswith((".", "@/", "~/", "src/", "/", "#", "app/", "~")) or module.split("/", 1)[0] in {
        "routes", "controllers", "middlewares", "middleware", "api", "server", "lib", "config", "@routes", "@controllers",
        "@middlewares", "@api", "@app", "@src", "@config", "modules", "@modules", "core", "@core", "@shared",
    }  # fmt: skip


def is_handler(params: Sequence[ParamNode]) -> bool:
    """Whether parameters are those of a handler or of middleware."""
    names = [p.name.lstrip("_").lower() for p in params]
    if len(names) >= 4 and names[0] in {"err", "error", "e"}:
        names = names[1:]
    if names and names[0] == "ctx" and (len(names) == 1 or names[1:] == ["next"]):
        return True
    return len(names) >= 2 and names[0] in {"req", "request"} and names[1] in {"res", "response"}


def app_names(param: ParamNode) -> tuple[str, ...]:
    """The names by which a parameter gives the function apps: one, or several that it takes out of an object."""
    declared = dotted(param.type).rsplit(".", 1)[-1] if param.type is not None else ""
    if param.pattern is not None:
        entries = param.pattern.entries if isinstance(param.pattern, Object) else ()
        return tuple(
            e.name for e in entries if e.name in {"app", "router", "expressApp", "server"} or _INJECTED.search(e.name)
        )
    if declared in _APP_TYPES:
        return (param.name,)
    if param.type is not None and re.search(r"Fastify|Nest|Hono|Elysia|Server|Http|Axios|Client|Api$", declared):
        return ()
    named = APP_NAME.match(param.name) or (param.type is None and _INJECTED.search(param.name))
    return (param.name,) if param.name and named else ()


def fills(param: ParamNode) -> bool:
    """What the parameter gives is a router that was just made, by its type or its name."""
    declared = dotted(param.type).rsplit(".", 1)[-1] if param.type is not None else ""
    return declared in {"Router", "IRouter", "ExpressRouter"} if param.type is not None else param.name == "router"


def spread_names(param: ParamNode, body: Sequence[Stmt], module: Module) -> tuple[str, ...]:
    """What all arguments are called, place by place: `(...[router, { queries }]) => {}`, or where the body takes them apart.

    "" for what has no name; a router that is only handed on (`f(...args)`) goes by the name of all.
    """
    if param.kind != "rest":
        return ()
    taken = param.pattern
    for stmt in body if param.name else ():
        if isinstance(stmt, Assign) and dotted(stmt.value) == param.name and stmt.targets:
            taken = stmt.targets[0]
            break
    if isinstance(taken, Items):
        return tuple(item.id if isinstance(item, Name) else "" for item in taken.items)
    return (param.name,) if param.name and is_given_routers(param, module) else ()


def is_given_routers(param: ParamNode, module: Module) -> bool:
    """`(...args: RouterArgs<T>) => {}`: the type says that a router is among them."""
    return param.kind == "rest" and param.type is not None and "Router" in module.text(param.type)


def gives_application(param: ParamNode) -> bool:
    """What the parameter gives is an application, and no router that may stand below something."""
    declared = dotted(param.type).rsplit(".", 1)[-1] if param.type is not None else ""
    if declared:
        return declared in {"Express", "Application", "express", "ExpressApp"}
    return param.type is None and param.name in {"app", "application", "express", "expressApp"}


_INJECTED: Final = lazy(r"[a-z]Router$")
"""What a function is given by several routers is called so (`(webRouter, apiRouter) => {}`), or by a container."""


def made_kind(call: Call, scope: Scope) -> str:
    """`app` or `router` for calls that make one."""
    func = call.func
    own = koa.made_kind(call, scope)
    if own:
        return own
    if isinstance(func, Name):
        source = scope.imported(func.id)
        if source is None:
            held = scope.value(func.id)
            if isinstance(held, Member) and held.name == "Router" and isinstance(held.base, Name):
                origin = scope.imported(held.base.id)
                return "router" if origin is not None and origin[0] in EXPRESS else ""
            return ""
        module, name = source
        if module not in EXPRESS:
            return "router" if name == "Router" and module.startswith(("express", "@types/express")) else ""
        if name == "Router" or module in {"express-promise-router", "router"}:
            return "router"
        return "app" if module == "express" and name in {"default", "*", "express"} else ""
    if isinstance(func, Member) and isinstance(func.base, Name):
        source = scope.imported(func.base.id)
        if source is not None and source[0] in EXPRESS:
            return "router" if func.name == "Router" else "app" if func.name == "default" else ""
    if isinstance(func, Member) and func.name == "Router" and required_module(func.base) == "express":
        return "router"
    return "app" if isinstance(func, Call) and required_module(func) == "express" else ""


def wraps(call: Call, inner: AnyExpr) -> bool:
    """Whether a call with one named argument is a wrapper of handlers, and not a factory with a setting."""
    name = guard_name(call).rsplit(".", 1)[-1]
    if re.search(
        r"async|catch|wrap|promise|safe|try|handle|resolver?|makeExpress|adapt|callback|action|^use[A-Z]",
        name,
        re.IGNORECASE,
    ):
        return not re.search(r"valid|schema", name, re.IGNORECASE)
    text = dotted(inner)
    return isinstance(inner, Member) and re.search(r"controller|handler|ctrl", text, re.IGNORECASE) is not None


def own_apply(call: Call) -> bool:
    """`UploadsRouter.apply(webRouter)`: a method of that name; that of functions is given `this` and a list."""
    if call.name != "apply" or not call.args or dotted(call.args[0]) == "this":
        return False
    return len(call.args) == 1 or not (isinstance(call.args[1], Items) or dotted(call.args[1]) == "arguments")


def made_by_own(call: Call, name: str, module: Module, scope: Scope) -> bool:
    """`const router = require("./router").create()`: a function of the project makes what the file then registers on."""
    inner: AnyExpr = call
    while isinstance(inner, Call | Member) and not required_module(inner):
        inner = inner.func if isinstance(inner, Call) else inner.base
    source = scope.imported(inner.id) if isinstance(inner, Name) else (required_module(inner), "")
    if source is None or not is_local(source[0]) or not _MADE_NAME.search(name) or required_module(call):
        return False
    registers = rb"\b%s\.(?:get|post|put|patch|delete|all|use)(?:Async)?\(\s*['\"`]/" % re.escape(name.encode())
    return re.search(registers, module.source) is not None


_MADE_NAME: Final = lazy(r"(?:^|_)router$|Router$")


def returned_name(body: Sequence[Stmt]) -> str:
    """The name that a function returns in the end, "" if it returns something else."""
    for stmt in reversed(body):
        if isinstance(stmt, Return):
            value = stmt.value
            return value.id if isinstance(value, Name) else ""
    return ""


def registrars(module: Module) -> re.Pattern[bytes] | None:
    """Calls of functions of the file that register what they are given: `route(GET, "/books", books.list)`."""
    if CHOSEN.search(module.source) is None:
        return None
    functions = [s.function for s in module.body if isinstance(s, Def)]
    names = {f.name for f in functions if CHOSEN.search(module.source, f.body_start, f.body_end)}
    for _ in range(2):  # one hands on to the other
        called = _called(names)
        names |= {
            f.name for f in functions if called.search(module.source, f.body_start, f.body_end) and len(f.params) > 2
        }
    return _called(names) if names else None


def _called(names: set[str]) -> re.Pattern[bytes]:
    return re.compile(rb"\b(?:" + "|".join(map(re.escape, sorted(names))).encode() + rb")\(")
