"""Go: what looks like a registration is one if it is made on a router, which may stand in another file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Mount, Route, Router, Use
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.linking.manner import Key, Manner, Placed
from persona_lsp.workspace.linking.mounts import router_target
from persona_lsp.workspace.names import Names

_ANY_HANDLER: Final = "http.Handler"
"""The type of a parameter that is mounted, whatever it is."""
_ROUTERS: Final = lazy(r"\bhttp\.Handler\b|\b(?:chi|mux)\.\w*(?:Router|Mux)\b")
_HOPS: Final = 6


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

    def settled(self, mounted: Mapping[Key, Sequence[Placed]], uses: dict[Key, list[tuple[str, Use]]]) -> None:
        """What a function attaches to the router that it is given stands before what its caller registers then."""
        own = {key: tuple(held) for key, held in uses.items()}
        for key, held in own.items():
            for parent, mount in self._lenders(key, mounted, 0):
                uses.setdefault(parent, []).extend((path, _lent(use, mount)) for path, use in held)

    def _lenders(self, key: Key, mounted: Mapping[Key, Sequence[Placed]], depth: int) -> Iterator[tuple[Key, Mount]]:
        """The routers that are handed to the function whose parameter the router is, each with the call that does it."""
        for path, mount in mounted.get(key, ()):
            if depth > _HOPS or not mount.argument.isdigit() or not key[1].endswith(f"({mount.argument})"):
                continue
            parent = router_target(self.names, path, mount.parent)
            if parent is None or (parent.path, parent.name) == key:
                continue
            above = (parent.path, parent.name)
            yield above, mount
            for further, outer in self._lenders(above, mounted, depth + 1):
                yield further, replace(outer, conditional=outer.conditional or mount.conditional)


def _lent(use: Use, mount: Mount) -> Use:
    guard = replace(use.guard, conditional=True) if mount.conditional else use.guard
    return replace(use, guard=guard, order=use.order if use.order < 0 else mount.order + 1)
