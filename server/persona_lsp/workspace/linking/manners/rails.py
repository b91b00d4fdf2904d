"""Rails: files that `draw` names, and actions that draw their page."""

from collections.abc import Iterator

from persona_lsp.facts.http import Mount
from persona_lsp.workspace.constants import drawn, is_switched
from persona_lsp.workspace.linking.manner import Key, Manner
from persona_lsp.workspace.names import Names


class Rails(Manner):
    """The manner of Rails."""

    sessions = "always"

    def mounted(self, path: str, mount: Mount) -> Iterator[tuple[Key, Mount]]:
        """Routes that another file draws, and engines."""
        for key in drawn(self.names, path, mount):
            yield key, mount

    @staticmethod
    def draws_pages(names: Names, path: str) -> bool:
        """An application that is no mere API draws the page of an action that says nothing."""
        return not is_switched(names, path, "Rails.api_only")
