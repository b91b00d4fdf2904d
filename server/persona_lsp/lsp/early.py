"""Answers `initialize` on standard input while the protocol's library is still being loaded.

A thread of its own reads standard input, now and later. It answers the first message by itself if that is a proper
`initialize`, lets the worker begin, and hands on every other byte as it is.
"""

import os
import threading
from collections.abc import Callable, Iterator

import msgspec

from persona_lsp.lsp.capabilities import answer
from persona_lsp.lsp.client import client_of
from persona_lsp.lsp.messages import Initialize
from persona_lsp.lsp.stdout import StdoutWriter
from persona_lsp.text.patterns import lazy

_HEAD = lazy(rb"\A(?:[A-Za-z-]+: [^\r\n]*\r\n)*?Content-Length: (\d{1,9})\r\n(?:[A-Za-z-]+: [^\r\n]*\r\n)*\r\n")
_LONGEST_HEAD = 4096


class Request(msgspec.Struct):
    """The first message, when it is as it should be."""

    id: int | str
    jsonrpc: str
    method: str
    params: Initialize


class Early:
    """Standard input from the first byte on."""

    def __init__(self, writer: StdoutWriter, begin: Callable[[Initialize], None], descriptor: int = 0) -> None:
        """Begin to read. `begin` is called with what was answered, on another thread."""
        self.writer = writer
        self._begin = begin
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._waiting: list[Initialize | bytes] = []
        self._take: Callable[[Initialize | bytes], None] | None = None
        threading.Thread(target=self._read, name="stdin", daemon=True).start()

    def attach(self, take: Callable[[Initialize | bytes], None]) -> None:
        """Hand over what came and what comes: the parameters that were answered, then bytes; b"" at the end.

        `take` is called on another thread, and may raise RuntimeError when nobody listens any more.
        """
        with self._lock:
            for item in self._waiting:
                take(item)
            self._waiting = []
            self._take = take

    def _hand_over(self, item: Initialize | bytes) -> None:
        with self._lock:
            if self._take is None:
                self._waiting.append(item)
            else:
                self._take(item)

    def _read(self) -> None:
        try:
            for item in self._items():
                self._hand_over(item)
        except RuntimeError:
            # The loop is closed: the server has ended.
            return

    def _items(self) -> Iterator[Initialize | bytes]:
        first = b""
        while (piece := self._piece()) and not _complete(first := first + piece):
            continue
        request, rest = _initialize(first)
        if request is not None:
            result = answer(client_of(request.params.capabilities, request.params.initialization_options))
            body = msgspec.json.encode({"jsonrpc": "2.0", "id": request.id, "result": result})
            self.writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            self._begin(request.params)
            yield request.params
        if rest:
            yield rest
        while piece:
            if piece := self._piece():
                yield piece
        yield b""

    def _piece(self) -> bytes:
        try:
            # os.read holds no lock, which a buffered stream would still hold when the process ends.
            return os.read(self._descriptor, 1 << 20)
        except OSError:
            return b""


def _complete(data: bytes) -> bool:
    """Whether the first message is there, or it is clear that it is none that could be answered here."""
    head = _HEAD.match(data)
    if head is None:
        return len(data) > _LONGEST_HEAD or b"\r\n\r\n" in data
    return len(data) - head.end() >= int(head[1])


def _initialize(data: bytes) -> tuple[Request | None, bytes]:
    """The request and the bytes behind it; None and all bytes when the first message is anything else."""
    head = _HEAD.match(data)
    if head is None:
        return None, data
    end = head.end() + int(head[1])
    try:
        request = msgspec.json.decode(data[head.end() : end], type=Request)
    except (msgspec.DecodeError, RecursionError):
        return None, data
    proper = request.method == "initialize" and request.jsonrpc == "2.0" and len(data) >= end
    return (request, data[end:]) if proper else (None, data)
