"""Go: what looks like a registration is one if it is made on a router, which may stand in another file."""

import re
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Route, Router
from persona_lsp.workspace.linking.manner import Manner
from persona_lsp.workspace.names import Names

_ANY_HANDLER: Final = "http.Handler"
"""The type of a parameter that is mounted, whatever it is."""
_ROUTERS: Final = re.compile(r"\bhttp\.Handler\b|\b(?:chi|mux)\.\w*(?:Router|Mux)\b")


class Golang(Manner):
    """The manner of all frameworks of Go, which real programs mix."""

    wrapped = True

    def __init__(self, names: Names) -> None:
        """Find out whether the program mounts what its functions are given."""
        super().__init__(names)
        self._mounts_any = any(
            mount.child.name == _ANY_HANDLER and mount.prefix
            for entry in names.files.values()
            if entry.facts.language == "go" and entry.facts.role == "prod"
            for mount in entry.facts.mounts
        )

    def is_root(self, path: str, router: Router, *, found: bool) -> bool:
        """A router that a function returns may be what another one mounts: `MountRouter("/api", made)`."""
        maker = self.names.files[path].functions.get(router.symbol.rpartition(".")[0]) if self._mounts_any else None
        returned = maker is not None and _ROUTERS.search(maker.returns) is not None
        return not returned and super().is_root(path, router, found=found)

    def adopted(self, route: Route, entry: Router | None) -> Route | None:
        """The route with the framework of its router."""
        if route.router is None:
            return route
        return replace(route, framework=entry.framework) if entry is not None else None
