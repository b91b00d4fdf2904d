"""The real server over stdio with the real SDK against the fake: what an editor sees of Claude, and what it never does."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fake import Answer, Fake, finding, findings

sys.path.insert(0, str(Path(__file__).parents[1] / "lsp"))

from client import REAL, Client

from persona_lsp.ai.store import Store

APP = '''from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/books/{book_id}")
def read_book(book_id: int):
    """Read a book."""
    token = "AKIAIOSFODNN7EXAMPLQ"
    if book_id < 0:
        raise HTTPException(404)
    return {"id": book_id}


def helper(a, b):
    return a + b
'''

SLOW = 150
"""Seconds: the SDK takes two to import, and twenty on a busy machine."""

RICH: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {
        "hover": {"contentFormat": ["markdown"]},
        "publishDiagnostics": {"dataSupport": True},
        "codeAction": {
            "isPreferredSupport": True,
            "dataSupport": True,
            "tagSupport": {"valueSet": [1]},
            "resolveSupport": {"properties": ["edit"]},
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}},
        },
    },
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
}
CONFIRMS = json.loads(json.dumps(RICH))
CONFIRMS["workspace"]["workspaceEdit"]["changeAnnotationSupport"] = {"groupsOnLabel": True}

TWO = findings(
    finding("return {\"id\": book_id}", 12, "Nothing is read; answer with a book. ![x](https://evil.example/p.png) <img src=x>", severity="hint"),
    finding("if book_id < 0:", 10, "Negative ids are no missing books; check the input."),
    finding("os.system('rm')", 11, "Invented."),
)  # fmt: skip


def slack() -> float:
    """How much longer things take because others work on this machine, too."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Patient(Client):
    """A client that waits as long as a busy machine needs."""

    def until(self, look: Callable[[], Any], seconds: float = 20) -> Any:
        return super().until(look, max(seconds, SLOW))


class Editor:
    """A client with one open document."""

    def __init__(self, client: Client, folder: Path) -> None:
        self.client = client
        self.uri = (folder / "app.py").as_uri()

    def begin(self, capabilities: dict[str, Any] = RICH, **more: Any) -> "Editor":
        self.client.initialize(capabilities, Path(self.uri.removeprefix("file://")).parent, **more)
        self.client.open(self.uri, APP)
        self.client.diagnostics(self.uri, 1)
        return self

    def actions(self, line: int, character: int = 8) -> list[dict[str, Any]]:
        place = {"line": line, "character": character}
        return self.client.request(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": self.uri},
                "range": {"start": place, "end": place},
                "context": {"diagnostics": []},
            },
        )

    def claude(self, line: int = 9) -> list[dict[str, Any]]:
        return [one for one in self.actions(line) if "(AI)" in one["title"] or one.get("tags") == [1]]

    def choose(self, title: str, line: int = 9, character: int = 8) -> Any:
        (action,) = [one for one in self.actions(line, character) if one["title"].startswith(title)]
        return self.client.request("workspace/executeCommand", action["command"])

    def theirs(self) -> list[dict[str, Any]]:
        said = [p for p in self.client.notified("textDocument/publishDiagnostics") if p["uri"] == self.uri]
        return [one for one in said[-1]["diagnostics"] if "(AI)" in one["source"]] if said else []

    def statics(self) -> list[dict[str, Any]]:
        said = [p for p in self.client.notified("textDocument/publishDiagnostics") if p["uri"] == self.uri]
        return [one for one in said[-1]["diagnostics"] if "(AI)" not in one["source"]]

    def reviewed(self, count: int = 2) -> list[dict[str, Any]]:
        return self.client.until(lambda: found if len(found := self.theirs()) == count else None, SLOW)

    def hover(self, line: int = 6, character: int = 6) -> str:
        place = {"textDocument": {"uri": self.uri}, "position": {"line": line, "character": character}}
        found = self.client.request("textDocument/hover", place)
        return found["contents"]["value"] if found else ""

    def messages(self) -> str:
        return " | ".join(one["message"] for one in self.client.notified("window/showMessage"))

    def ended(self) -> Any:
        """The end of the progress, waiting for it."""
        return self.client.until(
            lambda: next((p["value"] for p in self.client.notified("$/progress") if p["value"]["kind"] == "end" and "ai" in p["token"]), None), SLOW
        )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    (project / ".git").mkdir()
    (project / "app.py").write_text(APP)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-made-up")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", fake.url)
    monkeypatch.setenv("PERSONA_LSP_AI", "1")
    fake.script(Answer(TWO))
    return project


