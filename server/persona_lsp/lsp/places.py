"""Places that somebody asked about while somebody types: they move with the text until it is known what they mean."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from persona_lsp.findings.subject import Persona, Subject
from persona_lsp.lsp.documents import Document
from persona_lsp.lsp.rpc import ContentModifiedError, RequestFailedError
from persona_lsp.text.edits import ByteEdit

_PATIENCE = 30.0
"""Seconds of typing without a rest after which a question about the text is given up."""
_PAUSE = 0.05
"""Seconds until the text is looked at again."""

About = Callable[[Document, int, int], Awaitable[tuple[Subject, Persona] | None]]


@dataclass(eq=False)
class Place:
    """Bytes of a document. They grow with what is written in them."""

    document: Document
    start: int
    end: int
    edits: int = 0

    def edited(self, edits: Sequence[ByteEdit]) -> None:
        """The text changed."""
        self.edits += 1
        for edit in edits:
            longer = len(edit.text) - (edit.end - edit.start)
            if edit.end <= self.start:
                self.start += longer
                self.end += longer
            elif edit.start < self.end:
                self.start = min(self.start, edit.start)
                self.end = max(self.end, edit.end) + longer


class Places:
    """Those that are asked about at the moment."""

    def __init__(self, about: About) -> None:
        """`about` says what bytes of a text are about, and raises `ContentModifiedError` when the text changes."""
        self._about = about
        self._places: list[Place] = []

    def begin(self, document: Document, start: int, end: int) -> Place:
        """A place that follows its text from now on, until `about` or `end` is called."""
        place = Place(document, start, end)
        self._places.append(place)
        return place

    def end(self, place: Place) -> None:
        """Nobody asks any more."""
        self._places.remove(place)

    def edited(self, document: Document, edits: Sequence[ByteEdit]) -> None:
        """The text of a document changed."""
        for place in self._places:
            if place.document is document:
                place.edited(edits)

    async def about(self, place: Place) -> tuple[Subject, Persona]:
        """What a place is about in the text as it stands when this returns. Raises `RequestFailedError` with the reason."""
        loop = asyncio.get_running_loop()
        latest = loop.time() + _PATIENCE
        try:
            while loop.time() < latest:
                edits = place.edits
                try:
                    found = await self._about(place.document, place.start, place.end)
                except ContentModifiedError:
                    await asyncio.sleep(_PAUSE)
                    continue
                if edits != place.edits:
                    continue
                if found is None:
                    raise RequestFailedError("There is no function here to speak about.")
                return found
            raise RequestFailedError("The text changed all the time; ask again when it rests.")
        finally:
            self.end(place)
