"""`persona-lsp endpoints`: the API as a table, as JSON and as OpenAPI."""

import json
from pathlib import Path

from tests.cli.conftest import Command

ROUTES = """\
from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="/books")


@router.get("/{book_id}")
def read_book(book_id: int):
    return {}


app = FastAPI()
app.include_router(router, prefix="/api")
"""


def test_json_is_a_list_of_endpoints_relative_to_the_path(command: Command, shop: Path) -> None:
    (shop / "main.py").write_text(ROUTES)
    done = command("endpoints", "shop", "--format", "json")
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)
    assert (found["method"], found["path"]) == ("GET", "/api/books/{book_id}")
    assert (found["file"], found["line"], found["framework"]) == ("main.py", 6, "fastapi")
    assert "read_book" in found["handler"]
    assert {"auth", "statuses"} <= found.keys()
    assert 200 in found["statuses"]


def test_the_table_has_a_line_per_endpoint(command: Command, shop: Path) -> None:
    (shop / "main.py").write_text(ROUTES)
    out = command("endpoints", "shop").stdout.splitlines()
    assert out[0].split() == ["METHOD", "PATH", "AUTH", "STATUSES", "WHERE", "HANDLER"]
    assert out[1].split()[:2] == ["GET", "/api/books/{book_id}"]
    assert out[-1] == "1 endpoint"


TASKS = "from celery import shared_task\n\n\n@shared_task\ndef send(to):\n    pass\n"
SOCKET = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.websocket('/live')\nasync def live(ws):\n    pass\n"


def test_endpoints_with_names_are_listed_by_kind(command: Command, shop: Path) -> None:
    (shop / "main.py").write_text(ROUTES)
    (shop / "tasks.py").write_text(TASKS)
    (shop / "live.py").write_text(SOCKET)
    out = command("endpoints", "shop").stdout.splitlines()
    assert [line.split()[:2] for line in out[1:4]] == [
        ["WS", "/live"],
        ["GET", "/api/books/{book_id}"],
        ["MESSAGE", "send"],
    ]
    assert out[-1] == "3 endpoints: 1 http, 1 websocket, 1 message"
    # What HTTP routers serve is all of the list for programs that do not ask for more.
    plain = json.loads(command("endpoints", "shop", "--format", "json").stdout)
    assert [row["path"] for row in plain] == ["/live", "/api/books/{book_id}"]
    every = json.loads(command("endpoints", "shop", "--format", "json", "--kind", "all").stdout)
    assert [(row["kind"], row["method"], row["path"]) for row in every] == [
        ("websocket", "WS", "/live"),
        ("http", "GET", "/api/books/{book_id}"),
        ("message", "MESSAGE", "send"),
    ]
    assert (every[2]["file"], every[2]["line"], every[2]["handler_line"]) == ("tasks.py", 5, 5)
    only = json.loads(command("endpoints", "shop", "--format", "json", "--kind", "message,graphql").stdout)
    assert [row["path"] for row in only] == ["send"]


def test_a_kind_that_there_is_not_is_2(command: Command, shop: Path) -> None:
    done = command("endpoints", "shop", "--kind", "soap")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--kind takes http, graphql, websocket, grpc, message and all, not soap" in done.stderr


def test_openapi_is_a_document(command: Command, shop: Path) -> None:
    (shop / "main.py").write_text(ROUTES)
    document = json.loads(command("endpoints", "shop", "--format", "openapi").stdout)
    assert document["openapi"].startswith("3.")
    assert list(document["paths"]) == ["/api/books/{book_id}"]


def test_no_endpoints_say_so(command: Command, shop: Path) -> None:
    (shop / "main.py").write_text("x = 1\n")
    assert command("endpoints", "shop").stdout == "no endpoints\n"
    assert command("endpoints", "shop", "--format", "json").stdout == "[]\n"


def test_a_path_that_does_not_exist_is_2(command: Command) -> None:
    done = command("endpoints", "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no file or folder `nowhere`" in done.stderr


def test_routes_of_a_loop_that_nobody_can_run_are_mentioned(command: Command, shop: Path) -> None:
    app = "const express = require('express'); const app = express();\n"
    (shop / "app.js").write_text(
        f"{app}const routes = require('./routes')(config);\n"
        "Object.keys(routes).forEach((key) => {\n"
        "  const [method, path] = key.split(' ');\n"
        "  if (routes[key].open) app[method](path, routes[key].run);\n"
        "});\n"
        "for (const name of ['a', 'b']) app.get('/' + name, show);\n"
        "for (const item of load()) cache.get(item, show);\n"
    )
    (shop / "test").mkdir()
    (shop / "test" / "app.test.js").write_text(f"{app}for (const path of load()) app.get(path, show);\n")
    done = command("endpoints", "shop", "--format", "json")
    assert done.returncode == 0
    assert [e["path"] for e in json.loads(done.stdout) if e["file"] == "app.js"] == ["/a", "/b"]
    (said,) = done.stderr.splitlines()
    assert "app.js: line 3: routes that are registered in a loop" in said


def test_openapi_says_which_operations_another_one_hides(command: Command, tmp_path: Path) -> None:
    for service in ("orders", "stock"):
        (tmp_path / service).mkdir()
        (tmp_path / service / "main.py").write_text(
            "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
            f'@app.get("/items/{{{service}_id}}")\ndef read({service}_id: int):\n    return {{}}\n\n\n'
            f'@app.get("/{service}")\ndef every():\n    return []\n'
        )
    done = command("endpoints", ".", "--format", "openapi")
    assert done.returncode == 0
    assert list(json.loads(done.stdout)["paths"]) == ["/items/{orders_id}", "/orders", "/stock"]
    assert done.stderr == (
        "persona-lsp: 1 operation is left out of the document, because another one has the same method and path"
        " (`GET /items/{stock_id}` is that of orders/main.py:6, not of stock/main.py:6);"
        " where these are several services, ask for the folder of each\n"
    )
    # A folder of one service has all of its own.
    alone = command("endpoints", "stock", "--format", "openapi")
    assert (list(json.loads(alone.stdout)["paths"]), alone.stderr) == (["/items/{stock_id}", "/stock"], "")
    # A list has room for both.
    assert command("endpoints", ".", "--format", "json").stderr == ""


def test_openapi_says_which_methods_it_does_not_know(command: Command, shop: Path) -> None:
    (shop / "main.py").write_text(
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
        '@app.api_route("/a", methods=["GET", "PURGE"])\ndef a():\n    return {}\n'
    )
    done = command("endpoints", "shop", "--format", "openapi")
    assert sorted(json.loads(done.stdout)["paths"]["/a"]) == ["get"]
    assert done.stderr == (
        "persona-lsp: 1 endpoint left out of the document, because OpenAPI does not know the method"
        " (`PURGE /a`, shop/main.py:6)\n"
    )
