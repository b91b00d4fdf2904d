"""Many questions at half the price: handed in as a batch, waited for, and found again by the next run after a kill."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Protocol

from persona_lsp.ai.asking import Answered
from persona_lsp.ai.cache import Cache, Kept, key_of
from persona_lsp.ai.claude import BatchState, Reply
from persona_lsp.ai.errors import AiError
from persona_lsp.ai.ledger import Ledger
from persona_lsp.ai.request import Request
from persona_lsp.ai.store import Store

MOST = 10_000
"""Questions of one batch."""

_MOST_BYTES = 100_000_000
_LONGEST = 60.0
"""Seconds between two looks at a batch."""

_TROUBLES = 5
"""Looks in a row that may fail before the run gives up; the batch goes on, and the next run finds it."""


class Takes(Protocol):
    """Who takes batches: the SDK, or a fake."""

    async def create_batch(self, requests: list[dict[str, Any]]) -> BatchState:
        """As `Claude.create_batch`."""

    async def batch(self, id: str) -> BatchState:  # noqa: A002  # the word for it
        """As `Claude.batch`."""

    def batch_results(self, id: str) -> AsyncIterator[tuple[str, Reply | AiError]]:  # noqa: A002  # the word for it
        """As `Claude.batch_results`."""


def wire_of(requests: Sequence[Request]) -> list[dict[str, Any]]:
    """The questions as the batch takes them: each under its key, without the wish for a stream."""
    return [
        {"custom_id": one.key, "params": {name: value for name, value in one.body.items() if name != "stream"}}
        for one in requests
    ]


class Batches:
    """Hands in what is not answered yet, and collects what is."""

    def __init__(self, claude: Takes, store: Store, cache: Cache, ledger: Ledger, pause: float = 2.0) -> None:
        """`pause` is how long the first look waits; later ones wait longer."""
        self._claude = claude
        self._store = store
        self._cache = cache
        self._ledger = ledger
        self._pause = pause

    async def answers(
        self, requests: Sequence[Request], progress: Callable[[str, int, int], None]
    ) -> dict[str, Answered | AiError]:
        """The answers by key. A batch of an earlier run is waited for before a new one is made. Raises `AiError`.

        `progress` hears of each look: the batch, how many of its questions are done, how many there are.
        """
        found: dict[str, Answered | AiError] = {}
        wanted = {one.key: one for one in requests}
        for name, keys, id in self._open():  # noqa: A001  # the word for it
            if wanted.keys() & keys:
                await self._collect(name, id, len(keys), found, progress)
        rest = [one for key, one in wanted.items() if key not in found]
        for chunk in _chunks(rest):
            tokens = sum(one.estimate for one in chunk)
            self._ledger.reserve(tokens)
            try:
                state = await self._claude.create_batch(wire_of(chunk))
                name = f"batch-{key_of(state.id)[:32]}.json"
                self._store.write(name, {"id": state.id, "keys": [one.key for one in chunk], "at": int(time.time())})
                await self._collect(name, state.id, len(chunk), found, progress)
            finally:
                self._ledger.release(tokens)
        return {key: answer for key, answer in found.items() if key in wanted}

    def _open(self) -> list[tuple[str, set[str], str]]:
        """Batches of earlier runs: their file, the keys of their questions, their id."""
        try:
            names = sorted(os.listdir(self._store.folder))
        except OSError:
            return []
        known = []
        for name in names:
            if name.startswith("batch-") and name.endswith(".json"):
                saved = self._store.read(name, {})
                id, keys = saved.get("id"), saved.get("keys")  # noqa: A001  # the word for it
                if isinstance(id, str) and isinstance(keys, list):
                    known.append((name, {str(key) for key in keys}, id))
        return known

    async def _collect(
        self,
        name: str,
        id: str,  # noqa: A002  # the word for it
        total: int,
        found: dict[str, Answered | AiError],
        progress: Callable[[str, int, int], None],
    ) -> None:
        try:
            await self._wait(id, total, progress)
            async for key, answer in self._claude.batch_results(id):
                if isinstance(answer, AiError):
                    found[key] = answer
                    continue
                at = time.time()
                self._ledger.spend(answer.usage)
                self._cache.put(key, Kept(answer.text, answer.model, at, answer.usage))
                found[key] = Answered(answer.text, answer.model, answer.usage, at)
        except AiError as error:
            if error.kind == "model":
                # The other side does not know the batch any more: a new one is made.
                self._forget(name)
                return
            raise
        self._forget(name)

    async def _wait(self, id: str, total: int, progress: Callable[[str, int, int], None]) -> None:  # noqa: A002  # the word
        pause, troubles = self._pause, 0
        while True:
            try:
                state = await self._claude.batch(id)
                troubles = 0
            except AiError as error:
                troubles += 1
                if error.final or troubles >= _TROUBLES:
                    raise
            else:
                progress(id, total - state.counts.get("processing", 0) if not state.ended else total, total)
                if state.ended:
                    return
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST)

    def _forget(self, name: str) -> None:
        try:
            os.unlink(os.path.join(self._store.folder, name))
        except OSError:
            self._store.write(name, {})


def _chunks(requests: Sequence[Request]) -> list[list[Request]]:
    chunks: list[list[Request]] = []
    size = 0
    for one in requests:
        length = len(one.wire())
        if not chunks or len(chunks[-1]) >= MOST or size + length > _MOST_BYTES:
            chunks.append([])
            size = 0
        chunks[-1].append(one)
        size += length
    return chunks
