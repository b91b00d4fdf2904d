"""What the command says of fixes is what they can do, and it says nothing of comments that it cannot judge."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Command

LEAK = """\
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/{name}")
def read(name: str):
    try:
        return load(name)
    except OSError as error:
        raise HTTPException(status_code=500, detail=str(error))
"""
UNSPELLED = """\
const app = require('express')();
const { sequelize } = require('./models');

app.get('/users', (req, res, next) => {
  sequelize.query(`SELECT * FROM Users WHERE email = '${req.query.email || ''}' AND deleted IS NULL LIMIT 1`)
    .then((users) => { res.json(users); })
    .catch(next);
});
"""

Write = Callable[[str, str], Path]


def rows(done: subprocess.CompletedProcess[str]) -> dict[str, bool]:
    """Rule -> fixable."""
    return {row["rule"]: row["fixable"] for row in json.loads(done.stdout)}


def test_fixable_is_what_has_a_fix(command: Command, write: Write) -> None:
    write("main.py", LEAK)
    assert rows(command("check", ".", "--format", "json"))["error-leaks-internals"] is True
    text = command("check", ".", "--select", "error-leaks-internals").stdout
    assert "(error-leaks-internals) [fixable]" in text
    assert "1 fixable" in text


def test_a_fix_that_nobody_can_spell_is_none(command: Command, write: Write) -> None:
    write("app.js", UNSPELLED)
    select = ("--select", "sql-injection-dynamic-query")
    assert rows(command("check", ".", "--format", "json", *select)) == {"sql-injection-dynamic-query": False}
    assert "fixable" not in command("check", ".", *select).stdout
    sarif = json.loads(command("check", ".", "--format", "sarif", *select).stdout)
    assert "fixes" not in sarif["runs"][0]["results"][0]


def test_what_the_baseline_knows_is_not_mended(command: Command, write: Write) -> None:
    file = write("main.py", LEAK)
    command("check", ".", "--write-baseline", "known.json")
    again = LEAK.partition("@app")[2].replace("{name}", "more/{name}").replace("def read", "def read_more")
    file.write_text(f"{LEAK}\n\n@app{again}")
    done = command("check", ".", "--fix", "--baseline", "known.json", "--select", "error-leaks-internals")
    assert "1 known from the baseline" in done.stdout
    known, new = file.read_text().split("def read_more")
    assert "detail=str(error)" in known
    assert "detail=str(error)" not in new


@pytest.mark.parametrize(("path", "told"), [(".", True), ("main.py", False)])
def test_unused_comments_are_told_where_the_whole_project_is_read(
    command: Command, write: Write, path: str, told: bool
) -> None:
    write("main.py", f"# persona-lsp: ignore[duplicate-route] why\n{LEAK}")
    done = command("check", path, "--format", "json")
    assert ("unused-suppression" in rows(done)) is told


def test_it_is_explained_and_can_be_named(command: Command, write: Write) -> None:
    write("main.py", "# persona-lsp: ignore[duplicate-route]\nx = 1\n")
    assert "silences nothing" in command("explain", "unused-suppression").stdout
    assert command("check", ".", "--ignore", "unused-suppression", "--format", "json").stdout.strip() == "[]"
    done = command("check", ".", "--select", "unused-suppression,duplicate-route", "--format", "json")
    assert rows(done) == {"unused-suppression": True}
    assert done.returncode == 0, "a hint does not fail the build"
