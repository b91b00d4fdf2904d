"""window/workDoneProgress: how far the reading of the workspace is, with a way to stop it."""

import asyncio
import itertools
from typing import Any

from lsprotocol import types

from persona_lsp.host import wire
from persona_lsp.lsp.messages import ProgressCancel, params
from persona_lsp.lsp.rpc import RequestFailedError, on
from persona_lsp.lsp.session import Session

WORTH_TELLING = 0.4
"""Seconds of reading before the user is told of it."""


class Bar:
    """The progress shown by the client, one at a time."""

    def __init__(self, session: Session) -> None:
        """None is shown."""
        self.session = session
        self.token: str | None = None
        self.last = wire.Progress(0, 0, finished=True)
        self._numbers = itertools.count(1)

    def hear(self, message: wire.ToFront) -> None:
        """The worker said how far it is."""
        if not isinstance(message, wire.Progress) or not self.session.client.progress:
            return
        began = self.last.finished and not message.finished
        self.last = message
        if began:
            self.session.spawn(self._begin())
        elif self.token is not None:
            self._show(message)

    async def _begin(self) -> None:
        await asyncio.sleep(WORTH_TELLING)
        if self.last.finished or self.token is not None:
            return
        token = f"persona-lsp-indexing-{next(self._numbers)}"
        try:
            await self.session.rpc.ask(types.WINDOW_WORK_DONE_PROGRESS_CREATE, {"token": token})
        except RequestFailedError:
            return
        self.token = token
        self._send(
            {"kind": "begin", "title": "persona-lsp: reading the workspace", "cancellable": True, "percentage": 0}
        )
        self._show(self.last)

    def _show(self, progress: wire.Progress) -> None:
        if progress.finished:
            self._send({"kind": "end", "message": f"{progress.done} files"})
            self.token = None
        elif progress.total:
            percentage = min(100, 100 * progress.done // progress.total)
            message = f"{progress.done} of {progress.total} files"
            self._send({"kind": "report", "message": message, "percentage": percentage, "cancellable": True})

    def _send(self, value: dict[str, Any]) -> None:
        self.session.rpc.notify(types.PROGRESS, {"token": self.token, "value": value})


def register(session: Session) -> None:
    """Show progress; stop when the user says so."""
    bar = Bar(session)
    session.on_worker.append(bar.hear)

    def cancel(raw: Any) -> None:
        if params(raw, ProgressCancel).token == bar.token:
            session.link.send(wire.StopIndexing())
        else:
            session.assistant.cancel(params(raw, ProgressCancel).token)

    on(session.server, types.WINDOW_WORK_DONE_PROGRESS_CANCEL, cancel)
