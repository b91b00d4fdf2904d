"""Edits of bytes: apply them, find the one that leads from one text to another, and show them as a unified diff."""

from collections.abc import Callable, Iterable, Sequence
from difflib import unified_diff as _unified_diff
from typing import Final, Protocol

from msgspec import Struct

from persona_lsp.text.patterns import lazy


class Replacement(Protocol):
    """Anything that replaces the bytes `start`..`end` by `text`."""

    @property
    def start(self) -> int:
        """The first byte replaced."""

    @property
    def end(self) -> int:
        """Behind the last byte replaced."""

    @property
    def text(self) -> str | bytes:
        """What stands there afterwards."""


class ByteEdit(Struct, frozen=True, gc=False):
    """Replace the bytes `start`..`end` of a text by `text`."""

    start: int
    end: int
    text: bytes

    @property
    def new_end(self) -> int:
        """Where the new text ends, in the new bytes."""
        return self.start + len(self.text)


class OverlapError(ValueError):
    """Two edits of one set touch the same bytes, or an edit lies outside of the text."""


def apply(source: bytes, edits: Iterable[Replacement]) -> bytes:
    """The text with all edits made; their positions mean `source`, whatever their order.

    Insertions at one place are made in the order given. Raises `OverlapError`.
    """
    pieces: list[bytes] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < done or edit.end < edit.start or edit.end > len(source):
            raise OverlapError(f"the edit of bytes {edit.start} to {edit.end} overlaps another one or leaves the text")
        pieces += (source[done : edit.start], _bytes(edit.text))
        done = edit.end
    pieces.append(source[done:])
    return b"".join(pieces)


def compose(source: bytes, edits: Sequence[Replacement]) -> ByteEdit | None:
    """The one edit that does what these do one after another, each position meaning the text left by those before it.

    None when they change nothing. Raises `OverlapError`.
    """
    text = source
    for edit in edits:
        text = apply(text, (edit,))
    return difference(source, text)


def difference(old: bytes, new: bytes) -> ByteEdit | None:
    """The shortest single edit that turns `old` into `new`, at character boundaries; None when they are equal."""
    if old == new:
        return None
    shortest = min(len(old), len(new))
    start = _common(lambda n: old[:n] == new[:n], shortest)
    while start and _continues(old, start) | _continues(new, start):
        start -= 1
    tail = _common(lambda n: n == 0 or old[-n:] == new[-n:], shortest - start)
    while tail and _continues(old, len(old) - tail):
        tail -= 1
    return ByteEdit(start, len(old) - tail, new[start : len(new) - tail])


def unified_diff(old: bytes, new: bytes, path: str, context: int = 3) -> bytes:
    """A patch that `git apply` takes, empty when nothing changed. Line ends are kept as they are."""
    if old == new:
        return b""
    before, after = _diff_lines(old), _diff_lines(new)
    patch = _unified_diff(before, after, _quoted(f"a/{path}"), _quoted(f"b/{path}"), n=context)
    pieces = [line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in patch]
    return "".join(pieces).encode("utf-8", "surrogateescape")


def _quoted(path: str) -> str:
    """A path as git writes it: in quotes where it holds what would end the line, or a quote."""
    if not _ODD.search(path):
        return path
    return '"' + _ODD.sub(lambda found: "".join(f"\\{byte:03o}" for byte in found[0].encode()), path) + '"'


_ODD: Final = lazy(r'[\x00-\x1f\x7f"\\]')


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def _continues(text: bytes, at: int) -> bool:
    """Whether the byte there is inside of a UTF-8 character."""
    return at < len(text) and text[at] & 0xC0 == 0x80


def _common(equal: Callable[[int], bool], most: int) -> int:
    """The greatest n <= most for which `equal(n)`; comparing slices is a memcmp, so bisecting beats a loop."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if equal(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _diff_lines(text: bytes) -> list[str]:
    # Patches know one line end, \n; a \r before it is part of the line.
    lines = text.decode("utf-8", "surrogateescape").split("\n")
    kept = [line + "\n" for line in lines[:-1]]
    return [*kept, lines[-1]] if lines[-1] else kept
