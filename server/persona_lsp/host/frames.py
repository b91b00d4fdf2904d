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
    """The first frame, of a pipe that carries no more than one at a time. As `Reader.next`."""
    return Reader(descriptor).next()


class Reader:
    """The frames of one pipe."""

    def __init__(self, descriptor: int) -> None:
        """Nothing was read yet."""
        self._descriptor = descriptor
        self._buffer = bytearray()

    def next(self) -> bytes | None:
        """The next frame; None at the end of the pipe. Raises `BrokenFrameError`."""
        head = self._take(4)
        if head is None:
            return None
        length = int.from_bytes(head, "big")
        if length > LIMIT:
            raise BrokenFrameError(f"a frame of {length} bytes")
        return self._take(length)

    def _take(self, length: int) -> bytes | None:
        buffer = self._buffer
        while len(buffer) < length:
            # As much as there is: each read costs a turn for the interpreter's lock, which another thread may hold.
            # os.read and not a buffered stream: a thread that waits here holds no lock when the process ends.
            piece = os.read(self._descriptor, 1 << 18)
            if not piece:
                return None
            buffer += piece
        taken = bytes(buffer[:length])
        del buffer[:length]
        return taken
