"""The API as rows and as an OpenAPI document."""

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from persona_lsp.review.views import EndpointRow
from persona_lsp.text.lines import LineTable
from persona_lsp.workspace.snapshot import Auth, Endpoint, Snapshot


def endpoints(
    snapshot: Snapshot,
    lines: Callable[[str], LineTable],
    findings: Callable[[Endpoint], int] | None = None,
    *,
    every: bool = False,
) -> tuple[EndpointRow, ...]:
    """One row per endpoint of production code whose path is known, in order of file and registration.

    With `every`, those whose whole path is not known, too.
    """
    rows: list[EndpointRow] = []
    seen: set[tuple[str, str, str, int]] = set()
    for endpoint in snapshot.endpoints:
        if not (listed(endpoint) or (every and not endpoint.test)):
            continue
        line = lines(endpoint.where.path).line_col(endpoint.where.start)[0] + 1
        key = (endpoint.method, endpoint.path, endpoint.where.path, line)
        if key in seen:
            continue
        seen.add(key)
        handler = endpoint.handler
        rows.append(
            EndpointRow(
                endpoint.method, endpoint.path, endpoint.where.path, line, endpoint.handler_name, endpoint.framework,
                endpoint.auth.value, endpoint.statuses,
                handler.path if handler is not None else "",
                lines(handler.path).line_col(handler.name_where.start)[0] + 1 if handler is not None else 0,
                tuple(g.name for g in endpoint.guards),
                tuple({"name": p.name, "in": p.place.value, "required": p.required, "type": p.type} for p in endpoint.params),
                endpoint.body.type if endpoint.body is not None else "", endpoint.success, endpoint.route.doc.summary,
                endpoint.route.doc.deprecated, endpoint.route.kind, endpoint.path_known,
                findings(endpoint) if findings is not None else 0,
            )
        )  # fmt: skip
    return tuple(rows)


def listed(endpoint: Endpoint) -> bool:
    """Whether the endpoint is served for sure, by code that is not a test, under a path that is known."""
    return not endpoint.test and endpoint.path_known


def openapi(rows: Iterable[EndpointRow], title: str = "API") -> dict[str, Any]:
    """An OpenAPI 3.1 document of what is known about the endpoints."""
    paths: dict[str, dict[str, Any]] = {}
    secured = False
    for row in rows:
        if row.kind != "http":
            continue
        methods = [row.method.lower()] if row.method != "ANY" else ["get", "post", "put", "patch", "delete"]
        for method in methods:
            operation: dict[str, Any] = {"operationId": _operation_id(method, row)}
            if row.summary:
                operation["summary"] = row.summary
            if row.deprecated:
                operation["deprecated"] = True
            parameters = _parameters(row)
            if parameters:
                operation["parameters"] = parameters
            if row.body and method not in ("get", "head", "delete"):
                operation["requestBody"] = {"content": {"application/json": {"schema": {"title": row.body}}}}
            operation["responses"] = {str(status): {"description": _phrase(status)} for status in row.statuses} or {
                "default": {"description": "unknown"}
            }
            if row.auth == Auth.REQUIRED.value:
                secured = True
                operation["security"] = [{"default": []}]
            paths.setdefault(row.path, {}).setdefault(method, operation)
    document: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": title, "version": "0"}, "paths": paths}
    if secured:
        document["components"] = {"securitySchemes": {"default": {"type": "http", "scheme": "bearer"}}}
    return document


def _parameters(row: EndpointRow) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    names = re.findall(r"\{(\w+)\}", row.path)
    found.extend(
        {"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in dict.fromkeys(names)
    )
    for param in row.params:
        if param["in"] in ("query", "header", "cookie"):
            found.append(
                {"name": param["name"], "in": param["in"], "required": param["required"], "schema": {"type": "string"}}
            )
    return found


def _operation_id(method: str, row: EndpointRow) -> str:
    handler = re.sub(r"\W+", "_", row.handler).strip("_")
    return handler or f"{method}_{re.sub(r'[^A-Za-z0-9]+', '_', row.path).strip('_')}"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return str(status)
