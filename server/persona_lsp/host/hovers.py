"""Hovers are answered at once, from the last finished state of the document, while a newer one is being made."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from persona_lsp.findings.finding import Reported
from persona_lsp.host import wire
from persona_lsp.host.host import Host
from persona_lsp.host.mailbox import Letter, Mailbox, Question
from persona_lsp.host.spots import spot
from persona_lsp.text.edits import ByteEdit, difference
from persona_lsp.text.lines import LineTable
from persona_lsp.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    from persona_lsp.review.views import Hover

PATIENCE = 5.0
"""Seconds that a hover waits for the first look at its document."""


class View(Struct, frozen=True):
    """A document and the workspace as they were understood together."""

    source: bytes
    path: str
    extraction: Any
    snapshot: Snapshot
    profile: Any
    found: tuple[Reported, ...] | None = None
    """The findings, once they are known."""


class Hovers:
    """The thread that answers hovers."""

    def __init__(
        self,
        host: Host,
        mailbox: Mailbox,
        views: Callable[[], Mapping[str, View]],
        write: Callable[[wire.ToFront], None],
    ) -> None:
        """`views` gives the newest finished states."""
        self._host = host
        self._mailbox = mailbox
        self._views = views
        self._write = write

    def run(self) -> None:
        """Answer until the mailbox is closed."""
        while (question := self._mailbox.hover()) is not None:
            if not self._mailbox.unwanted(question.ask):
                self._answer(question)
            self._mailbox.hovered()

    def _answer(self, question: Question) -> None:
        try:
            body = wire.encode(self._card(question))
            self._write(wire.Answer(question.ask.id, body))
        except Exception as error:  # noqa: BLE001  # a hover that fails must not take the thread with it
            self._write(wire.Answer(question.ask.id, error=f"hover failed: {error!r}"))

    def _card(self, question: Question) -> wire.Card | None:
        ask, letter = question.ask, question.letter
        if letter is None:
            return None
        location = letter.location or letter.uri
        if self._host.engine.is_persona(location):
            persona = self._host.engine.persona_hover(location, letter.source, ask.start)
            if persona is None:
                return None
            return wire.Card(persona.markdown, spot(LineTable(letter.source), letter.uri, persona.start, persona.end))
        found = self._seen_through(letter, ask.start)
        if found is None:
            return None
        view, offset, edit = found
        hover = self._hover(view, offset)
        if hover is None:
            return None
        start, end = forward(hover.start, hover.end, edit)
        if not start <= ask.start <= end:
            # The place stood beside it before the edit, and does no more.
            return None
        return wire.Card(hover.markdown, spot(LineTable(letter.source), letter.uri, start, end))

    def _hover(self, view: View, offset: int) -> Hover | None:
        if view.extraction is None:
            return None
        return self._host.engine.hover(view.snapshot, view.extraction, offset, view.profile, view.found)

    def _seen_through(self, letter: Letter, offset: int) -> tuple[View, int, ByteEdit | None] | None:
        """A finished state, and the offset in it; waits when there is none yet or the place is new in the text."""
        end = time.monotonic() + PATIENCE
        while not self._mailbox.closed and time.monotonic() < end:
            view = self._views().get(letter.uri)
            if view is not None:
                edit = None if view.source is letter.source else difference(view.source, letter.source)
                place = back(offset, edit)
                if place is not None:
                    return view, place, edit
                if self._mailbox.outdated(letter):
                    return None
            with self._mailbox.changed:
                self._mailbox.changed.wait(0.05)
        return None


def back(offset: int, edit: ByteEdit | None) -> int | None:
    """The offset before the edit; None for text that the edit brought."""
    if edit is None or offset <= edit.start:
        return offset
    return offset - (edit.new_end - edit.end) if offset >= edit.new_end else None


def forward(start: int, end: int, edit: ByteEdit | None) -> tuple[int, int]:
    """A range after the edit; text inserted at one of its ends stays outside."""
    if edit is None:
        return start, end
    longer = edit.new_end - edit.end
    if start >= edit.end:
        start += longer
    elif start > edit.start:
        start = edit.new_end
    if end > edit.start:
        end = end + longer if end >= edit.end else edit.new_end
    return start, max(start, end)
