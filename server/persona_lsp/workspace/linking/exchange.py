"""Relinking in place: functions of one changed file take the place of what they were."""

from collections.abc import Mapping

from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.facts.code import FileFacts
from persona_lsp.workspace import calls
from persona_lsp.workspace.dependencies import gathered
from persona_lsp.workspace.guard_code import as_guard
from persona_lsp.workspace.linking.complete import completed, params_of
from persona_lsp.workspace.linking.manners import manner_of
from persona_lsp.workspace.linking.outline import guards_declared, same_outside
from persona_lsp.workspace.linking.reach import files_of, shown_in
from persona_lsp.workspace.linking.sockets import with_socket
from persona_lsp.workspace.names import index
from persona_lsp.workspace.signatures import signed
from persona_lsp.workspace.snapshot import Endpoint, Snapshot
from persona_lsp.workspace.wrappers import unwrapped


def exchanged_in(files: Mapping[str, FileFacts], previous: Snapshot) -> Snapshot | None:
    """The previous snapshot with the functions of one changed file exchanged; None if more than that changed."""
    if len(files) != len(previous.files):
        return None
    changed = [p for p, f in files.items() if previous.files.get(p) is not f]
    if not changed:
        return previous
    if len(changed) > 1:
        return None
    path = changed[0]
    old, new = previous.files.get(path), files[path]
    if old is None or not same_outside(old, new):
        return None
    if new.registries or any(r.view for r in new.routes) or any(r.symbol == "urlpatterns" for r in new.routers):
        return None  # what a view makes of its registration is not kept
    if any(v.paths is not None for v in new.views):
        return None  # its methods are endpoints of what another file registers
    exchanged = {id(a): b for a, b in zip(old.functions, new.functions, strict=True) if a is not b}
    if any(
        a is not b and as_guard(previous.project, a) != as_guard(previous.project, b)
        for a, b in zip(old.functions, new.functions, strict=True)
        if a.handling or b.handling or a.language == "go"
    ):
        # What it does as a guard changed, wherever it is one.
        return None
    if any(
        (path, a.key) in previous.answering and a.responses != b.responses
        for a, b in zip(old.functions, new.functions, strict=True)
    ):
        # What a failure answers changed, and with it the endpoints of the whole project.
        return None
    if any(a.methods != b.methods for a, b in zip(old.functions, new.functions, strict=True)):
        return None  # other methods are served
    indexes = {**previous.indexes, path: index(new)}
    # A function that only moved shares its facts with what it was; one that was read again has none of the same objects.
    unchanged = frozenset(
        id(a) for a, b in zip(old.functions, new.functions, strict=True) if a.name_span is b.name_span
    )
    project = calls.exchange(previous.project, indexes, exchanged, unchanged)
    routes = {(r.order, () if r.class_view else r.methods): r for r in new.routes}
    endpoints = list(previous.endpoints)
    by_file: dict[str, tuple[Endpoint, ...]] = dict(previous.by_file)
    handlers: dict[tuple[str, str], tuple[Endpoint, ...]] = dict(previous.handlers)
    moved: dict[int, Endpoint] = {}
    places = {
        a.where: b.where for a, b in zip(guards_declared(old), guards_declared(new), strict=True) if a.where != b.where
    }
    for number in previous.reached.get(path, ()):
        endpoint = endpoints[number]
        handler = exchanged.get(id(endpoint.handler), endpoint.handler) if endpoint.handler is not None else None
        route = endpoint.route
        if endpoint.where.path == path:
            fresh_route = routes.get((route.order, route.methods))
            if fresh_route is None and (route.order, ()) in routes:
                of_class = routes[route.order, ()]
                fresh_route = replace(
                    of_class, methods=route.methods, handler=route.handler, handler_name=route.handler_name,
                    class_view=False,
                )  # fmt: skip
            fresh_route = fresh_route or route
            if fresh_route.made is not None:
                fresh_route = unwrapped(project.names, path, fresh_route)
            body = fresh_route.body
            if body is not None and route.body is not None:
                body = replace(body, validated=route.body.validated)
            # What the dependencies and the application told when the route was linked still holds.
            route = replace(
                fresh_route, unknown_params=route.unknown_params or fresh_route.unknown_params,
                dependencies=route.dependencies, body=body, framework=route.framework,
            )  # fmt: skip
        if any(g.where in places for g in route.guards):
            route = replace(route, guards=tuple(replace(g, where=places.get(g.where, g.where)) for g in route.guards))
        if manner_of(route.framework).signed and handler is not None and path in (endpoint.where.path, handler.path):
            own = route if endpoint.where.path == path else replace(route, params=(), body=None, guards=(), declared=())
            route = signed(project.names, own, handler, endpoint.path_params)
        # What dependencies demand whose names tell nothing stands where the route stands.
        here = {endpoint.where: route.where, **places}
        fresh = replace(
            endpoint, handler=handler, route=route, where=route.where, declared=route.declared,
            body=None if endpoint.body is None else route.body,
            guards=tuple(replace(g, where=here[g.where]) if g.where in here else g for g in endpoint.guards),
            id=f"{endpoint.where.path}:{route.where.start}:{endpoint.method}:{endpoint.path}",
        )  # fmt: skip
        functions_of = (endpoint.handler, *endpoint.callees, *endpoint.before)
        if any(id(f) in exchanged and id(f) not in unchanged for f in functions_of):
            endpoints[number] = moved[id(endpoint)] = completed(fresh, project, previous.sole_status)
        else:
            endpoints[number] = moved[id(endpoint)] = _shifted(fresh, exchanged, project)
    reached = dict(previous.reached)
    for number in previous.reached.get(path, ()):
        for other in files_of(endpoints[number]):
            if number not in reached.get(other, ()):
                reached[other] = (*reached.get(other, ()), number)
    for shown in {p for e in moved.values() for p in shown_in(e)}:
        by_file[shown] = tuple(moved.get(id(e), e) for e in by_file.get(shown, ()))
    for key in {(e.handler.path, e.handler.key) for e in moved.values() if e.handler is not None}:
        handlers[key] = tuple(moved.get(id(e), e) for e in handlers.get(key, ()))
    functions = dict(previous.functions)
    for name in {f.name for f in new.functions}:
        functions[name] = tuple(exchanged.get(id(f), f) for f in functions.get(name, ()))
    classes = dict(previous.classes)
    successors = {id(a): b for a, b in zip(old.classes, new.classes, strict=True)}
    for name in {c.name.rsplit(".", 1)[-1] for c in new.classes if c.kind != "alias"}:
        classes[name] = tuple(successors.get(id(c), c) for c in classes.get(name, ()))
    in_transaction = dict(previous.in_transaction)
    in_transaction[path] = calls.transactional_in(project, new)
    return replace(
        previous, files=files, endpoints=tuple(endpoints), by_file=by_file, handlers=handlers, functions=functions, classes=classes,
        transactional=frozenset().union(*in_transaction.values()), in_transaction=in_transaction, reached=reached,
        indexes=indexes, project=project,
    )  # fmt: skip


def _shifted(endpoint: Endpoint, exchanged: Mapping[int, Function], project: calls.Calls) -> Endpoint:
    """The endpoint with its functions in their new places; what they do did not change."""
    before = tuple(exchanged.get(id(f), f) for f in endpoint.before)
    if endpoint.route.named:
        return replace(
            endpoint, callees=tuple(exchanged.get(id(f), f) for f in endpoint.callees),
            first_level=tuple((n, exchanged.get(id(f), f)) for n, f in endpoint.first_level),
        )  # fmt: skip
    depended = gathered(
        project.names, endpoint.route.where.path, endpoint.route,
        endpoint.guards if manner_of(endpoint.framework).guards_declare else (),
    )  # fmt: skip
    endpoint = with_socket(endpoint, endpoint.handler, endpoint.callees)
    return replace(
        endpoint, before=before, callees=tuple(exchanged.get(id(f), f) for f in endpoint.callees),
        first_level=tuple((n, exchanged.get(id(f), f)) for n, f in endpoint.first_level),
        params=tuple(params_of(endpoint, endpoint.handler, before, depended.params)),
    )  # fmt: skip