@pytest.fixture
def editor(folder: Path, tmp_path: Path) -> Iterator[Editor]:
    with Patient(REAL, cache=tmp_path / "cache") as client:
        yield Editor(client, folder)


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


def test_cancelled_by_the_client(editor: Editor, fake: Fake) -> None:
    fake.script(Answer(TWO, piece=4, pause=0.1))
    editor.begin()
    editor.choose("Review")
    editor.reviewed(1)
    token = next(p["token"] for p in editor.client.notified("$/progress") if "ai" in p["token"])
    now = time.monotonic()
    editor.client.notify("window/workDoneProgress/cancel", {"token": token})
    editor.client.until(lambda: fake.heard[0].lost, SLOW)
    assert fake.heard[0].lost is not None
    assert fake.heard[0].lost - now < 0.25 * slack()
    assert editor.ended()["message"] == "cancelled"


def test_shut_down_in_the_middle_of_an_answer(editor: Editor, fake: Fake) -> None:
    fake.script(Answer(TWO, piece=4, pause=0.1))
    editor.begin()
    editor.choose("Review")
    editor.reviewed(1)
    now = time.monotonic()
    editor.client.request("shutdown")
    editor.client.notify("exit")
    assert editor.client.process.wait(60) == 0
    assert time.monotonic() - now < 2 * slack()
    editor.client.ended = False
    end = time.monotonic() + 2 * slack()
    while fake.heard[0].lost is None and time.monotonic() < end:
        time.sleep(0.01)
    assert fake.heard[0].lost is not None


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


