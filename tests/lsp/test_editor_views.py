"""What editors show beside the text: the endpoints, the personas, what keeps a persona's sentences."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from client import REAL, Client

HEARS = {"experimental": {"personaLsp": {"status": True, "endpointsChanged": True}}}
MAIN = """from fastapi import FastAPI
from orders import router

app = FastAPI()
app.include_router(router, prefix="/api/v1")
"""
ORDERS = """from fastapi import APIRouter, Depends
from fastapi.security import HTTPBearer

router = APIRouter()


@router.get("/orders/{order_id}")
def read_order(order_id: int, token=Depends(HTTPBearer())):
    return {}


@router.delete("/orders/{order_id}", status_code=204)
def delete_order(order_id: int):
    return None
"""
PERSONA = """---
name: {name}
description: {about}
color: {color}
---

You write optimized queries that scale.
You speak in riddles.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "an API – für alle"
    folder.mkdir()
    (folder / "main.py").write_text(MAIN)
    (folder / "orders.py").write_text(ORDERS)
    return folder


@pytest.fixture
def real(root: Path) -> Iterator[Client]:
    with Client(REAL, root) as client:
        yield client


def persona(folder: Path, name: str, about: str = "A reviewer", color: str = "blue") -> Path:
    file = folder / ".claude" / "agents" / f"{name}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(PERSONA.format(name=name, about=about, color=color))
    return file


