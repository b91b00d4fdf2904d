"""The front's link to the process that asks Claude: started at the first question, started again when it died."""

import asyncio
import itertools
import sys
from collections.abc import Callable, Sequence

import msgspec

from persona_lsp.ai import wire
from persona_lsp.host.process import WorkerProcess

COMMAND = (sys.executable, "-m", "persona_lsp.ai.process")


class AiLink:
    """Questions to Claude, and their answers."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        """Nothing is started yet."""
        self._command = command
        self._process: WorkerProcess | None = None
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[asyncio.Future[wire.FromAi], Callable[[wire.AiFinding], None]]] = {}

    @property
    def running(self) -> int:
        """How many questions are under way."""
        return len(self._waiting)

    def number(self) -> int:
        """The number of a new question."""
        return next(self._numbers)

    async def ask(
        self, message: wire.Do | wire.Peek | wire.Show, found: Callable[[wire.AiFinding], None] = lambda _one: None
    ) -> wire.FromAi:
        """Ask, and wait for the last word; `found` hears of findings before. Whoever is cancelled ends the question."""
        future: asyncio.Future[wire.FromAi] = asyncio.get_running_loop().create_future()
        self._waiting[message.id] = (future, found)
        try:
            self.send(message)
            return await future
        except OSError as error:
            return wire.Failed(message.id, "off", f"The process that asks Claude cannot be started: {error.strerror}.")
        except asyncio.CancelledError:
            self.send(wire.Cancel(message.id))
            raise
        finally:
            self._waiting.pop(message.id, None)

    def send(self, message: wire.ToAi) -> None:
        """Tell the process something. Raises OSError where it cannot be started."""
        if self._process is None:
            self._process = process = WorkerProcess(self._command)
            loop = asyncio.get_running_loop()

            def heard(frame: bytes | None) -> None:
                try:
                    loop.call_soon_threadsafe(self._hear, process, frame)
                except RuntimeError:
                    # The loop is closed: the server has ended.
                    return

            process.listen(heard)
        self._process.send(wire.encode(message))

    def close(self) -> None:
        """End the process at once: whatever it hears, nobody wants to know it any more."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _hear(self, process: WorkerProcess, frame: bytes | None) -> None:
        if process is not self._process:
            return
        if frame is None:
            self._process = None
            for number, (future, _) in list(self._waiting.items()):
                if not future.done():
                    future.set_result(wire.Failed(number, "off", "The process that asks Claude ended; ask again."))
            return
        try:
            message = wire.from_ai(frame)
        except msgspec.DecodeError:
            return
        waiting = self._waiting.get(message.id)
        if waiting is None or waiting[0].done():
            return
        future, found = waiting
        if isinstance(message, wire.Found):
            found(message.finding)
        else:
            future.set_result(message)
