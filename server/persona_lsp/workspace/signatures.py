"""What the signature of a handler says, wherever it is registered: the record of its file joins the route (Rust)."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from persona_lsp.facts.body import Function
from persona_lsp.facts.http import In, Param, Route
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.names import Names, resolve

_DEEPEST: Final = 4
_OPTION: Final = lazy(r"^Option\s*<(.+)>$", re.DOTALL)


def signed(names: Names, route: Route, handler: Function | None, path_params: tuple[str, ...]) -> Route:
    """The route with the parameters, body and guards of its handler's signature."""
    if handler is None or handler.path not in names.files:
        return route
    record = names.files[handler.path].signatures.get(handler.key)
    if record is None:
        return route
    params = tuple(_params(names, handler.path, record, path_params))
    known = {(p.name, p.place) for p in params}
    kept = tuple(p for p in route.params if (p.name, p.place) not in known)
    return replace(
        route, declared=route.declared or record.declared, params=(*kept, *params), body=route.body or record.body, guards=(*route.guards, *record.guards),
        unknown_params=route.unknown_params or record.unknown_params or any(p.name == "*" for p in params),
    )  # fmt: skip


def _params(names: Names, path: str, record: Route, path_params: tuple[str, ...]) -> Iterator[Param]:
    """Each with its name on the wire: those of the path by their place in it, those of structs by their fields."""
    number = 0
    for param in record.params:
        if param.place is In.PATH and not param.name:
            if number < len(path_params):
                yield replace(param, name=path_params[number])
            number += 1
        elif param.name == "*":
            fields = list(_fields(names, path, param.type, param, 0))
            yield from fields or (param,)
        else:
            yield param


def _fields(names: Names, path: str, declared: str, param: Param, depth: int) -> Iterator[Param]:
    found = resolve(names, path, declared) if declared else None
    if found is None or found.kind != "class" or depth > _DEEPEST:
        return
    for field in names.files[found.path].classes[found.name].fields:
        optional = _OPTION.match(field.type)
        if field.relation == "flatten":
            inner = (optional[1] if optional else field.type).replace("::", ".").partition("<")[0]
            yield from _fields(names, found.path, inner, param, depth + 1)
            continue
        yield replace(
            param, name=field.name, local="", type=optional[1] if optional else field.type,
            required=param.required and not field.has_default,
        )  # fmt: skip