@pytest.mark.parametrize("why", ["consent", "key"])
def test_nothing_is_sent_without_consent_and_key(
    editor: Editor, fake: Fake, why: str, monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    """Promise 1: a key alone is no consent, consent without a key asks nobody."""
    monkeypatch.delenv("PERSONA_LSP_AI" if why == "consent" else "ANTHROPIC_API_KEY")
    with Patient(REAL, cache=tmp_path / "cache") as client:
        mine = Editor(client, folder).begin()
        assert mine.claude() == []
        assert "(AI)" not in mine.hover()
        data = {
            "uri": mine.uri,
            "work": "review",
            "range": {"start": {"line": 9, "character": 0}, "end": {"line": 9, "character": 0}},
        }
        client.request("workspace/executeCommand", {"command": "persona-lsp.ai.run", "arguments": [data]})
        time.sleep(1)
    assert fake.heard == []


def test_consent_is_asked_for_and_taken_back(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    monkeypatch.delenv("PERSONA_LSP_AI")
    with Patient(REAL, cache=tmp_path / "cache") as client:
        client.respond["window/showMessageRequest"] = lambda params: params["actions"][0]
        mine = Editor(client, folder).begin()
        client.request("workspace/executeCommand", {"command": "persona-lsp.ai.allow"})
        client.until(lambda: mine.claude() or None)
        assert Store().allowed()
        client.request("workspace/executeCommand", {"command": "persona-lsp.ai.forget"})
        assert mine.claude() == []
        assert not Store().allowed()


def test_a_workspace_cannot_choose_where_things_go(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    """Promise 2: endpoint, key and consent in settings files, editor settings and front matter are not looked at."""
    with Fake() as other:
        evil = {"ai": {"enabled": True, "baseUrl": other.url, "apiKey": "x"}, "baseUrl": other.url, "ai.enabled": True}
        (folder / "persona-lsp.toml").write_text(f'base-url = "{other.url}"\n[ai]\nenabled = true\n')
        (folder / "ai.toml").write_text(f'enabled = true\nbase-url = "{other.url}"\n')
        (folder / ".env").write_text(f"ANTHROPIC_BASE_URL={other.url}\n")
        with Patient(REAL, cwd=folder, cache=tmp_path / "cache") as client:
            client.respond["workspace/configuration"] = lambda params: [evil for _ in params["items"]]
            mine = Editor(client, folder).begin(
                {**RICH, "workspace": {**RICH["workspace"], "configuration": True}}, initializationOptions=evil
            )
            mine.choose("Review")
            mine.reviewed()
        assert other.heard == []
        assert fake.heard != []


def test_a_persona_of_the_workspace_is_asked_for_once(fake: Fake, folder: Path, tmp_path: Path) -> None:
    """Promise 3: its words are sent after one yes, bound to its text."""
    agents = folder / ".claude" / "agents"
    agents.mkdir(parents=True)
    (agents / "mine.md").write_text(
        "---\nname: mine\ndescription: d\ntools: Bash\n---\nYou implement proper HTTP status codes.\n"
    )
    (folder / "persona-lsp.toml").write_text('persona = "mine"\n')
    asked: list[str] = []
    with Patient(REAL, cache=tmp_path / "cache") as client:
        client.respond["window/showMessageRequest"] = lambda params: asked.append(params["message"])
        mine = Editor(client, folder).begin()
        mine.choose("Review with mine")
        client.until(lambda: asked or None, SLOW)
        time.sleep(0.5)
        assert fake.heard == []
        client.respond["window/showMessageRequest"] = lambda params: (
            asked.append(params["message"]) or params["actions"][0]
        )
        mine.choose("Review with mine")
        mine.reviewed()
        assert len(asked) == 2
        assert "tools" not in fake.heard[0].json


def test_what_is_shown_is_what_is_sent(editor: Editor, fake: Fake, folder: Path) -> None:
    """Promise 4."""
    opened: list[Any] = []
    editor.client.respond["window/showDocument"] = lambda params: opened.append(params) or {"success": True}
    editor.begin()
    place = {"line": 9, "character": 0}
    data = {"uri": editor.uri, "range": {"start": place, "end": place}}
    editor.client.request("workspace/executeCommand", {"command": "persona-lsp.ai.show", "arguments": [data]})
    editor.client.until(lambda: opened or None, SLOW)
    assert fake.heard == []
    shown = Path(opened[0]["uri"].removeprefix("file://")).read_bytes()
    editor.choose("Review")
    editor.reviewed()
    assert shown == fake.heard[0].body
    for secret in (os.fsencode(folder), b"AKIAIOSFODNN7EXAMPLQ", b"def helper", os.fsencode(Path.home())):
        assert secret not in shown


def test_secrets_are_nowhere(editor: Editor, fake: Fake, tmp_path: Path) -> None:
    """Promise 5: not in what is sent, logged, cached or kept."""
    editor.begin()
    editor.choose("Review")
    editor.reviewed()
    editor.ended()
    editor.client.request("shutdown")
    editor.client.notify("exit")
    editor.client.process.wait(60)
    kept = b"".join(
        file.read_bytes() for kind in ("cache/ai", "state") for file in (tmp_path / kind).rglob("*") if file.is_file()
    )
    log = "".join(editor.client.errors).encode()
    for secret in (b"AKIAIOSFODNN7EXAMPLQ", b"sk-ant-made-up"):
        assert secret not in kept + log + fake.bytes_heard
    assert b"read_book" not in log


def test_an_ignored_file_is_not_sent(editor: Editor, fake: Fake, folder: Path) -> None:
    (folder / ".personaignore").write_text("app.py\n")
    editor.begin()
    editor.choose("Review")
    editor.ended()
    assert ".personaignore" in editor.messages()
    assert fake.heard == []


def test_what_goes_wrong_is_one_sentence(editor: Editor, fake: Fake) -> None:
    fake.script(Answer(status=401))
    editor.begin()
    before = editor.statics()
    editor.choose("Review")
    assert "key is not accepted" in editor.ended()["message"]
    assert "key is not accepted" in editor.hover()
    assert editor.statics() == before
    assert editor.theirs() == []


def test_offline_equals_static(fake: Fake, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise 9: without the network, and without AI, the static answers are the same to the byte."""
    said = []
    for enabled, url in (("0", fake.url), ("1", "http://127.0.0.1:9")):
        monkeypatch.setenv("PERSONA_LSP_AI", enabled)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
        with Patient(REAL, cache=tmp_path / "cache") as client:
            mine = Editor(client, folder).begin()
            if enabled == "1":
                mine.choose("Review")
                assert "cannot be reached" in mine.ended()["message"]
            static = [one for one in mine.actions(9) if one.get("tags") != [1]]
            said.append(json.dumps([mine.statics(), static, mine.hover().split("\n\n---\n\n**backend")[0]]))
    assert said[0] == said[1]


def test_the_sdk_is_imported_by_nobody_but_its_process(folder: Path) -> None:
    code = "import sys; import persona_lsp.lsp.server, persona_lsp.lsp.assistant, persona_lsp.host.worker; print('anthropic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)})  # fmt: skip
    assert done.stdout.strip() == "False"
