"""The order in which an application tries its routes."""

from msgspec.structs import replace

from persona_lsp.extract.known import framework
from persona_lsp.facts.text import Ref
from persona_lsp.workspace.snapshot import Endpoint


def positioned(endpoints: list[Endpoint]) -> list[Endpoint]:
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
