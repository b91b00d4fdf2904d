"""An editor for the tests: the real server over stdio, one open document, what a person would choose and see."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fake import finding, findings

sys.path.append(str(Path(__file__).parents[1] / "lsp"))

from client import REAL, Client

__all__ = ["REAL", "Client", "Editor", "Patient"]

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
        """Choose an action, as soon as it is offered: just after an edit, the server may not know the text yet."""

        def look() -> Any:
            return [one for one in self.actions(line, character) if one["title"].startswith(title)] or None

        (action,) = self.client.until(look)
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
