"""A language client that measures at the wire: JSON-RPC over pipes, one thread, times taken as bytes arrive."""

import json
import os
import selectors
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple, Self, TypeVar

T = TypeVar("T")
Json = dict[str, Any]


class Received(NamedTuple):
    """A message, and the second at which its last byte was there."""

    at: float
    body: Json


class Silence(Exception):
    """A server did not say what it should have said."""


class Client:
    """One server process and what it said. Leaving the `with` block ends the process."""

    def __init__(self, command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> None:
        self.errors = TemporaryFile()  # noqa: SIM115  # closed with the process
        self.received: list[Received] = []
        self.answers: dict[int, Received] = {}
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            cwd=cwd,
            env={**os.environ, **(env or {})},
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._in, self._out = self.process.stdin.fileno(), self.process.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._out, selectors.EVENT_READ)
        self._buffer = bytearray()
        self._outgoing = bytearray()
        self._sending = False
        self._number = 0
        self.whole_texts = False
        """Whether the server wants the whole text of a document at each change."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self.process.poll() is None:
                self.request("shutdown", seconds=5)
                self.notify("exit")
                self.process.wait(5)
        except (Silence, OSError, subprocess.TimeoutExpired):
            self.process.kill()
        finally:
            self.process.wait()
            self._selector.close()
            for stream in (self.process.stdin, self.process.stdout, self.errors):
                if stream is not None:
                    try:
                        stream.close()
                    except BrokenPipeError:
                        continue

    def start(self, method: str, params: object = None) -> int:
        """Send a request; its number."""
        self._number += 1
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        return self._number

    def notify(self, method: str, params: object = None) -> float:
        """Send a notification; the second at which it was written."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})
        return time.perf_counter()

    def request(self, method: str, params: object = None, seconds: float = 60) -> Received:
        """Send a request and wait for its answer."""
        number = self.start(method, params)
        return self.wait(lambda: self.answers.get(number), seconds)

    def wait(self, look: Callable[[], T | None], seconds: float = 60) -> T:
        """What `look` finds as soon as it finds something. Raises `Silence`."""
        end = time.perf_counter() + seconds
        while (found := look()) is None:
            left = end - time.perf_counter()
            if left <= 0:
                raise Silence(f"{self.process.args!r} was silent for {seconds} s: {self._complaint()}")
            self._pump(left)
        return found

    def rest(self, until: float) -> None:
        """Read until that second (of `time.perf_counter`)."""
        while (left := until - time.perf_counter()) > 0:
            self._pump(left)

    def notified(self, method: str) -> list[Received]:
        """The notifications of that name, in order."""
        return [message for message in self.received if message.body.get("method") == method]

    def _send(self, message: Json) -> None:
        body = json.dumps(message, ensure_ascii=False).encode()
        # What is sent while this waits (answers to the server's requests) must not get between its bytes.
        self._outgoing += b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        if self._sending:
            return
        self._sending = True
        while self._outgoing:
            try:
                del self._outgoing[: os.write(self._in, self._outgoing)]
            except BlockingIOError:
                # The server may be waiting for us to read.
                self._pump(0.001)
        self._sending = False

    def _pump(self, seconds: float) -> None:
        if not self._selector.select(seconds):
            return
        data = os.read(self._out, 1 << 20)
        if not data:
            raise Silence(f"{self.process.args!r} ended: {self._complaint()}")
        self._buffer += data
        at = time.perf_counter()
        while (message := self._message()) is not None:
            self._take(Received(at, message))

    def _message(self) -> Json | None:
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return None
        fields = bytes(self._buffer[:head]).decode("ascii").lower().split("\r\n")
        length = next(int(field.split(":")[1]) for field in fields if field.startswith("content-length:"))
        if len(self._buffer) < head + 4 + length:
            return None
        body: Json = json.loads(self._buffer[head + 4 : head + 4 + length])
        del self._buffer[: head + 4 + length]
        return body

    def _take(self, message: Received) -> None:
        body = message.body
        if "method" not in body:
            self.answers[body["id"]] = message
            return
        self.received.append(message)
        if "id" in body:
            self._send({"jsonrpc": "2.0", "id": body["id"], "result": self._answer(body)})

    def _answer(self, body: Json) -> object:
        if body["method"] == "workspace/configuration":
            return [None for _ in body["params"]["items"]]
        return None

    def _complaint(self) -> str:
        self.errors.seek(0)
        return self.errors.read().decode("utf-8", "replace")[-2000:] or "no word on standard error"


