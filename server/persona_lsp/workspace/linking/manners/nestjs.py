"""NestJS: modules instead of mounts, versions in the path, guards and middleware of the application."""

from collections.abc import Iterator

from msgspec.structs import replace

from persona_lsp.facts.http import Guard, Mount, Route, Router
from persona_lsp.workspace import nest, nest_named
from persona_lsp.workspace.linking.chain import Chain
from persona_lsp.workspace.linking.inherit import prefixes_of
from persona_lsp.workspace.linking.manner import Key, Manner
from persona_lsp.workspace.names import Names
from persona_lsp.workspace.paths import join
from persona_lsp.workspace.versions import Versions


class NestJs(Manner):
    """The manner of Nest."""

    def __init__(self, names: Names) -> None:
        """Find the applications with their modules."""
        super().__init__(names)
        self._nest = nest.nest(names)

    def mounted(self, path: str, mount: Mount) -> Iterator[tuple[Key, Mount]]:
        """Nothing: modules are followed from each application."""
        yield from ()

    def ways(self, path: str, router: Router, route: Route, own: str) -> Iterator[tuple[Chain, Route]] | None:
        """The ways to a route of a controller: one for each application and version."""
        return self._ways(path, router, route, own)

    def _ways(self, path: str, router: Router, route: Route, own: str) -> Iterator[tuple[Chain, Route]]:
        if self._nest is None:
            return
        for way in nest.ways(self._nest, self.names, path, router, route):
            checked = route
            if way.validates and route.body is not None and route.body.validated is None and not route.body.untyped:
                checked = replace(route, body=replace(route.body, validated=True))
            for prefix, known in prefixes_of(self.names, path, router):
                inside = join(way.path, prefix, own)
                passed = tuple(nest.covering(self._nest, inside, route.methods[0], router.symbol))
                guards = (*passed, *way.guards, *router.guards)
                before = join(way.prefix, prefix) if way.prefix or prefix else ""
                order = () if way.ordered else None
                yield Chain(way.app, before, way.known and known, guards, order, router.conditional, True), checked

    def marked(self, guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
        """Decorators of the project, taken apart."""
        return guards if self._nest is None else nest.with_made(self._nest, self.names, guards)

    def before_named(self, path: str, route: Route) -> tuple[Guard, ...]:
        """Guards of all requests hold for operations of GraphQL, and for messages as the application says."""
        return () if self._nest is None else nest_named.before_named(self._nest, self.names, path, route)

    def ruled(
        self,
        path: str,
        router: Key | None,
        method: str,
        below: str,
        before: tuple[Guard, ...],
        after: tuple[Guard, ...],
    ) -> tuple[Guard, ...]:
        """A guard of which only the body tells that it forbids something may let most pass."""
        return after if self._nest is None else nest.doubted(self._nest, self.names, before, after)

    @staticmethod
    def unheard(versions: Versions, path: str) -> str:
        """A handler is waited for, and a promise that it lets go is not."""
        return "answers"
