"""The API as rows and as an OpenAPI document."""

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

from persona_lsp.review.views import EndpointRow, Served
from persona_lsp.text.lines import LineTable
from persona_lsp.text.patterns import lazy
from persona_lsp.workspace.snapshot import Auth, Endpoint, Snapshot


def endpoints(
    snapshot: Snapshot,
    lines: Callable[[str], LineTable],
    *,
    every: bool = False,
) -> tuple[EndpointRow, ...]:
    """One row per endpoint of production code whose path is known, in order of file and registration.

    With `every`, those whose whole path is not known, too.
    """
    return tuple(one.row for one in served(snapshot, lines, every=every))


def served(
    snapshot: Snapshot,
    lines: Callable[[str], LineTable],
    *,
    every: bool = False,
) -> tuple[Served, ...]:
    """The same endpoints in the same order, each with its resource and its places."""
    found: list[Served] = []
    seen: set[tuple[str, str, str, int]] = set()
    certain = {(e.method, e.path, e.where) for e in snapshot.endpoints if every and listed(e)}
    for endpoint in snapshot.endpoints:
        if not (listed(endpoint) or (every and not endpoint.test)):
            continue
        if not endpoint.path_known and (endpoint.method, endpoint.path, endpoint.where) in certain:
            continue  # below a prefix that only a setting tells, and without it
        line = lines(endpoint.where.path).line_col(endpoint.where.start)[0] + 1
        key = (endpoint.method, endpoint.path, endpoint.where.path, line)
        if key in seen:
            continue
        seen.add(key)
        handler = endpoint.handler
        row = EndpointRow(
            endpoint.method, endpoint.path, endpoint.where.path, line, endpoint.handler_name, endpoint.framework,
            endpoint.auth.value, endpoint.statuses,
            handler.path if handler is not None else "",
            lines(handler.path).line_col(handler.name_where.start)[0] + 1 if handler is not None else 0,
            tuple(g.name for g in endpoint.guards),
            tuple({"name": p.name, "in": p.place.value, "required": p.required, "type": p.type} for p in endpoint.params),
            endpoint.body.type if endpoint.body is not None else "", endpoint.success, _summary(endpoint),
            endpoint.route.doc.deprecated, endpoint.route.kind, endpoint.path_known, endpoint.route.named,
        )  # fmt: skip
        within = (endpoint.route.statement,) if handler is None else (endpoint.route.statement, handler.where)
        name = handler.name_where if handler is not None else None
        of = KINDS[endpoint.route.kind] if endpoint.route.named else resource(endpoint.path)
        found.append(Served(row, of, endpoint.where, within, name))
    return tuple(found)


KINDS: Final = {"graphql": "GraphQL", "websocket": "WebSocket", "grpc": "gRPC", "message": "Messages"}
"""What endpoints with names are gathered under, by kind."""


def resource(path: str) -> str:
    """What the paths of one resource begin with: `/api/v1/orders` for `/api/v1/orders/{id}/items`."""
    taken: list[str] = []
    for segment in path.strip("/").split("/"):
        taken.append(segment)
        if "{" not in segment and not _AHEAD.fullmatch(segment):
            break
    while taken and "{" in taken[-1]:
        taken.pop()
    return "/" + "/".join(taken)


_AHEAD: Final = lazy(r"api|rest|v\d+(?:\.\d+)*|", re.IGNORECASE)
"""Segments that stand before the name of any resource."""


def _summary(endpoint: Endpoint) -> str:
    """What the code says about the endpoint in one line: its documented summary, or that of its handler."""
    told = endpoint.route.doc.summary or (endpoint.handler.doc if endpoint.handler is not None else "")
    return told.strip().partition("\n")[0].strip()


def listed(endpoint: Endpoint) -> bool:
    """Whether the endpoint is served for sure, by code that is not a test, under a path that is known."""
    return not endpoint.test and endpoint.path_known


def openapi(rows: Iterable[EndpointRow], title: str = "API") -> dict[str, Any]:
    """An OpenAPI 3.1 document of what is known about the endpoints.

    Where two of them have one method and path, the first is in it; methods that OpenAPI does not know are not.
    `left_out_of_openapi` names both.
    """
    paths: dict[str, dict[str, Any]] = {}
    taken: dict[str, int] = {}
    secured = False
    for (path, method), (row, *_) in _operations(rows).items():
        if method in _METHODS:
            secured = secured or row.auth == Auth.REQUIRED.value
            paths.setdefault(path, {})[method] = _operation(row, method, path, taken)
    document: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": title, "version": "0"}, "paths": paths}
    if secured:
        document["components"] = {"securitySchemes": {"default": {"type": "http", "scheme": "bearer"}}}
    return document


