"""Endpoints with names: operations, events, procedures and messages, which stand on no HTTP router."""

from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.http import Route
from persona_lsp.workspace.guards import auth_of, resolved
from persona_lsp.workspace.linking.guarding import without_skipped
from persona_lsp.workspace.linking.handlers import class_guards, handler_of
from persona_lsp.workspace.linking.world import World
from persona_lsp.workspace.names import text
from persona_lsp.workspace.snapshot import Auth, Endpoint


def named(world: World, path: str, facts: FileFacts, route: Route, *, aside: bool) -> Endpoint:
    """The endpoint, before what its functions do is known. `aside`: its file is no part of the application."""
    name, known = text(world.names, path, route.path)
    handler, owner = handler_of(world, path, facts, route, None)
    own = world.uses.get((handler.path, handler.key), ()) if handler is not None else ()
    every = (*class_guards(world, owner, handler, route), *route.guards, *(use.guard for _, use in own))
    return Endpoint(
        id=f"{path}:{route.where.start}:{route.methods[0]}:{name}", method=route.methods[0], path=name,
        path_known=known and bool(name), route=route, framework=route.framework, app=f"{path}:{route.kind}",
        group=f"{owner[0]}:{owner[1]}" if owner is not None and owner[1] else path, where=route.where, handler=handler,
        handler_name=route.handler_name or (handler.key if handler is not None else ""),
        guards=resolved(world.names, world.calls, path, without_skipped(every)),
        test=facts.role == "test" or aside, conditional=route.conditional,
    )  # fmt: skip


def guarded(endpoint: Endpoint, handler: Function | None) -> Endpoint:
    """The endpoint with what its guards say of callers.

    It has no status and no parameter of a path; and what else an application puts before it, nobody can tell.
    """
    auth = auth_of(endpoint.guards, handler, ())
    opened = any(guard.allows_all for guard in endpoint.guards)
    return replace(endpoint, auth=Auth.UNKNOWN if auth is Auth.NONE and not opened else auth)
