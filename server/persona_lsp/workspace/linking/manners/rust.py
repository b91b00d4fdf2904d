"""Rust: what a handler takes stands in its signature, in whatever file it is."""

from collections.abc import Sequence

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import Route
from persona_lsp.workspace.linking.manner import Key, Manner
from persona_lsp.workspace.signatures import signed


class Rust(Manner):
    """The manner of axum, actix-web and Rocket."""

    signed = True

    def declared(self, route: Route, handler: Function | None, classes: Sequence[Key], named: tuple[str, ...]) -> Route:
        """The route with what the signature of its handler takes."""
        return signed(self.names, route, handler, named)
