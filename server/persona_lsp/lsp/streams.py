"""Messages out of a stream of bytes, whatever transport it comes over."""

import asyncio
import logging
import re

from persona_lsp.lsp.rpc import Protocol
from persona_lsp.text.patterns import lazy

log = logging.getLogger(__name__)

_LENGTH = lazy(rb"content-length[ \t]*:[ \t]*(\d{1,12})[ \t]*", re.IGNORECASE)
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
