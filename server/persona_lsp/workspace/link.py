"""Linking: the facts of all files become endpoints with full paths, handlers, guards and statuses."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from persona_lsp.extract.known import framework
from persona_lsp.facts.body import Function
from persona_lsp.facts.code import ClassFacts, FileFacts
from persona_lsp.facts.http import Guard, GuardKind, In, Mount, Param, Route, Router, Use
from persona_lsp.facts.place import Where
from persona_lsp.facts.text import Ref, Text
from persona_lsp.workspace import aspnet, autoload, calls, classes, nest
from persona_lsp.workspace.constants import base_of, controllers, drawn, exists, is_switched
from persona_lsp.workspace.csharp import all_named, found_by_type, project
from persona_lsp.workspace.dependencies import gathered
from persona_lsp.workspace.errors import answered, answering, status_of
from persona_lsp.workspace.front_end import front_end
from persona_lsp.workspace.guards import (
    auth_of,
    interceptors,
    kind_of,
    lets_pass,
    matches,
    reads_credential,
    refuses_itself,
    resolved,
    security_rules,
)
from persona_lsp.workspace.names import (
    FileIndex,
    Names,
    Target,
    exported,
    module_file,
    names,
    resolve,
    signatures_of,
    text,
    unit,
)
from persona_lsp.workspace.paths import join, normalise
from persona_lsp.workspace.signatures import signed
from persona_lsp.workspace.snapshot import Auth, Endpoint, Snapshot
from persona_lsp.workspace.templates import renders
from persona_lsp.workspace.urlconf import SITE, included, sites_of
from persona_lsp.workspace.versions import Versions
from persona_lsp.workspace.views import api_roots, guards_of_view, outline_of_view, read_by, served

_MAX_CHAINS: Final = 128
_HTTP_ERROR: Final = 400
_CREATED: Final = 201
_ASIDE: Final = frozenset({"scripts", "benchmarks", "benchmark"})
_OK: Final = 200
_ENTRIES: Final = frozenset({"app", "server", "index", "main"})
"""Names of files that applications start in."""
_SIGNED: Final = frozenset({"axum", "actix", "rocket"})
"""Frameworks whose handlers declare what they take where they stand, and are registered elsewhere."""
_ADVICE: Final = frozenset({"ControllerAdvice", "RestControllerAdvice"})


class Chain(Struct, frozen=True, gc=False):
    """One way from an application to a router: what stands before the router's own paths."""

    app: str
    prefix: str
    known: bool
    guards: tuple[Guard, ...]
    position: tuple[int, ...] | None
    conditional: bool
    rooted: bool
    files: tuple[str, ...] = ()
    calls: "_Calls" = ()
    """Functions that routers were passed to on the way, with the call of each."""


_Calls = tuple[tuple[str, tuple[str, int]], ...]
"""(function, (file and order of the call))."""


class _World(Struct):
    """What linking looks up again and again."""

    names: Names
    mounts: Mapping[tuple[str, str], Sequence[tuple[str, Mount]]]
    uses: Mapping[tuple[str, str], Sequence[tuple[str, Use]]]
    chains: dict[tuple[str, str], tuple[Chain, ...]]
    sole_status: Mapping[str, int]
    versions: Versions
    calls: calls.Calls
    rules: Sequence[tuple[str, Guard]]
    interceptors: Sequence[tuple[str, Guard]]
    serves: bool
    """There are routes in files of the application itself."""
    shared: Mapping[tuple[str, str], tuple[Ref, ...]]
    """(file, class) -> methods that take something from the request before each handler of the class (Spring)."""
    advice: tuple[Ref, ...]
    """The same of classes that advise all controllers."""
    everywhere: Sequence[Guard]
    """What ASP.NET applications demand of all callers."""
    loose: frozenset[str]
    """Last names of what is mounted and cannot be followed: `app.use("/auth", context.auth.endpoints)` (Express)."""
    nest: nest.Nest | None


def link(files: Mapping[str, FileFacts], previous: Snapshot | None = None) -> Snapshot:
    """Link all files. `previous` is the snapshot before: what only changed inside functions is exchanged in place."""
    if previous is not None:
        quick = _exchanged(files, previous)
        if quick is not None:
            return quick
    all_names = names(files, previous.indexes if previous is not None else None)
    world = _world(files, all_names)
    endpoints: list[Endpoint] = []
    for path, facts in files.items():
        for route in facts.routes:
            if (route.unless or route.needs) and not exists(all_names, path, route):
                continue
            for one in classes.served(all_names, path, route) if route.class_view else (route,):
                endpoints.extend(_endpoints(world, path, facts, one))
        for route in api_roots(all_names, path, facts.mounts):
            endpoints.extend(_endpoints(world, path, facts, route))
        if facts.routers:
            endpoints.extend(_inherited(world, path, facts))
    endpoints = _positioned(endpoints)
    return _snapshot(files, endpoints, world)


# -- the graph of routers --------------------------------------------------------------------------------------------


def _world(files: Mapping[str, FileFacts], all_names: Names) -> _World:
    mounts: dict[tuple[str, str], list[tuple[str, Mount]]] = {}
    uses: dict[tuple[str, str], list[tuple[str, Use]]] = {}
    loose: set[str] = set()
    statuses: dict[str, int] = {}
    rules: list[tuple[float, Guard]] = []
    sites = sites_of(all_names)
    everywhere: list[Guard] = []
    for path, facts in files.items():
        for mount in facts.mounts:
            if mount.framework == "rails":
                for key in drawn(all_names, path, mount):
                    mounts.setdefault(key, []).append((path, mount))
                continue
            if mount.framework == nest.FRAMEWORK or _is_module(all_names, path, mount):
                continue
            if mount.framework == "django":
                if mount.parent.name != SITE or path in sites:
                    for key in included(all_names, path, mount):
                        mounts.setdefault(key, []).append((path, mount))
                continue
            if _loops_table(mount.child):
                for served, moved in _table(all_names, path, mount):
                    mounts.setdefault((served.path, served.name), []).append((path, moved))
                continue
            if autoload.is_folder(mount):
                for served, moved in autoload.loaded(all_names, path, mount):
                    mounts.setdefault((served.path, served.name), []).append((path, moved))
                continue
            if mount.child.name.endswith("/*"):
                for served, moved in _folder(all_names, path, mount):
                    mounts.setdefault((served.path, served.name), []).append((path, moved))
                continue
            children = tuple(
                _given(all_names, path, mount) if mount.argument else _mounted(all_names, path, mount.child)
            )
            dotted = mount.framework == "express" and bool(mount.prefix) and "." in mount.child.name
            if dotted and not children and facts.role != "test":
                loose.add(mount.child.name.rsplit(".", 1)[-1])
            for child in children:
                # An app that a test builds out of the project's routers is not what the project serves.
                if facts.role != "test" or files[child.path].role == "test":
                    mounts.setdefault((child.path, child.name), []).append((path, mount))
        for use in facts.uses:
            if use.router.name.startswith("@"):
                continue  # known to the linker of its framework
            target = _router_target(all_names, path, use.router)
            if target is not None:
                uses.setdefault((target.path, target.name), []).append((path, use))
            elif facts.language == "csharp":
                everywhere += [use.guard] if facts.role != "test" else []
            elif use.guard.matcher and facts.role != "test":
                rules.append((use.rank, use.guard))
        for handler in facts.error_handlers:
            status = handler.status if handler.status is not None else answered(all_names, path, handler)
            if status is not None:
                name = handler.exception.rsplit(".", 1)[-1].rsplit("::", 1)[-1]
                # The variants of Rust's enums are called alike; each counts with its enum.
                statuses.setdefault(handler.exception if facts.language == "rust" else name, status)
        for cls in facts.classes:
            if cls.status is not None:
                statuses.setdefault(cls.name.rsplit(".", 1)[-1], cls.status)
    autoload.shared_uses(all_names, mounts, uses)
    return _World(
        all_names, mounts, uses, {}, statuses, Versions(files), calls.index(all_names),
        security_rules(rules), interceptors(all_names, rules),
        any(f.routes and f.role == "prod" for f in files.values()), *_shared(all_names), everywhere,
        frozenset(loose - _ENTRIES), nest.nest(all_names),
    )  # fmt: skip


