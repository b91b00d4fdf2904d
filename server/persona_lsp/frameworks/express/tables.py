"""Tables of routes: `{ "GET /users": "UserController.list" }`, which express-routes-mapper mounts."""

import re
from collections.abc import Iterator
from typing import Final

from persona_lsp.flow.script.names import Scope
from persona_lsp.syntax.ir import AnyExpr, Call, Entry, Object, Str
from persona_lsp.text.patterns import lazy

MAPPER: Final = "express-routes-mapper"
SIGN: Final = lazy(rb"['\"](?:GET|POST|PUT|PATCH|DELETE) +/[^'\"]*['\"]\s*:\s*['\"][\w./]+\.\w+['\"]")
_ROUTE: Final = lazy(r"^(GET|POST|PUT|PATCH|DELETE) +(/\S*)$")
_HANDLER: Final = lazy(r"^[\w./]+\.\w+$")


def routes_of(table: Object) -> list[tuple[Entry, str, str, str]]:
    """(entry, method, path, handler) of a table of nothing but routes; nothing for any other object."""
    found = list(_rows(table))
    return found if len(found) == len(table.entries) else []


def _rows(table: Object) -> Iterator[tuple[Entry, str, str, str]]:
    for entry in table.entries:
        route: re.Match[str] | None = _ROUTE.match(entry.name)
        handler = entry.value.value if isinstance(entry.value, Str) else None
        if route is not None and handler is not None and _HANDLER.match(handler):
            yield entry, route[1], route[2], handler


def mapped(call: Call, scope: Scope) -> AnyExpr | None:
    """The table that `mapRoutes(table, "controllers/")` is given; None for other calls."""
    source = scope.imported(call.name) if call.receiver is None and call.args else None
    return call.args[0] if source is not None and source[0] == MAPPER else None
