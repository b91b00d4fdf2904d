"""What a status bar is told of Claude: off, no key, ready, asked now, unavailable and until when."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from editor import REAL, RICH, SLOW, Editor, Patient
from fake import Answer, Fake

from persona_lsp.ai.store import Store

HEARS: dict[str, Any] = json.loads(json.dumps(RICH)) | {"experimental": {"personaLsp": {"status": True}}}


@pytest.fixture
def folder(tmp_path: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.setenv("ANTHROPIC_BASE_URL", fake.url)
    return project


@pytest.fixture
def allowed(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Editor]:
    """An editor that has a key and the user's consent."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-made-up")
    Store().allow(True)
    with Patient(REAL, cache=tmp_path / "cache") as client:
        yield Editor(client, folder).begin(HEARS)


def told(editor: Editor, state: str, count: int = 1) -> dict[str, Any]:
    """The newest status, once it has said this state so many times."""

    def look() -> dict[str, Any] | None:
        said = [one for one in editor.client.notified("personaLsp/status") if one["ai"] == state]
        return said[-1] if len(said) >= count else None

    found: dict[str, Any] = editor.client.until(look, SLOW)
    return found


def states(editor: Editor) -> list[str]:
    return [one["ai"] for one in editor.client.notified("personaLsp/status")]


def test_from_off_to_no_key_and_back(folder: Path, tmp_path: Path) -> None:
    with Patient(REAL, cache=tmp_path / "cache") as client:
        editor = Editor(client, folder).begin(HEARS)
        off = told(editor, "off")
        assert off["aiWhy"].startswith("AI is off")
        assert off["aiUntil"] is None
        # Said on the command line: the next action that is offered sees it.
        Store().allow(True)
        client.until(lambda: "no-key" in states(editor) if editor.actions(9) == [] else None, SLOW)
        assert "There is no key" in told(editor, "no-key")["aiWhy"]
        client.request("workspace/executeCommand", {"command": "persona-lsp.ai.forget"})
        told(editor, "off", 2)
        assert Store().allowed() is False


def test_it_is_asked_and_ready_again_and_then_has_to_wait(allowed: Editor, fake: Fake) -> None:
    assert told(allowed, "on")["aiWhy"] == ""
    allowed.choose("Review")
    told(allowed, "running")
    told(allowed, "on", 2)
    fake.script(Answer(status=429, headers={"retry-after": "3600"}))
    allowed.choose("Explain")
    late = told(allowed, "unavailable")
    assert late["aiWhy"]
    assert 3000 < late["aiUntil"] - time.time() < 3700
    assert "unavailable until" in allowed.hover(14, 5)


def test_a_key_that_is_refused_is_told_until_an_answer_comes(allowed: Editor, fake: Fake) -> None:
    fake.script(Answer(status=401), Answer())
    allowed.choose("Review")
    stuck = told(allowed, "unavailable")
    assert "key is not accepted" in stuck["aiWhy"]
    assert stuck["aiUntil"] is None
    assert "unavailable: The key is not accepted" in allowed.hover(14, 5)
    allowed.choose("Review")
    told(allowed, "running", 2)
    allowed.client.until(lambda: states(allowed)[-1] == "on" or None, SLOW)