def _is_module(all_names: Names, path: str, mount: Mount) -> bool:
    """`handlers.init_app(app)` calls a function of a module: the module is nothing that is served (Flask)."""
    if mount.framework != "flask":
        return False
    found = resolve(all_names, path, mount.child.name)
    return found is not None and found.kind == "module"


def _shared(all_names: Names) -> tuple[Mapping[tuple[str, str], tuple[Ref, ...]], tuple[Ref, ...]]:
    """Methods that run before all handlers of their class, and those that run before all handlers there are."""
    found: dict[tuple[str, str], tuple[Ref, ...]] = {}
    advice: list[Ref] = []
    for path, entry in all_names.files.items():
        for route in entry.dependencies:
            if route.framework != "spring":
                continue
            name = f"{entry.facts.package}.{route.handler_key}".lstrip(".")
            cls = route.handler_key.rpartition(".")[0]
            if entry.classes[cls].annotations and not _ADVICE.isdisjoint(entry.classes[cls].annotations):
                advice.append(Ref(name))
            else:
                found[path, cls] = (*found.get((path, cls), ()), Ref(name))
    return found, tuple(advice)


def _mounted(all_names: Names, path: str, child: Ref) -> Iterator[Target]:
    """The router that a mount names, or those that a list of another file holds (`ROUTERS[]`, `MODULES[].router`)."""
    if child.name.startswith("?."):
        named = resolve(all_names, path, child.name[2:])
        yield from all_named(all_names, path, child.name[2:]) if named is None else (named,)
        return
    base, _, place = child.name.removesuffix(")").rpartition("(")
    if place.isdigit() and child.name.endswith(")"):
        held = resolve(all_names, path, base)
        symbol = f"{held.name}({place})" if held is not None else ""
        if held is not None and symbol in all_names.files[held.path].routers:
            yield Target("router", held.path, symbol)
        return
    if child.name.startswith("??."):
        named = resolve(all_names, path, child.name[3:])
        yield from found_by_type(all_names, path) if named is None else (named,)
        return
    listed, several, field = child.name.partition("[]")
    if not several:
        found = _router_target(all_names, path, child)
        if found is not None:
            yield found
        return
    table = resolve(all_names, path, listed)
    if table is None or table.kind != "constant":
        return
    for item in all_names.files[table.path].constants[table.name].items or ():
        if len(item) == 1 and isinstance(item[0], Ref):
            found = _router_target(all_names, table.path, Ref(item[0].name + field))
            if found is not None:
                yield found


def _loops_table(child: Ref) -> bool:
    """The mount stands in a loop over a table of another file (`TABLE{}`): each of its values is mounted."""
    return child.name.endswith("{}")


def _table(all_names: Names, path: str, mount: Mount) -> Iterator[tuple[Target, Mount]]:
    """Every router that a table of another file holds, mounted where its key says."""
    written = mount.child.name.removesuffix("{}")
    owner, _, table = written.rpartition(".")
    item = all_names.files[path].imports.get(written) if not owner else None
    found = resolve(all_names, path, owner) if owner else None
    file = found.path if found is not None and found.kind == "module" else None
    if item is not None:
        file, table = module_file(all_names, path, item.module), item.name
    if file is None:
        return
    for name, constant in all_names.files[file].constants.items():
        value = constant.value
        if not name.startswith(f"{table}.") or value is None or len(value) != 1 or not isinstance(value[0], Ref):
            continue
        served = _router_target(all_names, file, value[0])
        if served is not None and served.kind == "router":
            key = name.removeprefix(f"{table}.")
            prefix = tuple(key if part == Ref(f"{written}{{}}.key") else part for part in mount.prefix)
            yield served, replace(mount, child=Ref(served.name), prefix=prefix)


def _given(all_names: Names, path: str, mount: Mount) -> Iterator[Target]:
    """What a function does with the argument that the mounted router is: nothing, unless it adds to that one."""
    named = resolve(all_names, path, mount.child.name) or Target("function", path, mount.child.name)
    several = f"{named.name}({mount.argument})"
    if several in all_names.files[named.path].routers:
        yield Target("router", named.path, several)
        return
    found = _router_target(all_names, path, mount.child)
    router = all_names.files[found.path].routers.get(found.name) if found is not None else None
    if found is not None and (router is None or router.parameter in ("", mount.argument)):
        yield found


def _folder(all_names: Names, path: str, mount: Mount) -> Iterator[tuple[Target, Mount]]:
    """Every file of a folder that exports a router (`./routes/*`), mounted where its name says."""
    folder = "/".join([*path.split("/")[:-1], mount.child.name.removeprefix("./").removesuffix("*")])
    for file in all_names.files:
        stem = file.removeprefix(folder).split(".", 1)[0]
        if not file.startswith(folder) or "/" in file.removeprefix(folder) or stem == "index" or file == path:
            continue
        made = exported(all_names, file, "default", 0)
        found = _router_target(all_names, made.path, Ref(made.name)) if made is not None and made.name else None
        if found is not None and found.kind == "router":
            prefix = tuple(stem if isinstance(part, Ref) and part.name == "*" else part for part in mount.prefix)
            yield found, replace(mount, child=Ref(found.name), prefix=prefix)


