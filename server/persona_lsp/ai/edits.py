"""Edits of the model's: only inside the code that was asked about, only where the result still is a program."""

from __future__ import annotations

import difflib

from persona_lsp.ai import answer
from persona_lsp.ai.errors import AiError
from persona_lsp.ai.intact import check_intact
from persona_lsp.ai.markdown import sentence
from persona_lsp.ai.request import Request
from persona_lsp.ai.wire import Suggestion
from persona_lsp.text.patterns import lazy

_HIDDEN = lazy("[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\U000e0000-\U000e007f]")


def suggestion(request: Request, text: str, source: bytes) -> Suggestion:
    """The edit of an answer, for the file's text as it is. Raises `AiError` with the reason why it is not offered."""
    mended = answer.mended(text)
    if not mended.edits:
        raise AiError("edit", sentence(mended.summary) or "There is nothing to change.")
    subject = request.subject
    data = subject.text.encode()
    start = source.find(data) if source[subject.start : subject.end] != data else subject.start
    if start < 0 or (start != subject.start and source.count(data) != 1):
        raise AiError("edit", "The code changed meanwhile; the suggestion does not fit any more.")
    new = _replaced(request, mended.edits)
    old = subject.text
    if new == old:
        raise AiError("edit", "The suggestion changes nothing.")
    if len(_HIDDEN.findall(new)) > len(_HIDDEN.findall(old)):
        raise AiError("edit", "The suggestion brings characters that nobody sees; it is not offered.")
    check_intact(subject, source, start, new)
    first, last, middle = _narrow(old, new)
    diff = "".join(
        difflib.unified_diff(
            old.splitlines(keepends=True), new.splitlines(keepends=True), subject.file, subject.file, n=2
        )
    )
    return Suggestion(
        sentence(mended.summary),
        start + len(old[:first].encode()),
        old[first:last],
        middle,
        diff,
    )


def _replaced(request: Request, edits: tuple[answer.Replacement, ...]) -> str:
    """The subject's text with all replacements. They are found in what the model saw."""
    seen = request.code.text
    ends_in_crlf = "\r\n" in seen
    places: list[tuple[int, int, str]] = []
    for edit in edits:
        old = edit.old.replace("\r\n", "\n").replace("\n", "\r\n") if ends_in_crlf else edit.old
        if seen.count(old) != 1:
            raise AiError("edit", "The suggestion changes code that is not there exactly once; it is not offered.")
        new = request.code.restored(edit.new)
        if new is None:
            raise AiError("edit", "The suggestion would write over a credential; it is not offered.")
        if ends_in_crlf:
            new = new.replace("\r\n", "\n").replace("\n", "\r\n")
        start = seen.index(old)
        if any(first < start + len(old) and start < last for first, last in request.blanked):
            raise AiError("edit", "The suggestion would lose a comment that was not sent; it is not offered.")
        places.append((start, start + len(old), new))
    places.sort()
    parts: list[str] = []
    last = 0
    for start, end, new in places:
        if start < last:
            raise AiError("edit", "The parts of the suggestion overlap; it is not offered.")
        parts += [request.subject.text[last:start], new]
        last = end
    return "".join([*parts, request.subject.text[last:]])


def _narrow(old: str, new: str) -> tuple[int, int, str]:
    """The part that differs, in whole lines and never empty: start and end in `old`, and the text instead."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    first = 0
    while first < min(len(before), len(after)) and before[first] == after[first]:
        first += 1
    last = 0
    while last < min(len(before), len(after)) - first and before[-1 - last] == after[-1 - last]:
        last += 1
    if first + last == len(before):
        # A place between two lines is found again by the line beside it.
        first, last = (first - 1, last) if first else (first, last - 1)
    start = sum(map(len, before[:first]))
    end = len(old) - sum(map(len, before[len(before) - last :]))
    return start, end, "".join(after[first : len(after) - last])
