"""The layers and their contracts hold: import-linter says so, and ruff finds nothing."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def run(*command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": "server", "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_each_layer_imports_only_what_stands_below_it() -> None:
    assert run(str(BIN / "lint-imports"), "--no-cache") == ""


def test_ruff_finds_nothing() -> None:
    assert run(str(BIN / "ruff"), "check", "--no-cache", "--output-format=concise") == ""


def test_the_formatter_changes_nothing() -> None:
    assert run(str(BIN / "ruff"), "format", "--check", "--no-cache") == ""
