"""Bytes from and to the client: standard input and output, or TCP; one loop reads messages from either."""

import asyncio
import logging
import os
import queue
import re
import threading

from persona_lsp.lsp.rpc import Protocol

log = logging.getLogger(__name__)

_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,12})[ \t]*", re.IGNORECASE)
LONGEST = 512 * 1024 * 1024
"""Bytes of a message; a longer one is a mistake in its head."""


async def read_messages(reader: asyncio.StreamReader, protocol: Protocol) -> None:
    """Hand over message after message until `exit`, or until nothing comes any more."""
    while protocol.exit_code is None:
        try:
            length = await _head(reader)
            if length is None:
                return
            if length > LONGEST:
                log.error("a message of %d bytes; giving up", length)
                return
            body = await reader.readexactly(length)
        except asyncio.IncompleteReadError:
            return
        protocol.receive(body)
        # Let a request begin before the next message is handled: it means the text as it was when it was sent.
        await asyncio.sleep(0)


async def _head(reader: asyncio.StreamReader) -> int | None:
    """The length of the next message; None at the end. Lines that are no head are skipped."""
    length: int | None = None
    while True:
        try:
            line = await reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as error:
            await reader.readexactly(error.consumed)
            continue
        line = line.rstrip(b"\r\n")
        if not line and length is not None:
            return length
        if found := _LENGTH.fullmatch(line):
            length = int(found[1])
        elif line and not re.fullmatch(rb"[\w-]+[ \t]*:.*", line):
            log.warning("skipping a line that is no head of a message: %r", line[:80])


def stdin_reader(descriptor: int = 0) -> asyncio.StreamReader:
    """Standard input as a stream. A thread of its own reads it, so that nothing else can keep it from reading."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 16)

    def read() -> None:
        while True:
            try:
                # os.read holds no lock, which a buffered stream would still hold when the process ends.
                piece = os.read(descriptor, 1 << 20)
            except OSError:
                piece = b""
            try:
                if not piece:
                    loop.call_soon_threadsafe(reader.feed_eof)
                    return
                loop.call_soon_threadsafe(reader.feed_data, piece)
            except RuntimeError:
                # The loop is closed: the server has ended.
                return

    threading.Thread(target=read, name="stdin", daemon=True).start()
    return reader


class StdoutWriter:
    """Standard output. A thread writes, so that a client that reads slowly never stops the server."""

    def __init__(self, descriptor: int = 1) -> None:
        """Take the descriptor; whatever is printed later goes to standard error."""
        self._descriptor = os.dup(descriptor)
        os.dup2(2, descriptor)
        self._pieces: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="stdout", daemon=True)
        self._thread.start()
        self.broken = False

    def write(self, data: bytes) -> None:
        """Write soon, in order. Raises BrokenPipeError when the client is gone."""
        if self.broken:
            raise BrokenPipeError("nobody reads standard output")
        self._pieces.put(data)

    def close(self) -> None:
        """Write what is left, for a second at most."""
        self._pieces.put(None)
        self._thread.join(1.0)

    def _write(self) -> None:
        try:
            while (piece := self._pieces.get()) is not None:
                view = memoryview(piece)
                while view:
                    view = view[os.write(self._descriptor, view) :]
        except OSError:
            self.broken = True
