"""A fake of the Messages API on loopback: scripted status, headers, chunks, delays and deaths; it records what it hears."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

Death = Literal["", "reset", "fin", "stall"]

CODE = """@app.get("/books/{id}")
def read_book(id: int):
    try:
        return db.find(id)
    except Exception:
        return {"error": "oops"}
"""
"""A function to ask about."""


@dataclass
class Answer:
    """One scripted answer. `text` becomes a stream of events; `raw` is sent as it is."""

    text: str = '{"findings": []}'
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    raw: bytes | None = None
    kind: str = "text/event-stream"
    stop: str | None = "end_turn"
    piece: int = 20
    """Characters of text in one event."""
    chunk: int = 0
    """Bytes that are written at once, 0 for all."""
    pause: float = 0.0
    """Seconds between two events."""
    before: float = 0.0
    """Seconds before anything is sent."""
    die: Death = ""
    after: int = 10_000
    """Events after which it dies, or says that it is overloaded."""
    error: bool = False
    close: bool = True
    end: bool = True
    """Whether `message_stop` is sent."""


@dataclass
class Heard:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float
    lost: float | None = None
    """When the client went away before the answer was complete."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def question(self) -> str:
        return self.json["messages"][0]["content"][0]["text"]


class Fake:
    """Serves scripted answers one after another, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers: list[Answer] = list(answers) or [Answer()]
        self.heard: list[Heard] = []
        self.batches: dict[str, list[dict[str, Any]]] = {}
        self.results: dict[str, Any] = {}
        """custom_id -> result; the scripted text for all others."""
        self.polls = 1
        """How often a batch is said to be under way."""
        self.results_host = ""
        self.choose: Callable[[Heard], Answer] | None = None
        """Picks the answer by what was asked, instead of the script."""
        self.open = 0
        self.most_open = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def bytes_heard(self) -> bytes:
        return b"\n".join(one.body for one in self.heard)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def script(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._client, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            await self._one(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            if self.heard and self.heard[-1].lost is None:
                self.heard[-1].lost = time.monotonic()
        finally:
            self.open -= 1
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        heard = Heard(method, path.split("?")[0], headers, body, time.monotonic())
        self.heard.append(heard)
        gone = asyncio.ensure_future(reader.read(1))
        gone.add_done_callback(lambda done: self._left(heard, done))
        try:
            if "/batches" in heard.path:
                await self._batch(heard, writer)
            else:
                await self._answer(self._next(heard), writer)
        finally:
            gone.cancel()

    def _next(self, heard: Heard) -> Answer:
        if self.choose is not None:
            return self.choose(heard)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def _left(self, heard: Heard, done: "asyncio.Future[bytes]") -> None:
        if not done.cancelled() and heard.lost is None:
            heard.lost = time.monotonic()
            done.exception()

    async def _answer(self, answer: Answer, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(answer.before)
        if answer.die == "reset" and answer.after == 0:
            writer.transport.abort()
            return
        if answer.status != 200:
            self._head(writer, answer.status, "application/json", answer.headers)
            writer.write(json.dumps(answer.body or error_of(answer.status)).encode())
            await writer.drain()
            return
        self._head(writer, 200, answer.kind, answer.headers)
        if answer.raw is not None:
            writer.write(answer.raw)
            await writer.drain()
            return
        for number, event in enumerate(events(answer.text, answer.stop, answer.piece, end=answer.end)):
            if number == answer.after:
                if answer.error:
                    writer.write(
                        sse("error", {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
                    )
                    await writer.drain()
                    return
                await writer.drain()
                match answer.die:
                    case "reset":
                        await asyncio.sleep(0.05)
                        writer.transport.abort()
                        return
                    case "stall":
                        await asyncio.sleep(60)
                    case "fin":
                        return
            step = answer.chunk or len(event)
            for start in range(0, len(event), step):
                writer.write(event[start : start + step])
                await writer.drain()
                if answer.chunk:
                    await asyncio.sleep(0)
            await asyncio.sleep(answer.pause)
        # Chunked, so that an end without the last chunk can be told from one with it.
        writer.write(b"")
        await writer.drain()

    def _head(self, writer: asyncio.StreamWriter, status: int, kind: str, headers: dict[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} X", f"content-type: {kind}", "connection: close", "request-id: req_fake"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def _batch(self, heard: Heard, writer: asyncio.StreamWriter) -> None:
        parts = heard.path.strip("/").split("/")
        if heard.method == "POST" and parts[-1] == "batches":
            batch = f"msgbatch_{len(self.batches) + 1}"
            self.batches[batch] = heard.json["requests"]
            await self._send_json(writer, self._state(batch, ended=False))
        elif parts[-1] == "results":
            lines = []
            for one in self.batches[parts[-2]]:
                result = self.results.get(one["custom_id"]) or {
                    "type": "succeeded",
                    "message": message(self.answers[0]),
                }
                lines.append(json.dumps({"custom_id": one["custom_id"], "result": result}))
            self._head(writer, 200, "application/x-jsonl", {})
            writer.write(("\n".join(lines) + "\n").encode())
            await writer.drain()
        elif parts[-1] == "cancel":
            await self._send_json(writer, self._state(parts[-2], ended=True))
        else:
            self.polls -= 1
            await self._send_json(writer, self._state(parts[-1], ended=self.polls < 0))

    def _state(self, batch: str, *, ended: bool) -> dict[str, Any]:
        count = len(self.batches.get(batch, ()))
        now = "2026-11-23T00:00:00Z"
        return {
            "id": batch, "type": "message_batch", "processing_status": "ended" if ended else "in_progress",
            "request_counts": {"processing": 0 if ended else count, "succeeded": count if ended else 0, "errored": 0,
                               "canceled": 0, "expired": 0},
            "created_at": now, "expires_at": now, "ended_at": now if ended else None, "archived_at": None,
            "cancel_initiated_at": None,
            "results_url": f"{self.results_host or self.url}/v1/messages/batches/{batch}/results" if ended else None,
        }  # fmt: skip

    async def _send_json(self, writer: asyncio.StreamWriter, body: Any) -> None:
        self._head(writer, 200, "application/json", {})
        writer.write(json.dumps(body).encode())
        await writer.drain()


def sse(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def message(answer: Answer) -> dict[str, Any]:
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-fake", "stop_reason": answer.stop,
        "stop_sequence": None, "content": [{"type": "text", "text": answer.text}],
        "usage": {"input_tokens": 100, "output_tokens": 50},
    }  # fmt: skip


def events(text: str, stop: str | None, piece: int, *, end: bool) -> Sequence[bytes]:
    start = {**message(Answer()), "content": [], "stop_reason": None}
    start["usage"] = {"input_tokens": 100, "output_tokens": 1, "cache_read_input_tokens": 7}
    found = [
        sse("message_start", {"type": "message_start", "message": start}),
        sse(
            "content_block_start",
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        ),
    ]
    found += [
        sse(
            "content_block_delta",
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text[at : at + piece]}},
        )
        for at in range(0, len(text), piece)
    ]
    if end:
        found += [
            sse("content_block_stop", {"type": "content_block_stop", "index": 0}),
            sse(
                "message_delta",
                {
                    "type": "message_delta",
                    "delta": {"stop_reason": stop, "stop_sequence": None},
                    "usage": {"output_tokens": 50},
                },
            ),
            sse("message_stop", {"type": "message_stop"}),
        ]
    return found


def error_of(status: int) -> dict[str, Any]:
    kinds = {
        400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error",
        413: "request_too_large", 429: "rate_limit_error", 500: "api_error", 529: "overloaded_error",
    }  # fmt: skip
    return {"type": "error", "error": {"type": kinds.get(status, "api_error"), "message": "scripted"}}


def finding(quote: str, line: int = 1, message: str = "It is wrong; mend it.", **more: Any) -> dict[str, Any]:
    return {"quote": quote, "line": line, "severity": "warning", "message": message, "why": "Because.", **more}


def findings(*each: dict[str, Any]) -> str:
    return json.dumps({"findings": list(each)})
