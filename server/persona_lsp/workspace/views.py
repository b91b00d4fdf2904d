"""Views across files: a class with its bases, what it answers, whom it lets in, and the routes that makes of it."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import Declared, Guard, GuardKind, In, Level, Mount, Param, Route
from persona_lsp.facts.text import Hole, Part, Ref, Text, literal
from persona_lsp.facts.views import Action, Registry, View
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.lineage import Lineage, lineage, registry_class
from persona_lsp.workspace.names import Names, Target, text
from persona_lsp.workspace.permissions import asked, site_guards, site_permissions, site_throttles
from persona_lsp.workspace.urlconf import included, named
from persona_lsp.workspace.view_actions import by_library
from persona_lsp.workspace.view_words import (
    ACTION_STATUS,
    HANDED_ON,
    SIGNED_IN,
    VERBS,
    is_open,
    shows_everybody,
    verbs_of_library,
)

_COLLECTION: Final = (("GET", "list"), ("POST", "create"))
_MEMBER: Final = (("GET", "retrieve"), ("PUT", "update"), ("PATCH", "partial_update"), ("DELETE", "destroy"))


class Served(Struct, frozen=True, gc=False):
    """One route that a view makes, with its handler where that is part of the project."""

    route: Route
    handler: Function | None = None
    owner: tuple[str, str] | None = None


def served(names: Names, path: str, route: Route, router: Target) -> Iterator[Served]:
    """The routes that one registration of a view makes."""
    if route.view == "registered":
        registry = names.files[router.path].registries.get(router.name)
        if registry is not None:
            yield from _registered(names, path, route, router, registry)
        return
    if route.handler is None:
        yield Served(replace(route, view=""))
        return
    target = named(names, path, route.handler.name)
    yield from _of_target(names, path, route, target)


def _of_target(names: Names, path: str, route: Route, target: Target | None, depth: int = 0) -> Iterator[Served]:
    if target is None:
        yield from _foreign(names, path, route)
        return
    entry = names.files[target.path]
    if target.kind == "class":
        yield from _of_class(names, route, lineage(names, target.path, target.name))
        return
    if target.kind == "function":
        yield from _of_function(names, route, target)
        return
    made = entry.views.get(target.name)
    if made is not None and made.of is not None and depth < 4:
        again = replace(
            route, view="set" if made.serves else "class", serves=made.serves, guards=(*route.guards, *made.guards),
            handler=made.of,
        )  # fmt: skip
        yield from _of_target(names, target.path, again, named(names, target.path, made.of.name), depth + 1)
        return
    if target.kind == "constant":
        value = entry.constants[target.name].value
        if value is not None and len(value) == 1 and isinstance(value[0], Ref) and depth < 4:
            held = named(names, target.path, value[0].name)
            if held is not None:
                yield from _of_target(names, target.path, route, held, depth + 1)
                return
    yield Served(replace(route, view=""))


# -- functions -------------------------------------------------------------------------------------------------------


def _of_function(names: Names, route: Route, target: Target) -> Iterator[Served]:
    entry = names.files[target.path]
    function = entry.functions[target.name]
    view = entry.views.get(target.name)
    guards = route.guards
    methods: tuple[str, ...] = ("ANY",)
    if view is not None:
        guards = (*site_guards(names, target.path, view.rest), *guards, *view.guards)
        methods = view.verbs or methods
        if view.rest:
            asks = view.permissions if view.permissions is not None else site_permissions(names, target.path)
            limits = view.throttles if view.throttles is not None else site_throttles(names, target.path)
            guards = (*guards, *asked(names, asks), *limits)
    else:
        guards = (*site_guards(names, target.path, False), *guards)
    params = (*route.params, *inputs(function, route))
    for method in methods:
        yield Served(
            replace(
                route, view="", methods=(method,), guards=_for_method(guards, method), handler=None,
                handler_key=function.key if function.path == route.where.path else "",
                handler_name=function.name, params=params,
            ),
            function,
        )  # fmt: skip


def inputs(handler: Function, route: Route) -> Iterator[Param]:
    """The parts of the path that a handler takes as parameters.

    What is given besides the path, by a decorator of the project or where the view is registered, is not known.
    """
    given = route.unknown_params or any(not _PLAIN.search(d) for d in handler.decorators)
    own = [param for param in handler.params if param.name not in ("self", "cls")]
    for place, param in enumerate(own):
        # The first one is the request, whatever it is called: `def index(_):`.
        if param.name not in _NOT_GIVEN and (place or not param.name.startswith("_")):
            yield Param(
                param.name, route.path_where or route.where, In.PATH, param.name, param.type,
                param.default is None and not given,
            )  # fmt: skip


def read_by(handler: Function | None) -> str:
    """Who else may read the parts of the path: a method that mentions its object may have them looked at by others."""
    if handler is None or {"self", "super", "kwargs", "args"}.isdisjoint(handler.names_read):
        return ""
    return handler.class_name or handler.name


_NOT_GIVEN: Final = frozenset({"self", "cls", "request", "req", "_request", "args", "kwargs"})
_PLAIN: Final = lazy(
    r"(?:^|\.)(?:action|api_view|extend_schema|swagger_auto_schema|require_\w+|login_required|csrf_exempt|permission_classes"
    r"|authentication_classes|throttle_classes|override|never_cache|cache_page|\w+\.mapping\.\w+|atomic)$"
)
"""Decorators that hand a view no more than it is given."""


def _for_method(guards: Sequence[Guard], method: str) -> tuple[Guard, ...]:
    """The guards that a method passes; those for other methods alone don't stand before it."""
    found: list[Guard] = []
    for guard in guards:
        if not guard.methods or method in guard.methods:
            found.append(guard)
        elif method == "ANY":
            found.append(replace(guard, conditional=True))
    return tuple(found)


