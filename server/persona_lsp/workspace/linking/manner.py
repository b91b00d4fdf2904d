"""How the routes of one framework are joined to an API; where a framework says nothing itself, as FastAPI does it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import Guard, Mount, Route, Router, Use
from persona_lsp.workspace.linking import mounts
from persona_lsp.workspace.linking.chain import Chain
from persona_lsp.workspace.names import Names, unit
from persona_lsp.workspace.paths import join
from persona_lsp.workspace.spared import without_spared
from persona_lsp.workspace.versions import Versions

Key = tuple[str, str]
"""(file, symbol) of a router."""
Placed = tuple[str, Mount]
"""A mount with the file that it stands in."""
Owner = Key | None
"""(file, class) of the controller that a handler belongs to."""


class Manner:
    """One framework's part in linking. Made anew for each linking, so that it may keep what all files told it."""

    signed: ClassVar[bool] = False
    """Handlers say what they take where they stand, and are registered elsewhere."""
    wrapped: ClassVar[bool] = False
    """A handler that has no name is what a function makes of it, which may ask who calls."""
    guards_declare: ClassVar[bool] = False
    """What the guards of a router take from the request belongs to the inputs of each of its endpoints."""
    untaken: ClassVar[str] = ""
    """Who takes the parts of a path that a handler has no parameter for; "" where nobody has to."""
    slash_decides: ClassVar[bool] = False
    """A path that ends with a slash is another path."""
    colons: ClassVar[bool] = True
    """`:name` is a parameter of a path."""
    sessions: ClassVar[str] = ""
    """Callers are kept in a session: `always`, where it cannot be seen, or `default`, unless the code says otherwise."""
    functions_register: ClassVar[bool] = False
    """What a function declares decides what is served, even if nothing in its file registers it."""

    def __init__(self, names: Names) -> None:
        """Read what the files say that concerns this framework alone."""
        self.names = names

    # -- the graph of routers

    def mounted(self, path: str, mount: Mount) -> Iterator[tuple[Key, Mount]]:
        """The routers that a mount in the file `path` means, each with the mount as it is for that one."""
        yield from mounts.served(self.names, path, mount)

    def unplaced(self, use: Use) -> None:
        """Take note of a guard that is attached to nothing that is known."""

    def settled(self, mounted: Mapping[Key, Sequence[Placed]], uses: dict[Key, list[tuple[str, Use]]]) -> None:
        """Change what is attached to routers, once all mounts are known."""

    def is_root(self, path: str, router: Router, *, found: bool) -> bool:
        """Whether a router that nothing mounts is served; `found`: there are ways to it, from nothing that is known."""
        return router.kind in ("app", "class")

    def application(self, path: str) -> str:
        """The application that the controllers of a file belong to."""
        return unit(path)

    # -- the endpoints of a route

    def adopted(self, route: Route, entry: Router | None) -> Route | None:
        """The route as its router has it; None if it is none there."""
        return route

    def ways(self, path: str, router: Router, route: Route, own: str) -> Iterator[tuple[Chain, Route]] | None:
        """The ways to a route, each with the route as it is there; None if its router's mounts tell them."""
        return None

    def declared(self, route: Route, handler: Function | None, classes: Sequence[Key], named: tuple[str, ...]) -> Route:
        """The route with what other places say of it.

        `classes` are those that the handler's class derives from, itself first; `named` the parameters of the path.
        """
        return route

    def path(self, path: str, route: Route, router: Key | None, chain: Chain, own: str) -> tuple[str, str, bool] | None:
        """(full path, the same without what stands before the application, all of it is known); None if not served."""
        full = join(chain.prefix, own)
        return full, full, True

    def marked(self, guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
        """The guards with what they stand for."""
        return guards

    def before_named(self, path: str, route: Route) -> tuple[Guard, ...]:
        """The guards of the whole application that an endpoint with a name passes, too."""
        return ()

    def ruled(
        self,
        path: str,
        router: Key | None,
        method: str,
        below: str,
        before: tuple[Guard, ...],
        after: tuple[Guard, ...],
    ) -> tuple[Guard, ...]:
        """The guards (`before` and `after` their functions were looked at) with what holds by URL or for all."""
        return without_spared(after, method, below)

    # -- what an endpoint takes from functions

    @staticmethod
    def forwards(versions: Versions, path: str) -> bool:
        """Whether the framework itself passes on what handlers of the file fail with."""
        return False

    @staticmethod
    def unheard(versions: Versions, path: str) -> str:
        """What may fail in a handler of the file without anybody hearing of it, as `Endpoint.unheard`."""
        return ""

    @staticmethod
    def draws_pages(names: Names, path: str) -> bool:
        """Whether an action of the file that does not answer draws its page."""
        return False

    @staticmethod
    def others_reading(handler: Function | None) -> str:
        """Who else may read the parts of the path, where that is more than the handler."""
        return ""
