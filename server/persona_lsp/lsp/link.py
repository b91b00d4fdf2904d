"""The front's link to the worker: questions with answers, and a new worker when the old one dies or hangs."""

import asyncio
import itertools
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from persona_lsp.host import wire
from persona_lsp.host.process import WorkerProcess

log = logging.getLogger(__name__)
T = TypeVar("T")

HANGS = 30.0
"""Seconds without a word from a worker that owes one, after which it counts as hanging."""

RESTARTS = 4
"""How often it is started again within `WITHIN` seconds before the user is told and it stays away."""

WITHIN = 120.0


class WorkerGoneError(Exception):
    """The worker died before it answered."""


class StaleError(Exception):
    """The document changed before the question was answered."""


class Link:
    """Speaks to one worker after another."""

    def __init__(
        self, process: WorkerProcess, command: Sequence[str], replay: Callable[[int], list[wire.ToWorker]]
    ) -> None:
        """`replay` tells what a new worker has to know, given how many died lately."""
        self._process = process
        self._command = command
        self._replay = replay
        self._loop = asyncio.get_running_loop()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._owed: dict[str, float] = {}
        self._deaths: list[float] = []
        self._heard = time.monotonic()
        self._closed = False
        self._looking = ""
        self._blamed: dict[str, int] = {}
        self.quarantined: set[str] = set()
        """Documents that ended the worker twice; they are left alone until they change."""
        self.hangs = HANGS
        self.receive: Callable[[wire.ToFront], None] = lambda _message: None
        self.complain: Callable[[str], None] = lambda _text: None
        self._listening = False

    def listen(self) -> None:
        """Hear the worker from now on, and what it has said until now: its words are for a client that is known."""
        if not self._listening:
            self._listening = True
            self._listen()

    def send(self, message: wire.ToWorker) -> None:
        """Tell the worker something."""
        match message:
            case wire.Open() | wire.Edited():
                self._owed.setdefault(message.uri, time.monotonic())
            case wire.Close():
                self._owed.pop(message.uri, None)
        self._process.send(wire.encode(message))

    async def ask(self, what: str, type: type[T] | Any, **fields: Any) -> T:  # noqa: A002  # the word for it
        """Ask the worker. Raises `WorkerGoneError` and `StaleError`; the worker learns when the answer is not wanted."""
        number = next(self._numbers)
        future: asyncio.Future[bytes] = self._loop.create_future()
        self._waiting[number] = future
        self._owed[f"#{number}"] = time.monotonic()
        self.send(wire.Ask(number, what, **fields))
        try:
            body = await future
        except asyncio.CancelledError:
            self.send(wire.Cancel(number))
            raise
        finally:
            self._waiting.pop(number, None)
            self._owed.pop(f"#{number}", None)
        decoded: T = msgspec.msgpack.decode(body, type=type)
        return decoded

    async def watch(self) -> None:
        """Start a new worker whenever the present one owes an answer for too long."""
        while not self._closed:
            await asyncio.sleep(min(1.0, self.hangs / 4))
            now = time.monotonic()
            oldest = min(self._owed.values(), default=now)
            if now - max(oldest, self._heard) > self.hangs:
                log.error("the worker said nothing for %.0f seconds", self.hangs)
                self._process.process.kill()

    def close(self) -> None:
        """End the worker."""
        self._closed = True
        self._process.stop()

    def restart(self) -> None:
        """Start a new worker now."""
        self._deaths.clear()
        self._blamed.clear()
        self.quarantined.clear()
        if self._process.process.poll() is None:
            self._process.process.kill()
        else:
            self._start()

    def _listen(self) -> None:
        process = self._process

        def heard(frame: bytes | None) -> None:
            try:
                self._loop.call_soon_threadsafe(self._hear, process, frame)
            except RuntimeError:
                # The loop is closed: the server has ended.
                return

        process.listen(heard)

    def _hear(self, process: WorkerProcess, frame: bytes | None) -> None:
        if process is not self._process or self._closed:
            return
        if frame is None:
            self._died()
            return
        self._heard = time.monotonic()
        message = wire.to_front(frame)
        match message:
            case wire.Answer():
                self._answered(message)
            case wire.Looking():
                self._looking = message.uri
            case wire.Result():
                self._looking = ""
                self._blamed.pop(message.uri, None)
                self._owed.pop(message.uri, None)
                self.receive(message)
            case _:
                self.receive(message)

    def _answered(self, answer: wire.Answer) -> None:
        future = self._waiting.get(answer.id)
        if future is None or future.done():
            return
        if answer.stale:
            future.set_exception(StaleError())
        elif answer.error:
            log.error("%s", answer.error)
            future.set_exception(WorkerGoneError(answer.error))
        else:
            future.set_result(answer.body)

    def _died(self) -> None:
        code = self._process.process.wait()
        log.error("the worker ended with %s", code)
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(WorkerGoneError("the worker ended"))
        self._owed.clear()
        self._blame(self._looking)
        now = time.monotonic()
        self._deaths = [death for death in self._deaths if now - death < WITHIN] + [now]
        if len(self._deaths) > RESTARTS:
            self.complain(
                f"persona-lsp stopped: its worker ended {len(self._deaths)} times (last with {code}). "
                "The log of the language server says why; the command persona-lsp.restart starts it again."
            )
        else:
            self._start()

    def _blame(self, uri: str) -> None:
        self._looking = ""
        if not uri:
            return
        self._blamed[uri] = self._blamed.get(uri, 0) + 1
        if self._blamed[uri] >= 2 and uri not in self.quarantined:
            self.quarantined.add(uri)
            self.complain(f"persona-lsp leaves {uri} alone until it changes: its worker ended twice while reading it.")

    def _start(self) -> None:
        try:
            self._process = WorkerProcess(self._command)
        except OSError as error:
            self.complain(f"persona-lsp cannot start its worker: {error}")
            return
        self._heard = time.monotonic()
        self._listen()
        for message in self._replay(len(self._deaths)):
            self.send(message)