# -- classes ---------------------------------------------------------------------------------------------------------


def _of_class(names: Names, route: Route, line: Lineage) -> Iterator[Served]:
    """`X.as_view()`: what the class and its bases define as `get`, `post` ... and what REST framework does for them."""
    if route.serves:
        for method, action in route.serves:
            yield from _one(names, route, line, method, action)
        return
    let_in = line.verbs()
    answered = False
    for method in VERBS:
        action = _answering(names, line, method) if let_in is None or method in let_in else ""
        if action:
            answered = True
            yield from _one(names, route, line, method, action)
    if not answered and line.foreign:
        yield from _any(names, route, line)


def _answering(names: Names, line: Lineage, method: str) -> str:
    """The method of the class that answers an HTTP method, or the action that a library's runs; "" for none."""
    for base in line.bases:
        if base.view_method(names, method.lower()) is not None:
            return method.lower()
        action = verbs_of_library(base.name).get(method) if base.library else None
        if action is not None:
            return action
    return ""


def _any(names: Names, route: Route, line: Lineage) -> Iterator[Served]:
    """A class whose methods a library decides that is not known: the path is served, nobody can tell how."""
    guards = _guards(names, route, line, "ANY", "")
    yield Served(replace(route, view="", guards=guards, html=False), None, line.owner)


def _one(
    names: Names, route: Route, line: Lineage, method: str, action: str, guards: tuple[Guard, ...] | None = None
) -> Iterator[Served]:
    handler = line.method(names, action) or line.method(names, HANDED_ON.get(action, ""))
    if handler is None:
        route = by_library(names, route, line, action)
    else:
        route = replace(route, params=(*route.params, *inputs(handler, route)))
    label = f"{line.name.rsplit('.', 1)[-1]}.{handler.name if handler is not None else action}"
    known = guards if guards is not None else _guards(names, route, line, method, action)
    yield Served(
        replace(
            route, view="", serves=(), methods=(method,), guards=known, handler=None, handler_key="",
            handler_name=label, html=line.html, method_by_name=handler is not None,
        ),
        handler, line.owner,
    )  # fmt: skip


def _guards(
    names: Names, route: Route, line: Lineage, method: str, action: str, asks: tuple[Guard, ...] | None = None
) -> tuple[Guard, ...]:
    """Everything that stands before one method of a view. `asks` are the permissions that the method itself names."""
    own = [g for view in line.views for g in view.guards]
    for view in line.views:
        for name, guards in view.on_methods:
            if name in (action, method.lower()):
                own.extend(guards)
    own += [_signed_in(route) for b in line.bases if b.library and b.last in SIGNED_IN]
    outer = (*site_guards(names, line.path, line.rest), *route.guards, *own)
    if not line.rest:
        more = (line.doubt,) if line.doubt is not None else ()
        return _for_method((*outer, *more), method)
    told = next((found for v in line.views if (found := _chosen(v, method, action))[0]), (False, None))
    if told[1] is not None:
        asks = told[1]
    if asks is None:
        asks = next((v.permissions for v in line.views if v.permissions is not None), None)
    if asks is None and any(b.library and is_open(b.name) for b in line.bases):
        asks = ()
    if asks is None and line.doubt is not None:
        return _for_method((*outer, line.doubt), method)
    if asks is None:
        asks = site_permissions(names, line.path)
    limits = next((v.throttles for v in line.views if v.throttles is not None), None)
    if limits is None:
        limits = site_throttles(names, line.path)
    return _for_method((*outer, *asked(names, asks, action), *limits), method)


