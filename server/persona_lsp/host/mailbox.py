"""What waits for the worker: the newest text of each document (never a queue of texts), questions, and orders."""

import threading
import time
from collections import deque

from msgspec import Struct

from persona_lsp.host.wire import (
    Ask,
    Cancel,
    Close,
    Configure,
    Edited,
    Open,
    Saved,
    Start,
    StopIndexing,
    Touched,
    ToWorker,
)
from persona_lsp.text.edits import apply

GRACE = 0.001
"""Seconds that a new text waits for the hover that is asked along with it, and then for its answer to get out."""

YIELD = 0.01
"""Seconds for which the analysis of a new text steps aside for hovers, at most."""

Order = Start | Configure | Close | Touched | Saved | StopIndexing


class Letter(Struct, frozen=True, gc=False):
    """An open document as the front last told it."""

    uri: str
    version: int
    source: bytes
    location: str
    language: str


class Question(Struct, frozen=True, gc=False):
    """A question, and the text of its document when it was asked."""

    ask: Ask
    letter: Letter | None


class Mailbox:
    """Filled by the thread that reads, emptied by those that work."""

    def __init__(self) -> None:
        """An empty one."""
        self.changed = threading.Condition()
        self.letters: dict[str, Letter] = {}
        self.closed = False
        self._dirty: dict[str, None] = {}
        self._orders: deque[Order] = deque()
        self._questions: deque[Question] = deque()
        self._hovers: deque[Question] = deque()
        self._hovering = 0
        """Hovers that are not answered yet."""
        self._unwanted: set[int] = set()
        self.indexed: deque[tuple[str, bytes]] = deque()
        """Facts from an indexer, packed: path and bytes; ("", b"") when it has finished."""
        self.last = time.monotonic()
        """When the last message came."""

    def deliver(self, message: ToWorker) -> None:
        """Sort in one message."""
        with self.changed:
            self.last = time.monotonic()
            match message:
                case Open():
                    self.letters[message.uri] = Letter(
                        message.uri, message.version, message.source, message.location, message.language
                    )
                    self._mark(message.uri)
                case Edited():
                    self._edit(message)
                case Ask(what="hover"):
                    self._hovers.append(Question(message, self.letters.get(message.uri)))
                    self._hovering += 1
                case Ask():
                    self._questions.append(Question(message, self.letters.get(message.uri)))
                case Cancel():
                    self._unwanted.add(message.id)
                case Close():
                    self.letters.pop(message.uri, None)
                    self._dirty.pop(message.uri, None)
                    self._orders.append(message)
                case _:
                    self._orders.append(message)
            self.changed.notify_all()

    def close(self) -> None:
        """Nothing comes any more."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def indexer_says(self, path: str, packed: bytes) -> None:
        """Facts that an indexer made."""
        with self.changed:
            self.indexed.append((path, packed))
            self.changed.notify_all()

    def wait(self, seconds: float | None) -> None:
        """Until there is something to do, at most that long; None: for ever."""
        with self.changed:
            if not self._anything():
                self.changed.wait(seconds)

    def order(self) -> Order | None:
        """The next order."""
        with self.changed:
            return self._orders.popleft() if self._orders else None

    def document(self) -> Letter | None:
        """The document changed last that was not looked at since."""
        with self.changed:
            if not self._dirty:
                return None
            uri = next(reversed(self._dirty))
            del self._dirty[uri]
            return self.letters[uri]

    def question(self, *, idle: bool = True) -> Question | None:
        """The next question about a document that is not waiting to be looked at itself."""
        with self.changed:
            for index, question in enumerate(self._questions):
                if idle or (question.ask.uri and question.ask.uri not in self._dirty):
                    del self._questions[index]
                    return question
            return None

    def hover(self) -> Question | None:
        """The next hover; waits for one. None when the mailbox is closed."""
        with self.changed:
            while not self._hovers:
                if self.closed:
                    return None
                self.changed.wait()
            return self._hovers.popleft()

    def hovered(self) -> None:
        """The hover that was handed out last is answered."""
        with self.changed:
            self._hovering -= 1
            self.changed.notify_all()

    def let_hovers_pass(self, arriving: float = 0.0) -> None:
        """Wait until no hover is open, for `YIELD` seconds at most; before that, `arriving` seconds for one to come.

        Two threads that compute share one interpreter: side by side, both would take twice as long. The last wait
        leaves the processor to the front, which has to pass the answer on.
        """
        with self.changed:
            if arriving and not self._hovering:
                self.changed.wait_for(lambda: self._hovering or self.closed, arriving)
            if self._hovering:
                self.changed.wait_for(lambda: not self._hovering or self.closed, YIELD)
                self.changed.wait(GRACE)

    def unwanted(self, ask: Ask) -> bool:
        """Whether its answer is not wanted any more. Forgets the fact."""
        with self.changed:
            if ask.id in self._unwanted:
                self._unwanted.discard(ask.id)
                return True
            return False

    def outdated(self, letter: Letter) -> bool:
        """Whether a newer text than this one is here, or none is wanted any more."""
        return self.closed or self.letters.get(letter.uri) is not letter

    def again(self, uris: list[str]) -> None:
        """Look at these documents again."""
        with self.changed:
            for uri in uris:
                if uri in self.letters:
                    self._dirty.setdefault(uri)

    def busy(self) -> bool:
        """Whether something that a person waits for is here."""
        return bool(self._dirty or self._orders or self._questions)

    def _anything(self) -> bool:
        return bool(self.closed or self._dirty or self._orders or self._questions or self.indexed)

    def _mark(self, uri: str) -> None:
        self._dirty.pop(uri, None)
        self._dirty[uri] = None

    def _edit(self, message: Edited) -> None:
        letter = self.letters.get(message.uri)
        if letter is None:
            return
        source = letter.source
        for edit in message.edits:
            source = apply(source, (edit,))
        self.letters[message.uri] = Letter(letter.uri, message.version, source, letter.location, letter.language)
        self._mark(message.uri)
