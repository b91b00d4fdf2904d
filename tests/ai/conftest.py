"""Fixtures: an environment of its own for each test, and the fake that it may talk to."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from editor import APP, REAL, TWO, Editor, Patient
from fake import CODE, Answer, Fake

from persona_lsp.ai.account import Account
from persona_lsp.findings.subject import Persona, Subject


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine's: no key, no proxy, an empty home."""
    for name in list(os.environ):
        if name.upper().startswith(("ANTHROPIC", "PERSONA_LSP", "AWS_", "GOOGLE_")) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"PERSONA_LSP_{name}_DIR", str(tmp_path / name.lower()))


@pytest.fixture
def fake() -> Iterator[Fake]:
    with Fake() as one:
        yield one


@pytest.fixture
def account(fake: Fake) -> Account:
    return Account(enabled=True, api_key="sk-ant-made-up", base_url=fake.url, seconds=10)


@pytest.fixture
def subject() -> Subject:
    return Subject("endpoint", "GET /books/{id}", "app/main.py", "main.py", "python", CODE, 0, 1, ("fastapi",))


@pytest.fixture
def persona() -> Persona:
    return Persona("backend-developer", "You implement proper HTTP status codes.", "", "0" * 64, "")


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
