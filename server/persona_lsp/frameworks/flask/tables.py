"""Tables of resources: `ROUTES = [(Orders, "/orders"), ...]`, which another file adds to an API, row by row."""

from typing import Final

from persona_lsp.facts.http import Mount, Route, Router
from persona_lsp.facts.text import Ref
from persona_lsp.frameworks.flask.found import Found
from persona_lsp.frameworks.flask.names import HOLDS_TABLE, braces
from persona_lsp.syntax.ir import Call, Do, For, Items, Member, Name, Spread, Str, dotted
from persona_lsp.syntax.python_names import items_of, place, ref_name, text_of

_ADDS: Final = frozenset({"add_resource"})


def tables(found: Found) -> None:
    """Each table of the file as a router, which is served where its rows are added."""
    if HOLDS_TABLE.search(found.names.module.source) is None:
        return
    module = found.names.module
    for name, value in found.names.values.items():
        rows = items_of(value, found.names)
        if not rows or name in found.routers or not all(isinstance(r, Items) and len(r.items) > 1 for r in rows):
            continue
        routes = [route for row in rows if isinstance(row, Items) for route in _row(row, name, found)]
        if routes:
            found.routers[name] = Router(name, "router", "flask", place(value, module))
            found.routes.extend(routes)


def _row(row: Items, table: str, found: Found) -> list[Route]:
    view, *paths = row.items
    name = ref_name(view)
    if not name or not name.rsplit(".", 1)[-1][:1].isupper():
        return []
    module = found.names.module
    return [
        Route(
            ("ANY",), braces(text_of(path, module)), "flask", place(path, module), place(row, module), found.next_order(),
            Ref(table), Ref(name), handler_name=name, path_where=place(path, module), forwards_errors=True, class_view=True,
        )
        for path in paths if isinstance(path, Str) and (path.value or "/").startswith("/")
    ]  # fmt: skip


def added(loop: For, holder_of: "dict[str, str]", found: Found) -> Mount | None:
    """`for route in ROUTES: api.add_resource(*route)`: the table is served by the API; None for any other loop.

    `holder_of` are the routers of the scope.
    """
    table = dotted(loop.iterable)
    known = table in found.names.values or table.split(".", 1)[0] in found.names.imports
    only = loop.body[0] if len(loop.body) == 1 else None
    call = only.value if isinstance(only, Do) else None
    if not (table and known and isinstance(call, Call) and call.name in _ADDS and isinstance(call.func, Member)):
        return None
    holder = holder_of.get(dotted(call.func.base), "")
    if not holder or call.kwargs or not _whole_row(loop, call):
        return None
    return Mount(Ref(holder), Ref(table), "flask", place(call, found.names.module), found.next_order())


def _whole_row(loop: For, call: Call) -> bool:
    """What is added is the row: `*route`, or its parts in their order."""
    if isinstance(loop.target, Name):
        return len(call.args) == 1 and isinstance(call.args[0], Spread) and dotted(call.args[0].value) == loop.target.id
    if not isinstance(loop.target, Items):
        return False
    return [dotted(a) for a in call.args] == [dotted(t) for t in loop.target.items]
