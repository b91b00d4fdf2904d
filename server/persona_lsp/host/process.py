"""The worker process as its owner sees it: started early, spoken to without waiting, started again when it dies.

Nothing here imports the engine or a protocol: the owner starts the worker first and then loads what it needs itself.
"""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

from persona_lsp.host import frames

COMMAND = (sys.executable, "-m", "persona_lsp.host.worker")


class WorkerProcess:
    """One worker process with a thread for each direction. Neither sending nor receiving makes the owner wait."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        """Start it. Raises OSError."""
        self.process = subprocess.Popen(  # noqa: S603  # this very program
            list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()
        )
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._early: list[bytes] = []
        self._lock = threading.Lock()
        self._receive: Callable[[bytes | None], None] | None = None
        threading.Thread(target=self._write, name="to-worker", daemon=True).start()
        threading.Thread(target=self._read, name="from-worker", daemon=True).start()

    def send(self, frame: bytes) -> None:
        """Send one message, as soon as the worker takes it."""
        self._outgoing.put(frame)

    def listen(self, receive: Callable[[bytes | None], None]) -> None:
        """Hand every message to `receive`, on another thread; None when the worker is gone."""
        with self._lock:
            early, self._early = self._early, []
            for frame in early:
                receive(frame or None)
            self._receive = receive

    def kill(self) -> None:
        """End it at once."""
        self._outgoing.put(None)
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Let it end: it does when nobody speaks to it any more."""
        self._outgoing.put(None)
        try:
            self.process.wait(0.5)
        except subprocess.TimeoutExpired:
            self.kill()

    def _write(self) -> None:
        assert self.process.stdin is not None  # noqa: S101  # opened with a pipe
        descriptor = self.process.stdin.fileno()
        try:
            while (frame := self._outgoing.get()) is not None:
                frames.write(descriptor, frame)
            self.process.stdin.close()
        except OSError:
            # It is gone; the thread that reads tells the owner.
            return

    def _read(self) -> None:
        assert self.process.stdout is not None  # noqa: S101  # opened with a pipe
        reader = frames.Reader(self.process.stdout.fileno())
        frame: bytes | None = b""
        while frame is not None:
            try:
                frame = reader.next()
            except (OSError, frames.BrokenFrameError):
                frame = None
            with self._lock:
                if self._receive is None:
                    self._early.append(frame or b"")
                else:
                    self._receive(frame)


def _environment() -> dict[str, str]:
    """The same packages for the child, however this process found them."""
    environment = dict(os.environ)  # a child process gets the environment of its parent
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    return environment
