"""Edits of the model's: only inside the code that was asked about, only where the result still is a program."""

from __future__ import annotations

import difflib
import re

from persona_lsp.ai import answer
from persona_lsp.ai.errors import AiError
from persona_lsp.ai.markdown import sentence
from persona_lsp.ai.request import Request
from persona_lsp.ai.wire import Suggestion

_AWAIT = re.compile(r"\bawait\b")
_DECORATOR = re.compile(r"^\s*@\w", re.MULTILINE)
_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\U000e0000-\U000e007f]")


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
    if "\r\n" in old and "\n" in old:
        new = new.replace("\r\n", "\n").replace("\n", "\r\n")
    if new == old:
        raise AiError("edit", "The suggestion changes nothing.")
    if len(_HIDDEN.findall(new)) > len(_HIDDEN.findall(old)):
        raise AiError("edit", "The suggestion brings characters that nobody sees; it is not offered.")
    _check(request, source, source[:start] + new.encode() + source[start + len(data) :], old, new)
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
        start = seen.index(old)
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


def _check(request: Request, before: bytes, after: bytes, old: str, new: str) -> None:
    from persona_lsp import extract

    path = request.subject.path
    one, other = extract.extract(path, before), extract.extract(path, after)
    if one is None or other is None:
        raise AiError("edit", "Nobody can tell whether the result still is a program; it is not offered.")
    if other.facts.error_count > one.facts.error_count:
        raise AiError("edit", "The result would be no valid program; it is not offered.")
    if (
        one.facts.error_count
        and other.facts.error_count
        and old.count("(") - old.count(")") != new.count("(") - new.count(")")
    ):
        raise AiError("edit", "The result would be no valid program; it is not offered.")
    lost = {function.key for function in one.facts.functions if function.name} - {f.key for f in other.facts.functions}
    if lost:
        raise AiError("edit", f"The suggestion would lose `{min(lost)}`; it is not offered.")
    for what, pattern in (("an `await`", _AWAIT), ("a decorator or annotation", _DECORATOR)):
        if len(pattern.findall(new)) < len(pattern.findall(old)):
            raise AiError("edit", f"The suggestion would lose {what}; it is not offered.")


def _narrow(old: str, new: str) -> tuple[int, int, str]:
    """The part that differs, in whole lines: start and end in `old`, and the text instead.

    At least one line of the old text: by that, its place is known again when the code has moved.
    """
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    first = 0
    while first < min(len(before), len(after)) and before[first] == after[first]:
        first += 1
    last = 0
    while last < min(len(before), len(after)) - first and before[-1 - last] == after[-1 - last]:
        last += 1
    if first + last == len(before) and first:
        first -= 1
    elif first + last == len(before) and last:
        last -= 1
    start = sum(map(len, before[:first]))
    end = len(old) - sum(map(len, before[len(before) - last :]))
    return start, end, "".join(after[first : len(after) - last])
