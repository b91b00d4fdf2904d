"""The files that an endpoint depends on, and those that show it."""

from persona_lsp.workspace.snapshot import Endpoint


def files_of(endpoint: Endpoint) -> set[str]:
    """The files whose functions an endpoint depends on, and the one that registers it."""
    functions = (endpoint.handler, *endpoint.callees, *endpoint.before)
    return {
        endpoint.where.path,
        *(f.path for f in functions if f is not None),
        *(g.where.path for g in endpoint.guards),
    }


def shown_in(endpoint: Endpoint) -> tuple[str, ...]:
    """The files in which an endpoint is to be seen: those of its registration and of its handler."""
    here = endpoint.where.path
    if endpoint.handler is None or endpoint.handler.path == here:
        return (here,)
    return here, endpoint.handler.path
