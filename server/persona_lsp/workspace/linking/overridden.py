"""What a base class registers, and a class that derives from it registers anew, is served once (Python)."""

from collections.abc import Mapping

from persona_lsp.facts.code import FileFacts
from persona_lsp.workspace.linking.mounts import router_target
from persona_lsp.workspace.linking.world import World
from persona_lsp.workspace.names import Target, resolve
from persona_lsp.workspace.snapshot import Endpoint

_DEEPEST = 6


def without_overridden(world: World, files: Mapping[str, FileFacts], endpoints: list[Endpoint]) -> list[Endpoint]:
    """The endpoints without those of base classes whose methods a class overrides: `Tiles(Base)` serves its own `info`."""
    if not any(r.copies is not None and "." in r.symbol for f in files.values() for r in f.routers):
        return endpoints
    groups: dict[tuple[str, str, str], list[Endpoint]] = {}
    for endpoint in endpoints:
        if endpoint.route.router is not None and "." in endpoint.route.router.name:
            groups.setdefault((endpoint.app, endpoint.method, endpoint.path), []).append(endpoint)
    dropped: set[int] = set()
    for group in groups.values():
        routers = [_router(world, endpoint) for endpoint in group] if len(group) > 1 else []
        below = {base for router in routers if router is not None for base in _bases(world, router)}
        dropped |= {id(endpoint) for endpoint, router in zip(group, routers, strict=False) if router in below}
    return [endpoint for endpoint in endpoints if id(endpoint) not in dropped] if dropped else endpoints


def _router(world: World, endpoint: Endpoint) -> Target | None:
    router = endpoint.route.router
    return router_target(world.names, endpoint.route.where.path, router) if router is not None else None


def _bases(world: World, router: Target) -> list[Target]:
    """The routers that a class has this one in the place of."""
    found: list[Target] = []
    current: Target | None = router
    while current is not None and len(found) < _DEEPEST:
        entry = world.names.files[current.path].routers.get(current.name)
        copied = entry.copies if entry is not None else None
        current = resolve(world.names, current.path, copied.name) if copied is not None else None
        if current is not None:
            found.append(current)
    return found
