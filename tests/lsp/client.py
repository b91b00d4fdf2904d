"""A small client that speaks the protocol byte by byte, and can therefore speak it wrongly."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

HERE = Path(__file__).parent
SERVER = HERE.parent.parent / "server"
FAKE = [sys.executable, str(HERE / "fake_server.py")]
REAL = [sys.executable, "-c", "import sys; from persona_lsp.lsp import serve; sys.exit(serve())"]

Json = dict[str, Any]

LITERALS: Json = {
    "textDocument": {
        "codeAction": {"isPreferredSupport": True, "codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}
    }
}
"""What a client has to announce that takes code actions as they have been for years, and nothing else."""

RICH: Json = {
    "general": {"positionEncodings": ["utf-8", "utf-16"]},
    "textDocument": {
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "publishDiagnostics": {
            "relatedInformation": True,
            "codeDescriptionSupport": True,
            "dataSupport": True,
            "tagSupport": {"valueSet": [1, 2]},
        },
        "codeAction": {
            "isPreferredSupport": True,
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}},
        },
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
    },
    "workspace": {
        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]},
        "configuration": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "diagnostics": {"refreshSupport": True},
        "inlayHint": {"refreshSupport": True},
    },
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
}
"""What a client announces that can nearly everything."""


class Client:
    """One server process."""

    def __init__(self, command: list[str] = FAKE, cwd: Path | None = None, cache: Path | None = None) -> None:
        env = dict(os.environ) | {"PYTHONPATH": str(SERVER)}
        env["PERSONA_LSP_CACHE_DIR"] = str(cache or "/nonexistent/persona-lsp-tests")
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=cwd, env=env)
        self.messages: list[Json] = []
        self.answers: dict[Any, Json] = {}
        self.respond: dict[str, Callable[[Any], Any]] = {}
        """How requests of the server are answered, by method; null for the others."""
        self.number = 0
        self.news = threading.Condition()
        self.errors: list[str] = []
        self.ended = False
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._read_errors, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()

    def raw(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def body(self, body: bytes) -> None:
        self.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def send(self, message: Any) -> None:
        self.body(json.dumps(message).encode())

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def start(self, method: str, params: Any = None) -> int:
        self.number += 1
        self.send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params})
        return self.number

    def wait(self, number: Any, seconds: float = 20) -> Json:
        return self.until(lambda: self.answers.get(number), seconds)

    def request(self, method: str, params: Any = None, seconds: float = 20) -> Any:
        answer = self.wait(self.start(method, params), seconds)
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["result"]

    def error(self, method: str, params: Any = None) -> Json:
        answer = self.wait(self.start(method, params))
        assert "error" in answer, answer
        return answer["error"]

    def until(self, look: Callable[[], Any], seconds: float = 20) -> Any:
        end = time.monotonic() + seconds
        with self.news:
            while True:
                found = look()
                if found is not None and found is not False:
                    return found
                left = end - time.monotonic()
                if left <= 0 or self.ended:
                    raise AssertionError(
                        f"nothing came; messages: {self.messages[-5:]}; log: {''.join(self.errors)[-3000:]}"
                    )
                # What is looked for may come from elsewhere, too.
                self.news.wait(min(left, 0.1))

    def notified(self, method: str) -> list[Any]:
        return [message["params"] for message in self.messages if message.get("method") == method]

    def initialize(self, capabilities: Json | None = None, root: Path | None = None, **more: Any) -> Json:
        params = {
            "processId": None,
            "rootUri": root.as_uri() if root else None,
            "capabilities": capabilities if capabilities is not None else LITERALS,
            **more,
        }
        result: Json = self.request("initialize", params)
        self.notify("initialized", {})
        # `initialize` is answered before all is loaded; tests that look at the time mean the server behind it.
        self.request("workspace/executeCommand", {"command": "persona-lsp.status"})
        return result

    def open(self, uri: str, text: str, version: int = 1, language: str = "python") -> None:
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, version: int, *changes: Json) -> None:
        self.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)},
        )

    def diagnostics(self, uri: str, version: int | None = None, seconds: float = 20) -> list[Json]:
        """The diagnostics that are published for a version, waiting for them."""

        def look() -> list[Json] | None:
            for params in reversed(self.notified("textDocument/publishDiagnostics")):
                if params["uri"] == uri and (version is None or params.get("version") == version):
                    return params["diagnostics"]
            return None

        return self.until(look, seconds)

    def settled(self, uri: str, condition: Callable[[list[Json]], bool], seconds: float = 20) -> list[Json]:
        """The last published diagnostics, as soon as they fulfil a condition."""

        def look() -> list[Json] | None:
            said = [p for p in self.notified("textDocument/publishDiagnostics") if p["uri"] == uri]
            return said[-1]["diagnostics"] if said and condition(said[-1]["diagnostics"]) else None

        return self.until(look, seconds)

    def exit_code(self, seconds: float = 10) -> int:
        return self.process.wait(seconds)

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream
        while True:
            try:
                length = 0
                while line := stream.readline().strip():
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                message = json.loads(stream.read(length)) if length else None
            except ValueError:
                message = None
            with self.news:
                if message is None:
                    self.ended = True
                    self.news.notify_all()
                    return
                self.messages.append(message)
                if "method" not in message:
                    self.answers[message.get("id")] = message
                self.news.notify_all()
            if "method" in message and "id" in message:
                respond = self.respond.get(message["method"], lambda _params: None)
                # The test may be over, and with it the server.
                with contextlib.suppress(OSError, ValueError):
                    self.send({"jsonrpc": "2.0", "id": message["id"], "result": respond(message.get("params"))})

    def _read_errors(self) -> None:
        assert self.process.stderr
        try:
            for line in self.process.stderr:
                self.errors.append(line.decode("utf-8", "replace"))
        except ValueError:
            return
