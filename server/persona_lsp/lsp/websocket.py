"""The server's half of one WebSocket connection (RFC 6455): as much of it as a protocol of whole messages needs."""

import asyncio
import base64
import hashlib
import logging
from urllib.parse import urlsplit

log = logging.getLogger(__name__)

_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _BINARY, _CONTINUED, _CLOSE, _PING, _PONG = 1, 2, 0, 8, 9, 10
_LONGEST = 512 * 1024 * 1024
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1", ""})


class WebSocket:
    """A connection on which the client may now speak."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Nothing was exchanged yet."""
        self._reader = reader
        self._writer = writer

    async def accept(self) -> bool:
        """Answer the handshake; False when it is none, or a web page of elsewhere tries to get in."""
        try:
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            return False
        fields = {
            name.strip().lower(): value.strip()
            for name, colon, value in (line.partition(":") for line in head.split("\r\n")[1:])
            if colon
        }
        key = fields.get("sec-websocket-key", "")
        if not head.startswith("GET ") or fields.get("upgrade", "").lower() != "websocket" or not key:
            return await self._refuse("400 Bad Request")
        if not _is_local(fields.get("origin", "")):
            # Any page in a browser can reach this address; only those of this machine may use it.
            log.warning("refusing a connection from %s", fields["origin"])
            return await self._refuse("403 Forbidden")
        accept = base64.b64encode(hashlib.sha1((key + _MAGIC).encode(), usedforsecurity=False).digest()).decode()
        self._writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept.encode() + b"\r\n\r\n"
        )
        return True

    async def receive(self) -> bytes | None:
        """The next message; None at the end."""
        message = b""
        while True:
            try:
                final, kind, payload = await self._frame()
            except (asyncio.IncompleteReadError, ConnectionError, ValueError):
                return None
            if kind == _CLOSE:
                self._send(_CLOSE, payload[:2])
                return None
            if kind == _PING:
                self._send(_PONG, payload)
            elif kind in (_TEXT, _BINARY, _CONTINUED):
                message = payload if kind != _CONTINUED else message + payload
                if len(message) > _LONGEST:
                    return None
                if final:
                    return message

    def write(self, data: bytes) -> None:
        """Send a message of text."""
        self._send(_TEXT, data)

    async def close(self) -> None:
        """Send what is left, and close."""
        try:
            self._send(_CLOSE, b"\x03\xe8")
            await self._writer.drain()
        except ConnectionError:
            log.debug("the client is gone already")
        self._writer.close()

    async def _frame(self) -> tuple[bool, int, bytes]:
        first, second = await self._reader.readexactly(2)
        length = second & 0x7F
        if length == 126:
            length = int.from_bytes(await self._reader.readexactly(2), "big")
        elif length == 127:
            length = int.from_bytes(await self._reader.readexactly(8), "big")
        if length > _LONGEST or not second & 0x80:
            raise ValueError("a frame that is too long, or not masked as those of clients are")
        mask = await self._reader.readexactly(4)
        payload = await self._reader.readexactly(length)
        return bool(first & 0x80), first & 0x0F, _unmasked(payload, mask)

    def _send(self, kind: int, payload: bytes) -> None:
        length = len(payload)
        if length < 126:
            head = bytes([0x80 | kind, length])
        elif length < 1 << 16:
            head = bytes([0x80 | kind, 126]) + length.to_bytes(2, "big")
        else:
            head = bytes([0x80 | kind, 127]) + length.to_bytes(8, "big")
        self._writer.write(head + payload)

    async def _refuse(self, status: str) -> bool:
        self._writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await self._writer.drain()
        return False


def _is_local(origin: str) -> bool:
    """Whether a page of this machine asks; programs that are no browsers send no origin."""
    if not origin or origin.startswith(("vscode-webview:", "vscode-file:", "file:")):
        return True
    try:
        return origin != "null" and (urlsplit(origin).hostname or "-") in _LOCAL
    except ValueError:
        return False


def _unmasked(payload: bytes, mask: bytes) -> bytes:
    # As one number: a loop over the bytes of a large file would take long.
    length = len(payload)
    repeated = (mask * (length // 4 + 1))[:length]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(length, "big")
