"""How Claude is asked: from the cache where it answered before, once at a time for one question, within every bound."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from msgspec import Struct

from persona_lsp.ai.account import Account
from persona_lsp.ai.cache import Cache, Kept
from persona_lsp.ai.claude import Claude, Reply
from persona_lsp.ai.errors import AiError
from persona_lsp.ai.ledger import Ledger, Usage
from persona_lsp.ai.request import Request
from persona_lsp.ai.store import state_folder

AT_ONCE = 2
"""Questions that are under way at the same time."""

TRIES = 2
"""How often one question is asked, all in all."""

_PAUSE = 0.5
_REST = 30.0
"""Seconds for which nobody is asked after failures in a row that named no time."""

_FAILURES = 3


class Asks(Protocol):
    """Who answers: the SDK, or recorded answers."""

    async def ask(self, body: dict[str, Any], heard: Callable[[str], None], spent: Callable[[Usage], None]) -> Reply:
        """As `Claude.ask`."""


class Answered(Struct, frozen=True):
    """An answer, and where it came from. `at` is when it was given, in seconds since 1970."""

    text: str
    model: str
    usage: Usage
    at: float
    cached: bool = False


class Breaker:
    """Remembers until when nobody is to be asked."""

    def __init__(self, clock: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        """Everybody may be asked. `clock` is what people are told, `steady` decides: somebody may set the first one."""
        self._clock = clock
        self._steady = steady
        self._failures = 0
        self._over = 0.0
        self.reason = ""

    @property
    def until(self) -> float:
        """When it closes, in seconds since 1970; 0 where it is not open."""
        left = self._over - self._steady()
        return self._clock() + left if left > 0 else 0.0

    def check(self) -> None:
        """Raises `AiError` while it is open."""
        if until := self.until:
            at = time.strftime("%H:%M:%S", time.localtime(until))
            raise AiError("rate", f"{self.reason} Not asked again before {at}.", final=True)

    def failed(self, error: AiError) -> None:
        """Opens for as long as the other side wants, or for a while after several failures in a row."""
        if error.kind not in {"rate", "overloaded", "server", "network", "timeout"}:
            return
        self._failures += 1
        if error.wait is not None or self._failures >= _FAILURES:
            self._over = max(self._over, self._steady() + (error.wait if error.wait is not None else _REST))
            self.reason = error.message

    def worked(self) -> None:
        """The other side is well."""
        self._failures, self._over = 0, 0.0


class Asking:
    """Everybody of one process who wants to know something asks here."""

    def __init__(self, account: Account, claude: Asks | None = None, *, clock: Callable[[], float] = time.time) -> None:
        """Nobody is asked yet. `claude` answers instead of the SDK."""
        self.account = account
        self.claude: Asks = claude or Claude(account)
        self.cache = Cache(megabytes=account.cache_megabytes, on=account.cache)
        self.ledger = Ledger(
            os.path.join(state_folder(), "ledger"), account.tokens_per_session, account.tokens_per_day, clock
        )
        self.breaker = Breaker(clock)
        self._clock = clock
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._flights: dict[str, _Flight] = {}

    def kept(self, request: Request) -> Answered | None:
        """The answer that is there already."""
        found = self.cache.get(request.key)
        return None if found is None else Answered(found.text, found.model, found.usage, found.at, cached=True)

    async def ask(self, request: Request, heard: Callable[[str], None], *, fresh: bool = False) -> Answered:
        """The answer, whole. `heard` is called with each piece. Raises `AiError`.

        Who asks what somebody asks already hears the same answer; when nobody wants it any more, the question ends.
        """
        if not fresh and (found := self.kept(request)) is not None:
            heard(found.text)
            return found
        flight = self._flights.get(request.key)
        if flight is None:
            flight = self._flights[request.key] = _Flight()
            flight.task = asyncio.ensure_future(self._fly(request, flight))
            flight.task.add_done_callback(lambda _done: self._flights.pop(request.key, None))
        elif flight.parts:
            heard("".join(flight.parts))
        flight.listeners.append(heard)
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.listeners.remove(heard)
            if not flight.listeners and not flight.task.done():
                self._flights.pop(request.key, None)
                flight.task.cancel()
                with suppress(asyncio.CancelledError, AiError):
                    await flight.task

    async def _fly(self, request: Request, flight: _Flight) -> Answered:
        deadline = time.monotonic() + self.account.seconds
        tokens = request.estimate
        async with self._turn:
            # Not before: who waits for a turn may find the budget spent, and must not make others find it so.
            self.ledger.reserve(tokens)
            try:
                reply = await self._tried(request, flight, deadline)
            finally:
                self.ledger.release(tokens)
        at = self._clock()
        self.cache.put(request.key, Kept(reply.text, reply.model, at, reply.usage))
        return Answered(reply.text, reply.model, reply.usage, at)

    async def _tried(self, request: Request, flight: _Flight, deadline: float) -> Reply:
        for number in range(1, TRIES + 1):
            self.breaker.check()
            left = deadline - time.monotonic()
            try:
                # The SDK's time-outs are for each read: an answer that drips never ends by itself.
                async with asyncio.timeout(max(left, 0.001)):
                    reply = await self.claude.ask(request.body, flight.hear, self.ledger.spend)
            except TimeoutError as late:
                error = AiError("timeout", "Claude did not answer in time.", text="".join(flight.parts), final=True)
                self.breaker.failed(error)
                raise error from late
            except AiError as error:
                pause = error.wait if error.wait is not None else _PAUSE * number
                if number == TRIES or error.final or flight.parts or pause >= deadline - time.monotonic():
                    self.breaker.failed(error)
                    raise
                await asyncio.sleep(pause)
            else:
                self.breaker.worked()
                return reply
        raise AssertionError("unreachable")


class _Flight:
    """A question that is under way, and those who want its answer."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.listeners: list[Callable[[str], None]] = []
        self.task: asyncio.Future[Answered]

    def hear(self, piece: str) -> None:
        self.parts.append(piece)
        for listen in tuple(self.listeners):
            listen(piece)
