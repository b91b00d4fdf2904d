"""Fastify: folders that are registered file by file, and hooks of plugins that are not encapsulated."""

from collections.abc import Iterator, Mapping, Sequence

from persona_lsp.facts.http import Mount, Router, Use
from persona_lsp.workspace import autoload
from persona_lsp.workspace.linking.manner import Key, Manner, Placed
from persona_lsp.workspace.versions import Versions


class Fastify(Manner):
    """The manner of Fastify."""

    def mounted(self, path: str, mount: Mount) -> Iterator[tuple[Key, Mount]]:
        """A plugin, or every plugin below a folder."""
        if not autoload.is_folder(mount):
            yield from super().mounted(path, mount)
            return
        for served, moved in autoload.loaded(self.names, path, mount):
            yield (served.path, served.name), moved

    def settled(self, mounted: Mapping[Key, Sequence[Placed]], uses: dict[Key, list[tuple[str, Use]]]) -> None:
        """Hooks of plugins that are not encapsulated hold for what registers them."""
        autoload.shared_uses(self.names, mounted, uses)

    def is_root(self, path: str, router: Router, *, found: bool) -> bool:
        """An application, or the plugin that `fastify-cli` starts."""
        return super().is_root(path, router, found=found) or (not found and autoload.is_entry(path, router))

    @staticmethod
    def unheard(versions: Versions, path: str) -> str:
        """A handler is waited for, and a promise that it lets go is not."""
        return "answers"
