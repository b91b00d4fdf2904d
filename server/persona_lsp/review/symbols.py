"""Endpoints as symbols, and the way from a mount to its router and from a route to its handler."""

from persona_lsp.facts.http import Mount
from persona_lsp.facts.place import Where
from persona_lsp.review.views import Symbol
from persona_lsp.workspace.names import Names, resolve
from persona_lsp.workspace.snapshot import Auth, Endpoint, Snapshot


def symbols(snapshot: Snapshot, path: str) -> tuple[Symbol, ...]:
    """The endpoints that a file registers or handles, in order of the text."""
    found: dict[tuple[str, int], Symbol] = {}
    for endpoint in snapshot.by_file.get(path, ()):
        symbol = _symbol(endpoint, path)
        found.setdefault((symbol.name, symbol.selection.start), symbol)
    return tuple(sorted(found.values(), key=lambda s: s.selection.start))


def workspace_symbols(snapshot: Snapshot, query: str, limit: int = 256) -> tuple[Symbol, ...]:
    """Endpoints whose `METHOD /path` or handler contains the letters of `query` in order, at most `limit`."""
    wanted = query.lower().split()
    found: list[Symbol] = []
    for endpoint in snapshot.endpoints:
        if endpoint.test:
            continue
        label = f"{endpoint.label} {endpoint.handler_name}".lower()
        if all(_fuzzy(word, label) for word in wanted):
            place = endpoint.handler.path if endpoint.handler is not None else endpoint.where.path
            found.append(_symbol(endpoint, place))
            if len(found) >= limit:
                break
    return tuple(found)


def _fuzzy(word: str, label: str) -> bool:
    if word in label:
        return True
    at = 0
    for char in word:
        at = label.find(char, at) + 1
        if at == 0:
            return False
    return True


def _symbol(endpoint: Endpoint, path: str) -> Symbol:
    handler = endpoint.handler
    if handler is not None and handler.path == path and handler.name:
        where, selection = handler.where, handler.name_where
    else:
        where = endpoint.route.statement if endpoint.route.statement.path == endpoint.where.path else endpoint.where
        selection = endpoint.where
        if not where.start <= selection.start <= selection.end <= where.end:
            where = selection
    lock = "🔒 " if endpoint.auth is Auth.REQUIRED else ""
    return Symbol(endpoint.label, f"{lock}{endpoint.handler_name}", "endpoint", where, selection)


def definition(snapshot: Snapshot, path: str, offset: int) -> Where | None:
    """From a mount to the router that it mounts; from a registration to the handler in another place."""
    facts = snapshot.files.get(path)
    if facts is None:
        return None
    for mount in facts.mounts:
        if mount.where.start <= offset <= mount.where.end:
            return _router(snapshot, path, mount)
    for endpoint in snapshot.by_file.get(path, ()):
        statement = endpoint.route.statement
        if endpoint.where.path != path or not statement.start <= offset <= statement.end:
            continue
        handler = endpoint.handler
        if handler is not None and not (handler.path == path and handler.start <= offset <= handler.end):
            return handler.name_where
    return None


def _router(snapshot: Snapshot, path: str, mount: Mount) -> Where | None:
    names: Names = snapshot.project.names
    target = resolve(names, path, mount.child.name)
    if target is None:
        return None
    entry = snapshot.indexes[target.path]
    if target.kind == "router":
        router = entry.routers[target.name]
        return Where(router.where.path, router.where.start, router.where.end)
    if target.kind == "module":
        routers = list(entry.routers.values())
        return routers[0].where if routers else Where(target.path, 0, 0)
    return None