def _router_target(all_names: Names, path: str, ref: Ref, trail: frozenset[Target] = frozenset()) -> Target | None:
    """What a name stands for when it is mounted. `trail`: the constants it came by, which may stand for each other."""
    found = resolve(all_names, path, ref.name)
    if found in trail:
        return None
    if found is None or found.kind == "router":
        return found
    if found.kind == "constant":
        value = all_names.files[found.path].constants[found.name].value
        if value is not None and len(value) == 1 and isinstance(value[0], Ref):
            return _router_target(all_names, found.path, value[0], trail | {found})
    if found.kind == "module":
        routers = [r for r in all_names.files[found.path].routers.values() if r.kind != "class"]
        return Target("router", found.path, routers[0].symbol) if len(routers) == 1 else None
    if found.kind == "class":
        entry = all_names.files[found.path]
        return Target("router", found.path, found.name) if found.name in entry.routers else None
    return found


def _chains(
    world: _World, path: str, symbol: str, trail: tuple[tuple[str, str], ...] = (), bound: _Calls = ()
) -> tuple[Chain, ...]:
    """All ways to reach a router. Without any, a router of unknown mounting: one chain that is not rooted.

    `bound` are the calls that the way has come through: what another call of the same function was given is no part.
    """
    key = (path, symbol)
    if key in world.chains and not bound:
        return world.chains[key]
    if key in trail:
        return ()
    router = world.names.files[path].routers.get(symbol)
    if router is None:
        return ()
    found: list[Chain] = []
    for mount_path, mount in sorted(world.mounts.get(key, ()), key=lambda held: held[1].otherwise):
        if mount.otherwise and any(c.rooted for c in found):
            break
        parent = _router_target(world.names, mount_path, mount.parent)
        prefix, known = text(world.names, mount_path, mount.prefix)
        uppers: tuple[Chain, ...] = ()
        passed: _Calls = ((mount.passed_to, (mount_path, mount.order)),) if mount.passed_to else ()
        if passed and any(to == mount.passed_to and call != passed[0][1] for to, call in bound):
            continue  # what one call is given has nothing to do with what another is given
        if parent is not None and (parent.path, parent.name) != key:
            uppers = _chains(world, parent.path, parent.name, (*trail, key), (*bound, *passed))
        if not uppers:
            if parent is not None:
                continue
            uppers = (Chain(f"{mount_path}:{mount.parent.name}", "", True, (), None, False, False),)
        for upper in uppers:
            if passed and any(to == mount.passed_to and call != passed[0][1] for to, call in upper.calls):
                continue
            here = _used(world, parent, mount.order, prefix) if parent is not None else ()
            own_prefixes = _prefixes(world, path, router) if not mount.replaces_prefix else (("", True),)
            for own, own_known in own_prefixes:
                found.append(
                    Chain(
                        upper.app, join(upper.prefix, prefix, own) if (upper.prefix or prefix or own) else "",
                        upper.known and known and own_known,
                        (*upper.guards, *here, *mount.guards, *router.guards),
                        (*upper.position, mount.order) if upper.position is not None and mount.order >= 0 else None,
                        upper.conditional or mount.conditional or router.conditional, upper.rooted,
                        (*upper.files, mount_path), (*upper.calls, *passed),
                    )
                )  # fmt: skip
        if len(found) > _MAX_CHAINS:
            break
    found = _distinct(found)
    if not found and router.kind == "route":
        return ()
    if not found or (router.kind == "app" and not any(c.rooted for c in found)):
        rooted = router.kind in ("app", "class") or (not found and autoload.is_entry(path, router))
        if router.framework == "express" and path.rsplit("/", 1)[-1].split(".", 1)[0] in world.loose:
            rooted = False
        found = [
            Chain(
                f"{path}:{symbol}" if router.kind != "class" else _application(world, path, router),
                join(own) if own else "",
                known,
                router.guards,
                () if rooted else None,
                router.conditional,
                rooted,
            )
            for own, known in _prefixes(world, path, router)
        ]
    if not trail:
        world.chains[key] = tuple(found)
    return tuple(found)


def _application(world: _World, path: str, router: Router) -> str:
    """The application that serves a controller: that of its project, or of what is built on its own."""
    return f"{router.framework}:{project(world.names, path) if router.framework == aspnet.FRAMEWORK else unit(path)}"


def _distinct(chains: Sequence[Chain]) -> list[Chain]:
    """Each way once. Where it is mounted on an application, what is mounted on something unknown does not count."""
    found: dict[tuple[object, ...], Chain] = {}
    for chain in [c for c in chains if c.rooted] or chains:
        key = (chain.app if chain.rooted else "", chain.prefix, chain.position)
        if key not in found or (chain.known and not found[key].known):
            found[key] = chain
    return list(found.values())


def _prefixes(world: _World, path: str, router: Router) -> Iterator[tuple[str, bool]]:
    source, prefixes = _own_prefixes(world, path, router)
    for prefix in prefixes:
        yield text(world.names, source, prefix)


def _own_prefixes(world: _World, path: str, router: Router) -> tuple[str, tuple[Text, ...]]:
    """The router's prefixes with the file they are written in; those of its nearest base where it has none (Spring)."""
    if router.inherits_prefix:
        for base_path, base in _bases(world, path, router):
            if any(base.prefixes):
                return base_path, base.prefixes
    return path, router.prefixes or ((),)


def _used(world: _World, router: Target, order: int, below: str) -> tuple[Guard, ...]:
    """Guards attached to a router that what is registered at `order` passes."""
    found: list[Guard] = []
    for path, use in world.uses.get((router.path, router.name), ()):
        if use.order >= 0 and use.order > order:
            continue
        prefix, known = text(world.names, path, use.prefix)
        inside = (below.strip("/") + "/").startswith(prefix.strip("/") + "/")
        if prefix.strip("/") and not (known and inside):
            continue
        symbol = use.guard.symbol
        named = resolve(world.names, path, symbol.name) if symbol is not None else None
        if named is not None and named.kind == "constant" and symbol is not None:
            named = _router_target(world.names, path, symbol)
        if named is None or named.kind != "router":
            found.append(use.guard)
    return tuple(found)


# -- endpoints -------------------------------------------------------------------------------------------------------


def _endpoints(world: _World, path: str, facts: FileFacts, route: Route) -> Iterator[Endpoint]:
    router: Target | None = None
    entry: Router | None = None
    if route.router is not None:
        router = _router_target(world.names, path, route.router)
        if facts.language == "go":
            # What looks like a registration is one if it is made on a router, which may stand in another file.
            made = world.names.files[router.path].routers.get(router.name) if router is not None else None
            if made is None:
                return
            route = replace(route, framework=made.framework)
        entry = world.names.files[router.path].routers.get(router.name) if router is not None else None
        if entry is not None and entry.abstract:
            return
    if route.view:
        yield from _viewed(world, path, facts, route, router)
        return
    own, known = text(world.names, path, route.path)
    if route.framework == nest.FRAMEWORK and entry is not None and router is not None:
        for chain, moved in _nested(world, router.path, entry, route, own):
            yield from _made(world, path, facts, moved, router, chain, own, known, chain.guards)
        return
    chains: tuple[Chain, ...]
    if router is not None:
        chains = _chains(world, router.path, router.name)
    elif route.router is not None:
        chains = (Chain(f"{path}:{route.router.name}", "", route.router.name == "", (), None, False, False),)
    else:
        chains = (Chain(f"{path}:", "", True, (), (), False, True),)
    for chain in chains:
        guards = (*chain.guards, *(_used(world, router, route.order, own) if router is not None else ()))
        yield from _made(world, path, facts, route, router, chain, own, known, guards)


