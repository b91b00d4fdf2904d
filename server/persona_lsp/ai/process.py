"""The process that asks Claude: started when somebody first asks, so that no editor waits for the SDK to be imported."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from persona_lsp.ai import answer, edits, reviewing, wire
from persona_lsp.ai.account import read_account, usable
from persona_lsp.ai.asking import Asking
from persona_lsp.ai.claude import Claude
from persona_lsp.ai.errors import AiError
from persona_lsp.ai.refuse import why_refused
from persona_lsp.ai.request import Request, prepare
from persona_lsp.ai.store import Store
from persona_lsp.ai.trust import check_trust
from persona_lsp.host import frames

COMMAND = (sys.executable, "-m", "persona_lsp.ai.process")


class Office:
    """Takes questions, asks Claude, and tells what is believed of the answers."""

    def __init__(self, write: Callable[[wire.FromAi], None]) -> None:
        """Nobody was asked yet; the account is read with each question, so that a taken back consent counts at once."""
        self._write = write
        self._store = Store()
        self._asking: Asking | None = None
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def take(self, message: wire.ToAi) -> None:
        """A message of the front."""
        match message:
            case wire.Cancel():
                if (task := self._tasks.get(message.id)) is not None:
                    task.cancel()
            case wire.Dismiss(fingerprint=fingerprint):
                self._store.dismiss(fingerprint)
            case wire.Trust(sha256=sha256):
                self._store.trust(sha256)
            case wire.Do() | wire.Peek() | wire.Show():
                task = asyncio.get_running_loop().create_task(self._answered(message))
                self._tasks[message.id] = task
                number = message.id
                task.add_done_callback(lambda _done: self._tasks.pop(number, None))

    async def close(self) -> None:
        """Give up what is under way, and close the connection."""
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        if self._asking is not None and isinstance(self._asking.claude, Claude):
            await self._asking.claude.close()

    async def _answered(self, message: wire.Do | wire.Peek | wire.Show) -> None:
        try:
            match message:
                case wire.Peek():
                    self._write(await self._peek(message))
                case wire.Show():
                    request = await self._request(message)
                    self._write(wire.Wrote(message.id, request.wire().decode(), ""))
                case wire.Do():
                    self._write(await self._do(message))
        except AiError as error:
            until = self._asking.breaker.until if self._asking is not None else 0.0
            self._write(wire.Failed(message.id, error.kind, error.message, until))
        except Exception as error:  # noqa: BLE001  # one question that fails must not take the others with it
            # Its text could hold code; its type cannot.
            self._write(wire.Failed(message.id, "invalid", f"Asking Claude failed ({type(error).__name__})."))

    def _ask(self) -> Asking:
        account, _ = read_account()
        account = replace(account, enabled=account.enabled or self._store.allowed())
        if self._asking is None or self._asking.account != account:
            before = self._asking
            self._asking = Asking(account)
            if before is not None:
                # What was spent stays spent, whatever the account says now.
                self._asking.ledger.session = before.ledger.session
        return self._asking

    async def _request(self, message: wire.Do | wire.Peek | wire.Show) -> Request:
        account, salt = self._ask().account, self._store.salt()
        # Detectors take their time; the loop goes on.
        if isinstance(message, wire.Peek):
            return await asyncio.to_thread(prepare, "review", message.subject, message.persona, account, salt)
        if message.location and (reason := why_refused(message.location)):
            raise AiError("ignored", reason)
        return await asyncio.to_thread(
            prepare, message.work, message.subject, message.persona, account, salt, message.extra
        )

    async def _peek(self, message: wire.Peek) -> wire.Reviewed:
        request = await self._request(message)
        kept = self._ask().kept(request)
        if kept is None or not answer.is_complete(kept.text):
            return wire.Reviewed(message.id, None)
        return wire.Reviewed(message.id, reviewing.read_review(request, kept, self._store.dismissed()))

    async def _do(self, message: wire.Do) -> wire.FromAi:
        asking = self._ask()
        usable(asking.account)
        check_trust(message.persona, self._store)
        request = await self._request(message)
        match message.work:
            case "review":

                def found(finding: wire.AiFinding) -> None:
                    self._write(wire.Found(message.id, finding))

                dismissed = self._store.dismissed()
                given = await reviewing.review(asking, request, found, dismissed, fresh=message.fresh)
                return wire.Reviewed(message.id, given, request.note)
            case "explain" | "tests":
                text, answered = await reviewing.text(asking, request)
                return wire.Wrote(message.id, text, answered.model, request.note)
            case _:
                answered = await asking.ask(request, lambda _piece: None, fresh=message.fresh)
                one = await asyncio.to_thread(edits.suggestion, request, answered.text, message.source)
                return wire.Suggested(message.id, one, answered.model, request.note)


async def serve(source: int, target: int) -> None:
    """Take frames from one descriptor and write them to another until the first one ends."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    lock = threading.Lock()

    def write(message: wire.FromAi) -> None:
        with lock:
            try:
                frames.write(target, wire.encode(message))
            except OSError:
                ended.set()

    office = Office(write)

    def take(frame: bytes) -> None:
        try:
            office.take(wire.to_ai(frame))
        except msgspec.DecodeError as error:
            print(f"a message was not understood: {error}", file=sys.stderr)  # noqa: T201  # the log of a child

    def read() -> None:
        reader = frames.Reader(source)
        try:
            while (frame := reader.next()) is not None:
                loop.call_soon_threadsafe(take, frame)
        except (OSError, frames.BrokenFrameError, RuntimeError):
            pass
        try:
            loop.call_soon_threadsafe(ended.set)
        except RuntimeError:
            return

    threading.Thread(target=read, name="from-front", daemon=True).start()
    await ended.wait()
    await office.close()


def main() -> None:
    """Run the process. Its standard output is for frames alone."""
    target = os.dup(1)
    os.dup2(2, 1)
    asyncio.run(serve(0, target))


if __name__ == "__main__":
    main()
