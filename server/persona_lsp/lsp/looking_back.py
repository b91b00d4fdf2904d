"""What Claude said about a text before this server was started, or before it was edited and set back: found on the disk."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from persona_lsp.ai import wire as ai
from persona_lsp.findings.subject import Persona, Subject
from persona_lsp.lsp.documents import Document
from persona_lsp.lsp.opinions import Area
from persona_lsp.lsp.rpc import ContentModifiedError, RequestFailedError

if TYPE_CHECKING:
    from persona_lsp.lsp.assistant import Assistant

_PAUSE = 0.3
"""Seconds for which a text has to stay as it is: nobody looks while somebody types."""


class LookingBack:
    """Looks once for each function of a text. Nothing is sent, and nobody waits for it."""

    def __init__(self, assistant: Assistant) -> None:
        """Nothing was looked for."""
        self._assistant = assistant
        self._seen: dict[str, tuple[int, set[tuple[int, int]]]] = {}

    def at(self, document: Document, offset: int) -> None:
        """Somebody looks at a place about which nothing is known: begin to look, if nobody did."""
        if not any(start <= offset <= end for start, end in self._ranges(document)):
            self._ranges(document).add((offset, offset))
            self._assistant.session.spawn(self._at(document, offset))

    def about(self, document: Document, subject: Subject, persona: Persona) -> None:
        """The subject of a text as it stands is known: begin to look, if nobody did."""
        place = (subject.start, subject.end)
        if place not in self._ranges(document):
            self._ranges(document).add(place)
            self._assistant.session.spawn(self._look(document, subject, persona))

    def close(self, uri: str) -> None:
        """The document was closed."""
        self._seen.pop(uri, None)

    def _ranges(self, document: Document) -> set[tuple[int, int]]:
        serial, ranges = self._seen.get(document.uri, (-1, set()))
        if serial != document.serial:
            ranges = set()
            self._seen[document.uri] = (document.serial, ranges)
        return ranges

    async def _at(self, document: Document, offset: int) -> None:
        serial = document.serial
        await asyncio.sleep(_PAUSE)
        current = self._assistant.session.documents.get(document.uri)
        if current is None or current.serial != serial:
            return
        try:
            found = await self._assistant.about(current, offset, offset)
        except (ContentModifiedError, RequestFailedError):
            return
        if found is not None:
            self.about(current, *found)

    async def _look(self, document: Document, subject: Subject, persona: Persona) -> None:
        opinions = self._assistant.opinions
        known = opinions.page(document.uri).areas
        if any(one.start < subject.end and subject.start < one.end and (one.running or one.review) for one in known):
            return
        if not await asyncio.to_thread(_is_kept, subject, persona):
            return
        serial = document.serial
        answer = await self._assistant.link.ask(ai.Peek(self._assistant.link.number(), subject, persona))
        current = self._assistant.session.documents.get(document.uri)
        if not isinstance(answer, ai.Reviewed) or answer.review is None or current is None or current.serial != serial:
            return
        area = Area(subject.start, subject.text.encode(), subject.name, persona.name, running=False)
        opinions.begin(document.uri, area)
        area.review = answer.review
        for finding in answer.review.findings:
            opinions.add(current, area, finding)
        self._assistant.changed(document.uri)


def _is_kept(subject: Subject, persona: Persona) -> bool:
    """Whether there is an answer to the question whether to review a subject; the process that reads it need not run."""
    from persona_lsp.ai.account import read_account
    from persona_lsp.ai.cache import Cache
    from persona_lsp.ai.request import key_for

    account, _ = read_account()
    return Cache(megabytes=account.cache_megabytes, on=account.cache).holds(
        key_for("review", subject, persona, account)
    )