def _nested(world: _World, path: str, router: Router, route: Route, own: str) -> Iterator[tuple[Chain, Route]]:
    """The ways to a route of a Nest controller, each with the route as it is there."""
    if world.nest is None:
        return
    for way in nest.ways(world.nest, world.names, path, router, route):
        checked = route
        if way.validates and route.body is not None and route.body.validated is None and not route.body.untyped:
            checked = replace(route, body=replace(route.body, validated=True))
        for prefix, known in _prefixes(world, path, router):
            inside = join(way.path, prefix, own)
            passed = tuple(nest.covering(world.nest, inside, route.methods[0], router.symbol))
            guards = (*passed, *way.guards, *router.guards)
            before = join(way.prefix, prefix) if way.prefix or prefix else ""
            yield Chain(way.app, before, way.known and known, guards, (), router.conditional, True), checked


def _viewed(world: _World, path: str, facts: FileFacts, route: Route, router: Target | None) -> Iterator[Endpoint]:
    """The endpoints of a view that is registered: which methods it answers, its class and the bases of that say."""
    if router is None:
        return
    for chain in _chains(world, router.path, router.name):
        if not chain.rooted:
            continue
        for one in served(world.names, path, route, router):
            own, known = text(world.names, path, one.route.path)
            held = (one.handler, one.owner)
            yield from _made(world, path, facts, one.route, router, chain, own, known, chain.guards, held)


def _inherited(world: _World, path: str, facts: FileFacts) -> Iterator[Endpoint]:
    """Routes that a controller takes over from its interfaces and base classes."""
    for router in facts.routers:
        if router.abstract or not router.inherits:
            continue
        taken = {
            r.handler_name.rsplit(".", 1)[-1]
            for r in facts.routes if r.router is not None and r.router.name == router.symbol
        }  # fmt: skip
        seen: set[tuple[str, str]] = set()
        for base_path, base in _bases(world, path, router):
            if (base_path, base.symbol) in seen:
                continue
            seen.add((base_path, base.symbol))
            base_facts = world.names.files[base_path].facts
            here_taken: set[str] = set()
            for route in base_facts.routes:
                if route.router is None or route.router.name != base.symbol:
                    continue
                method_name = route.handler_name.rsplit(".", 1)[-1]
                if method_name in taken:
                    continue
                here_taken.add(method_name)
                own, known = text(world.names, base_path, route.path)
                if route.framework == nest.FRAMEWORK:
                    here = Target("router", path, router.symbol)
                    moved = replace(route, handler=Ref(f"{router.symbol}.{method_name}"), handler_key="")
                    for chain, checked in _nested(world, path, router, moved, own):
                        inherited = (*base.guards, *chain.guards)
                        yield from _made(world, base_path, facts, checked, here, chain, own, known, inherited)
                    continue
                source, prefixes = _own_prefixes(world, path, router)
                if not any(prefixes):
                    source, prefixes = base_path, base.prefixes
                for prefix in prefixes or ((),):
                    before, sure = text(world.names, source, prefix)
                    chain = Chain(
                        _application(world, path, router),
                        join(before) if before else "",
                        sure,
                        (*base.guards, *router.guards),
                        (),
                        False,
                        True,
                    )
                    moved = replace(route, handler=Ref(f"{router.symbol}.{method_name}"), handler_key="")
                    here = Target("router", path, router.symbol)
                    yield from _made(world, base_path, facts, moved, here, chain, own, known, chain.guards)
            taken |= here_taken


def _bases(world: _World, path: str, router: Router, depth: int = 0) -> Iterator[tuple[str, Router]]:
    for ref in router.inherits:
        found = resolve(world.names, path, ref.name)
        if found is None or found.kind not in ("router", "class") or depth > 6:  # class hierarchies end somewhere
            continue
        base = world.names.files[found.path].routers.get(found.name)
        if base is not None:
            yield found.path, base
            yield from _bases(world, found.path, base, depth + 1)


def _made(
    world: _World, path: str, facts: FileFacts, route: Route, router: Target | None, chain: Chain, own: str, known: bool,
    guards: tuple[Guard, ...], held: tuple[Function | None, tuple[str, str] | None] | None = None,
) -> Iterator[Endpoint]:  # fmt: skip
    handler, owner = held or _handler(world, path, facts, route, router)
    if route.framework in _SIGNED:
        route = signed(world.names, route, handler, _named(chain.prefix, own))
    context = _context(world, path) if route.framework == "spring" else ""
    every_path, prefix_known = text(world.names, path, _PATH_PREFIX) if route.framework == "spring" else ("", True)
    raw = join(context, every_path, chain.prefix, own)
    is_class = False
    if route.framework == aspnet.FRAMEWORK:
        served = world.names.files[router.path].routers.get(router.name) if router is not None else None
        is_class = served is not None and served.kind == "class"
        attributed = served is not None and any(_own_prefixes(world, router.path if router else path, served)[1])
        found = next(
            aspnet.paths(
                world.names, path, route, router.name if router is not None else "", chain.prefix, own,
                is_class=is_class, attributed=attributed,
            ),
            None,
        )  # fmt: skip
        if found is None:
            return
        raw = found
    full, segments = normalise(raw)
    if world.shared or world.advice:
        route = _with_shared(world, route, owner)
    depended = gathered(world.names, path, route)
    every = (
        *guards,
        *_class_guards(world, owner, handler, route),
        *route.guards,
        *depended.guards,
        *_handler_guards(world, handler),
    )
    if world.nest is not None and route.framework == nest.FRAMEWORK:
        every = nest.with_made(world.nest, world.names, every)
    if depended.unknown and not route.unknown_params:
        route = replace(route, unknown_params=True)
    asked = handler.methods if handler is not None and route.methods == ("ANY",) else ()
    for method in asked or route.methods:
        switched = _switched(every)
        applied = resolved(world.names, world.calls, path, switched)
        if route.framework == nest.FRAMEWORK:
            applied = nest.doubted(switched, applied)
        below = join(every_path, chain.prefix, own)
        ruled = _ruled(world, method, below, path, applied) if route.framework == "spring" else applied
        if world.everywhere and route.framework == aspnet.FRAMEWORK:
            ruled = aspnet.ruled(world.names, world.everywhere, path, applied, is_class=is_class)
        endpoint = Endpoint(
            id=f"{path}:{route.where.start}:{method}:{full}",
            method=method, path=full, path_known=known and chain.known and chain.rooted and prefix_known, route=route,
            framework=route.framework, app=chain.app, group=_group(path, router, owner),
            where=route.where, segments=segments,
            position=None, handler=handler,
            handler_name=route.handler_name or (handler.key if handler is not None else ""),
            guards=ruled, declared=route.declared,
            default_status=next((d.status for d in route.declared if d.is_default), None),
            test=facts.role == "test" or (facts.role == "script" and world.serves and _is_aside(path)),
            conditional=route.conditional or chain.conditional,
            body=None if depended.body_is_dependency else route.body,
            wrapped=route.forwards_errors or bool(handler is not None and handler.forwards_errors) or (route.framework == "express" and world.versions.forwards(handler.path if handler is not None else path)),
            hidden_params=_hidden(world, router, chain, own),
            order=(*chain.position, route.order) if chain.position is not None and route.order >= 0 else (),
        )  # fmt: skip
        yield completed(endpoint, world.calls, world.sole_status)


