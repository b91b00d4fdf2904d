"""What Claude said about open documents: findings that move with the text and vanish where it is edited."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from persona_lsp.ai import wire as ai
from persona_lsp.ai.markdown import safe
from persona_lsp.lsp.client import Client
from persona_lsp.lsp.convert import Json
from persona_lsp.lsp.documents import Document
from persona_lsp.text.edits import ByteEdit


@dataclass
class Area:
    """Code that was asked about. `text` is what stood there; `whole` as long as nobody edited it."""

    start: int
    text: bytes
    name: str
    persona: str
    whole: bool = True
    running: bool = True
    review: ai.Review | None = None
    trouble: str = ""

    @property
    def end(self) -> int:
        """The byte behind it."""
        return self.start + len(self.text)


@dataclass
class Opinion:
    """One finding, at its bytes of the document. `suggestion` is what it would be replaced by."""

    start: int
    end: int
    finding: ai.AiFinding
    persona: str
    model: str = ""
    suggestion: ai.Suggestion | None = None


@dataclass
class Page:
    """Everything about one document."""

    areas: list[Area] = field(default_factory=list)
    opinions: list[Opinion] = field(default_factory=list)


class Opinions:
    """By document."""

    def __init__(self) -> None:
        """Nobody said anything."""
        self._pages: dict[str, Page] = {}

    def page(self, uri: str) -> Page:
        """What is known about a document."""
        return self._pages.setdefault(uri, Page())

    def close(self, uri: str) -> None:
        """The document was closed."""
        self._pages.pop(uri, None)

    def begin(self, uri: str, area: Area) -> None:
        """Something is asked about: what was said about it before is taken back."""
        page = self.page(uri)
        page.areas = [one for one in page.areas if one.end <= area.start or area.end <= one.start]
        page.opinions = [one for one in page.opinions if one.end <= area.start or area.end <= one.start]
        page.areas.append(area)

    def add(
        self, document: Document, area: Area, finding: ai.AiFinding, suggestion: ai.Suggestion | None = None
    ) -> bool:
        """A finding about an area, unless its code was edited meanwhile; whether it was taken."""
        start, end = area.start + finding.start, area.start + finding.end
        page = self.page(document.uri)
        if document.source[start:end] != area.text[finding.start : finding.end]:
            return False
        if all(one.finding.fingerprint != finding.fingerprint for one in page.opinions):
            page.opinions.append(Opinion(start, end, finding, area.persona, suggestion=suggestion))
        return True

    def edited(self, uri: str, edits: Sequence[ByteEdit]) -> bool:
        """The text changed: what is touched goes, what stands behind moves. Whether anything went."""
        page = self._pages.get(uri)
        if page is None:
            return False
        before = len(page.opinions)
        for edit in edits:
            longer = len(edit.text) - (edit.end - edit.start)
            page.opinions = [one for one in page.opinions if edit.end <= one.start or one.end <= edit.start]
            for one in page.opinions:
                if edit.end <= one.start:
                    one.start += longer
                    one.end += longer
            for area in page.areas:
                if edit.end <= area.start:
                    area.start += longer
                elif edit.start < area.end:
                    area.whole = False
        page.areas = [area for area in page.areas if area.whole or area.running]
        return len(page.opinions) != before

    def dismiss(self, fingerprint: str) -> list[str]:
        """A finding is not wanted; the documents that lose it."""
        lost = []
        for uri, page in self._pages.items():
            kept = [one for one in page.opinions if one.finding.fingerprint != fingerprint]
            if len(kept) != len(page.opinions):
                page.opinions = kept
                lost.append(uri)
        return lost

    def named(self, uri: str, fingerprint: str) -> Opinion | None:
        """A finding of a document."""
        return next((one for one in self.page(uri).opinions if one.finding.fingerprint == fingerprint), None)

    def diagnostics(self, document: Document, client: Client) -> list[Json]:
        """The findings as diagnostics, none of them worse than a warning."""
        page = self._pages.get(document.uri)
        return [diagnostic_of(one, document, client) for one in page.opinions] if page is not None else []

    def hover(self, document: Document, offset: int) -> str:
        """What Claude said about the code around a place, in Markdown; "" for nothing."""
        page = self._pages.get(document.uri)
        around = [a for a in page.areas if a.whole and a.start <= offset <= a.end] if page is not None else []
        if not around:
            return ""
        area = min(around, key=lambda one: len(one.text))
        title = f"**{area.persona} (AI)**"
        if area.running:
            return f"{title} · reviewing …"
        if area.review is None:
            return f"{title} · {safe(area.trouble)}" if area.trouble else ""
        told = area.review
        lines = [f"- {safe(one.message)}" for one in told.findings] or ["- no findings"]
        age = _age(time.time() - told.at) if told.at else "just now"
        status = f"{title} · {'cached, ' if told.cached else ''}{age} · {told.model} · {told.tokens:,} tokens"
        if told.dropped:
            status += f" · {told.dropped} dropped that quoted code that is not there"
        if told.cut:
            status += f" · {told.cut}"
        return "\n".join([status, "", *lines])


def diagnostic_of(opinion: Opinion, document: Document, client: Client) -> Json:
    """A finding of Claude's as a diagnostic, marked as such."""
    finding = opinion.finding
    message = finding.message
    if opinion.suggestion is not None:
        message += f"\n\n{opinion.suggestion.diff}"
    start = document.table.position(opinion.start, client.encoding)
    end = document.table.position(opinion.end, client.encoding)
    result: Json = {
        "range": {
            "start": {"line": start[0], "character": start[1]},
            "end": {"line": end[0], "character": end[1]},
        },
        "severity": max(finding.severity, 2),
        "code": "ai-review" if opinion.suggestion is None else "ai-suggestion",
        "source": f"{opinion.persona} (AI)",
        "message": message,
    }
    if client.diagnostic_data:
        result["data"] = {"ai": finding.fingerprint}
    return result


def _age(seconds: float) -> str:
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 86_400:
        return f"{int(seconds // 3600)} h ago"
    return f"{int(seconds // 86_400)} days ago"
