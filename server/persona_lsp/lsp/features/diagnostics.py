"""Diagnostics: pulled by clients that can (textDocument/diagnostic, workspace/diagnostic), pushed to the others.

Pushed ones always carry the version. While a person types, findings that vanish are taken away at once; new ones wait
until the pause that the setting `debounce-ms` asks for.
"""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from lsprotocol import types

from persona_lsp.host import wire
from persona_lsp.lsp.convert import Json, diagnostic_of, range_of, uri_of
from persona_lsp.lsp.documents import Document
from persona_lsp.lsp.messages import DocumentDiagnostic, WorkspaceDiagnostic, params
from persona_lsp.lsp.rpc import ContentModifiedError, ServerCancelledError, on
from persona_lsp.lsp.session import Session
from persona_lsp.lsp.uris import same
from persona_lsp.text.count import counted

TOGETHER = 0.05
"""Seconds for which reasons to pull again are gathered."""


class Board:
    """What the client was told, and what it has to be told yet."""

    def __init__(self, session: Session) -> None:
        """Nothing was told."""
        self.session = session
        self.accepted: dict[str, wire.Result] = {}
        """By URI, the result that may be shown: the newest, or the one of the last save when that is wanted."""
        self.wanted: set[str] = set()
        """Documents that the user wants reviewed, and whose result is still to come."""
        self.pushed: dict[str, wire.Result] = {}
        self.changed: dict[str, float] = {}
        """When a document's text changed last."""
        self.timers: dict[str, asyncio.TimerHandle] = {}
        self.troubles: dict[str, tuple[wire.FileProblem, ...]] = {}
        self.told: set[str] = set()
        self.news = asyncio.Condition()
        self.closed: set[str] = set()
        """Documents that were closed since the workspace was pulled last: what the client shows of them is not sure."""
        self.generation = 0
        """Counts what could change the answer to a pull."""
        self.asked = False
        """Whether the workspace was pulled: the first time is answered at once, whatever there is."""
        self._bell: asyncio.TimerHandle | None = None
        self.beside: Callable[[Document], list[Json]] = lambda _document: []
        """What else is shown in a document: never instead of the findings, always after them."""

    def hear(self, message: wire.ToFront) -> None:
        """The worker said something."""
        match message:
            case wire.Result():
                self._result(message)
            case wire.Linked():
                self._announce()
            case wire.Chosen():
                self._problems(message)
                for document in self.session.documents.all():
                    if (result := self.session.current(document)) is not None:
                        self._result(result)
                # Another persona sees other things in files that are not open, too.
                self._wake()

    def review(self, uri: str) -> None:
        """The user asked for a review: whatever `run` says, the result of the present text is shown, now or later."""
        document = self.session.documents.get(uri)
        if document is not None:
            document.saved = document.serial
            if (result := self.session.current(document)) is not None:
                self._accept(document, result)
            else:
                self.wanted.add(document.uri)

    def beside_changed(self, document: Document) -> None:
        """What is shown beside the findings of a document changed."""
        if self.session.client.pulls:
            self._wake()
            self._ring_soon()
        elif (result := self.pushed.get(document.uri)) is not None and result.version == document.serial:
            self._push_now(document.uri, result)

    def close(self, uri: str) -> None:
        """The document was closed: its squiggles go."""
        self._stop_timer(uri)
        self.wanted.discard(uri)
        if self.accepted.pop(uri, None) is not None:
            # Who pulls the workspace shows what was said about it until it is told something else.
            if self.session.client.pulls:
                self.closed.add(uri)
            self._wake()
        if self.pushed.pop(uri, None) is not None:
            self._publish(uri, None, [])

    def _result(self, result: wire.Result) -> None:
        document = self.session.documents.get(result.uri)
        if document is None:
            return
        run = self.session.chosen.run
        opened_or_saved = document.saved == document.serial
        manual = run == "manual" and document.uri not in self.accepted and document.uri not in self.wanted
        if run == "onType" or (opened_or_saved and not manual):
            self._accept(document, result)

    def _accept(self, document: Document, result: wire.Result) -> None:
        before = self.accepted.get(document.uri)
        self.accepted[document.uri] = result
        self.wanted.discard(document.uri)
        if before is None or before.findings != result.findings or self.session.client.pulls:
            self._wake()
        if not self.session.client.pulls:
            self._push(document, result)
        elif before is not None and before.version == result.version and before.findings != result.findings:
            # The client has an answer about this very text, and no reason of its own to ask again.
            self._ring_soon()

    def _push(self, document: Document, result: wire.Result) -> None:
        self._stop_timer(document.uri)
        pushed = self.pushed.get(document.uri)
        left = self.changed.get(document.uri, 0.0) + self.session.chosen.debounce_ms / 1000 - time.monotonic()
        if pushed is None or left <= 0 or _only_less(pushed, result):
            self._push_now(document.uri, result)
            return
        loop = asyncio.get_running_loop()
        self.timers[document.uri] = loop.call_later(left, self._push_now, document.uri, result)

    def _push_now(self, uri: str, result: wire.Result) -> None:
        self.timers.pop(uri, None)
        document = self.session.documents.get(uri)
        if document is None or document.serial != result.version:
            return
        self.pushed[uri] = result
        shown = [diagnostic_of(one, self.session.client) for one in result.findings]
        self._publish(uri, document.version, [*shown, *self._troubles_of(uri), *self.beside(document)])

    def _publish(self, uri: str, version: int | None, diagnostics: list[Json]) -> None:
        body: Json = {"uri": uri, "diagnostics": diagnostics}
        if version is not None:
            body["version"] = version
        self.session.rpc.notify(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, body)

    def _stop_timer(self, uri: str) -> None:
        timer = self.timers.pop(uri, None)
        if timer is not None:
            timer.cancel()

    def _announce(self) -> None:
        """Files beside the open ones changed."""
        self._wake()
        self._ring_soon()

    def _ring_soon(self) -> None:
        """Let the client pull again, once for all documents that are looked at one after another."""
        if self._bell is None and self.session.client.pulls and self.session.client.refreshes_diagnostics:
            self._bell = asyncio.get_running_loop().call_later(TOGETHER, self._ring)

    def _ring(self) -> None:
        self._bell = None
        self.session.spawn(self.session.rpc.ask(types.WORKSPACE_DIAGNOSTIC_REFRESH))

    def _wake(self) -> None:
        self.generation += 1
        self.session.spawn(self._notify_all())

    async def _notify_all(self) -> None:
        async with self.news:
            self.news.notify_all()

    def _problems(self, chosen: wire.Chosen) -> None:
        """Problems of settings files are shown in these files, and each new one as a message."""
        said = {problem.message for problems in chosen.problems.values() for problem in problems}
        new = [text for text in sorted(said) if text not in self.told]
        self.told = said
        for text in new[:3]:
            self.session.message(text, 2)
        if len(new) > 3:
            more = counted(len(new) - 3, "more problem")
            self.session.message(f"persona-lsp: and {more} with the settings", 2)
        before, self.troubles = self.troubles, chosen.problems
        for name in {*before, *self.troubles} - {""}:
            if self.troubles.get(name) or before.get(name):
                uri = uri_of(name)
                self._publish(uri, None, self._troubles_of(uri))

    def _troubles_of(self, uri: str) -> list[Json]:
        """What is wrong in a settings file."""
        encoding = self.session.client.encoding
        return [
            {
                "range": range_of(problem.spot, encoding),
                "severity": problem.severity,
                "source": "persona-lsp",
                "message": problem.message,
            }
            for name, problems in self.troubles.items()
            if name and same(uri_of(name)) == same(uri)
            for problem in problems
        ]