def _named(prefix: str, own: str) -> tuple[str, ...]:
    """The parameters of a path, in order."""
    return tuple(name for segment in normalise(join(prefix, own))[1] for name in segment.names)


def _with_shared(world: _World, route: Route, owner: tuple[str, str] | None) -> Route:
    """The route with what its class, the bases of that, and the advice of all controllers take from the request."""
    if owner is None or route.framework != "spring":
        return route
    own = [ref for path, cls in _hierarchy(world, *owner) for ref in world.shared.get((path, cls.name), ())]
    added = tuple(ref for ref in (*own, *world.advice) if ref not in route.dependencies)
    return replace(route, dependencies=(*route.dependencies, *added)) if added else route


def _is_aside(path: str) -> bool:
    """The file is a script for those who work on the project; what stands in `bin` starts the application itself."""
    return not _ASIDE.isdisjoint(path.lower().split("/")[:-1])


def _handler_guards(world: _World, handler: Function | None) -> tuple[Guard, ...]:
    """Guards that are part of the handler itself: `exports.list = [authenticate, (req, res) => {}]`."""
    if handler is None:
        return ()
    return tuple(use.guard for _, use in world.uses.get((handler.path, handler.key), ()))


def completed(endpoint: Endpoint, project: calls.Calls, sole_status: Mapping[str, int]) -> Endpoint:
    """Fill in what depends on the bodies of functions: callees, dependencies, inputs, statuses, auth."""
    handler = endpoint.handler
    first = tuple(calls.callees(project, handler)) if handler is not None else ()
    seen = {id(handler)}
    callees: list[Function] = []
    for _, function in first:
        if id(function) not in seen:
            seen.add(id(function))
            callees.append(function)
            for _, deeper in calls.callees(project, function):
                if id(deeper) not in seen:
                    seen.add(id(deeper))
                    callees.append(deeper)
    depended = gathered(
        project.names, endpoint.route.where.path, endpoint.route,
        endpoint.guards if endpoint.framework == "fastapi" else (),
    )  # fmt: skip
    before = tuple(_once((*calls.before(project, endpoint, handler), *depended.functions)))
    pages = endpoint.framework == "rails" and not is_switched(project.names, endpoint.where.path, "Rails.api_only")
    statuses, success = _statuses(endpoint, handler, callees, before, sole_status, pages=pages)
    return replace(
        endpoint, callees=tuple(callees), first_level=first, before=before, statuses=statuses, success=success,
        params=tuple(_params(endpoint, handler, before, depended.params)),
        auth=_auth(replace(endpoint, callees=tuple(callees)), handler, before),
    )  # fmt: skip


