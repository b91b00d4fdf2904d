"""`persona-lsp review`, with the real SDK against the fake: batches, streams, budgets, consent, the bytes that are sent."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fake import Answer, Fake, finding, findings

from persona_lsp.ai.store import Store
from persona_lsp.cli.commands import run

APP = """from fastapi import FastAPI

app = FastAPI()
KEY = "nothing"


@app.get("/books/{book_id}")
def read_book(book_id: int):
    token = "AKIAIOSFODNN7EXAMPLQ"
    return {"id": book_id, "token": token}


@app.post("/books", status_code=201)
def create_book(title: str):
    return {"title": title}


def helper(a, b):
    return a + b
"""

ANSWER = findings(
    finding('return {"id": book_id, "token": token}', 10, "The token leaves; take it out."), finding("not there", 3)
)


@pytest.fixture
def project(tmp_path: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".git").mkdir()
    (folder / "app.py").write_text(APP)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-made-up")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", fake.url)
    fake.script(Answer(ANSWER))
    return folder


def review(*arguments: str) -> int:
    return run(["review", *arguments, "--pause", "0.05"])


def test_without_consent_nothing_is_sent(project: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    assert review() == 2
    assert "AI is off" in capsys.readouterr().err
    assert fake.heard == []


def test_a_batch(project: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    run(["ai", "allow"])
    assert review() == 0
    said = capsys.readouterr()
    (line,) = [one for one in said.out.splitlines() if "app.py" in one]
    assert line.startswith("app.py:10:5: warning: The token leaves; take it out. [backend-developer (AI), claude-fake]")
    assert "2 functions to ask about" in said.err
    assert "3 findings left out that quoted code that is not there" in said.err
    posted = [one for one in fake.heard if one.method == "POST"]
    assert [one.path for one in posted] == ["/v1/messages/batches"]
    assert len(posted[0].json["requests"]) == 2
    assert b"AKIAIOSFODNN7EXAMPLQ" not in fake.bytes_heard
    heard = len(fake.heard)
    assert review("--fail-on", "warning") == 1
    assert len(fake.heard) == heard, "the second time, all is answered"


def test_at_once(project: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    assert review("--allow", "--now", "--format", "json") == 0
    printed = capsys.readouterr()
    said = json.loads(printed.out)
    assert (said["read"], said["written"]) == (14, 0)
    assert "(14 read from Claude's cache, 0 written to it)" in printed.err
    assert [row["line"] for row in said["rows"]] == [10]
    assert said["dropped"] == 3
    assert {one.path for one in fake.heard} == {"/v1/messages"}
    assert len(fake.heard) == 2
    assert fake.most_open <= 2


def test_names_of_files_stay_in_their_line(project: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app.py").rename(project / "a\nb.py")
    assert review("--allow", "--now") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("a␊b.py:10:5: warning: ")


@pytest.mark.parametrize("how", [("--now",), ()])
def test_what_is_shown_is_what_is_sent(
    project: Path, fake: Fake, capfdbinary: pytest.CaptureFixture[bytes], how: tuple[str, ...]
) -> None:
    assert review("--show", *how) == 0
    shown = capfdbinary.readouterr().out
    assert fake.heard == []
    review("--allow", *how)
    posted = [one.body for one in fake.heard if one.method == "POST"]
    assert sorted(shown.splitlines()) == sorted(posted)
    assert b"read_book" in shown
    assert b"helper" not in shown
    assert b"AKIAIOSFODNN7EXAMPLQ" not in shown
    assert os.fsencode(project) not in shown


def test_a_budget(project: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    assert review("--allow", "--budget", "5000") == 2
    assert "may be needed" in capsys.readouterr().err
    assert fake.heard == []
    assert review("--allow", "--budget", "50000", "--dry-run") == 0
    assert fake.heard == []


def test_an_estimate_needs_neither_consent_nor_key(
    project: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    assert review("--dry-run") == 0
    assert "tokens in, at most" in capsys.readouterr().err
    assert review() == 2
    assert "AI is off" in capsys.readouterr().err
    assert fake.heard == []


def test_the_price_is_the_users(project: Path, fake: Fake, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "ai.toml").write_text(
        'enabled = true\nmodel = "haiku"\n[prices]\n"claude-haiku-5-5" = [1.0, 5.0]\n'
    )
    review("--now", "--dry-run")
    assert "at most $0.0" in capsys.readouterr().err


def test_a_batch_is_found_again_after_a_kill(project: Path, fake: Fake) -> None:
    fake.polls = 10_000
    command = [sys.executable, "-m", "persona_lsp", "review", "--allow", "--pause", "0.05"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    end = time.monotonic() + 60
    while time.monotonic() < end and sum(one.method == "GET" for one in fake.heard) < 2:
        time.sleep(0.05)
    process.kill()
    process.communicate()
    fake.polls = 0
    assert review("--allow") == 0
    posted = [one for one in fake.heard if one.method == "POST"]
    assert len(posted) == 1, "the batch of the killed run was taken up"
    assert not [name for name in os.listdir(Store().folder) if name.startswith("batch-")]


def test_results_at_another_host_are_not_fetched(project: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    with Fake() as other:
        fake.results_host = other.url
        assert review("--allow") == 2
        assert other.heard == []
    assert "another host" in capsys.readouterr().err


def test_questions_of_a_batch_that_failed(project: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    class Errored(dict):  # type: ignore[type-arg]  # every question
        def get(self, _key: str, _default: object = None) -> object:
            return {"type": "errored", "error": {"type": "error", "error": {"type": "api_error", "message": "x"}}}

    fake.results = Errored()
    assert review("--allow") == 2
    assert "failed at this question" in capsys.readouterr().err


def test_a_persona_of_the_workspace_is_asked_for(project: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    folder = project / ".claude" / "agents"
    folder.mkdir(parents=True)
    mine = folder / "mine.md"
    mine.write_text("---\nname: mine\ndescription: d\n---\nYou implement proper HTTP status codes.\n")
    assert review("--allow", "--persona", "mine") == 2
    assert "once you trust" in capsys.readouterr().err
    assert fake.heard == []
    assert run(["ai", "trust", str(mine)]) == 0
    assert review("--allow", "--persona", "mine", "--now") == 0
    assert len(fake.heard) == 2
    mine.write_text(mine.read_text() + "You check every input.\n")
    assert review("--allow", "--persona", "mine") == 2


def test_ignored_files_are_not_sent(project: Path, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    (project / ".aiignore").write_text("app.py\n")
    assert review("--allow", "--now") == 0
    assert fake.heard == []
    assert ".aiignore" in capsys.readouterr().err


def test_status_and_forget(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["ai", "status"])
    assert "AI is off" in capsys.readouterr().out
    run(["ai", "allow"])
    run(["ai", "status"])
    assert "AI is on" in capsys.readouterr().out
    run(["ai", "forget"])
    run(["ai", "status"])
    said = capsys.readouterr().out
    assert "AI is off" in said
    assert "sk-ant" not in said
