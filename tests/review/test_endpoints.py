"""The API as rows and as an OpenAPI document."""

import re
from typing import Any

from msgspec.structs import replace
from tests.review.projects import EXPRESS, FASTAPI, RAILS, SPRING, read

from persona_lsp import review
from persona_lsp.review.endpoints import resource as resource_of
from persona_lsp.review.views import EndpointRow
from persona_lsp.text.lines import LineTable


def row(method: str, path: str, handler: str = "", **more: Any) -> EndpointRow:
    return replace(EndpointRow(method, path, "a.py", 1, handler, "fastapi", "none", (200,)), **more)


def problems(document: dict[str, Any]) -> list[str]:
    """What OpenAPI 3.1 would not take, as far as this document can go wrong."""
    wrong = []
    assert document["openapi"] == "3.1.0"
    assert set(document) <= {"openapi", "info", "paths", "components"}
    assert set(document["info"]) == {"title", "version"}
    ids, shapes = set(), set()
    for path, item in document["paths"].items():
        shape = re.sub(r"\{[^}]+\}", "{}", path)
        wrong += [f"{path} is there twice"] if shape in shapes else []
        wrong += [f"{path} begins with no slash"] if not path.startswith("/") else []
        shapes.add(shape)
        for method, operation in item.items():
            if method not in {"get", "put", "post", "delete", "options", "head", "patch", "trace"}:
                wrong.append(f"{method} is no method")
            parameters = operation.get("parameters", [])
            names = [(one["in"], one["name"]) for one in parameters]
            wrong += [f"{method} {path}: a parameter is there twice"] if len(names) != len(set(names)) else []
            declared = {name for place, name in names if place == "path"}
            if declared != set(re.findall(r"\{([^}]+)\}", path)):
                wrong.append(f"{method} {path} declares {declared}")
            if not all(one["required"] is True for one in parameters if one["in"] == "path"):
                wrong.append(f"{method} {path}: a parameter of the path is not required")
            if operation["operationId"] in ids:
                wrong.append(f"{operation['operationId']} is there twice")
            ids.add(operation["operationId"])
            if not operation["responses"] or not all(
                re.fullmatch(r"[1-5]\d\d|default", k) for k in operation["responses"]
            ):
                wrong.append(f"{method} {path}: {list(operation['responses'])}")
            if not all(isinstance(one["description"], str) for one in operation["responses"].values()):
                wrong.append(f"{method} {path}: an answer without description")
            schemes = document.get("components", {}).get("securitySchemes", {})
            wrong += [
                f"{key} is no scheme" for one in operation.get("security", []) for key in one if key not in schemes
            ]
    return wrong


def test_rows_say_where_things_stand() -> None:
    health, read_one, create = read(FASTAPI).rows()
    assert (health.method, health.path, health.file, health.line) == ("GET", "/health", "app/main.py", 9)
    assert (read_one.path, read_one.handler, read_one.framework) == (
        "/api/v1/orders/{order_id}",
        "read_order",
        "fastapi",
    )
    assert (read_one.auth, read_one.file, read_one.handler_file) == ("required", "app/orders.py", "app/orders.py")
    assert read_one.handler_line == read_one.line + 1
    assert read_one.summary == "Read an order."
    assert {(p["name"], p["in"], p["required"]) for p in read_one.params} >= {
        ("order_id", "path", True),
        ("verbose", "query", False),
    }
    assert create.body == "OrderIn"


def test_handlers_in_other_files() -> None:
    (one,) = read(EXPRESS).rows()
    assert (one.file, one.line) == ("routes/orders.js", 5)
    assert (one.handler_file, one.handler_line) == ("controllers/orders.js", 3)
    (one,) = read(RAILS).rows()
    assert (one.path, one.handler_file) == ("/orders", "app/controllers/orders_controller.rb")


def test_routes_of_tests_are_no_api() -> None:
    sources = {
        "tests/test_app.py": 'from fastapi import FastAPI\napp = FastAPI()\n@app.get("/a")\ndef a():\n    return 1\n'
    }
    assert read(sources).rows() == ()


def test_the_documents_of_all_frameworks_are_openapi() -> None:
    for sources in (FASTAPI, EXPRESS, SPRING, RAILS):
        document = review.openapi(read(sources).rows())
        assert document["paths"]
        assert problems(document) == []


def test_what_is_known_is_in_it() -> None:
    document = review.openapi(read(FASTAPI).rows(), "Shop")
    assert document["info"]["title"] == "Shop"
    operation = document["paths"]["/api/v1/orders/{order_id}"]["get"]
    assert operation["operationId"] == "read_order"
    assert operation["summary"] == "Read an order."
    assert {"200", "404"} <= set(operation["responses"])
    assert operation["responses"]["404"] == {"description": "Not Found"}
    assert operation["security"] == [{"default": []}]
    assert [one["name"] for one in operation["parameters"]] == ["order_id", "verbose"]
    create = document["paths"]["/api/v1/orders"]["post"]
    assert create["requestBody"]["content"]["application/json"]["schema"] == {"title": "OrderIn"}


def test_operations_have_names_of_their_own() -> None:
    rows = [row("GET", "/a", "list"), row("GET", "/b", "list"), row("POST", "/b", "list"), row("ANY", "/c", "list")]
    rows += [row("GET", "/"), row("GET", "/x-y"), row("GET", "/x_y"), row("GET", "/get/b", "get_b")]
    document = review.openapi(rows)
    assert problems(document) == []
    assert document["paths"]["/a"]["get"]["operationId"] == "list"
    assert set(document["paths"]["/c"]) == {"get", "post", "put", "patch", "delete"}


def test_paths_that_differ_in_names_are_one() -> None:
    document = review.openapi([row("GET", "/a/{id}"), row("DELETE", "/a/{key}"), row("GET", "/a/{other}", "third")])
    assert problems(document) == []
    assert list(document["paths"]) == ["/a/{id}"]
    assert set(document["paths"]["/a/{id}"]) == {"get", "delete"}


def test_what_openapi_does_not_know_is_left_out() -> None:
    odd = ({"name": "q", "in": "query", "required": True, "type": ""},) * 2
    rows = [row("PURGE", "/a"), row("GET", "/ws", kind="websocket"), row("GET", "/b/{x-y}", params=odd, statuses=())]
    document = review.openapi(rows)
    assert problems(document) == []
    assert list(document["paths"]) == ["/b/{x-y}"]
    assert document["paths"]["/b/{x-y}"]["get"]["responses"] == {"default": {"description": "unknown"}}


def test_what_belongs_to_a_resource() -> None:
    for path, expected in (
        ("/orders", "/orders"),
        ("/orders/{id}/items", "/orders"),
        ("/api/v1/orders/{id}", "/api/v1/orders"),
        ("/{tenant}/orders/{id}", "/{tenant}/orders"),
        ("/api/{id}", "/api"),
        ("/{id}", "/"),
        ("/", "/"),
    ):
        assert resource_of(path) == expected, path


def test_served_endpoints_have_their_places() -> None:
    project = read(FASTAPI)
    found = review.served(project.snapshot, lambda path: LineTable(project.sources[path]))
    assert [one.row for one in found] == list(project.rows())
    for one in found:
        assert one.handler is not None
        assert any(place.start <= one.where.start < place.end for place in one.within), "the registration"
        assert any(place.start <= one.handler.start < place.end for place in one.within), "the handler"