def _statuses(
    endpoint: Endpoint,
    handler: Function | None,
    callees: Sequence[Function],
    before: Sequence[Function],
    sole: Mapping[str, int],
    *,
    pages: bool,
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    found: set[int] = set()
    unknown = False
    governed = [d for d in endpoint.declared if not d.documented_only and d.status is not None]
    if handler is not None:
        # What an interface declares holds for the method that implements it without a word of its own.
        said = next((d.status for d in governed if not d.is_default), None)
        for response in handler.responses:
            if response.status is not None:
                silent = said is not None and not response.explicit and response.status < _HTTP_ERROR
                found.add(said if silent and said is not None else response.status)
            else:
                unknown = True
    for function in callees:
        # A function of Go that is given the context alone looks like a handler, and answers for the one that calls it.
        if function.handling == "helper" or (function.language == "go" and function.handling == "handler"):
            unknown = unknown or any(r.status is None for r in function.responses)
            found.update(r.status for r in function.responses if r.status is not None)
    for function in (*([handler] if handler is not None else []), *callees, *before):
        for thrown in function.raises:
            status = thrown.status
            if status is None and thrown.exception:
                status = status_of(sole, thrown.exception)
            if status is not None:
                found.add(status)
    for function in before:
        found.update(r.status for r in function.responses if r.status is not None and r.status >= _HTTP_ERROR)
    answers = handler is not None and any(r.status is not None and r.status < _HTTP_ERROR for r in handler.responses)
    if not answers and not unknown:
        found.update(d.status for d in governed if d.status is not None)
    if pages and renders(endpoint, callees):
        found.add(_OK)
    if (
        endpoint.method in ("GET", "HEAD")
        and len(endpoint.route.methods) > 1
        and min(found, default=_CREATED) < _CREATED
    ):
        found.discard(_CREATED)  # one handler for the form and for what it creates
    ordered = tuple(sorted(found))
    return ordered, tuple(s for s in ordered if s < _HTTP_ERROR)


def _once(functions: Iterable[Function]) -> Iterator[Function]:
    seen: set[int] = set()
    for function in functions:
        if id(function) not in seen:
            seen.add(id(function))
            yield function


def _params(
    endpoint: Endpoint, handler: Function | None, before: Sequence[Function], depended: Sequence[Param]
) -> Iterator[Param]:
    seen: set[tuple[str, str]] = set()
    own = {p.name for p in handler.params} if handler is not None else set()
    others = read_by(handler) if endpoint.framework == "django" else ""
    for param in (*endpoint.route.params, *depended):
        if param.place is In.QUERY and param.name in endpoint.path_params:
            param = replace(param, place=In.PATH)  # the parameter stands in the prefix of a router
        if others and param.place is In.PATH:
            param = replace(param, via=others)
        if (param.name, param.place) in seen or (param.place is In.PATH and param.name not in endpoint.path_params):
            continue
        seen.add((param.name, param.place))
        yield param
    for segment in endpoint.segments:
        for name in segment.names:
            if (name, "path") not in seen:
                seen.add((name, "path"))
                # A handler that is called with the parameters of the path names them itself.
                local = name if name in own else ""
                kind = "" if segment.literal else segment.pattern
                yield Param(name, endpoint.where, In.PATH, local, kind, via=others)
    for function in (*before, *([handler] if handler is not None else [])):
        for read in function.inputs:
            if not read.name:
                continue
            place = read.place
            if place == "any":
                if read.name in endpoint.path_params:
                    continue
                place = "query" if endpoint.method in ("GET", "HEAD", "DELETE") else "body"
            if place in ("body", "path") or (read.name, place) in seen or place not in set(In):
                continue
            seen.add((read.name, place))
            yield Param(
                read.name,
                function.at(read.span),
                In(place),
                required=False,
                via="" if function is handler else function.name,
            )


def _handler(
    world: _World, path: str, facts: FileFacts, route: Route, router: Target | None
) -> tuple[Function | None, tuple[str, str] | None]:
    """The handler, and (file, class) of the controller that it belongs to."""
    if route.handler_key:
        found = world.names.files[path].functions.get(route.handler_key)
        owner = (path, found.class_name) if found is not None and found.class_name else None
        return found, owner
    ref = route.handler
    if ref is None:
        return None, None
    if "#" in ref.name:
        return _action(world, ref.name, route)
    start = (
        router.path if router is not None and router.path != path and ref.name.startswith(router.name + ".") else path
    )
    target = resolve(world.names, start, ref.name)
    if target is None:
        kind, _, method = ref.name.rpartition(".")
        held = calls.of_type(world.calls, start, kind, method) if kind else None
        if held is not None:
            return held, (held.path, held.class_name) if held.class_name else None
        return _loose(world, path, ref), None
    entry = world.names.files[target.path]
    if target.kind == "function":
        function = entry.functions[target.name]
        return function, (target.path, function.class_name) if function.class_name else None
    if target.kind == "constant":
        value = entry.constants[target.name].value
        if value is not None and len(value) == 1 and isinstance(value[0], Ref):
            again = resolve(world.names, target.path, value[0].name)
            if again is not None and again.kind == "function":
                return world.names.files[again.path].functions[again.name], None
    del facts
    return None, None


def _loose(world: _World, path: str, ref: Ref) -> Function | None:
    """`controller.method` where `controller` is made from a class that is known."""
    first, _, rest = ref.name.partition(".")
    alias = world.names.files[path].aliases.get(first)
    if alias and rest:
        target = resolve(world.names, path, alias.split("(", 1)[0].removeprefix("new ").strip())
        if target is not None and target.kind == "class":
            return world.names.files[target.path].functions.get(f"{target.name}.{rest}")
    return None


def _action(world: _World, name: str, route: Route) -> tuple[Function | None, tuple[str, str] | None]:
    """Rails' `api/v1/articles#show`: the method of the controller, or of a class or concern that it includes."""
    controller, _, action = name.partition("#")
    candidates = controllers(world.names, controller, route.where.path)
    for path, cls in candidates:
        found = _method(world, path, cls, action)
        if found is not None:
            return found, (path, cls)
    return None, candidates[0] if candidates else None


def _method(world: _World, path: str, cls: str, action: str, depth: int = 0) -> Function | None:
    entry = world.names.files[path]
    found = entry.functions.get(f"{cls}.{action}")
    if found is not None or depth > 6:  # class hierarchies end somewhere
        return found
    facts = entry.classes.get(cls)
    for base in facts.bases if facts is not None else ():
        target = base_of(world.names, path, cls, base.name)
        if target is not None and target.kind == "class" and (target.path, target.name) != (path, cls):
            inherited = _method(world, target.path, target.name, action, depth + 1)
            if inherited is not None:
                return inherited
    return None


def _auth(endpoint: Endpoint, handler: Function | None, before: Sequence[Function]) -> Auth:
    """Whom the endpoint lets in; of a handler that stands in no file of the workspace, nobody can tell."""
    auth = auth_of(endpoint.guards, handler, before)
    if auth is Auth.NONE and handler is not None and refuses_itself(handler, endpoint.route.params):
        return Auth.UNKNOWN
    if auth is Auth.NONE and endpoint.framework in _SIGNED and any(map(reads_credential, endpoint.callees)):
        return Auth.UNKNOWN  # the handler asks who calls; what it does about the answer, nobody can tell
    named = endpoint.route.handler is not None and "#" in endpoint.route.handler.name
    return Auth.UNKNOWN if auth is Auth.NONE and handler is None and named else auth


# -- guards ----------------------------------------------------------------------------------------------------------


def _class_guards(
    world: _World, owner: tuple[str, str] | None, handler: Function | None, route: Route
) -> tuple[Guard, ...]:
    """Guards declared on the controller's class and its bases that hold for this action."""
    if owner is None:
        return ()
    action = handler.name if handler is not None else route.handler_name.rpartition("#")[2]
    if route.handler is not None and "#" in route.handler.name:
        action = route.handler.name.rpartition("#")[2]
    found: list[Guard] = []
    for _, cls in reversed(list(_hierarchy(world, *owner))):
        found.extend(g for g in cls.guards if (not g.only or action in g.only) and action not in g.except_)
    return tuple(found)


def _hierarchy(world: _World, path: str, name: str, depth: int = 0) -> Iterator[tuple[str, ClassFacts]]:
    cls = world.names.files[path].classes.get(name)
    if cls is None or depth > 8:  # class hierarchies end somewhere
        return
    yield path, cls
    for base in cls.bases:
        target = base_of(world.names, path, cls.name, base.name)
        if target is not None and target.kind in ("class", "router") and (target.path, target.name) != (path, name):
            yield from _hierarchy(world, target.path, target.name, depth + 1)


def _switched(guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
    """Guards without those that a later one switches off."""
    found: list[Guard] = []
    opened: Guard | None = None
    for guard in guards:
        if guard.skips:
            kept = [g for g in found if g.name != guard.skips]
            if any(g.kind in _PROTECTS for g in found if g not in kept):
                opened = guard
            found = kept
        else:
            found.append(guard)
    if opened is not None and not any(g.kind in _PROTECTS or g.name == opened.skips for g in found):
        # Whoever skips the only guard by name means to let everybody in.
        found.append(replace(opened, allows_all=True))
    return tuple(found)


def _ruled(world: _World, method: str, path: str, file: str, guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
    """Add the first URL rule (Spring Security) that matches, and all interceptors, which come after the rules.

    A rule that lets everybody in leaves the rest as it is. What an interceptor may demand counts where no rule, or one
    that lets everybody in, says something.
    """
    stopping = tuple(g for p, g in _rules_for(world.interceptors, file) if _covers(p, g, method, path))
    certain = tuple(g for g in stopping if g.kind in _PROTECTS and not g.conditional)
    for pattern, guard in _rules_for(world.rules, file):
        if not _covers(pattern, guard, method, path):
            continue
        if not guard.allows_all:
            return (guard, *certain, *guards)
        protected = any(g.kind in _PROTECTS and not g.allows_all and not g.conditional for g in (*certain, *guards))
        return (*stopping, *guards) if protected or stopping else (guard, *guards)
    return (*stopping, *guards)


def _covers(pattern: str, guard: Guard, method: str, path: str) -> bool:
    """The guard stands before requests of this method for this path."""
    if guard.methods and method not in guard.methods and method != "ANY":
        return False
    if guard.within and not any(matches(scope, path) for scope in guard.within):
        return False
    return matches(pattern, path) and not any(matches(left_out, path) for left_out in guard.outside)


_PROTECTS: Final = frozenset({GuardKind.AUTHN, GuardKind.AUTHZ, GuardKind.ROLE})


def _rules_for(rules: Sequence[tuple[str, Guard]], file: str) -> Sequence[tuple[str, Guard]]:
    """The rules of the module that the file belongs to; those of other modules where it has none of its own."""
    root = unit(file)
    own = [rule for rule in rules if unit(rule[1].where.path) == root]
    if own or len({unit(guard.where.path) for _, guard in rules}) < 2:
        return own or rules
    first = rules[0][1]
    # Which of the modules' rules the application runs with is a matter of its class path.
    return (("/**", Guard(first.name, GuardKind.UNKNOWN, first.level, first.where)),)


# -- the rest --------------------------------------------------------------------------------------------------------


_PATH_PREFIX: Final = (Ref("${spring.mvc.path-prefix:}"),)
"""What a `PathMatchConfigurer` puts before the paths of controllers."""


def _context(world: _World, path: str) -> str:
    """What Spring puts before all paths of the unit that the file belongs to."""
    for key in ("server.servlet.context-path", "spring.mvc.servlet.path"):
        value, known = text(world.names, path, (Ref("${" + key + ":}"),))
        if value and known:
            return value
    return ""


def _hidden(world: _World, router: Target | None, chain: Chain, own: str) -> tuple[str, ...]:
    if router is None:
        return ()
    entry = world.names.files[router.path].routers.get(router.name)
    if entry is None or entry.merge_params or not chain.prefix:
        return ()
    _, outer = normalise(chain.prefix)
    _, inner = normalise(own)
    own_names = {name for s in inner for name in s.names}
    return tuple(name for s in outer for name in s.names if name not in own_names)


def _group(path: str, router: Target | None, owner: tuple[str, str] | None) -> str:
    if owner is not None and owner[1]:
        return f"{owner[0]}:{owner[1]}"
    return f"{router.path}:{router.name}" if router is not None else path


def _positioned(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Number the endpoints of each application in the order in which its router tries them."""
    used = (framework(name) for name in {e.framework for e in endpoints})
    ordered = {found.id for found in used if found is not None and found.order_decides}
    by_app: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        if endpoint.order and endpoint.framework in ordered:
            by_app.setdefault(endpoint.app, []).append(endpoint)
    rank: dict[int, int] = {}
    for group in by_app.values():
        certain = _ordered(group)
        for number, endpoint in enumerate(sorted(certain, key=lambda e: e.order)):
            rank[id(endpoint)] = number
    return [replace(e, position=rank.get(id(e))) for e in endpoints]


def _ordered(group: list[Endpoint]) -> list[Endpoint]:
    """Those of one application whose place in the order is known.

    A function that mounts what it is given is one mount in the source and several at run time, and so is a loop over
    routers: what comes through it has an order among itself, and none among what came through it another time.
    """
    sources: dict[tuple[int, ...], set[tuple[str, Ref | None]]] = {}
    for endpoint in group:
        sources.setdefault(endpoint.order[:-1], set()).add((endpoint.where.path, endpoint.route.router))
    shared = {order for order, routers in sources.items() if order and len(routers) > 1}
    return [e for e in group if not any(e.order[: n + 1] in shared for n in range(len(e.order) - 1))]


def _snapshot(files: Mapping[str, FileFacts], endpoints: Sequence[Endpoint], world: _World) -> Snapshot:
    by_file: dict[str, list[Endpoint]] = {}
    handlers: dict[tuple[str, str], list[Endpoint]] = {}
    reached: dict[str, list[int]] = {}
    for number, endpoint in enumerate(endpoints):
        for path in _files_of(endpoint):
            reached.setdefault(path, []).append(number)
        for path in _shown_in(endpoint):
            by_file.setdefault(path, []).append(endpoint)
        if endpoint.handler is not None:
            handlers.setdefault((endpoint.handler.path, endpoint.handler.key), []).append(endpoint)
    classes: dict[str, list[ClassFacts]] = {}
    functions: dict[str, list[Function]] = {}
    for facts in files.values():
        for cls in facts.classes:
            classes.setdefault(cls.name.rsplit(".", 1)[-1], []).append(cls)
        for function in facts.functions:
            functions.setdefault(function.name, []).append(function)
    in_transaction = calls.transactional(world.calls)
    return Snapshot(
        files=files, endpoints=tuple(endpoints),
        by_file={k: tuple(v) for k, v in by_file.items()},
        handlers={k: tuple(v) for k, v in handlers.items()},
        versions=world.versions.known, classes={k: tuple(v) for k, v in classes.items()},
        functions={k: tuple(v) for k, v in functions.items()},
        transactional=frozenset().union(*in_transaction.values()), sole_status=world.sole_status,
        settings=world.names.properties, front_end=front_end(files), outline=object(),
        reached={k: tuple(v) for k, v in reached.items()}, answering=answering(world.names), in_transaction=in_transaction,
        indexes=world.names.files, project=world.calls,
    )  # fmt: skip


def _files_of(endpoint: Endpoint) -> set[str]:
    """The files whose functions an endpoint depends on, and the one that registers it."""
    functions = (endpoint.handler, *endpoint.callees, *endpoint.before)
    return {
        endpoint.where.path,
        *(f.path for f in functions if f is not None),
        *(g.where.path for g in endpoint.guards),
    }


def _shown_in(endpoint: Endpoint) -> tuple[str, ...]:
    """The files in which an endpoint is to be seen: those of its registration and of its handler."""
    here = endpoint.where.path
    if endpoint.handler is None or endpoint.handler.path == here:
        return (here,)
    return here, endpoint.handler.path


def _exchanged(files: Mapping[str, FileFacts], previous: Snapshot) -> Snapshot | None:
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
    if old is None or not _same_outside(old, new):
        return None
    if new.registries or any(r.view for r in new.routes) or any(r.symbol == "urlpatterns" for r in new.routers):
        return None  # what a view makes of its registration is not kept
    exchanged = {id(a): b for a, b in zip(old.functions, new.functions, strict=True) if a is not b}
    if any(
        a is not b and (kind_of(a), lets_pass(previous.project, a)) != (kind_of(b), lets_pass(previous.project, b))
        for a, b in zip(old.functions, new.functions, strict=True)
        if a.handling or b.handling
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
    index = previous.indexes[path]
    indexes = {**previous.indexes, path: FileIndex(
        new, {r.symbol: r for r in new.routers}, {f.key: f for f in new.functions}, index.classes, index.constants,
        index.imports, index.exports, index.stars, index.aliases,
        tuple(r for r in new.routes if r.kind == "dependency"), {v.name: v for v in new.views}, dict(new.registries),
        signatures_of(new),
    )}  # fmt: skip
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
    places = {a.where: b.where for a, b in zip(_guards_of(old), _guards_of(new), strict=True) if a.where != b.where}
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
        if route.framework in _SIGNED and handler is not None and path in (endpoint.where.path, handler.path):
            own = route if endpoint.where.path == path else replace(route, params=(), body=None, guards=(), declared=())
            route = signed(project.names, own, handler, endpoint.path_params)
        fresh = replace(
            endpoint, handler=handler, route=route, where=route.where, declared=route.declared,
            body=None if endpoint.body is None else route.body,
            guards=tuple(replace(g, where=places[g.where]) if g.where in places else g for g in endpoint.guards),
            id=f"{endpoint.where.path}:{route.where.start}:{endpoint.method}:{endpoint.path}",
        )  # fmt: skip
        functions_of = (endpoint.handler, *endpoint.callees, *endpoint.before)
        if any(id(f) in exchanged and id(f) not in unchanged for f in functions_of):
            endpoints[number] = moved[id(endpoint)] = completed(fresh, project, previous.sole_status)
        else:
            endpoints[number] = moved[id(endpoint)] = _shifted(fresh, exchanged, project)
    reached = dict(previous.reached)
    for number in previous.reached.get(path, ()):
        for other in _files_of(endpoints[number]):
            if number not in reached.get(other, ()):
                reached[other] = (*reached.get(other, ()), number)
    for shown in {p for e in moved.values() for p in _shown_in(e)}:
        by_file[shown] = tuple(moved.get(id(e), e) for e in by_file.get(shown, ()))
    for key in {(e.handler.path, e.handler.key) for e in moved.values() if e.handler is not None}:
        handlers[key] = tuple(moved.get(id(e), e) for e in handlers.get(key, ()))
    functions = dict(previous.functions)
    for name in {f.name for f in new.functions}:
        functions[name] = tuple(exchanged.get(id(f), f) for f in functions.get(name, ()))
    classes = dict(previous.classes)
    successors = {id(a): b for a, b in zip(old.classes, new.classes, strict=True)}
    for name in {c.name.rsplit(".", 1)[-1] for c in new.classes}:
        classes[name] = tuple(successors.get(id(c), c) for c in classes.get(name, ()))
    in_transaction = dict(previous.in_transaction)
    in_transaction[path] = calls.transactional_in(project, new)
    return replace(
        previous, files=files, endpoints=tuple(endpoints), by_file=by_file, handlers=handlers, functions=functions, classes=classes,
        transactional=frozenset().union(*in_transaction.values()), in_transaction=in_transaction, reached=reached,
        indexes=indexes, project=project,
    )  # fmt: skip


def _guards_of(facts: FileFacts) -> Iterator[Guard]:
    """Every guard that a file declares, in the same order as long as the file keeps its outline."""
    for use in facts.uses:
        yield use.guard
    for group in (facts.classes, facts.routers, facts.mounts, facts.routes):
        for item in group:
            yield from item.guards
    for view in facts.views:
        yield from guards_of_view(view)


def _shifted(endpoint: Endpoint, exchanged: Mapping[int, Function], project: calls.Calls) -> Endpoint:
    """The endpoint with its functions in their new places; what they do did not change."""
    before = tuple(exchanged.get(id(f), f) for f in endpoint.before)
    depended = gathered(
        project.names, endpoint.route.where.path, endpoint.route,
        endpoint.guards if endpoint.framework == "fastapi" else (),
    )  # fmt: skip
    return replace(
        endpoint, before=before, callees=tuple(exchanged.get(id(f), f) for f in endpoint.callees),
        first_level=tuple((n, exchanged.get(id(f), f)) for n, f in endpoint.first_level),
        params=tuple(_params(endpoint, endpoint.handler, before, depended.params)),
    )  # fmt: skip


def _same_outside(old: FileFacts, new: FileFacts) -> bool:
    """Nothing but the inside of functions and positions changed."""
    if [f.key for f in old.functions] != [f.key for f in new.functions]:
        return False
    if len(old.routes) != len(new.routes) or len(old.classes) != len(new.classes):
        return False
    return _outline(old) == _outline(new)


_NOWHERE: Final = Where("", 0, 0)


def _outline(facts: FileFacts) -> object:
    """What linking reads of a file, without positions."""
    return (
        facts.role, facts.package, facts.versions, facts.config, facts.module_paths, facts.aliases,
        tuple((i.local, i.module, i.name) for i in facts.imports), facts.exports,
        tuple((c.name, c.value, c.items) for c in facts.constants),
        tuple((c.name, c.bases, c.status, c.kind, c.methods, tuple(_placeless(g) for g in c.guards)) for c in facts.classes),
        tuple((r.symbol, r.kind, r.prefixes, r.inherits, r.merge_params, r.conditional, r.abstract, r.inherits_prefix, r.parameter, r.settings, tuple(_placeless(g) for g in r.guards)) for r in facts.routers),
        tuple((m.parent, m.child, m.prefix, m.order, m.conditional, m.argument, m.replaces_prefix, m.otherwise, tuple(_placeless(g) for g in m.guards)) for m in facts.mounts),
        tuple((u.router, u.order, u.rank, u.prefix, _placeless(u.guard)) for u in facts.uses),
        tuple((r.methods, r.path, r.router, r.handler, r.handler_key, r.order, r.dependencies, r.variants, r.class_view, tuple(_placeless(g) for g in r.guards)) for r in facts.routes),
        tuple((e.exception, e.status) for e in facts.error_handlers),
        tuple(outline_of_view(v) + tuple(_placeless(g) for g in guards_of_view(v)) for v in facts.views), facts.registries,
        tuple((f.key, f.decorators, tuple((p.name, p.type, p.default) for p in f.params)) for f in facts.functions) if "django" in facts.frameworks else (),
    )  # fmt: skip


def _placeless(guard: Guard) -> object:
    return (
        guard.name,
        guard.kind,
        guard.level,
        guard.symbol,
        guard.source,
        guard.optional,
        guard.allows_all,
        guard.only,
        guard.except_,
        guard.matcher,
        guard.methods,
        guard.within,
        guard.outside,
        guard.conditional,
        guard.skips,
    )


__all__ = ["Chain", "GuardKind", "completed", "link"]
