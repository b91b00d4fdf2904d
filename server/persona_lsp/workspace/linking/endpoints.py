"""Routes become endpoints: each with the ways to its router, its handler and its guards."""

from collections.abc import Collection, Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.http import Guard, GuardKind, Route, Router
from persona_lsp.facts.text import Hole, Ref
from persona_lsp.workspace.calls import overload
from persona_lsp.workspace.dependencies import gathered
from persona_lsp.workspace.guards import (
    resolved,
    told_by_bodies,
)
from persona_lsp.workspace.linking.chain import Chain
from persona_lsp.workspace.linking.chains import chains_to, told, used_by
from persona_lsp.workspace.linking.complete import completed
from persona_lsp.workspace.linking.guarding import without_opened, without_skipped
from persona_lsp.workspace.linking.handlers import class_guards, handler_of, hierarchy, method_of
from persona_lsp.workspace.linking.inherit import bases_of, own_prefixes
from persona_lsp.workspace.linking.mounts import router_target
from persona_lsp.workspace.linking.named import named
from persona_lsp.workspace.linking.world import World
from persona_lsp.workspace.names import (
    Target,
    resolve,
    text,
)
from persona_lsp.workspace.paths import join, normalise
from persona_lsp.workspace.snapshot import Endpoint
from persona_lsp.workspace.views import served
from persona_lsp.workspace.wrappers import unwrapped


def endpoints_of(world: World, path: str, facts: FileFacts, route: Route) -> Iterator[Endpoint]:
    """The endpoints of one route: one for each method and each way to its router."""
    if route.named:
        aside = facts.role == "script" and world.serves and _is_aside(path)
        found = named(world, path, facts, route, aside=aside)
        if found is not None:
            yield completed(found, world.calls, world.sole_status)
        return
    if route.made is not None:
        route = unwrapped(world.names, path, route)
    router: Target | None = None
    entry: Router | None = None
    if route.router is not None:
        router = router_target(world.names, path, route.router)
        entry = world.names.files[router.path].routers.get(router.name) if router is not None else None
        adopted = world.manners.of(route.framework).adopted(route, entry)
        if adopted is None or (entry is not None and entry.abstract):
            return
        route = adopted
    if route.view:
        yield from _viewed(world, path, facts, route, router)
        return
    own, known = text(world.names, path, route.path)
    if entry is not None and router is not None:
        ways = world.manners.of(route.framework).ways(router.path, entry, route, own)
        if ways is not None:
            for chain, moved in ways:
                yield from _made(world, path, facts, moved, router, chain, own, known, chain.guards)
            return
    chains: tuple[Chain, ...]
    if router is not None:
        chains = chains_to(world, router.path, router.name)
    elif route.router is not None:
        chains = (Chain(f"{path}:{route.router.name}", "", route.router.name == "", (), None, False, False),)
    else:
        chains = (Chain(f"{path}:", "", True, (), (), False, True),)
    open_ = any(isinstance(part, Hole) and part.parameter >= 0 for part in route.path)
    for chain in chains:
        if open_:
            own, known = told(world, path, route.path, chain)
        guards = (*chain.guards, *(used_by(world, router, route.order, own) if router is not None else ()))
        yield from _made(world, path, facts, route, router, chain, own, known, guards)


def _viewed(world: World, path: str, facts: FileFacts, route: Route, router: Target | None) -> Iterator[Endpoint]:
    """The endpoints of a view that is registered: which methods it answers, its class and the bases of that say."""
    if router is None:
        return
    for chain in chains_to(world, router.path, router.name):
        if not chain.rooted:
            continue
        for one in served(world.names, path, route, router):
            own, known = text(world.names, path, one.route.path)
            held = (one.handler, one.owner)
            yield from _made(world, path, facts, one.route, router, chain, own, known, chain.guards, held)


def inherited_by(world: World, path: str, facts: FileFacts) -> Iterator[Endpoint]:
    """Routes that a controller takes over from its interfaces and base classes."""
    for router in facts.routers:
        if router.abstract or not router.inherits:
            continue
        manner = world.manners.of(router.framework)
        taken = {
            r.handler_name.rsplit(".", 1)[-1]
            for r in facts.routes if r.router is not None and r.router.name == router.symbol
        }  # fmt: skip
        seen: set[tuple[str, str]] = set()
        for base_path, base in bases_of(world.names, path, router):
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
                here = Target("router", path, router.symbol)
                moved = replace(route, handler=Ref(f"{router.symbol}.{method_name}"), handler_key="")
                ways = manner.ways(path, router, moved, own)
                if ways is not None:
                    for chain, checked in ways:
                        inherited = (*base.guards, *chain.guards)
                        yield from _made(world, base_path, facts, checked, here, chain, own, known, inherited)
                    continue
                source, prefixes = own_prefixes(world.names, path, router)
                if not any(prefixes):
                    source, prefixes = base_path, base.prefixes
                for prefix in prefixes or ((),):
                    before, sure = text(world.names, source, prefix)
                    chain = Chain(
                        f"{router.framework}:{manner.application(path)}",
                        join(before) if before else "",
                        sure,
                        (*base.guards, *router.guards),
                        (),
                        False,
                        True,
                    )
                    yield from _made(world, base_path, facts, moved, here, chain, own, known, chain.guards)
            taken |= here_taken


