"""Flask: `handlers.init_app(app)` looks like a mount and is a call of a function."""

from collections.abc import Iterator, Mapping, Sequence

from persona_lsp.facts.http import Mount, Use
from persona_lsp.workspace.linking.handed import lifted
from persona_lsp.workspace.linking.manner import Key, Manner, Placed
from persona_lsp.workspace.names import resolve


class Flask(Manner):
    """The manner of Flask: a view is called with all parts of its path, unless something before it takes them away."""

    colons = False

    untaken = "a function before it"

    def mounted(self, path: str, mount: Mount) -> Iterator[tuple[Key, Mount]]:
        """What is registered; the module whose function is called is nothing that is served."""
        found = resolve(self.names, path, mount.child.name)
        if found is None or found.kind != "module":
            yield from super().mounted(path, mount)

    def settled(self, mounted: Mapping[Key, Sequence[Placed]], uses: dict[Key, list[tuple[str, Use]]]) -> None:
        """What a function runs before the requests of the application that it is given."""
        lifted(self.names, mounted, uses)
