"""What stands in the lines: hints and lenses; and what is found by name: symbols and definitions."""

from tests.review.projects import EVERYTHING, EXPRESS, FASTAPI, RAILS, SPRING, Project, read

from persona_lsp import review

SHOP = read(FASTAPI)
ALL = 1 << 30


def labels(project: Project, path: str, start: int = 0, end: int = ALL) -> list[tuple[str, str]]:
    """What a hint stands behind, and what it says."""
    source = project.sources[path]
    hints = review.hints(project.snapshot, path, start, end, EVERYTHING)
    return [(source[: hint.offset].decode().rsplit("\n", 1)[-1].strip(), hint.label) for hint in hints]


class TestHints:
    def test_the_whole_path_and_the_default_status(self) -> None:
        assert labels(SHOP, "app/orders.py") == [
            ('@router.get("/orders/{order_id}"', "⇒ /api/v1/orders/{order_id} → 200"),
            ('@router.post("/orders"', "⇒ /api/v1/orders → 200"),
        ]

    def test_nothing_that_the_line_says(self) -> None:
        assert labels(SHOP, "app/main.py") == [('@app.get("/health"', "→ 200")]
        express = read({"a.js": "const app = require('express')();\napp.get('/a/:id', (req, res) => res.json({}));\n"})
        assert all("⇒" not in label for _, label in labels(express, "a.js"))
        written = read(
            {"a.py": 'from fastapi import FastAPI\napp = FastAPI()\n@app.post("/a", status_code=201)\ndef a(): ...\n'}
        )
        assert labels(written, "a.py") == []

    def test_only_in_the_range(self) -> None:
        at = SHOP.at("app/orders.py", '"/orders")')
        assert [label for _, label in labels(SHOP, "app/orders.py", at, at + 1)] == ["⇒ /api/v1/orders → 200"]
        assert labels(SHOP, "app/orders.py", 0, 1) == []

    def test_paths_of_other_files(self) -> None:
        assert labels(read(EXPRESS), "routes/orders.js") == [
            ("router.get('/orders/:id/cancel'", "⇒ /api/orders/{id}/cancel")
        ]


class TestLenses:
    def test_one_for_each_handler(self) -> None:
        lenses = review.lenses(SHOP.snapshot, "app/orders.py", EVERYTHING)
        assert len(lenses) == len({lens.start for lens in lenses}) == 2
        assert lenses[0].title.startswith("GET /api/v1/orders/{order_id} · 🔒 login required · 200")

    def test_one_for_a_handler_of_several_routes(self) -> None:
        routes = "".join(f'@app.get("/{name}")\n' for name in "abcde")
        many = read({"a.py": f"from fastapi import FastAPI\napp = FastAPI()\n{routes}def a():\n    return 1\n"})
        (lens,) = review.lenses(many.snapshot, "a.py", EVERYTHING)
        assert lens.title.count("GET /") == 3
        assert "+2" in lens.title

    def test_in_the_file_of_the_handler(self) -> None:
        shop = read(EXPRESS)
        (lens,) = review.lenses(shop.snapshot, "controllers/orders.js", EVERYTHING)
        assert lens.title.startswith("GET /api/orders/{id}/cancel · public")


class TestSymbols:
    def test_of_a_file(self) -> None:
        found = review.symbols(SHOP.snapshot, "app/orders.py")
        assert [one.name for one in found] == ["GET /api/v1/orders/{order_id}", "POST /api/v1/orders"]
        for one in found:
            assert one.where.start <= one.selection.start <= one.selection.end <= one.where.end
            assert one.where.path == one.selection.path == "app/orders.py"
        assert SHOP.sources["app/orders.py"][found[0].selection.start :].startswith(b"read_order")

    def test_of_the_workspace(self) -> None:
        def names(query: str, limit: int = 256) -> list[str]:
            return [one.name for one in review.workspace_symbols(SHOP.snapshot, query, limit)]

        assert names("") == [endpoint.label for endpoint in SHOP.snapshot.endpoints]
        assert names("post orders") == ["POST /api/v1/orders"]
        assert names("read_order") == ["GET /api/v1/orders/{order_id}"]
        assert names("HLTH") == ["GET /health"]
        assert names("nothing") == []
        assert len(names("", 1)) == 1

    def test_they_lead_to_the_handler(self) -> None:
        for project, handler in ((read(EXPRESS), "cancel"), (read(RAILS), "create"), (read(SPRING), "create")):
            (symbol,) = review.workspace_symbols(project.snapshot, "orders")
            at = symbol.selection
            assert handler in project.sources[at.path][at.start : at.end + 10].decode()


class TestDefinition:
    def test_from_a_mount_to_its_router(self) -> None:
        where = review.definition(SHOP.snapshot, "app/main.py", SHOP.at("app/main.py", "router, prefix"))
        assert where is not None
        assert (where.path, where.start) == ("app/orders.py", SHOP.at("app/orders.py", "APIRouter()"))
        shop = read(EXPRESS)
        where = review.definition(shop.snapshot, "app.js", shop.at("app.js", "orders);"))
        assert where is not None
        assert where.path == "routes/orders.js"

    def test_from_a_route_to_its_handler(self) -> None:
        shop = read(EXPRESS)
        where = review.definition(shop.snapshot, "routes/orders.js", shop.at("routes/orders.js", "controller.cancel"))
        assert where is not None
        assert where.path == "controllers/orders.js"
        rails = read(RAILS)
        where = review.definition(rails.snapshot, "config/routes.rb", rails.at("config/routes.rb", "resources"))
        assert where is not None
        assert where.path == "app/controllers/orders_controller.rb"
        assert rails.sources[where.path][where.start : where.end] == b"create"

    def test_nowhere_else(self) -> None:
        assert review.definition(SHOP.snapshot, "app/main.py", 0) is None
        assert review.definition(SHOP.snapshot, "app/orders.py", SHOP.at("app/orders.py", "order = session")) is None
        assert review.definition(SHOP.snapshot, "nothing.py", 0) is None
