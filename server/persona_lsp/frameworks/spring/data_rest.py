"""Spring Data REST: the endpoints that a repository is given by convention.

A repository says its path (`@RepositoryRestResource(path = "…")`), or has the plural of its entity's name. Which
methods it takes over from its base decides what can be done; `@RestResource(exported = false)` takes some away. One
without an annotation is exported where the application depends on Spring Data REST, which the linker knows.
"""

from collections.abc import Container, Iterator
from typing import Final

from persona_lsp.facts.code import ConfigEntry
from persona_lsp.facts.http import Declared, Level, Route, Router
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Hole, Ref, Text, literal
from persona_lsp.frameworks.spring.annotations import (
    Values,
    argument,
    classes,
    find,
    flag,
    rooted,
    type_arguments,
    type_name,
    where,
)
from persona_lsp.frameworks.spring.code import calls_of
from persona_lsp.frameworks.spring.guards import declared_guards
from persona_lsp.syntax.ir import ClassNode, Decorator, FunctionNode, Module
from persona_lsp.text.patterns import lazy

EXPORTED: Final = "exported"
"""The setting of a router that stands for a repository: `yes`, or `public` where only a dependency exports it."""
BELOW_BASE: Final = "base"
"""The setting of what is served below `spring.data.rest.base-path`; `paging` where the base may not know CRUD."""
BASE_PATH: Final = "spring.data.rest.base-path"
STRATEGY: Final = "spring.data.rest.detection-strategy"
_UNKNOWN: Final = "${?}"
_DECIDING: Final = frozenset({
    "setRepositoryDetectionStrategy", "disableDefaultExposure", "withRepositoryDetectionStrategy",
})  # fmt: skip
_PAGING: Final = frozenset({"PagingAndSortingRepository", "ListPagingAndSortingRepository"})
_CRUD: Final = frozenset({
    "JpaRepository", "CrudRepository", "ListCrudRepository", "MongoRepository", "Neo4jRepository", "CassandraRepository",
    "KeyValueRepository", "PagingAndSortingRepository", "ListPagingAndSortingRepository",
})  # fmt: skip
_RESOURCE: Final = ("RepositoryRestResource", "RestResource")
_SAVES: Final = frozenset({"save"})
_DELETES: Final = frozenset({"delete", "deleteById"})
_FINDS: Final = frozenset({"findById", "findOne"})
_LISTS: Final = frozenset({"findAll"})
_OF_BASE: Final = _SAVES | _DELETES | _FINDS | _LISTS | {
    "saveAll", "saveAndFlush", "existsById", "exists", "findAllById", "count", "deleteAll", "deleteAllById", "getOne",
    "getById", "getReferenceById", "flush", "deleteInBatch", "deleteAllInBatch", "insert",
}  # fmt: skip
_OPERATIONS: Final = (
    ("GET", "", _LISTS, 200), ("POST", "", _SAVES, 201), ("GET", "/{id}", _FINDS, 200), ("PUT", "/{id}", _SAVES, None),
    ("PATCH", "/{id}", _SAVES, None), ("DELETE", "/{id}", _DELETES, 204),
)  # fmt: skip
"""What can be done with a repository: method, path, the methods of the repository behind it, status."""

# Plurals, as far as every version of the inflector that Spring uses says the same.
_LAST: Final = lazy(r"[A-Z]?[^A-Z]*$")
_LIKE_CHURCH: Final = lazy(r"(?:[cs]h|ss|[^aeiou]x|ox|ax)$")
_LIKE_CITY: Final = lazy(r"[^aeiou]y$")
_ITS_OWN: Final = lazy(
    r"(?:[szxofi]|fe|man|child|mouse|louse|tooth|goose|foot|zoon|um|fish|sheep|deer|bison|bream|salmon|carp|homework"
    r"|cod|mackerel|swine|trout|tuna|djinn|whiting|eland|wildebeest|elk|sugar|mongoose|trilby|soliloquy|alumna|alga"
    r"|vertebra|persona|criterion|phenomenon|perihelion|aphelion|noumenon|organon|flounder|genie|cow|brother|money)$"
)


def plural(entity: str) -> str:
    """`order` of `Order` as many: `orders`; "" where it is no plain plural."""
    name = entity[:1].lower() + entity[1:]
    last = found[0].lower() if (found := _LAST.search(name)) is not None else name
    if _LIKE_CHURCH.search(last):
        return name + "es"
    if _ITS_OWN.search(last) or not name.isalpha():
        return ""
    if _LIKE_CITY.search(last):
        return "" if name != name.lower() else name[:-1] + "ies"
    return name + "s"