def _chosen(view: View, method: str, action: str) -> tuple[bool, tuple[Guard, ...] | None]:
    """Whether the view itself chooses permissions, and those for this method and action; None for those of its class."""
    known = {(one, verb): guards for one, verb, guards in view.chosen}
    for key in ((action, method), (action, "*"), ("*", method), ("*", "*")):
        if key in known:
            return True, known[key]
    return False, None


def _foreign(names: Names, path: str, route: Route) -> Iterator[Served]:
    """A view of a library, or one that is not found."""
    name = route.handler.name if route.handler is not None else ""
    entry = names.files[path]
    first, _, rest = name.partition(".")
    item = entry.imports.get(first)
    if item is None or item.module.startswith("."):
        if route.view == "set":
            for method, _ in route.serves:
                yield Served(replace(route, view="", methods=(method,)))
            return
        yield Served(replace(route, view="", guards=(*route.guards, _doubt(route))))
        return
    full = ".".join(p for p in (item.module, item.name if item.name != "*" else "", rest) if p)
    verbs = {m: a for m, a in verbs_of_library(full).items() if m != "ANY"}
    if route.view == "set":
        verbs = dict(route.serves)
    if not verbs:
        before = site_guards(names, path, False) if shows_everybody(full) else (_doubt(route),)
        yield Served(replace(route, view="", guards=(*route.guards, *before)))
        return
    guards = route.guards if is_open(full) else (*route.guards, _doubt(route))
    html = full.startswith("django.")
    if html:
        guards = (*site_guards(names, path, False), *route.guards)
        if full.rsplit(".", 1)[-1] in SIGNED_IN:
            guards = (*guards, _signed_in(route))
    for method, action in verbs.items():
        status = ACTION_STATUS.get(action, 200)
        yield Served(
            replace(
                route, view="", serves=(), methods=(method,), guards=guards, handler=None, html=html,
                handler_name=full.rsplit(".", 1)[-1], declared=(Declared(status, route.where, is_default=True),),
            )
        )  # fmt: skip


def _signed_in(route: Route) -> Guard:
    """What a view of Django asks by itself."""
    return Guard("login_required", GuardKind.AUTHN, Level.CLASS, where=route.where)


def _doubt(route: Route) -> Guard:
    return Guard("?", GuardKind.UNKNOWN, Level.ROUTE, where=route.where)


# -- routers ---------------------------------------------------------------------------------------------------------


def _registered(names: Names, path: str, route: Route, router: Target, registry: Registry) -> Iterator[Served]:
    """`router.register("articles", ArticleViewSet)`: the paths that the router makes of the class's methods."""
    target = named(names, path, route.handler.name) if route.handler is not None else None
    if target is None or target.kind != "class":
        return
    kind = registry_class(names, router.path, registry.made_by.name)
    if kind is None:
        return
    line = lineage(names, target.path, target.name)
    slash = registry.slash if registry.slash is not None else kind.slash
    before = _outer(names, router.path, registry, 0)
    if before is None:
        return
    written = literal(route.path)
    tail = slash if slash in ("", "/") else ""
    prefix: Text = (*before, *route.path)
    collection: Text = (*prefix, tail) if written != "" or not tail else prefix
    base: Text = (*prefix, "/") if written != "" else prefix
    member: Text = (*base, *_lookup(names, line), tail)
    let_in = line.verbs()
    step = 0
    for at, methods, detail in ((collection, _COLLECTION, False), (member, _MEMBER, True)):
        step += 1
        for method, name in methods:
            if (let_in is None or method in let_in) and line.acts(names, name):
                own = replace(route, path=at, order=_later(route.order, step))
                yield from _one(names, own, line, method, name)
        for action in _extra(names, line, detail):
            place: Text = (*base, *_lookup(names, line), "/") if detail else base
            for method, function in action.serves:
                if let_in is not None and method not in let_in:
                    continue
                step += 1
                own = replace(route, path=(*place, *action.path, tail), order=_later(route.order, step))
                guards = _guards(names, own, line, method, function, action.guards)
                yield from _one(names, own, line, method, function, guards)


def _later(order: int, step: int) -> int:
    return order + step if order >= 0 else order - step


