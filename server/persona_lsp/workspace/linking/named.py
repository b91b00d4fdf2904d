"""Endpoints with names: operations, events, procedures and messages, which stand on no HTTP router."""

from posixpath import commonpath
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.http import SERVED, Route
from persona_lsp.facts.text import Ref
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.guards import auth_of, resolved
from persona_lsp.workspace.linking.guarding import without_skipped
from persona_lsp.workspace.linking.handlers import class_guards, handler_of
from persona_lsp.workspace.linking.world import World
from persona_lsp.workspace.names import text
from persona_lsp.workspace.paths import normalise
from persona_lsp.workspace.snapshot import Auth, Endpoint

_BROWSERS: Final = frozenset({"assets", "browser", "client", "frontend", "public", "static", "ui", "web", "www"})
_SERVER: Final = lazy(r"(?:Unimplemented|Unsafe)(\w+)Server$")


def named(world: World, path: str, facts: FileFacts, route: Route, *, aside: bool) -> Endpoint | None:
    """The endpoint, before what its functions do is known. `aside`: its file is no part of the application.

    None for the method of a type that is no server after all.
    """
    name, known = text(world.names, path, route.path)
    if route.kind == "websocket" and name.startswith("/") and "{" in name:
        name, _ = normalise(name)
    if route.needs == SERVED:
        if not _is_served(world, path):
            return None
    elif route.needs:
        service = _service(world, path, route.needs.partition(" ")[0], name.removeprefix("/"))
        if service is None:
            return None
        name = f"{service}{name}"
    name, known = (name, known) if name else ("?", False)
    handler, owner = _first_of(world, path, facts, route)
    own = world.uses.get((handler.path, handler.key), ()) if handler is not None else ()
    manner = world.manners.of(route.framework)
    before = manner.before_named(path, route)
    every = (*before, *class_guards(world, owner, handler, route), *route.guards, *(use.guard for _, use in own))
    passed = without_skipped(manner.marked(every))
    applied = resolved(world.names, world.calls, path, passed, world.sole_status)
    return Endpoint(
        id=f"{path}:{route.where.start}:{route.methods[0]}:{name}", method=route.methods[0], path=name,
        path_known=known, route=route, framework=route.framework, app=f"{path}:{route.kind}",
        group=f"{owner[0]}:{owner[1]}" if owner is not None and owner[1] else path, where=route.where, handler=handler,
        handler_name=route.handler_name or (handler.key if handler is not None else ""),
        guards=manner.ruled(path, None, route.methods[0], "", passed, applied),
        test=facts.role == "test" or aside, conditional=route.conditional,
    )  # fmt: skip


def _is_served(world: World, path: str) -> bool:
    """There is a server of sockets, no client of one stands nearer to the file, and its folders serve no browsers."""
    if not _BROWSERS.isdisjoint(path.lower().split("/")[:-1]):
        return False
    near = {"socket.io": -1, "socket.io-client": -1}
    for other, kind in world.sockets:
        near[kind] = max(near[kind], len(commonpath(("/" + path, "/" + other))))
    return near["socket.io"] >= max(near["socket.io-client"], 0)


def _first_of(
    world: World, path: str, facts: FileFacts, route: Route
) -> tuple[Function | None, tuple[str, str] | None]:
    """The handler, and the class that it belongs to; the first that there is of several (`A.receive|A.connect`)."""
    for name in route.handler.name.split("|") if route.handler is not None else ():
        handler, owner = handler_of(world, path, facts, replace(route, handler=Ref(name)), None)
        if handler is not None:
            return handler, owner
    return handler_of(world, path, facts, route, None) if route.handler is None else (None, None)


def _service(world: World, path: str, kind: str, procedure: str) -> str | None:
    """The service whose server a type of the package embeds (Go); of several, the one that has the procedure."""
    folder = path.rpartition("/")[0]
    found: list[str] = []
    for other, name in world.names.classes.get(kind, ()):
        if other.rpartition("/")[0] == folder:
            bases = world.names.files[other].classes[name].bases
            found += [match.group(1) for base in bases if (match := _SERVER.search(base.name)) is not None]
    if len(found) > 1:
        found = [service for service in found if procedure in _procedures(world, f"{service}Server")]
    return found[0] if len(found) == 1 else None


def _procedures(world: World, server: str) -> set[str]:
    """What an interface that was made of a `.proto` file lists."""
    listed = world.names.classes.get(server, ())
    return {method for path, name in listed for method in world.names.files[path].classes[name].methods}


def guarded(endpoint: Endpoint, handler: Function | None) -> Endpoint:
    """The endpoint with what its guards say of callers.

    It has no status and no parameter of a path; and what else an application puts before it, nobody can tell.
    """
    auth = auth_of(endpoint.guards, handler)
    opened = any(guard.allows_all for guard in endpoint.guards)
    return replace(endpoint, auth=Auth.UNKNOWN if auth is Auth.NONE and not opened else auth)
