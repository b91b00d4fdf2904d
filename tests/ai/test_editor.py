"""The real server over stdio with the real SDK against the fake: what an editor sees of Claude, and what it never does."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from editor import APP, CONFIRMS, SLOW, TWO, Editor, slack
from fake import Answer, Fake


def test_a_review(editor: Editor, fake: Fake) -> None:
    editor.begin()
    before = editor.statics()
    actions = editor.actions(9)
    mine = [one for one in actions if one.get("tags") == [1]]
    assert actions[-len(mine) :] == mine, "they come last"
    assert [one["title"] for one in mine] == [
        "Review with backend-developer",
        "Explain with backend-developer",
        "Improve error handling with backend-developer",
        "Document this endpoint with backend-developer",
        "Write tests for this endpoint with backend-developer",
    ]
    assert not any(one.get("isPreferred") for one in mine)
    begun = time.monotonic()
    assert editor.choose("Review") is None
    assert time.monotonic() - begun < 1 * slack()
    first, second = editor.reviewed()
    assert first["source"] == "backend-developer (AI)"
    assert (first["severity"], second["severity"]) == (4, 2)
    assert first["message"] == "Nothing is read; answer with a book. x <img src=x>"
    assert first["range"]["start"] == {"line": 11, "character": 4}
    assert editor.statics() == before
    assert editor.ended()["message"] == "done"
    hover = editor.hover()
    assert "GET /books/{book_id}" in hover
    assert "**backend-developer (AI)** · just now · claude-fake · " in hover
    assert "1 dropped" in hover
    assert "evil.example" not in hover
    assert "<img" not in hover
    assert b"AKIAIOSFODNN7EXAMPLQ" not in fake.bytes_heard


def test_findings_move_with_the_text_and_leave_where_it_is_edited(editor: Editor) -> None:
    editor.begin()
    editor.choose("Review")
    editor.reviewed()
    top = {"line": 0, "character": 0}
    editor.client.change(editor.uri, 2, {"range": {"start": top, "end": top}, "text": "# new\n"})
    moved = editor.client.until(
        lambda: f if len(f := editor.theirs()) == 2 and f[0]["range"]["start"]["line"] == 12 else None
    )
    assert {one["range"]["start"]["line"] for one in moved} == {12, 10}
    place = {"line": 12, "character": 6}
    editor.client.change(editor.uri, 3, {"range": {"start": place, "end": place}, "text": "x"})
    (left,) = editor.reviewed(1)
    assert left["range"]["start"]["line"] == 10
    assert "just now" not in editor.hover(7)


def test_a_review_chosen_while_somebody_types_comes_for_the_function_that_was_meant(editor: Editor, fake: Fake) -> None:
    editor.begin()
    client = editor.client
    top, place = {"line": 0, "character": 0}, {"line": 9, "character": 8}
    client.change(editor.uri, 2, {"range": {"start": top, "end": top}, "text": "\n"})
    place["line"] += 1
    chosen = client.start(
        "workspace/executeCommand",
        {"command": "persona-lsp.ai.run", "arguments": [{"uri": editor.uri, "range": {"start": place, "end": place}}]},
    )
    for version in range(3, 9):
        client.change(editor.uri, version, {"range": {"start": top, "end": top}, "text": "# more\n" * 3})
    client.wait(chosen)
    assert sorted(one["range"]["start"]["line"] for one in editor.reviewed()) == [28, 30]
    assert "read_book" in fake.heard[0].question


def test_a_place_without_a_function_is_told(editor: Editor, fake: Fake) -> None:
    editor.begin()
    place = {"line": 1, "character": 0}
    arguments = [{"uri": editor.uri, "range": {"start": place, "end": place}}]
    editor.client.request("workspace/executeCommand", {"command": "persona-lsp.ai.run", "arguments": arguments})
    editor.client.until(lambda: "There is no function here" in editor.messages())
    assert not fake.heard


def test_dismissed_for_good(editor: Editor) -> None:
    editor.begin()
    editor.choose("Review")
    editor.reviewed()
    editor.choose("Dismiss this finding", 11)
    (left,) = editor.reviewed(1)
    assert left["severity"] == 2
    editor.choose("Review")
    editor.ended()
    assert len(editor.reviewed(1)) == 1


def test_findings_come_while_the_answer_is_still_on_its_way(editor: Editor, fake: Fake) -> None:
    fake.script(Answer(TWO, piece=25, pause=0.15))
    editor.begin()
    editor.choose("Review")
    editor.reviewed(1)
    assert "reviewing" in editor.hover()
    editor.reviewed(2)


FIX = json.dumps(
    {
        "summary": "Unknown books are answered with 404.",
        "edits": [{"old": "if book_id < 0:", "new": "if book_id not in BOOKS:"}],
    }
)


def test_a_suggestion_behind_a_confirmation(editor: Editor, fake: Fake) -> None:
    fake.script(Answer(FIX))
    asked: list[Any] = []
    editor.client.respond["workspace/applyEdit"] = lambda params: asked.append(params) or {"applied": True}
    editor.begin(CONFIRMS)
    editor.choose("Improve")
    editor.client.until(lambda: asked or None, SLOW)
    edit = asked[0]["edit"]
    (change,) = edit["documentChanges"]
    assert change["textDocument"] == {"uri": editor.uri, "version": 1}
    assert change["edits"][0]["newText"] == "    if book_id not in BOOKS:\n"
    assert edit["changeAnnotations"]["ai"]["needsConfirmation"] is True
    assert "(AI)" in edit["changeAnnotations"]["ai"]["label"]


@pytest.mark.parametrize("place", ["before", "behind"])
def test_a_suggestion_that_only_adds_lines(editor: Editor, fake: Fake, place: str) -> None:
    old = '    """Read a book."""' if place == "behind" else '@app.get("/books/{book_id}")'
    new = f"{old}\n    log(book_id)" if place == "behind" else f"@log\n{old}"
    fake.script(Answer(json.dumps({"summary": "It is logged.", "edits": [{"old": old, "new": new}]})))
    asked: list[Any] = []
    editor.client.respond["workspace/applyEdit"] = lambda params: asked.append(params) or {"applied": True}
    editor.begin(CONFIRMS)
    editor.choose("Improve")
    editor.client.until(lambda: asked or None, SLOW)
    (change,) = asked[0]["edit"]["documentChanges"][0]["edits"]
    lines = APP.splitlines(keepends=True)
    begin, end = change["range"]["start"], change["range"]["end"]
    assert (begin["character"], end["character"]) == (0, 0)
    lines[begin["line"] : end["line"]] = [change["newText"]]
    assert "".join(lines) == APP.replace(old, new)


def test_a_suggestion_as_a_finding_with_an_action(editor: Editor, fake: Fake) -> None:
    fake.script(Answer(FIX))
    editor.begin()
    editor.choose("Improve")
    (shown,) = editor.reviewed(1)
    assert "-    if book_id < 0:" in shown["message"]
    (action,) = [one for one in editor.actions(9) if one["title"].startswith("Apply suggested fix")]
    (change,) = action["edit"]["documentChanges"]
    assert change["edits"][0]["range"] == {"start": {"line": 9, "character": 0}, "end": {"line": 10, "character": 0}}


def test_a_fix_of_a_finding(editor: Editor, fake: Fake) -> None:
    editor.begin()
    static = editor.statics()[0]
    fake.script(Answer(FIX))
    editor.choose("Fix this finding", static["range"]["start"]["line"], static["range"]["start"]["character"])
    editor.client.until(lambda: fake.heard or None, SLOW)
    assert static["code"] in fake.heard[0].question


def test_an_explanation_is_opened(editor: Editor, fake: Fake) -> None:
    fake.script(Answer(json.dumps({"text": "It reads. [x](command:evil) <img src=x>"})))
    opened: list[Any] = []
    editor.client.respond["window/showDocument"] = lambda params: opened.append(params) or {"success": True}
    editor.begin()
    editor.choose("Explain")
    editor.client.until(lambda: opened or None, SLOW)
    text = Path(opened[0]["uri"].removeprefix("file://")).read_text()
    assert "backend-developer (AI), claude-fake" in text
    assert "command:" not in text
    assert "<img" not in text


def test_what_goes_wrong_is_one_sentence(editor: Editor, fake: Fake) -> None:
    fake.script(Answer(status=401))
    editor.begin()
    before = editor.statics()
    editor.choose("Review")
    assert "key is not accepted" in editor.ended()["message"]
    assert "key is not accepted" in editor.hover()
    assert editor.statics() == before
    assert editor.theirs() == []


def test_the_sdk_is_imported_by_nobody_but_its_process(folder: Path) -> None:
    code = "import sys; import persona_lsp.lsp.server, persona_lsp.lsp.assistant, persona_lsp.host.worker; print('anthropic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)})  # fmt: skip
    assert done.stdout.strip() == "False"