def implemented_by(world: World, path: str, facts: FileFacts) -> Iterator[Endpoint]:
    """Routes of an interface that its only class serves, although that is no controller by itself."""
    for router in facts.routers:
        owner = world.calls.implementations.get(router.symbol.rpartition(".")[2]) if router.implemented else None
        if owner is None or owner[1] in world.names.files[owner[0]].routers:
            continue
        here = Target("router", path, router.symbol)
        chains = chains_to(world, path, router.symbol)
        for base_path, base in ((path, router), *bases_of(world.names, path, router)):
            base_facts = world.names.files[base_path].facts
            for route in base_facts.routes:
                handler = _implementing(world, base_path, route, owner)
                if handler is None or route.router is None or route.router.name != base.symbol:
                    continue
                own, known = text(world.names, base_path, route.path)
                moved = replace(route, handler=Ref(f"{owner[1]}.{handler.name}"), handler_key="")
                for chain in chains:
                    held = (handler, owner)
                    yield from _made(world, base_path, base_facts, moved, here, chain, own, known, chain.guards, held)


def _implementing(world: World, path: str, route: Route, owner: tuple[str, str]) -> Function | None:
    """The method of the class that implements the one of the interface."""
    declared = world.names.files[path].functions.get(route.handler_key)
    name = route.handler_name.rpartition(".")[2]
    found = method_of(world, *owner, name)
    return overload(world.names, found, len(declared.params)) if found is not None and declared is not None else found


def _made(
    world: World, path: str, facts: FileFacts, route: Route, router: Target | None, chain: Chain, own: str, known: bool,
    guards: tuple[Guard, ...], held: tuple[Function | None, tuple[str, str] | None] | None = None,
) -> Iterator[Endpoint]:  # fmt: skip
    route = _within(route, chain.modules)
    handler, owner = held or handler_of(world, path, facts, route, router)
    manner = world.manners.of(route.framework)
    key = (router.path, router.name) if router is not None else None
    found = manner.path(path, route, key, chain, own)
    if found is None:
        return
    raw, below, prefix_known = found
    classes = [(at, cls.name) for at, cls in hierarchy(world, *owner)] if owner is not None else []
    route = manner.declared(route, handler, classes, _named(chain.prefix, own))
    full, segments = normalise(raw, colons=manner.colons)
    depended = gathered(world.names, path, route)
    every = manner.marked(
        (
            *guards,
            *(guard for guard in class_guards(world, owner, handler, route) if guard not in guards),
            *(g for g in route.guards if not _is_none(world, path, route, g, depended.settled)),
            *depended.guards,
            *_handler_guards(world, handler),
        )
    )
    every += told_by_bodies(world.calls, depended.bodies, every, route.where, world.sole_status)
    if depended.unknown and not route.unknown_params:
        route = replace(route, unknown_params=True)
    if chain.variants:
        route = replace(route, variants=(*chain.variants, *route.variants))
    asked = handler.methods if handler is not None and route.methods == ("ANY",) else ()
    for method in asked or route.methods:
        switched = without_skipped(every)
        applied = without_opened(resolved(world.names, world.calls, path, switched, world.sole_status))
        ruled = manner.ruled(path, key, method, below, switched, applied)
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
            wrapped=route.forwards_errors or bool(handler is not None and handler.forwards_errors) or manner.forwards(world.versions, handler.path if handler is not None else path),
            slash_decides=manner.slash_decides,
            unheard=manner.unheard(world.versions, handler.path if handler is not None else path),
            hidden_params=_hidden(world, router, chain, own),
            order=(*chain.position, route.order) if chain.position is not None and route.order >= 0 else (),
        )  # fmt: skip
        yield completed(endpoint, world.calls, world.sole_status)


def _is_none(world: World, path: str, route: Route, guard: Guard, settled: Collection[str]) -> bool:
    """It looked like a guard: what a function gives back is known, or a class called `AuthRequest` is that of the body."""
    if route.framework != "fastapi":
        return False
    if guard.symbol is None:
        return guard.kind is GuardKind.UNKNOWN and guard.name in settled
    if "(" in guard.source:  # `= Depends()`
        return False
    named = resolve(world.names, path, guard.symbol.name)
    return named is not None and named.kind == "class" and guard.source.endswith(guard.symbol.name)


def _within(route: Route, modules: str) -> Route:
    """The route with the modules before its controller that the way to it goes through; those of gems have their own."""
    before = "/".join(part for part in modules.split("/") if part)
    name = route.handler.name if route.handler is not None else ""
    if not before or "#" not in name or (route.derived and name.startswith(_OF_GEMS)):
        return route
    return replace(route, handler=Ref(f"{before}/{name}"), handler_name=f"{before}/{name}")


_OF_GEMS: Final = ("devise/", "devise_token_auth/", "doorkeeper/")


def _named(prefix: str, own: str) -> tuple[str, ...]:
    """The parameters of a path, in order."""
    return tuple(name for segment in normalise(join(prefix, own))[1] for name in segment.names)


_ASIDE: Final = frozenset({"scripts", "benchmarks", "benchmark"})


def _is_aside(path: str) -> bool:
    """The file is a script for those who work on the project; what stands in `bin` starts the application itself."""
    return not _ASIDE.isdisjoint(path.lower().split("/")[:-1])


def _handler_guards(world: World, handler: Function | None) -> tuple[Guard, ...]:
    """Guards that are part of the handler itself: `exports.list = [authenticate, (req, res) => {}]`."""
    if handler is None:
        return ()
    return tuple(use.guard for _, use in world.uses.get((handler.path, handler.key), ()))


def _hidden(world: World, router: Target | None, chain: Chain, own: str) -> tuple[str, ...]:
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