def left_out_of_openapi(rows: Iterable[EndpointRow]) -> tuple[tuple[EndpointRow, EndpointRow | None], ...]:
    """HTTP endpoints that an OpenAPI document of these does not hold, each with the one that stands in its place.

    None where no document can hold it, because OpenAPI does not know the method. What answers any method is not told
    where another endpoint answers one of them.
    """
    return tuple(
        (row, first if method in _METHODS else None)
        for (_, method), (first, *others) in _operations(rows).items()
        for row in (others if method in _METHODS else (first, *others))
        if row.method != "ANY"
    )


def _operations(rows: Iterable[EndpointRow]) -> dict[tuple[str, str], list[EndpointRow]]:
    """Those that OpenAPI takes for one operation, by path and method, in their order."""
    found: dict[tuple[str, str], list[EndpointRow]] = {}
    spelled: dict[str, str] = {}
    for row in rows:
        if row.kind != "http":
            continue
        # Paths that differ in the names of parameters alone are one path to OpenAPI.
        path = spelled.setdefault(_PARAMETER.sub("{}", row.path), row.path)
        for method in _EVERY if row.method == "ANY" else (row.method.lower(),):
            found.setdefault((path, method), []).append(row)
    return found


_PARAMETER: Final = lazy(r"\{([^{}/]+)\}")
_METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_EVERY: Final = ("get", "post", "put", "patch", "delete")
_BODILESS: Final = frozenset({"get", "head", "delete", "options", "trace"})


def _operation(row: EndpointRow, method: str, path: str, taken: dict[str, int]) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": _operation_id(method, row, path, taken)}
    if row.summary:
        operation["summary"] = row.summary
    if row.deprecated:
        operation["deprecated"] = True
    parameters = _parameters(row, path)
    if parameters:
        operation["parameters"] = parameters
    if row.body and method not in _BODILESS:
        operation["requestBody"] = {"content": {"application/json": {"schema": {"title": row.body}}}}
    operation["responses"] = {str(status): {"description": _phrase(status)} for status in row.statuses} or {
        "default": {"description": "unknown"}
    }
    if row.auth == Auth.REQUIRED.value:
        operation["security"] = [{"default": []}]
    return operation


def _parameters(row: EndpointRow, path: str) -> list[dict[str, Any]]:
    names = [("path", name, True) for name in _PARAMETER.findall(path)]
    names += [
        (str(param["in"]), str(param["name"]), bool(param["required"]))
        for param in row.params
        if param["in"] in ("query", "header", "cookie")
    ]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    types = {(str(param["in"]), str(param["name"])): str(param["type"]) for param in row.params}
    for place, name, required in names:
        schema = _schema(types.get((place, name), ""))
        found.setdefault((place, name), {"name": name, "in": place, "required": required, "schema": schema})
    return list(found.values())


_TYPES: Final = {
    "int": "integer", "long": "integer", "integer": "integer", "short": "integer", "number": "number", "float": "number",
    "double": "number", "decimal": "number", "bigdecimal": "number", "bool": "boolean", "boolean": "boolean",
}  # fmt: skip


def _schema(declared: str) -> dict[str, str]:
    """The JSON Schema type of a declared type; text where it is not one of the plain ones."""
    bare = re.sub(r"\s*\|\s*(?:None|null|undefined)|^Optional[\[<]|[\]>?]$", "", declared).strip().lower()
    return {"type": _TYPES.get(bare, "string")}


def _operation_id(method: str, row: EndpointRow, path: str, taken: dict[str, int]) -> str:
    """The handler's name, and where that is taken or missing, one made of method and path: no two are equal."""
    handler = re.sub(r"\W+", "_", row.handler).strip("_")
    spelled = f"{method}_{re.sub(r'[^A-Za-z0-9]+', '_', path).strip('_')}".rstrip("_")
    name = handler if handler and handler not in taken and row.method != "ANY" else spelled
    while name in taken:
        taken[name] += 1
        name = f"{name}_{taken[name]}"
    taken[name] = 1
    return name


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return str(status)
