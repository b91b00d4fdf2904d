"""Fixtures: an environment of its own for each test, and the fake that it may talk to."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fake import Fake

from persona_lsp.ai.account import Account
from persona_lsp.findings.subject import Persona, Subject

CODE = """@app.get("/books/{id}")
def read_book(id: int):
    try:
        return db.find(id)
    except Exception:
        return {"error": "oops"}
"""


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
