"""Which guards of all requests hold for what Nest serves beside HTTP: operations of GraphQL, messages, procedures."""

from typing import Final

from persona_lsp.facts.http import Guard, Route
from persona_lsp.workspace.names import Names
from persona_lsp.workspace.nest import Application, Nest, guards_of_all

_OPERATIONS: Final = frozenset({"Query", "Mutation", "Subscription"})
_PATTERN: Final = "pattern"
_HYBRID: Final = ("messages", "own")
_INHERITS: Final = ("messages", "inherited")


def before_named(world: Nest, names: Names, path: str, route: Route) -> tuple[Guard, ...]:
    """The guards of all requests, where they hold for what has a name; none where that is not certain.

    Nest calls them for operations of GraphQL, and for messages in an application that answers nothing else. In one
    that answers requests as well, only `inheritAppConfig` hands them on; for sockets nothing does, and for fields of
    types only an option of the schema.
    """
    if route.kind == "graphql":
        first = route.path[0] if route.path else ""
        operation = isinstance(first, str) and first.partition(".")[0] in _OPERATIONS
        return guards_of_all(world, names, None) if operation and len(world.applications) == 1 else ()
    if _PATTERN not in route.variants:
        return ()
    owner = (path, route.handler_key.rpartition(".")[0])
    answering = [a for a in (*world.applications, *world.messaging) if owner in a.holds and _answers_messages(world, a)]
    if not answering or any(_HYBRID in a.router.settings for a in answering):
        return ()
    every = [frozenset(guards_of_all(world, names, a)) for a in answering]
    return tuple(g for g in guards_of_all(world, names, answering[0]) if all(g in one for one in every))


def _answers_messages(world: Nest, application: Application) -> bool:
    settings = application.router.settings
    return application in world.messaging or _HYBRID in settings or _INHERITS in settings
