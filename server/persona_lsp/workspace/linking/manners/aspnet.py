"""ASP.NET Core: templates with tokens, conventional patterns, and what an application demands of all callers."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import Guard, Mount, Route, Router, Use
from persona_lsp.workspace import aspnet
from persona_lsp.workspace.csharp import project
from persona_lsp.workspace.linking.by_type import is_by_type, of_types
from persona_lsp.workspace.linking.chain import Chain
from persona_lsp.workspace.linking.inherit import own_prefixes
from persona_lsp.workspace.linking.manner import Key, Manner
from persona_lsp.workspace.names import Names
from persona_lsp.workspace.validators import Validators


class AspNet(Manner):
    """The manner of controllers, minimal APIs and what is built on them."""

    colons = False

    def __init__(self, names: Names) -> None:
        """Begin with an application that demands nothing."""
        super().__init__(names)
        self._told: list[Guard] = []
        self._validators = Validators(names)

    def mounted(self, path: str, mount: Mount) -> Iterator[tuple[Key, Mount]]:
        """What a mount names, and what registers itself because of its type."""
        found = of_types(self.names, path, mount) if is_by_type(mount) else super().mounted(path, mount)
        yield from found

    @cached_property
    def _everywhere(self) -> Sequence[Guard]:
        return aspnet.settled(self.names, self._told)

    def unplaced(self, use: Use) -> None:
        """A guard of the pipeline holds for all endpoints of its project."""
        self._told.append(use.guard)

    def application(self, path: str) -> str:
        """The project that the file belongs to."""
        return project(self.names, path)

    def declared(self, route: Route, handler: Function | None, classes: Sequence[Key], named: tuple[str, ...]) -> Route:
        """The route with what annotations and validators of the type of its body check."""
        if route.body is None or route.body.validated is not None or not self._validators.check(route, classes):
            return route
        return replace(route, body=replace(route.body, validated=True))

    def path(self, path: str, route: Route, router: Key | None, chain: Chain, own: str) -> tuple[str, str, bool] | None:
        """What templates, tokens and conventional patterns make of the route."""
        served = self._router(router)
        attributed = served is not None and router is not None and any(own_prefixes(self.names, router[0], served)[1])
        full = next(
            aspnet.paths(
                self.names, path, route, router[1] if router is not None else "", chain.prefix, own,
                is_class=_is_class(served), attributed=attributed,
            ),
            None,
        )  # fmt: skip
        return None if full is None else (full, full, True)

    def marked(self, guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
        """Attributes and filters of the project as their classes are: what demands nothing of callers is none."""
        return aspnet.marked(self.names, guards)

    def ruled(
        self,
        path: str,
        router: Key | None,
        method: str,
        below: str,
        before: tuple[Guard, ...],
        after: tuple[Guard, ...],
    ) -> tuple[Guard, ...]:
        """The guards with what the application demands of those that say nothing, or of all controllers."""
        if not self._everywhere:
            return after
        return aspnet.ruled(self.names, self._everywhere, path, after, is_class=_is_class(self._router(router)))

    def _router(self, router: Key | None) -> Router | None:
        return self.names.files[router[0]].routers.get(router[1]) if router is not None else None


def _is_class(router: Router | None) -> bool:
    return router is not None and router.kind == "class"
