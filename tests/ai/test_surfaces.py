"""Where Claude is offered, in the real server: on functions, endpoints, selections and findings; and what it said before."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from editor import APP, REAL, RICH, SLOW, Editor, Patient
from fake import Answer, Fake

MODULE = APP.replace(
    "app = FastAPI()\n",
    "app = FastAPI()\napp.add_middleware(\n    CORSMiddleware,\n    allow_origins=['*'],\n    allow_credentials=True,\n)\n",
).replace("from fastapi import", "from fastapi.middleware.cors import CORSMiddleware\nfrom fastapi import")

ENDPOINT = [
    "Review with backend-developer",
    "Explain with backend-developer",
    "Improve error handling with backend-developer",
    "Document this endpoint with backend-developer",
    "Write tests for this endpoint with backend-developer",
]
FIX = "Fix this finding with backend-developer"


def offered(
    editor: Editor, start: tuple[int, int], end: tuple[int, int], diagnostics: Any = ()
) -> list[dict[str, Any]]:
    place = {
        "start": dict(zip(("line", "character"), start, strict=True)),
        "end": dict(zip(("line", "character"), end, strict=True)),
    }
    context = {"diagnostics": list(diagnostics)}
    asked = {"textDocument": {"uri": editor.uri}, "range": place, "context": context}
    found = editor.client.request("textDocument/codeAction", asked)
    mine = [one for one in found if one.get("tags") == [1]]
    assert found[len(found) - len(mine) :] == mine, "they come last"
    return mine


def test_all_six_on_functions_endpoints_selections_and_findings(folder: Path, fake: Fake, tmp_path: Path) -> None:
    """Which are offered where; and each of them, chosen, asks about just that."""
    lines = MODULE.splitlines()
    route = next(number for number, line in enumerate(lines) if line.startswith("@app.get"))
    token = next(number for number, line in enumerate(lines) if "token =" in line)
    helper = next(number for number, line in enumerate(lines) if line.startswith("def helper"))
    with Patient(REAL, cache=tmp_path / "cache") as client:
        editor = Editor(client, folder)
        client.initialize(RICH, folder)
        client.open(editor.uri, MODULE)
        statics = client.diagnostics(editor.uri, 1)
        cors = next(one for one in statics if one["code"] == "cors-any-origin-with-credentials")
        places: dict[str, tuple[list[dict[str, Any]], list[str], str]] = {
            "an endpoint": (offered(editor, (route + 4, 4), (route + 4, 4)), ENDPOINT, "GET /books/{book_id}, in app.py"),
            "its route": (offered(editor, (route, 3), (route, 3)), ENDPOINT, "GET /books/{book_id}, in app.py"),
            "a function": (offered(editor, (helper, 5), (helper, 5)), ENDPOINT[:3], "helper, in app.py"),
            "a finding in an endpoint": (offered(editor, (token, 14), (token, 14)), [FIX, *ENDPOINT], "GET /books/{book_id}, in app.py"),
            "selected lines": (offered(editor, (route + 4, 0), (route + 5, 40)), ENDPOINT[:3], "selected lines of GET /books/{book_id}, in app.py"),
            "a selection outside of functions": (offered(editor, (0, 0), (2, 0)), ENDPOINT[:3], "the selected lines, in app.py"),
            "a finding outside of functions": (
                offered(editor, tuple(cors["range"]["start"].values()), tuple(cors["range"]["start"].values()), [cors]),
                [FIX, *ENDPOINT[:3]],
                "the selected lines, in app.py",
            ),
        }  # fmt: skip
        for place, (actions, titles, _) in places.items():
            assert [one["title"] for one in actions] == titles, place
            assert not any(one.get("isPreferred") for one in actions)
        chosen = [(place, action) for place, (actions, _, _) in places.items() for action in actions]
        for place, action in chosen:
            fake.heard.clear()
            assert client.request("workspace/executeCommand", action["command"]) is None
            client.until(lambda: fake.heard or None, SLOW)
            question = fake.heard[0].question
            assert f"The code: {places[place][2]}" in question, place
            if action["title"] == FIX:
                assert "The finding, in line " in question
            until_idle(editor)
            fake.script(Answer(json.dumps({"text": "It is so.", "summary": "Nothing.", "edits": [], "findings": []})))
            # What is kept is not asked again.
            for kept in (tmp_path / "cache" / "ai").glob("*.json"):
                kept.unlink()


def until_idle(editor: Editor) -> None:
    """Until everything that was begun has ended."""

    def idle() -> bool:
        kinds = [p["value"]["kind"] for p in editor.client.notified("$/progress") if "ai" in p["token"]]
        return kinds.count("begin") == kinds.count("end") > 0

    editor.client.until(idle, SLOW)


def test_nothing_is_offered_while_ai_is_off(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERSONA_LSP_AI", "0")
    with Patient(REAL, cache=tmp_path / "cache") as client:
        editor = Editor(client, folder).begin()
        for line in (5, 6, 8, 9, 14):
            assert offered(editor, (line, 4), (line, 4)) == []


def test_what_was_said_is_there_after_a_restart_and_after_an_undo(folder: Path, fake: Fake, tmp_path: Path) -> None:
    """A hover finds the review of exactly this text on the disk; nobody is asked."""
    with Patient(REAL, cache=tmp_path / "cache") as client:
        editor = Editor(client, folder).begin()
        editor.choose("Review")
        editor.reviewed()
        editor.ended()
    assert len(fake.heard) == 1
    with Patient(REAL, cache=tmp_path / "cache") as client:
        editor = Editor(client, folder).begin()
        assert editor.theirs() == []
        editor.hover()
        shown = editor.reviewed()
        assert {one["source"] for one in shown} == {"backend-developer (AI)"}
        said = editor.hover().split("\n\n---\n\n")[-1]
        assert said.startswith("**backend-developer (AI)** · cached, ")
        assert "claude-fake" in said
        assert "Negative ids are no missing books" in said
        place = {"line": 9, "character": 6}
        client.change(editor.uri, 2, {"range": {"start": place, "end": place}, "text": "x"})
        client.until(lambda: not editor.theirs() or len(editor.theirs()) < 2 or None)
        assert "cached" not in editor.hover()
        client.change(editor.uri, 3, {"range": {"start": place, "end": {**place, "character": 7}}, "text": ""})
        client.diagnostics(editor.uri, 3)
        editor.hover()
        editor.reviewed()
        assert "cached, " in editor.hover()
    assert len(fake.heard) == 1


def test_nobody_looks_back_where_nothing_is_kept(folder: Path, fake: Fake, tmp_path: Path) -> None:
    """The process that would read an answer is not even started."""
    with Patient(REAL, cache=tmp_path / "cache") as client:
        editor = Editor(client, folder).begin()
        for _ in range(2):
            assert "not asked: choose* Review" in editor.hover()
        time.sleep(1)
        children = Path(f"/proc/{client.process.pid}/task/{client.process.pid}/children")
        if children.exists():
            commands = [Path(f"/proc/{child}/cmdline").read_bytes() for child in children.read_text().split()]
            assert not any(b"persona_lsp.ai.process" in command for command in commands)
    assert fake.heard == []


def test_a_suggestion_that_only_adds_lines_is_applied_where_they_belong(editor: Editor, fake: Fake) -> None:
    old, new = "    if book_id < 0:\n", "    log(book_id)\n    if book_id < 0:\n"
    fake.script(Answer(json.dumps({"summary": "Logged.", "edits": [{"old": old, "new": new}]})))
    editor.begin()
    editor.choose("Document")
    (shown,) = editor.reviewed(1)
    assert "+    log(book_id)" in shown["message"]
    (action,) = [
        one for one in editor.actions(shown["range"]["start"]["line"]) if one["title"].startswith("Apply suggested fix")
    ]
    (change,) = action["edit"]["documentChanges"]
    (edit,) = change["edits"]
    lines = APP.splitlines(keepends=True)
    first, last = edit["range"]["start"]["line"], edit["range"]["end"]["line"]
    assert "".join([*lines[:first], edit["newText"], *lines[last:]]) == APP.replace(old, new)
