"""The ways from an application to a router, with the prefixes and guards that stand on them."""

from collections.abc import Sequence
from typing import Final

from persona_lsp.facts.http import Guard
from persona_lsp.facts.text import SETTING, Hole, Text
from persona_lsp.workspace.linking.chain import Chain, Passed
from persona_lsp.workspace.linking.inherit import own_guards, prefixes_of
from persona_lsp.workspace.linking.mounts import router_target
from persona_lsp.workspace.linking.world import World
from persona_lsp.workspace.names import (
    Target,
    resolve,
    text,
)
from persona_lsp.workspace.paths import join

_MAX_CHAINS: Final = 128


def chains_to(
    world: World, path: str, symbol: str, trail: tuple[tuple[str, str], ...] = (), bound: Passed = ()
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
        parent = router_target(world.names, mount_path, mount.parent)
        uppers: tuple[Chain, ...] = ()
        passed: Passed = ((mount.passed_to, (mount_path, mount.order)),) if mount.passed_to else ()
        if passed and any(to == mount.passed_to and call != passed[0][1] for to, call in bound):
            continue  # what one call is given has nothing to do with what another is given
        if parent is not None and (parent.path, parent.name) != key:
            uppers = chains_to(world, parent.path, parent.name, (*trail, key), (*bound, *passed))
        if not uppers:
            if parent is not None:
                continue
            uppers = (Chain(f"{mount_path}:{mount.parent.name}", "", True, (), None, False, False),)
        for upper in uppers:
            if passed and any(to == mount.passed_to and call != passed[0][1] for to, call in upper.calls):
                continue
            prefix, known = told(world, mount_path, mount.prefix, upper)
            if router.kind == "app" and mount.conditional and not known:
                continue  # `if settings.base_url: outer.mount(settings.base_url, app)`: else it is served as it is
            here = used_by(world, parent, mount.order, prefix) if parent is not None else ()
            above = upper.guards if not mount.apart else tuple(g for g in upper.guards if not _own(world, g))
            own_prefixes = prefixes_of(world.names, path, router) if not mount.replaces_prefix else (("", True),)
            for own, own_known in own_prefixes:
                found.append(
                    Chain(
                        upper.app, join(upper.prefix, prefix, own) if (upper.prefix or prefix or own) else "",
                        upper.known and known and own_known,
                        (*above, *here, *mount.guards, *own_guards(world.names, path, router)),
                        (*upper.position, mount.order) if upper.position is not None and mount.order >= 0 else None,
                        upper.conditional or mount.conditional or router.conditional, upper.rooted,
                        (*upper.files, mount_path), (*upper.calls, *passed),
                        (mount_path, mount.given, mount.named) if mount.passed_to or mount.given else upper.given,
                        (*upper.variants, *mount.variants),
                        f"{upper.modules}{mount.modules}" if mount.modules else "",
                    )
                )  # fmt: skip
        if len(found) > _MAX_CHAINS:
            break
    found = _distinct(found)
    if not found and router.kind == "route":
        return ()
    if not found or (router.kind == "app" and not any(c.rooted for c in found)):
        manner = world.manners.of(router.framework)
        rooted = manner.is_root(path, router, found=bool(found))
        own_app = f"{router.framework}:{manner.application(path)}" if router.kind == "class" else f"{path}:{symbol}"
        found = [
            Chain(
                own_app,
                join(own) if own else "",
                known,
                router.guards,
                () if rooted else None,
                router.conditional,
                rooted,
            )
            for own, known in prefixes_of(world.names, path, router)
        ]
    if not trail:
        world.chains[key] = tuple(found)
    return tuple(found)


def _own(world: World, guard: Guard) -> bool:
    """It is made with a router, for the routes of that."""
    return any(guard in router.guards for router in world.names.files[guard.where.path].routers.values())


def told(world: World, path: str, value: Text, chain: Chain) -> tuple[str, bool]:
    """The text as far as it is known on this way, with what calls on it gave for parameters."""
    known, pieces = True, []
    for number, part in enumerate(value):
        given = _given(part, chain) if isinstance(part, Hole) and part.parameter >= 0 else None
        if number == 0 and given == (Hole(SETTING),) and _slash(value[1:]):
            continue  # what an installation puts before all paths is no part of them
        piece, sure = text(world.names, *((path, (part,)) if given is None else (chain.given[0], given)))
        pieces.append(piece)
        known = known and sure
    return "".join(pieces), known


def _given(hole: Hole, chain: Chain) -> Text | None:
    """What the last call on the way gave for a parameter; None if it is not known."""
    _, texts, named = chain.given
    if hole.function:
        if not chain.calls or chain.calls[-1][0].rpartition(".")[2] != hole.function:
            return None  # the call of another function
        by_name = dict(named)
        if hole.source in by_name:
            return by_name[hole.source]
        if hole.parameter >= len(texts) and "*" not in by_name and hole.default is not None:
            return (hole.default,)
    return texts[hole.parameter] if hole.parameter < len(texts) else None


def _slash(rest: Text) -> bool:
    return bool(rest) and isinstance(rest[0], str) and rest[0].startswith("/")


def _distinct(chains: Sequence[Chain]) -> list[Chain]:
    """Each way once. Where it is mounted on an application, what is mounted on something unknown does not count."""
    found: dict[tuple[object, ...], Chain] = {}
    for chain in [c for c in chains if c.rooted] or chains:
        key = (chain.app if chain.rooted else "", chain.prefix, chain.position)
        if key not in found or (chain.known and not found[key].known):
            found[key] = chain
    return list(found.values())


def used_by(world: World, router: Target, order: int, below: str) -> tuple[Guard, ...]:
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
            named = router_target(world.names, path, symbol)
        if named is None or named.kind != "router":
            found.append(use.guard)
    return tuple(found)