class Document:
    """An open document: what is sent, and what comes back about it."""

    def __init__(self, client: Client, path: Path, language: str, text: str) -> None:
        self.client = client
        self.uri = path.as_uri()
        self.version = 1
        self.text = text
        item = {"uri": self.uri, "languageId": language, "version": 1, "text": text}
        self.opened = client.notify("textDocument/didOpen", {"textDocument": item})

    def insert(self, line: int, character: int, text: str) -> float:
        """Type something; the second at which it was written. All texts here are ASCII: characters are bytes."""
        self.version += 1
        change: Json
        if self.client.whole_texts:
            lines = self.text.split("\n")
            lines[line] = lines[line][:character] + text + lines[line][character:]
            self.text = "\n".join(lines)
            change = {"text": self.text}
        else:
            here = {"line": line, "character": character}
            change = {"range": {"start": here, "end": here}, "text": text}
        return self.client.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": self.uri, "version": self.version}, "contentChanges": [change]},
        )

    def published(self) -> list[Received]:
        """Diagnostics published for it."""
        return [
            message
            for message in self.client.notified("textDocument/publishDiagnostics")
            if message.body["params"]["uri"] == self.uri
        ]

    def fresh(self, seconds: float = 60) -> Received:
        """Diagnostics for the present version, waiting for them."""

        def look() -> Received | None:
            for message in reversed(self.client.received):
                params: Json = message.body.get("params") or {}
                if (
                    message.body["method"] == "textDocument/publishDiagnostics"
                    and params["uri"] == self.uri
                    and params.get("version") == self.version
                ):
                    return message
            return None

        return self.client.wait(look, seconds)

    def hover(self, line: int, character: int) -> int:
        """Ask for a hover; the number of the request."""
        return self.client.start(
            "textDocument/hover",
            {"textDocument": {"uri": self.uri}, "position": {"line": line, "character": character}},
        )


def initialize(client: Client, root: Path, options: object = None) -> Received:
    """Shake hands as a client that wants diagnostics pushed."""
    answer = client.request(
        "initialize",
        {
            "processId": os.getpid(),
            "rootUri": root.as_uri(),
            "workspaceFolders": [{"uri": root.as_uri(), "name": "benchmark"}],
            "initializationOptions": options,
            "capabilities": {
                "textDocument": {
                    "publishDiagnostics": {"versionSupport": True, "relatedInformation": True},
                    "hover": {"contentFormat": ["markdown"]},
                    "synchronization": {},
                },
                "workspace": {"configuration": False},
                "window": {"workDoneProgress": True},
                "general": {"positionEncodings": ["utf-16"]},
            },
        },
    )
    sync = answer.body["result"]["capabilities"].get("textDocumentSync")
    client.whole_texts = (sync.get("change") if isinstance(sync, dict) else sync) == 1
    client.notify("initialized", {})
    return answer


def indexed(client: Client, document: Document, seconds: float = 600) -> float:
    """The second at which the project was indexed.

    The end of the progress that was shown; where it took too little time to be shown, the first diagnostics: they are
    held back until then.
    """

    def look() -> float | None:
        shown = client.notified("$/progress")
        for message in shown:
            if message.body["params"]["value"]["kind"] == "end":
                return message.at
        published = document.published()
        # The progress may have begun without being shown yet.
        if published and not shown and time.perf_counter() - published[0].at > 1:
            return published[0].at
        return None

    end = time.perf_counter() + seconds
    while (at := look()) is None:
        if time.perf_counter() > end:
            raise Silence(f"{client.process.args!r} did not index in {seconds} s")
        client.rest(time.perf_counter() + 0.05)
    return at
