"""What REST framework does by itself where a view leaves an action to it: statuses, the body, pages of a list."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Body, Constraint, Declared, In, Param, Route
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref
from persona_lsp.workspace.constants import number_of
from persona_lsp.workspace.lineage import Base, Lineage, line_of
from persona_lsp.workspace.names import Names
from persona_lsp.workspace.permissions import backends_of_site, pages_of_site
from persona_lsp.workspace.urlconf import named
from persona_lsp.workspace.view_words import ACTION_STATUS

_READS: Final = frozenset({"create", "update", "partial_update"})
_FINDS: Final = frozenset({"retrieve", "update", "partial_update", "destroy"})
_HOOKS: Final = {
    "list": ("get_queryset", "filter_queryset", "paginate_queryset"),
    "create": ("perform_create", "get_serializer_class"),
    "retrieve": ("get_object", "get_queryset"),
    "update": ("perform_update", "get_object", "get_queryset"),
    "partial_update": ("perform_update", "get_object", "get_queryset"),
    "destroy": ("perform_destroy", "get_object", "get_queryset"),
}  # fmt: skip
"""Methods of the project that the library's actions call."""


def by_library(names: Names, route: Route, line: Lineage, action: str) -> Route:
    """The route of an action that no class of the project defines."""
    where = route.where
    declared = [Declared(ACTION_STATUS.get(action, 200), where, is_default=True)]
    if not line.rest:
        return replace(route, declared=tuple(declared))
    if action in _FINDS and line.method(names, "get_object") is None:
        declared.append(Declared(404, where))
    if action in _READS:
        declared.append(Declared(400, where))
    kind = next((v.body for v in line.views if v.body is not None), None)
    body = Body(kind.name, where, validated=True, type_ref=kind) if kind is not None and action in _READS else None
    held = route.handler.name if route.handler is not None else ""
    hooks = tuple(
        Ref(f"{held}.{hook}") for hook in _HOOKS.get(action, ()) if held and line.method(names, hook) is not None
    )
    params = (*_pages(names, line, where), *_filters(names, line, where)) if action == "list" else ()
    return replace(
        route, declared=tuple(declared), body=body, params=(*route.params, *params),
        dependencies=(*route.dependencies, *hooks),
    )  # fmt: skip


def _pages(names: Names, line: Lineage, where: Where) -> Iterator[Param]:
    """The parameters by which a list is cut into pages."""
    said = next(((v.pages, v.where.path) for v in line.views if v.pages is not None), None)
    written, path = said if said is not None else pages_of_site(names, line.path)
    if not written:
        return
    target = named(names, path, written)
    chain = (
        [Base(*pair) for pair in line_of(names, target.path, target.name)]
        if target is not None and target.kind == "class"
        else [Base("", written)]
    )
    kinds = {b.last for b in chain if b.library}
    if "LimitOffsetPagination" in kinds:
        maximum = _maximum(names, chain, "max_limit")
        yield Param("limit", where, In.QUERY, type="int", required=False, constraint=maximum)
        yield Param("offset", where, In.QUERY, type="int", required=False)
    elif "PageNumberPagination" in kinds:
        yield Param("page", where, In.QUERY, type="int", required=False)
    elif "CursorPagination" in kinds:
        yield Param("cursor", where, In.QUERY, required=False)


def _filters(names: Names, line: Lineage, where: Where) -> Iterator[Param]:
    """The parameters by which a list is filtered, searched and ordered, where the classes that do so are at work."""
    backends = next((v.backends for v in line.views if v.backends is not None), None)
    if backends is None:
        backends = backends_of_site(names, line.path)
    if any(b.endswith("DjangoFilterBackend") for b in backends):
        for name in next((v.filters for v in line.views if v.filters is not None), ()):
            yield Param(name, where, In.QUERY, required=False)
    if "SearchFilter" in backends and any(v.searches for v in line.views):
        yield Param("search", where, In.QUERY, required=False)
    if "OrderingFilter" in backends:
        yield Param("ordering", where, In.QUERY, required=False)


def _maximum(names: Names, chain: list[Base], field: str) -> Constraint | None:
    """The greatest page that a class of the project allows; None if there is none."""
    for base in chain:
        if not base.library:
            number = number_of(names, base.path, f"{base.name}.{field}")
            if number is not None:
                return Constraint(maximum=number)
    return None
