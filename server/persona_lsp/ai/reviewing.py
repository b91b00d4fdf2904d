"""From an answer to findings, texts and edits that are believed: anchored in the code, cleaned, checked, counted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from persona_lsp.ai import answer
from persona_lsp.ai.anchor import anchor
from persona_lsp.ai.answer import Proposed
from persona_lsp.ai.asking import Answered, Asking
from persona_lsp.ai.errors import AiError
from persona_lsp.ai.markdown import safe, sentence
from persona_lsp.ai.request import Request
from persona_lsp.ai.wire import AiFinding, Review

SEVERITIES = {"warning": 2, "information": 3, "hint": 4}
"""None is an error: the model's word is an opinion, however right."""


class Reader:
    """Takes a review in pieces and gives each finding once, as soon as it is whole."""

    def __init__(
        self, request: Request, found: Callable[[AiFinding], None], dismissed: frozenset[str] = frozenset()
    ) -> None:
        """`found` hears of each finding that is believed."""
        self._request = request
        self._found = found
        self._dismissed = dismissed
        self._text = ""
        self._seen = 0
        self.findings: list[AiFinding] = []
        self.dropped = 0

    def hear(self, piece: str) -> None:
        """More of the answer."""
        self._text += piece
        if "}" in piece:
            self._take()

    def _take(self) -> None:
        whole = answer.count_whole(self._text)
        if whole == self._seen:
            return
        proposed = answer.whole_findings(self._text, self._seen)
        self.dropped += whole - self._seen - len(proposed)
        self._seen = whole
        for one in proposed:
            finding = believed(one, self._request)
            if finding is None or any(finding.fingerprint == other.fingerprint for other in self.findings):
                self.dropped += 1
            elif finding.fingerprint not in self._dismissed and len(self.findings) < answer.MOST:
                self.findings.append(finding)
                self._found(finding)

    def review(self, answered: Answered | None, cut: str = "") -> Review:
        """What was believed, once no more comes."""
        return Review(
            tuple(self.findings),
            self.dropped,
            answered.model if answered else self._request.model,
            answered.at if answered else 0.0,
            answered.usage.total if answered else 0,
            answered.cached if answered else False,
            cut,
            self._request.subject.name,
        )


async def review(
    asking: Asking,
    request: Request,
    found: Callable[[AiFinding], None],
    dismissed: frozenset[str] = frozenset(),
    *,
    fresh: bool = False,
) -> Review:
    """Ask for a review. What is whole of an answer that is cut off counts; raises `AiError` where nothing is."""
    reader = Reader(request, found, dismissed)
    try:
        answered = await asking.ask(request, reader.hear, fresh=fresh)
    except AiError as error:
        if reader.findings:
            return reader.review(None, error.message)
        raise
    if not answer.is_complete(answered.text):
        raise AiError("invalid", "The answer does not have the form that was asked for.", text=answered.text)
    return reader.review(answered)


def read_review(request: Request, answered: Answered, dismissed: frozenset[str] = frozenset()) -> Review:
    """A review that was given before."""
    reader = Reader(request, lambda _finding: None, dismissed)
    reader.hear(answered.text)
    return reader.review(answered)


def read_cut(request: Request, error: AiError, dismissed: frozenset[str] = frozenset()) -> Review | None:
    """What is whole of an answer that failed; None where nothing is."""
    reader = Reader(request, lambda _finding: None, dismissed)
    reader.hear(error.text)
    return reader.review(None, error.message) if reader.findings else None


async def text(asking: Asking, request: Request) -> tuple[str, Answered]:
    """Ask for something to read. Raises `AiError`."""
    answered = await asking.ask(request, lambda _piece: None)
    return safe(answer.written(answered.text).text), answered


def believed(proposed: Proposed, request: Request) -> AiFinding | None:
    """The finding at its place in the code as it is; None where what it quotes is not there."""
    subject = request.subject
    place = anchor(proposed.quote, proposed.line, request.code.text, subject.line)
    if place is None:
        return None
    start, end = place
    # Redacted and original text have the same characters at the same places.
    original = subject.text
    before = len(original[:start].encode())
    message = sentence(proposed.message)
    if not message:
        return None
    quote = request.code.text[start:end]
    digest = hashlib.sha256("\0".join((subject.path, subject.name, " ".join(quote.split()))).encode()).hexdigest()[:24]
    return AiFinding(
        before,
        before + len(original[start:end].encode()),
        SEVERITIES[proposed.severity],
        message,
        safe(proposed.why, 4000),
        digest,
        sentence(quote, 80),
    )
