"""FastAPI: routers with dependencies."""

from collections.abc import Mapping, Sequence

from persona_lsp.facts.http import Route, Router, Use
from persona_lsp.workspace.linking.handed import lifted
from persona_lsp.workspace.linking.manner import Key, Manner, Placed


class FastApi(Manner):
    """The manner of FastAPI: what a router depends on takes its own part of the request."""

    wrapped = True

    slash_decides = True

    colons = False

    guards_declare = True

    def adopted(self, route: Route, entry: Router | None) -> Route | None:
        """What another framework's application is given by the same words is no route of FastAPI."""
        return route if entry is None or entry.framework == "fastapi" else None

    def settled(self, mounted: Mapping[Key, Sequence[Placed]], uses: dict[Key, list[tuple[str, Use]]]) -> None:
        """Middleware that a function adds to the application that it is given."""
        lifted(self.names, mounted, uses)
