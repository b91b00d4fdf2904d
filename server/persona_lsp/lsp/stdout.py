"""Standard output, written by a thread of its own."""

import os
import queue
import threading


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
