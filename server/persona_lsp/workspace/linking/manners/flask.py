"""Flask: `handlers.init_app(app)` looks like a mount and is a call of a function."""

from collections.abc import Iterator

from persona_lsp.facts.http import Mount
from persona_lsp.workspace.linking.manner import Key, Manner
from persona_lsp.workspace.names import resolve


class Flask(Manner):
    """The manner of Flask."""

    def mounted(self, path: str, mount: Mount) -> Iterator[tuple[Key, Mount]]:
        """What is registered; the module whose function is called is nothing that is served."""
        found = resolve(self.names, path, mount.child.name)
        if found is None or found.kind != "module":
            yield from super().mounted(path, mount)
