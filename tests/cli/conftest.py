"""The command as a user runs it: a process of its own, in a folder of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest

SERVER = Path(__file__).parents[2] / "server"


class Command(Protocol):
    """Runs persona-lsp and returns what it did."""

    def __call__(
        self, *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The arguments are those behind `persona-lsp`."""


@pytest.fixture
def command(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Runs the command in `tmp_path`, with a home and a cache of its own."""
    home = tmp_path_factory.mktemp("home")

    def run(
        *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(SERVER),
            "PYTHONUTF8": "1",
            "HOME": str(home),
            "USERPROFILE": str(home),
            "PERSONA_LSP_CACHE_DIR": str(home / "cache"),
            **(env or {}),
        }
        return subprocess.run(
            [sys.executable, "-m", "persona_lsp", *arguments],
            cwd=cwd or tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    return run


ONLY = ("--select", "duplicate-route")
LEAK = """\
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/orders/{id}")
def read(id: int):
    try:
        return load(id)
    except Exception as error:
        raise HTTPException(500, detail=str(error))
"""
SHOP = """\
from fastapi import FastAPI

app = FastAPI()


@app.get("/books")
def books():
    return []


@app.get("/books")
def books_again():
    return []
"""
"""A back end with one certain finding, `duplicate-route`, and no dependence on what other rules say."""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with a small FastAPI back end."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "main.py").write_text(SHOP, encoding="utf-8")
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a file below `tmp_path`."""

    def put(path: str, text: str) -> Path:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        return file

    return put
