"""In every editor: findings, a hover, a quick fix, the saved file, and no process left."""

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from tests.editors.desk import Desk, NotShownError
from tests.editors.editor import Editor
from tests.editors.installed import installed
from tests.editors.kate import Kate
from tests.editors.terminal_editors import Emacs, Helix, Neovim, Vim

pytestmark = pytest.mark.editors

FIXED = '''\
"""A café takes orders."""

import logging

from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.post("/orders")
def create_order(order: dict, db=None):
    try:
        db.execute("insert into orders values (1)")
        return {"id": 1}
    except Exception as error:
        logging.exception("create_order failed")
        raise HTTPException(503, headers={"x-café": "☕ 🫖"}, detail="Service unavailable")


@app.get("/orders/{number}")
def read_order(number: int):
    return {"id": number}


@app.get("/orders/newest")
def newest_order():
    return {"id": 1}
'''


class Case(NamedTuple):
    """An editor, the packages that it needs, and where its executable is."""

    editor: type[Editor]
    packages: tuple[str, ...]
    executable: str


CASES = {
    "neovim-0.11": Case(Neovim, ("tmux",), "neovim.sh"),
    "neovim-debian": Case(Neovim, ("tmux", "neovim"), "/usr/bin/nvim"),
    "vim-ale": Case(Vim, ("tmux", "vim", "vim-ale"), "/usr/bin/vim"),
    "emacs-eglot": Case(Emacs, ("tmux", "emacs-nox", "elpa-eglot"), "/usr/bin/emacs"),
    "helix": Case(Helix, ("tmux",), "helix.sh"),
    "kate": Case(
        Kate,
        ("kate", "xvfb", "xdotool", "imagemagick", "tesseract-ocr", "dbus-daemon", "fonts-dejavu-core"),
        "/usr/bin/kate",
    ),
}

Start = Callable[..., Editor]


@pytest.fixture(params=CASES)
def start(request: pytest.FixtureRequest) -> Iterator[Start]:
    """Starts one of the editors at a desk."""
    case = CASES[request.param]
    installed("apt.sh", *case.packages)
    executable = installed(case.executable) if case.executable.endswith(".sh") else case.executable
    started: list[Editor] = []

    def begin(desk: Desk, **more: Any) -> Editor:
        editor = case.editor(desk, executable, **more)
        started.append(editor)
        return editor

    yield begin
    for editor in started:
        editor.close()


def work(editor: Editor) -> None:
    """What a person does: looks, asks, mends, saves."""
    editor.see_findings()
    editor.hover()
    editor.fix()
    editor.save()
    editor.desk.wait_for_text(FIXED)


@pytest.mark.parametrize("printed", [False, True], ids=["shipped", "init"])
def test_a_finding_is_seen_explained_mended_and_saved_and_no_process_is_left(
    start: Start, desk: Desk, printed: bool
) -> None:
    editor = start(desk, printed=printed)
    work(editor)
    desk.wait_for_servers()
    editor.leave()
    desk.wait_until_all_ended()


PERSONA = """\
---
name: reviewer
description: Reviews: everything
---

You keep APIs consistent.
"""


def test_a_file_of_a_persona_is_checked(start: Start, desk: Desk) -> None:
    file = ".claude/agents/reviewer.md"
    place = desk.workspace / file
    place.parent.mkdir(parents=True)
    place.write_text(PERSONA, encoding="utf-8")
    start(desk, file=file, shows="You keep").see("contains a colon")


def test_no_process_is_left_when_the_editor_is_killed(start: Start, desk: Desk) -> None:
    editor = start(desk)
    editor.see_findings()
    desk.wait_for_servers()
    os.kill(desk.editor(editor.program), signal.SIGKILL)
    desk.wait_until_all_ended()


def test_a_server_that_does_not_work_is_not_overlooked(start: Start, broken_desk: Desk) -> None:
    editor = start(broken_desk)
    with pytest.raises(NotShownError):
        work(editor)
    editor.close()
    broken_desk.wait_until_all_ended()
