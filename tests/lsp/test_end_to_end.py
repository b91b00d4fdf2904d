"""The real engine behind the real server: a finding is shown, explained, mended, and gone; in every language."""

import time
from pathlib import Path
from typing import Any

import pytest
from client import REAL, RICH, Client
from test_protocol import children

FASTAPI = """from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.post("/orders")
def create_order(order: dict, db=None):
    try:
        db.execute("insert into orders values (1)")
        return {"id": 1}
    except Exception as error:
        raise HTTPException(status_code=500, detail=str(error))
"""
EXPRESS = """const express = require("express");
const app = express();

app.get("/orders/:id", async (req, res) => {
  const order = await pool.query("select * from orders where id = $1", [req.params.id]);
  if (!order) {
    res.status(404).json({ error: "not found" });
  }
  res.json(order);
});
app.listen(3000);
"""
SPRING = """package shop;

import org.springframework.web.bind.annotation.*;

@RestController
@RequestMapping("/orders")
class OrderController {
    private final OrderRepository orders;

    OrderController(OrderRepository orders) { this.orders = orders; }

    @PostMapping
    public Order create(@RequestBody Order order) {
        return orders.save(order);
    }
}
"""
RAILS = """class OrdersController < ApplicationController
  def create
    order = Order.create!(order_params)
    render json: order
  end

  private

  def order_params
    params.require(:order).permit(:name)
  end
end
"""
ROUTES = "Rails.application.routes.draw do\n  resources :orders\nend\n"

CASES = [
    ("main.py", "python", FASTAPI, "error-leaks-internals", (6, 6), "POST /orders"),
    ("app.js", "javascript", EXPRESS, "missing-return-after-response", (3, 10), "GET /orders/{id}"),
    ("app.ts", "typescript", EXPRESS, "missing-return-after-response", (3, 10), "GET /orders/{id}"),
    ("OrderController.java", "java", SPRING, "post-create-without-201", (12, 18), "POST /orders"),
    ("app/controllers/orders_controller.rb", "ruby", RAILS, "post-create-without-201", (1, 7), "POST /orders"),
]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("workspace")
    (root / "config").mkdir()
    (root / "config" / "routes.rb").write_text(ROUTES)
    with Client(REAL, cache=tmp_path_factory.mktemp("cache")) as client:
        client.root = root  # type: ignore[attr-defined]  # handed to the tests
        client.initialize(root=root, initializationOptions={"debounceMs": 0})
        yield client


@pytest.mark.parametrize(("name", "language", "text", "rule", "place", "label"), CASES, ids=[case[0] for case in CASES])
def test_seen_explained_mended_gone(
    real: Any, name: str, language: str, text: str, rule: str, place: tuple[int, int], label: str
) -> None:
    uri = (real.root / name).as_uri()
    document = {"uri": uri}
    real.open(uri, text, language=language)
    found = [d for d in real.diagnostics(uri, 1) if d["code"] == rule]
    assert len(found) == 1
    card = real.request(
        "textDocument/hover", {"textDocument": document, "position": {"line": place[0], "character": place[1]}}
    )
    assert label in card["contents"]["value"]
    explained = real.request("textDocument/hover", {"textDocument": document, "position": found[0]["range"]["start"]})
    assert explained
    (symbol,) = [s for s in real.request("workspace/symbol", {"query": label}) if s["location"]["uri"] == uri]
    assert symbol["name"] == label
    context = {"diagnostics": found}
    actions = real.request(
        "textDocument/codeAction", {"textDocument": document, "range": found[0]["range"], "context": context}
    )
    action = next(action for action in actions if action.get("edit"))
    changes = action["edit"]["changes"][uri]
    ordered = sorted(
        changes, key=lambda e: (e["range"]["start"]["line"], e["range"]["start"]["character"]), reverse=True
    )
    real.change(uri, 2, *({"range": edit["range"], "text": edit["newText"]} for edit in ordered))
    assert rule not in [d["code"] for d in real.diagnostics(uri, 2)]
    real.notify("textDocument/didClose", {"textDocument": document})
    real.settled(uri, lambda left: not left)