def repositories(module: Module, values: Values, taken: Container[str], order: int) -> tuple[list[Router], list[Route]]:
    """Routers and routes of the repositories of a file; `taken` are routers that it has already."""
    routers: list[Router] = []
    routes: list[Route] = []
    if b"Repository" not in module.source:
        return routers, routes
    for cls, path in classes(module):
        if cls.kind != "interface" or path in taken:
            continue
        made = _router(cls, path, module, values)
        if made is not None:
            routers.append(made)
            routes += _routes(cls, path, module, values, order + len(routes))
    return routers, routes


def configured(module: Module, values: Values) -> Iterator[ConfigEntry]:
    """`config.setBasePath("/api")`, and what decides which repositories are exported."""
    if b"RepositoryRestConfiguration" not in module.source:
        return
    for cls, path in classes(module):
        for method in cls.methods:
            for made in calls_of(method):
                name, args = made.call.name, made.call.args
                if name == "setBasePath" and args:
                    text = literal(values.text(args[0], path))
                    known = text is not None and not made.conditional
                    yield ConfigEntry(BASE_PATH, text if known and text else _UNKNOWN, where(module, made.call))
                elif name in _DECIDING:
                    yield ConfigEntry(STRATEGY, _UNKNOWN, where(module, made.call))


def _router(cls: ClassNode, path: str, module: Module, values: Values) -> Router | None:
    annotation = find(cls.decorators, *_RESOURCE)
    given = argument(annotation, "exported") if annotation is not None else None
    if flag(given) is False or (annotation is None and "public" not in cls.modifiers):
        return None
    base = next((b for b in cls.bases if type_name(b) in _CRUD), None)
    arguments = type_arguments(base)
    if base is None or not arguments or find(cls.decorators, "NoRepositoryBean") is not None:
        return None
    paging = all(type_name(b) in _PAGING for b in cls.bases if type_name(b) in _CRUD)
    return Router(
        path, "class", "spring", Where(module.path, cls.name_start, cls.name_end),
        (_path(annotation, type_name(arguments[0]), path, values),),
        declared_guards(cls.decorators, Level.CLASS, module),
        settings=(
            (EXPORTED, "yes" if annotation is not None else "public"), (BELOW_BASE, "paging" if paging else "crud"),
        ),
    )  # fmt: skip


def _path(annotation: Decorator | None, entity: str, path: str, values: Values) -> Text:
    written = argument(annotation, "path") if annotation is not None else None
    if written is not None:
        return rooted(values.text(written, path))
    many = plural(entity)
    return (f"/{many}",) if many else ("/", Hole("plural", entity))


def _routes(cls: ClassNode, path: str, module: Module, values: Values, order: int) -> Iterator[Route]:
    own = {m.name: m for m in cls.methods if m.name in _OF_BASE}
    hidden = {m.name for m in cls.methods if _is_hidden(m)}
    at = Where(module.path, cls.name_start, cls.name_end)
    for verb, below, behind, status in _OPERATIONS:
        if behind & hidden:
            continue
        guards = tuple(
            g
            for name in sorted(behind & own.keys())
            for g in declared_guards(own[name].decorators, Level.ROUTE, module)
        )
        yield Route(
            (verb,), (below,) if below else (), "spring", at, at, order, Ref(path),
            handler_name=f"{path}.{min(behind)}", guards=guards,
            declared=(Declared(status, at, is_default=True),) if status is not None else (),
            derived=True, unknown_params=True,
        )  # fmt: skip
        order += 1
    for method in cls.methods:
        if method.name in _OF_BASE or _is_hidden(method) or not _is_query(method):
            continue
        named = find(method.decorators, "RestResource")
        written = argument(named, "path") if named is not None else None
        last: Text = rooted(values.text(written, path)) if written is not None else (f"/{method.name}",)
        place = Where(module.path, method.name_start, method.name_end)
        yield Route(
            ("GET",), ("/search", *last), "spring", place, place, order, Ref(path),
            handler_name=f"{path}.{method.name}", guards=declared_guards(method.decorators, Level.ROUTE, module),
            declared=(Declared(200, place, is_default=True),), derived=True, unknown_params=True,
        )  # fmt: skip
        order += 1


def _is_query(method: FunctionNode) -> bool:
    return not {"default", "static"} & set(method.modifiers) and find(method.decorators, "Modifying") is None


def _is_hidden(method: FunctionNode) -> bool:
    annotation = find(method.decorators, "RestResource")
    return annotation is not None and flag(argument(annotation, "exported")) is False