def register(session: Session) -> None:
    """Listen to the worker; answer those who pull."""
    board = Board(session)
    session.board = board
    session.on_worker.append(board.hear)
    session.on_close.append(board.close)

    async def document_diagnostic(raw: Any) -> Json:
        asked = params(raw, DocumentDiagnostic)
        document = session.documents.get(asked.text_document.uri)
        if document is None:
            return {"kind": "full", "items": []}
        result = await _present(board, document)
        return _report(session, result, asked.previous_result_id)

    async def workspace_diagnostic(raw: Any) -> Json:
        asked = params(raw, WorkspaceDiagnostic)
        known = {previous.uri: previous.value for previous in asked.previous_result_ids}
        while True:
            generation = board.generation
            items = await _workspace_items(board, known)
            first, board.asked = not board.asked, True
            if first or any(item["kind"] == "full" for item in items):
                return {"items": items}
            # Nothing is new: the answer waits until something is, so that the client need not ask again and again.
            async with board.news:
                while board.generation == generation:
                    await board.news.wait()

    on(session.server, types.TEXT_DOCUMENT_DIAGNOSTIC, document_diagnostic)
    on(session.server, types.WORKSPACE_DIAGNOSTIC, workspace_diagnostic)


async def _present(board: Board, document: Document) -> wire.Result:
    """The result for the text as it is now, or what `run` says is to be shown instead."""
    serial = document.serial
    while True:
        accepted = board.accepted.get(document.uri)
        if board.session.documents.get(document.uri) is not document or document.serial != serial:
            raise ServerCancelledError
        if accepted is not None and accepted.version == serial:
            return accepted
        if board.session.current(document) is not None and board.session.chosen.run != "onType":
            return accepted or wire.Result(document.uri, serial, ())
        async with board.news:
            try:
                await asyncio.wait_for(board.news.wait(), 0.25)
            except TimeoutError:
                continue


