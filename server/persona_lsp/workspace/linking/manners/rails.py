"""Rails: files that `draw` names, and actions that draw their page."""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, Mount
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.constants import drawn, is_switched
from persona_lsp.workspace.linking.manner import Key, Manner
from persona_lsp.workspace.names import Names, property_of

_OF_ABILITIES: Final = frozenset({"load_and_authorize_resource", "authorize_resource"})
_LIMITS: Final = lazy(r"\b(?:if|unless):|:(?:if|unless)\s*=>")
_STRANGERS: Final = "CanCan.strangers"
"""What the abilities of the application let those do who have not signed in."""


class Rails(Manner):
    """The manner of Rails."""

    sessions = "always"

    def mounted(self, path: str, mount: Mount) -> Iterator[tuple[Key, Mount]]:
        """Routes that another file draws, and engines."""
        for key in drawn(self.names, path, mount):
            yield key, mount

    def marked(self, guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
        """Whoever asks abilities that let strangers do nothing asks for a login."""
        if not any(guard.name in _OF_ABILITIES for guard in guards):
            return guards
        return tuple(
            replace(g, conditional=False)
            if g.name in _OF_ABILITIES
            and not _LIMITS.search(g.source)
            and property_of(self.names, g.where.path, _STRANGERS) == "none"
            else g
            for g in guards
        )

    @staticmethod
    def draws_pages(names: Names, path: str) -> bool:
        """An application that is no mere API draws the page of an action that says nothing."""
        return not is_switched(names, path, "Rails.api_only")
