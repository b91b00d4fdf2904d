"""One client and one worker: what is open, what was found, what was chosen. The features share it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcException

from persona_lsp.host import wire
from persona_lsp.lsp.client import Client
from persona_lsp.lsp.documents import Document, Documents
from persona_lsp.lsp.link import Link, StaleError, WorkerGoneError
from persona_lsp.lsp.messages import Range
from persona_lsp.lsp.rpc import ContentModifiedError, Protocol, RequestFailedError, Server
from persona_lsp.text.edits import ByteEdit

if TYPE_CHECKING:
    from persona_lsp.lsp.assistant import Assistant
    from persona_lsp.lsp.features.diagnostics import Board

log = logging.getLogger(__name__)

DEFAULT_CHOICE = wire.Chosen("onType", 100, inlay_hints=True, code_lens=False)


class Session:
    """Everything between `initialize` and `exit`."""

    def __init__(self, server: Server) -> None:
        """Nobody has said anything yet."""
        self.server = server
        self.rpc: Protocol = server.protocol
        self.client = Client()
        self.documents = Documents()
        self.folders: tuple[str, ...] = ()
        self.settings: Any = None
        self.configured = False
        """The client answered with settings when it was asked for them."""
        self.chosen = DEFAULT_CHOICE
        self.results: dict[str, wire.Result] = {}
        """The newest result of each open document, whether shown or not."""
        self.on_worker: list[Callable[[wire.ToFront], None]] = []
        """Who listens to the worker beside its questions."""
        self.on_close: list[Callable[[str], None]] = []
        """Who wants to know that a document was closed."""
        self.on_edit: list[Callable[[Document, tuple[ByteEdit, ...]], None]] = []
        """Who wants to know what was edited."""
        self.on_status: list[Callable[[], None]] = []
        """Who tells the client how things are."""
        self._board: Board | None = None
        self._assistant: Assistant | None = None
        self.started = False
        self._link: Link | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def link(self) -> Link:
        """The link to the worker. Only after `connect`."""
        if self._link is None:
            raise RuntimeError("the worker is not connected yet")
        return self._link

    @property
    def board(self) -> "Board":
        """What the client was told of findings."""
        if self._board is None:
            raise RuntimeError("diagnostics are not registered")
        return self._board

    @board.setter
    def board(self, board: "Board") -> None:
        self._board = board

    @property
    def assistant(self) -> "Assistant":
        """Claude, and what it said."""
        if self._assistant is None:
            from persona_lsp.lsp.assistant import Assistant

            self._assistant = Assistant(self)
        return self._assistant

    def announce(self) -> None:
        """What a status bar shows may have changed."""
        for tell in self.on_status:
            tell()

    def close(self) -> None:
        """The session ends: whoever asks Claude does not any more."""
        if self._assistant is not None:
            self._assistant.close()

    def connect(self, link: Link) -> None:
        """The worker is there."""
        self._link = link
        link.receive = self._heard
        link.complain = lambda text: self.message(text, 1)

    def start_worker(self, *, begun: bool = False) -> None:
        """Tell the worker about the workspace, for the first time or because it changed, unless it has `begun`."""
        self.started = True
        if not begun:
            self.link.send(wire.Start(self.folders, self.settings))
        self.link.listen()

    def replay(self, deaths: int) -> list[wire.ToWorker]:
        """What a new worker has to know. After some deaths it does not read the workspace: that may be the reason."""
        if not self.started:
            return []
        left_alone = self.link.quarantined
        opened = [self.opening(one) for one in self.documents.all() if one.uri not in left_alone]
        return [wire.Start(self.folders, self.settings, index=deaths < 3), *opened]

    def opening(self, document: Document) -> wire.Open:
        """The message that opens a document in the worker."""
        return wire.Open(document.uri, document.serial, document.source, document.location, document.language)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run something beside; what it raises goes to the log."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def message(self, text: str, level: int = 3) -> None:
        """Show something to the user: 1 error, 2 warning, 3 information."""
        self.rpc.notify("window/showMessage", {"type": level, "message": text})

    def log_message(self, text: str, level: int = 4) -> None:
        """Write something into the client's log of this server."""
        self.rpc.notify("window/logMessage", {"type": level, "message": text})

    async def ask(self, what: str, type: Any, document: Document | None, **fields: Any) -> Any:  # noqa: A002  # as in Link
        """Ask the worker about a document as it is now.

        Raises `ContentModifiedError` when it changed meanwhile, and `RequestFailedError` when the worker failed.
        """
        uri = document.uri if document is not None else ""
        try:
            return await self.link.ask(what, type, uri=uri, **fields)
        except StaleError as error:
            raise ContentModifiedError from error
        except WorkerGoneError as error:
            raise RequestFailedError(str(error)) from error

    def offset(self, document: Document, line: int, character: int) -> int:
        """The byte offset of a client's position."""
        return document.table.from_position(line, character, self.client.encoding)

    def offsets(self, document: Document, of: Range) -> tuple[int, int]:
        """The byte offsets of a client's range, in order."""
        start = self.offset(document, of.start.line, of.start.character)
        end = self.offset(document, of.end.line, of.end.character)
        return min(start, end), max(start, end)

    def current(self, document: Document) -> wire.Result | None:
        """The findings of exactly the present text."""
        result = self.results.get(document.uri)
        return result if result is not None and result.version == document.serial else None

    def _heard(self, message: wire.ToFront) -> None:
        match message:
            case wire.Chosen():
                self.chosen = message
            case wire.Note(text=text, level=level, show=show):
                self.log_message(text, level)
                if show:
                    self.message(text, level)
            case wire.Result():
                document = self.documents.get(message.uri)
                # Results for texts that are gone are worth nothing: a newer one is on its way.
                if document is None or document.serial != message.version:
                    return
                self.results[document.uri] = message
        for listen in self.on_worker:
            listen(message)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            level = logging.DEBUG if isinstance(error, JsonRpcException) else logging.ERROR
            log.log(level, "%r", error)
