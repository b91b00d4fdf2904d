"""Controllers and their routes: `@Controller` paths times those of the methods; inherited ones are left to the linker."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Declared, Doc, In, Level, Route, Router
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text, literal
from persona_lsp.flow.receiving import method_keys
from persona_lsp.flow.script.names import reduce, text
from persona_lsp.flow.script.paths import expand
from persona_lsp.flow.status import STATUS_TITLES, status_named, status_of
from persona_lsp.frameworks.nestjs.guards import attached
from persona_lsp.frameworks.nestjs.inputs import inputs
from persona_lsp.frameworks.nestjs.names import (
    Names,
    arguments,
    entry,
    find,
    foreign,
    number,
    own_name,
    texts,
    where,
)
from persona_lsp.syntax.ir import AnyExpr, ClassNode, Const, Decorator, FunctionNode, Object, Str, dotted
from persona_lsp.text.patterns import lazy

FRAMEWORK_ID: Final = "nestjs"
METHODS: Final = {
    "Get": "GET", "Post": "POST", "Put": "PUT", "Patch": "PATCH", "Delete": "DELETE", "Head": "HEAD",
    "Options": "OPTIONS", "All": "ANY", "Search": "SEARCH", "Sse": "GET",
}  # fmt: skip
VERSION: Final = "version="
"""Before the version among the variants of a route, and among the settings of a controller."""
NEUTRAL: Final = "neutral"
_CREATED: Final = 201
_OK: Final = 200
_FOUND: Final = 302


def controllers(names: Names) -> tuple[list[Router], list[Route]]:
    """Routers and routes of the classes of a file."""
    routers: list[Router] = []
    routes: list[Route] = []
    for cls in names.module.classes():
        made = _routes(cls, names, len(routes))
        decorator = find(cls.decorators, names, "Controller")
        own = next((d for d in foreign(cls.decorators, names) if d.name.endswith("Controller")), None)
        if decorator is None and made and own is not None:
            # A decorator of the project may be made of Nest's own; what it is made of is told where it is made.
            routers.append(_router(cls, own, names, made_by=own.name))
            routes += made
            continue
        if decorator is None and not made:
            continue
        routers.append(_router(cls, decorator, names))
        routes += made
    return routers, routes


def mapping_of(method: FunctionNode, names: Names) -> Iterator[Decorator]:
    """The decorators that map a method to requests."""
    for decorator in method.decorators:
        name = own_name(decorator.name, names)
        if name in METHODS or (name == "RequestMapping" and _methods(decorator, names)):
            yield decorator


def _methods(decorator: Decorator, names: Names) -> tuple[str, ...]:
    """The HTTP method of a decorator; for `@RequestMapping({ path, method })`, the one that is given, `GET` by default."""
    name = own_name(decorator.name, names)
    if name in METHODS:
        return (METHODS[name],)
    given = next(iter(arguments(decorator)), None)
    chosen = entry(given, "method", names)
    if chosen is None:
        return ("GET",) if given is not None else ()
    word = dotted(chosen).rsplit(".", 1)[-1]
    return ("ANY",) if word == "ALL" else (word,) if word in METHODS.values() else ()


def default_status(method: FunctionNode, names: Names) -> tuple[int | None, AnyExpr | None]:
    """The status of a method that says nothing in its body, and where it is written."""
    code = find(method.decorators, names, "HttpCode")
    if code is not None:
        given = next(iter(arguments(code)), None)
        return _status(given, names), given
    redirect = find(method.decorators, names, "Redirect")
    if redirect is not None:
        given = arguments(redirect)[1] if len(arguments(redirect)) > 1 else None
        return (_status(given, names), given) if given is not None else (_FOUND, None)
    posts = any("POST" in _methods(d, names) for d in mapping_of(method, names))
    return (_CREATED if posts else _OK), None


def _status(expr: AnyExpr | None, names: Names) -> int | None:
    known = status_of(expr)
    return known[0] if known is not None else number(expr, names)


def _router(cls: ClassNode, decorator: Decorator | None, names: Names, made_by: str = "") -> Router:
    given = next(iter(arguments(decorator)), None) if decorator is not None else None
    prefixes: list[Text] = []
    settings: list[tuple[str, str]] = [("made by", made_by)] if made_by else []
    options = reduce(given, names.scope) if given is not None else None
    path = given
    if isinstance(options, Object):
        path = options.get("path")
        settings += [("version", v) for v in _versions(options.get("version"), names)]
        if options.get("host") is not None:
            settings.append(("host", names.module.text(options.get("host") or options)[:80]))
    for prefix, _ in texts(path, names):
        prefixes += expand(prefix)
    version = find(cls.decorators, names, "Version")
    if version is not None:
        settings = [s for s in settings if s[0] != "version"]
        settings += [("version", v) for v in _versions(next(iter(arguments(version)), None), names)]
    return Router(
        symbol=f"{cls.owner}.{cls.name}" if cls.owner else cls.name,
        kind="class",
        framework=FRAMEWORK_ID,
        where=Where(names.module.path, cls.name_start, cls.name_end),
        prefixes=tuple(prefixes) or ((),),
        guards=attached(cls.decorators, Level.CLASS, names),
        inherits=tuple(Ref(name) for base in cls.bases if (name := dotted(base))),
        abstract=decorator is None,
        settings=tuple(settings),
    )


def _versions(expr: AnyExpr | None, names: Names) -> list[str]:
    found: list[str] = []
    for value, node in texts(expr, names):
        if dotted(node).rsplit(".", 1)[-1] == "VERSION_NEUTRAL":
            found.append(NEUTRAL)
        else:
            found.append(literal(value) or "?")
    return found


def _routes(cls: ClassNode, names: Names, order: int) -> list[Route]:
    found: list[Route] = []
    for method, key in method_keys(cls):
        for decorator in mapping_of(method, names):
            first = next(iter(arguments(decorator)), None)
            mapped = own_name(decorator.name, names) == "RequestMapping"
            given = texts(entry(first, "path", names) if mapped else first, names)
            paths: list[tuple[Text, AnyExpr | None]] = [*given] or [((), None)]
            served = [(one, node) for path, node in paths for one in expand(path)]
            for one, node in served:
                order += 1
                route = _route(cls, method, key, decorator, one, node, order, names)
                found.append(_with_choice(route, [path for path, _ in served]) if len(served) > 1 else route)
    return found


_PARAMETER: Final = lazy(r"[:*{](\w+)")


def _with_choice(route: Route, paths: Sequence[Text]) -> Route:
    """A route that is registered at several paths: a parameter that only some of them have may be absent."""
    named = {name for path in paths for part in path if isinstance(part, str) for name in _PARAMETER.findall(part)}
    params = tuple(replace(p, required=False) if p.place is In.PATH and p.name in named else p for p in route.params)
    return replace(route, params=params)


def _route(
    cls: ClassNode, method: FunctionNode, key: str, decorator: Decorator, path: Text, node: AnyExpr | None, order: int,
    names: Names,
) -> Route:  # fmt: skip
    module = names.module
    taken = inputs(method, names)
    version = find(method.decorators, names, "Version")
    versions = _versions(next(iter(arguments(version)), None), names) if version is not None else []
    start = method.start if method.outer_start < 0 else min(method.outer_start, method.start)
    inside = node if node is not None and decorator.start <= node.start < decorator.end else None
    end = inside.end if inside is not None else decorator.end
    status, status_node = default_status(method, names)
    said = Declared(
        status, where(status_node or decorator, module), is_default=status_node is None,
    )  # fmt: skip
    return Route(
        methods=_methods(decorator, names),
        path=path,
        framework=FRAMEWORK_ID,
        where=Where(module.path, decorator.value.start, end),
        statement=Where(module.path, start, method.end),
        order=order,
        router=Ref(f"{cls.owner}.{cls.name}" if cls.owner else cls.name),
        handler_key=key,
        handler_name=f"{cls.name}.{method.name}",
        guards=attached(method.decorators, Level.ROUTE, names),
        params=taken.params,
        body=taken.body,
        declared=(said, *_documented(method, names)),
        doc=_doc(cls, method, names),
        variants=tuple(f"{VERSION}{v}" for v in versions),
        path_where=where(inside, module) if inside is not None else None,
        method_where=Where(module.path, decorator.value.start, decorator.value.start + len(decorator.name)),
        html=find(method.decorators, names, "Render") is not None,
        unknown_params=taken.unknown,
        forwards_errors=True,
    )


def _documented(method: FunctionNode, names: Names) -> Iterator[Declared]:
    """`@ApiResponse({ status: 404 })`, `@ApiNotFoundResponse()`: what is told to readers."""
    for decorator in method.decorators:
        name = own_name(decorator.name, names)
        if not (name.startswith("Api") and name.endswith("Response")):
            continue
        given = next(iter(arguments(decorator)), None)
        status: int | None = None
        if name == "ApiResponse":
            status = _status(entry(given, "status", names), names)
        else:
            status = status_named(name.removeprefix("Api").removesuffix("Response"))
        if status in STATUS_TITLES:
            said = _words(entry(given, "description", names), names)
            yield Declared(status, where(decorator, names.module), documented_only=True, description=said)


def _doc(cls: ClassNode, method: FunctionNode, names: Names) -> Doc:
    operation = find(method.decorators, names, "ApiOperation")
    given = next(iter(arguments(operation)), None) if operation is not None else None
    tags = find(method.decorators, names, "ApiTags") or find(cls.decorators, names, "ApiTags")
    deprecated = entry(given, "deprecated", names)
    return Doc(
        summary=_words(entry(given, "summary", names), names),
        description=_words(entry(given, "description", names), names) or method.doc,
        tags=tuple(t for a in (arguments(tags) if tags is not None else ()) if (t := _words(a, names))),
        operation_id=_words(entry(given, "operationId", names), names),
        deprecated=isinstance(deprecated, Const) and deprecated.value is True,
        hidden=find((*method.decorators, *cls.decorators), names, "ApiExcludeEndpoint", "ApiExcludeController")
        is not None,
    )


def _words(expr: AnyExpr | None, names: Names) -> str:
    if expr is None:
        return ""
    value = reduce(expr, names.scope)
    return (literal(text(value, names.scope)) or "") if isinstance(value, Str) else ""