def _extra(names: Names, line: Lineage, detail: bool) -> Iterator[Action]:
    """The actions of a class and its bases; one that is defined anew without being an action is none."""
    seen: set[str] = set()
    for base in line.bases:
        if base.library:
            continue
        view = names.files[base.path].views.get(base.name)
        actions = {a.name: a for a in view.actions} if view is not None else {}
        for name in (*actions, *names.files[base.path].classes[base.name].methods):
            if name in seen:
                continue
            seen.add(name)
            found = actions.get(name)
            if found is not None and found.detail is detail:
                yield found


def _lookup(names: Names, line: Lineage) -> tuple[Part, ...]:
    """The parameter of one object: `{pk}`, or what the class calls it."""
    name = _said(names, line, "lookup_argument") or _said(names, line, "lookup_field")
    if name is None:
        return (Hole("lookup", ""),)
    pattern = _said(names, line, "lookup_pattern")
    if pattern in (None, "", "[^/.]+", "[^/]+") or (pattern or "").count("{") != (pattern or "").count("}"):
        return ("{" + (name or "pk") + "}",)
    return ("{" + f"{name or 'pk'}:{'path' if '/' in (pattern or '').replace('[^/', '') else pattern}" + "}",)


def _said(names: Names, line: Lineage, field: str) -> str | None:
    """A text attribute of the class or its nearest base that has it: "" if none has, None if it cannot be told."""
    for base in line.bases:
        if base.library:
            continue
        view = names.files[base.path].views.get(base.name)
        value: Text | None = getattr(view, field) if view is not None else None
        if value is not None:
            found, known = text(names, base.path, value, base.name)
            return found if known else None
    return ""


def _outer(names: Names, path: str, registry: Registry, depth: int) -> Text | None:
    """What stands before the paths of a nested router; None if that cannot be told."""
    if registry.parent is None:
        return ()
    target = named(names, path, registry.parent.name)
    if target is None or depth > 4:
        return None
    entry = names.files[target.path]
    parent = entry.registries.get(target.name)
    above = _outer(names, target.path, parent, depth + 1) if parent is not None else None
    if parent is None or above is None:
        return None
    name = "pk"
    for file, index in names.files.items():
        if file not in (path, target.path):
            continue
        for route in index.facts.routes:
            if route.view == "registered" and route.path == registry.below and route.handler is not None:
                cls = named(names, file, route.handler.name)
                if cls is not None and cls.kind == "class":
                    line = lineage(names, cls.path, cls.name)
                    name = _said(names, line, "lookup_argument") or _said(names, line, "lookup_field") or "pk"
    return (*above, *registry.below, "/{" + f"{registry.lookup}_{name}" + "}/")


def api_roots(names: Names, path: str, mounts: Sequence[Mount]) -> Iterator[Route]:
    """The lists of their own paths that routers answer with at their root (`DefaultRouter`)."""
    for mount in mounts:
        if mount.framework != "django":
            continue
        for file, symbol in included(names, path, mount):
            registry = names.files[file].registries.get(symbol)
            kind = registry_class(names, file, registry.made_by.name) if registry is not None else None
            if kind is None or not kind.root:
                continue
            yield Route(
                ("GET",), mount.prefix, "django", mount.where, mount.where, mount.order + 1, mount.parent,
                handler_name="APIRootView", guards=site_permissions(names, path), conditional=mount.conditional,
                declared=(Declared(200, mount.where, is_default=True),), derived=True,
            )  # fmt: skip


def guards_of_view(view: View) -> Iterator[Guard]:
    """Every guard that a view names, in the same order as long as the file keeps its outline."""
    yield from view.permissions or ()
    for _, _, guards in view.chosen:
        yield from guards or ()
    yield from view.guards
    yield from view.throttles or ()
    for _, guards in view.on_methods:
        yield from guards
    for action in view.actions:
        yield from action.guards or ()


def outline_of_view(view: View) -> tuple[object, ...]:
    """What linking reads of a view, without positions and guards."""
    return (
        view.name, view.kind, view.of, view.serves, view.verbs, view.permissions is None, view.lookup_field,
        view.lookup_argument, view.lookup_pattern, view.slash, view.own_routes, view.rest, view.pages, view.body,
        view.throttles is None, view.backends, view.filters, view.searches,
        tuple((a.name, a.path, a.serves, a.detail, a.guards is None) for a in view.actions),
        tuple(name for name, _ in view.on_methods),
        tuple((action, verb, guards is None) for action, verb, guards in view.chosen),
    )  # fmt: skip
