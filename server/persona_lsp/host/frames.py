"""Frames on a pipe: four bytes of length, then the message."""

import os

LIMIT = 256 * 1024 * 1024
"""Bytes of one frame; more is a sign that somebody else writes to the pipe."""


class BrokenFrameError(Exception):
    """What came over the pipe is no frame."""


def write(descriptor: int, message: bytes) -> None:
    """Write one frame. Raises OSError when nobody reads any more."""
    view = memoryview(len(message).to_bytes(4, "big") + message)
    while view:
        view = view[os.write(descriptor, view) :]


def read(descriptor: int) -> bytes | None:
    """The next frame; None at the end of the pipe. Raises `BrokenFrameError`."""
    head = _exactly(descriptor, 4)
    if head is None:
        return None
    length = int.from_bytes(head, "big")
    if length > LIMIT:
        raise BrokenFrameError(f"a frame of {length} bytes")
    return _exactly(descriptor, length)


def _exactly(descriptor: int, length: int) -> bytes | None:
    pieces = []
    while length:
        # os.read and not a buffered stream: a thread that waits here holds no lock when the process ends.
        piece = os.read(descriptor, min(length, 1 << 20))
        if not piece:
            return None
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)