def endpoints(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.request("personaLsp/endpoints", {})["endpoints"]
    return found


def linked(client: Client, expected: list[str]) -> list[dict[str, Any]]:
    """The endpoints, once they are those that are expected."""

    def look() -> list[dict[str, Any]] | None:
        found = endpoints(client)
        return found if [f"{one['method']} {one['path']}" for one in found] == expected else None

    return client.until(look)


def statuses(client: Client) -> list[dict[str, Any]]:
    return client.notified("personaLsp/status")


def test_endpoints_are_announced_and_answered_with_their_places(real: Client, root: Path) -> None:
    result = real.initialize(HEARS, root)
    announced = result["capabilities"]["experimental"]["personaLsp"]
    assert announced == {"endpoints": True, "personas": True, "coverage": True, "status": True}
    read, delete = linked(real, ["GET /api/v1/orders/{order_id}", "DELETE /api/v1/orders/{order_id}"])
    uri = (root / "orders.py").as_uri()
    assert read["location"]["uri"] == read["handlerLocation"]["uri"] == uri
    assert read["location"]["range"]["start"]["line"] == 6
    assert read["handlerLocation"]["range"] == {
        "start": {"line": 7, "character": 4},
        "end": {"line": 7, "character": 14},
    }
    assert max(place["range"]["end"]["line"] for place in read["within"]) == 8
    assert (read["resource"], read["auth"], read["statuses"]) == ("/api/v1/orders", "required", [200])
    assert (delete["auth"], delete["handler"], delete["pathKnown"]) == ("none", "delete_order", True)


def test_a_change_of_the_text_rings_and_the_next_answer_knows_it(real: Client, root: Path) -> None:
    real.initialize(HEARS, root)
    linked(real, ["GET /api/v1/orders/{order_id}", "DELETE /api/v1/orders/{order_id}"])
    uri = (root / "orders.py").as_uri()
    real.open(uri, ORDERS)
    real.diagnostics(uri, 1)
    real.until(lambda: real.notified("personaLsp/endpointsChanged") or None)
    before = len(real.notified("personaLsp/endpointsChanged"))
    real.change(uri, 2, {"text": ORDERS.replace("delete", "put")})
    real.until(lambda: len(real.notified("personaLsp/endpointsChanged")) > before or None)
    linked(real, ["GET /api/v1/orders/{order_id}", "PUT /api/v1/orders/{order_id}"])


def test_a_change_of_another_file_rings(real: Client, root: Path) -> None:
    real.initialize(HEARS, root)
    linked(real, ["GET /api/v1/orders/{order_id}", "DELETE /api/v1/orders/{order_id}"])
    real.until(lambda: real.notified("personaLsp/endpointsChanged") or None)
    before = len(real.notified("personaLsp/endpointsChanged"))
    (root / "main.py").write_text(MAIN.replace("v1", "v2"))
    real.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": (root / "main.py").as_uri(), "type": 2}]})
    real.until(lambda: len(real.notified("personaLsp/endpointsChanged")) > before or None)
    linked(real, ["GET /api/v2/orders/{order_id}", "DELETE /api/v2/orders/{order_id}"])


def test_a_client_that_hears_nothing_is_told_nothing(real: Client, root: Path) -> None:
    persona(root, "blunt")
    real.initialize({}, root)
    linked(real, ["GET /api/v1/orders/{order_id}", "DELETE /api/v1/orders/{order_id}"])
    real.notify("workspace/didChangeConfiguration", {"settings": {"persona-lsp": {"persona": "blunt"}}})
    (blunt,) = real.until(lambda: [one for one in personas(real) if one["name"] == "blunt" and one["active"]] or None)
    assert blunt["origin"] == "workspace"
    uri = (root / "orders.py").as_uri()
    real.open(uri, ORDERS)
    real.diagnostics(uri, 1)
    assert not [message for message in real.messages if str(message.get("method", "")).startswith("personaLsp/")]


def personas(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.request("personaLsp/personas")["personas"]
    return found


def test_personas_and_the_one_at_work(real: Client, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blunt = persona(root, "blunt", "Says it as it is", "purple")
    (root / ".claude" / "agents" / "broken.md").write_text("---\nname: [\n---\n")
    real.initialize(HEARS, root)
    (status,) = real.until(lambda: statuses(real) or None)
    assert status["persona"]["name"] == "backend-developer"
    assert (status["persona"]["color"], status["ai"]) == ("green", "off")
    found = {one["name"]: one for one in personas(real)}
    assert found["backend-developer"]["active"]
    assert found["backend-developer"]["origin"] == "bundled"
    assert found["blunt"] == {
        "name": "blunt",
        "description": "Says it as it is",
        "color": "purple",
        "origin": "workspace",
        "uri": blunt.as_uri(),
        "setting": "blunt",
        "active": False,
        "usable": True,
        "shadowedBy": None,
        "problems": [],
    }
    assert not found["broken"]["usable"]
    assert found["broken"]["problems"]


def test_a_persona_is_selected_by_the_setting_and_its_file_is_live(real: Client, root: Path) -> None:
    file = persona(root, "blunt", color="purple")
    real.initialize(HEARS, root)
    real.until(lambda: statuses(real) or None)
    real.notify("workspace/didChangeConfiguration", {"settings": {"persona-lsp": {"persona": "blunt"}}})
    real.until(lambda: statuses(real)[-1]["persona"]["name"] == "blunt")
    assert statuses(real)[-1]["persona"] == {
        "name": "blunt",
        "description": "A reviewer",
        "color": "purple",
        "uri": file.as_uri(),
    }
    persona(root, "blunt", color="red")
    real.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": file.as_uri(), "type": 2}]})
    real.until(lambda: statuses(real)[-1]["persona"]["color"] == "red")


def test_a_persona_that_another_one_hides_is_selected_by_its_path(real: Client, root: Path) -> None:
    persona(root, "blunt")
    hidden = root / ".claude" / "agents" / "team" / "blunt.md"
    hidden.parent.mkdir()
    hidden.write_text(PERSONA.format(name="blunt", about="The other one", color="red"))
    real.initialize(HEARS, root)
    both = [one for one in personas(real) if one["name"] == "blunt"]
    assert [one["setting"] for one in both] == ["blunt", ".claude/agents/team/blunt.md"]
    assert both[1]["shadowedBy"] == both[0]["uri"]
    settings = {"persona-lsp": {"persona": both[1]["setting"]}}
    real.notify("workspace/didChangeConfiguration", {"settings": settings})
    real.until(lambda: [one["description"] for one in personas(real) if one["active"]] == ["The other one"] or None)


def test_coverage_of_the_persona_at_work_and_of_another(real: Client, root: Path) -> None:
    file = persona(root, "blunt")
    real.initialize(HEARS, root)
    mine = real.request("personaLsp/coverage", {})
    assert mine["name"] == "backend-developer"
    kept = next(row for row in mine["rows"] if "HTTP status codes" in row["text"])
    assert "post-create-without-201" in kept["rules"]
    assert mine["pages"]["post-create-without-201"].endswith("post-create-without-201.md")
    documented = next(row for row in mine["rows"] if "endpoint-card" in row["features"])
    assert mine["features"][documented["features"][0]]
    other = real.request("personaLsp/coverage", {"persona": "blunt"})
    assert other["uri"] == file.as_uri()
    queries, riddles = other["rows"]
    assert queries["text"] == "You write optimized queries that scale."
    assert queries["range"] == {"start": {"line": 6, "character": 0}, "end": {"line": 6, "character": 39}}
    assert queries["rules"]
    assert (riddles["range"]["start"], riddles["rules"], riddles["features"]) == ({"line": 7, "character": 0}, [], [])
    assert riddles["why"]


def test_coverage_of_nobody_says_so(real: Client, root: Path) -> None:
    real.initialize(HEARS, root)
    assert "nobody" in real.error("personaLsp/coverage", {"persona": "nobody"})["message"]


def test_endpoints_without_a_workspace_are_those_of_open_files(real: Client) -> None:
    real.initialize(HEARS)
    assert endpoints(real) == []
    real.open("untitled:Untitled-1", MAIN.replace("app.include", "@app.get('/ping')\ndef ping(): ...\napp.include"))
    (ping,) = linked(real, ["GET /ping"])
    assert ping["location"]["uri"] == "untitled:Untitled-1"
