"""Go: what looks like a registration is one if it is made on a router, which may stand in another file."""

from msgspec.structs import replace

from persona_lsp.facts.http import Route, Router
from persona_lsp.workspace.linking.manner import Manner


class Golang(Manner):
    """The manner of all frameworks of Go, which real programs mix."""

    wrapped = True

    def adopted(self, route: Route, entry: Router | None) -> Route | None:
        """The route with the framework of its router."""
        if route.router is None:
            return route
        return replace(route, framework=entry.framework) if entry is not None else None