async def _workspace_items(board: Board, known: dict[str, str]) -> list[Json]:
    session = board.session
    try:
        found: dict[str, tuple[wire.Shown, ...]] = await session.ask(
            "workspace-findings", dict[str, tuple[wire.Shown, ...]], None
        )
    except ContentModifiedError as error:
        # Somebody is typing, and goes first.
        raise ServerCancelledError from error
    items: list[Json] = []
    reported = set()
    spelled = {same(uri): uri for uri in known}
    closed = {spelled.get(same(uri), uri) for uri in board.closed}
    board.closed.clear()
    for uri, result in board.accepted.items():
        document = session.documents.get(uri)
        if document is not None:
            mine = spelled.get(same(uri), uri)
            reported.add(mine)
            report = _report(session, result, known.get(mine))
            items.append({"uri": mine, "version": document.version, **report})
    for name, findings in found.items():
        uri = spelled.get(same(uri_of(name)), uri_of(name))
        if session.documents.get(uri) is None:
            reported.add(uri)
            report = _report(session, wire.Result(uri, 0, findings), known.get(uri), sure=uri not in closed)
            items.append({"uri": uri, "version": None, **report})
    for uri in dict.fromkeys((*known, *closed)):
        if uri not in reported:
            report = _report(session, wire.Result(uri, 0, ()), known.get(uri), sure=uri not in closed)
            items.append({"uri": uri, "version": None, **report})
    return items


def _report(session: Session, result: wire.Result, previous: str | None, *, sure: bool = True) -> Json:
    """What is new since the previous answer.

    A client may drop what the workspace says about a document that it is just closing, and keep its identity all the
    same (vscode-languageclient does). Where that is not sure, the identity is one that is never met again.
    """
    document = session.documents.get(result.uri)
    beside = session.board.beside(document) if document is not None else []
    result_id = _result_id(result.findings, beside)
    if previous == result_id:
        return {"kind": "unchanged", "resultId": result_id}
    items = [diagnostic_of(shown, session.client) for shown in result.findings]
    return {"kind": "full", "resultId": result_id if sure else f"{result_id}?", "items": [*items, *beside]}


def _result_id(findings: tuple[wire.Shown, ...], beside: Sequence[Json] = ()) -> str:
    encoded = msgspec.msgpack.encode(findings) + (msgspec.msgpack.encode(beside) if beside else b"")
    return hashlib.blake2b(encoded, digest_size=12).hexdigest()


def _only_less(before: wire.Result, after: wire.Result) -> bool:
    """Whether findings went away and none came."""
    old = Counter((shown.rule, shown.message) for shown in before.findings)
    new = Counter((shown.rule, shown.message) for shown in after.findings)
    return new != old and not new - old