@pytest.mark.parametrize("language", ["python", "javascript", "java", "ruby"])
def test_every_prefix_of_a_file_that_is_being_typed(real: Any, language: str) -> None:
    text = {"python": FASTAPI, "javascript": EXPRESS, "java": SPRING, "ruby": RAILS}[language]
    uri = f"untitled:typed-{language}"
    real.open(uri, "", language=language)
    line = character = 0
    for version, letter in enumerate(text, 2):
        place = {"line": line, "character": character}
        real.change(uri, version, {"range": {"start": place, "end": place}, "text": letter})
        line, character = (line + 1, 0) if letter == "\n" else (line, character + 1)
    real.diagnostics(uri, len(text) + 1)
    assert not [m for m in real.notified("window/logMessage") if "failed" in m["message"]]
    assert real.notified("window/showMessage") == []


def test_invalid_text_of_all_kinds(real: Any) -> None:
    for number, text in enumerate(
        [
            "\ufeff" + FASTAPI,
            FASTAPI.replace("\n", "\r\n"),
            FASTAPI.replace("\n", "\r"),
            "\0" + FASTAPI,
            "\f\v\u2028" + FASTAPI,
            "😋" * 999,
            "(" * 5000,
            "\ud800x = 1",
        ]
    ):
        uri = f"untitled:odd-{number}"
        real.open(uri, text)
        real.diagnostics(uri, 1)
    assert not [m for m in real.notified("window/logMessage") if "failed" in m["message"]]


def test_a_commitment_of_a_persona_says_what_keeps_it(tmp_path: Path) -> None:
    folder = tmp_path / ".claude" / "agents"
    folder.mkdir(parents=True)
    file = folder / "strict.md"
    text = "---\nname: strict\ndescription: A strict reviewer\n---\n\nYou implement proper HTTP status codes and consistent error responses.\n"
    file.write_text(text)
    with Client(REAL, cache=tmp_path / "cache") as client:
        client.initialize(RICH, tmp_path, initializationOptions={"persona": "strict", "debounceMs": 0})
        uri = file.as_uri()
        client.open(uri, text, language="markdown")
        assert client.diagnostics(uri, 1) == []
        hover = client.request(
            "textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": 5, "character": 20}}
        )
        assert "post-create-without-201" in hover["contents"]["value"]
        assert client.request("workspace/executeCommand", {"command": "persona-lsp.status"})["persona"] == "strict"
        client.change(uri, 2, {"text": "---\nname: strict\nmodel: [\n---\n"})
        assert client.settled(uri, bool)


def test_a_large_workspace_is_read_beside(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    for number in range(320):
        (root / f"m{number % 7}").mkdir(parents=True, exist_ok=True)
        (root / f"m{number % 7}" / f"f{number}.py").write_text(f"def function_{number}():\n    return {number}\n")
    (root / "main.py").write_text(FASTAPI)
    for _ in range(2):
        # The second time from the cache.
        with Client(REAL, cache=tmp_path / "cache") as client:
            client.initialize(RICH, root)
            client.until(lambda c=client: c.request("workspace/symbol", {"query": "POST /orders"}) or None, 40)
            client.open((root / "other.py").as_uri(), FASTAPI)
            assert client.diagnostics((root / "other.py").as_uri(), 1, 40)
    assert list((tmp_path / "cache").glob("*.pack"))


def test_nothing_is_left_when_the_server_ends_while_it_reads(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    root.mkdir()
    function = "def function_{0}(a, b):\n    if a:\n        return b\n    return [x for x in range(a)]\n\n\n"
    for number in range(330):
        (root / f"f{number}.py").write_text("".join(function.format(n) for n in range(40)))
    with Client(REAL, cache=tmp_path / "cache") as client:
        client.initialize(RICH, root, initializationOptions={"maxWorkers": 2})
        family = client.until(
            lambda: descendants(client.process.pid) if len(descendants(client.process.pid)) >= 4 else None
        )
        client.process.kill()
        client.process.wait()
    deadline = time.monotonic() + 15
    while any(alive(pid) for pid in family) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in family if alive(pid)]


def descendants(pid: int) -> list[int]:
    """All processes below one, where the system tells them."""
    found = []
    for child in children(pid):
        found += [child, *descendants(child)]
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
