"""Django: lists of patterns that others include, and views that may read the path through their object."""

from collections.abc import Iterator

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import Mount
from persona_lsp.workspace.linking.manner import Key, Manner
from persona_lsp.workspace.names import Names
from persona_lsp.workspace.urlconf import SITE, included, sites_of
from persona_lsp.workspace.views import read_by


class Django(Manner):
    """The manner of Django and what is built on its URLconfs."""

    functions_register = True

    slash_decides = True

    def __init__(self, names: Names) -> None:
        """Find the files whose word on what is served counts."""
        super().__init__(names)
        self._sites = sites_of(names)

    def mounted(self, path: str, mount: Mount) -> Iterator[tuple[Key, Mount]]:
        """What an `include` means, and the list that the settings name."""
        if mount.parent.name != SITE or path in self._sites:
            for key in included(self.names, path, mount):
                yield key, mount

    @staticmethod
    def others_reading(handler: Function | None) -> str:
        """A method that mentions its object may have the parts of the path looked at by others."""
        return read_by(handler)
