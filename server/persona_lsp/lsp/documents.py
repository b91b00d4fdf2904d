"""The open documents: bytes and a line table, edited as the protocol says and not as `str.splitlines` would."""

import os
from collections.abc import Sequence

from msgspec import Struct

from persona_lsp.lsp.messages import ContentChange
from persona_lsp.lsp.uris import to_path
from persona_lsp.text.edits import ByteEdit, apply
from persona_lsp.text.lines import Encoding, LineTable


class Document(Struct):
    """An open document. `serial` counts its texts, whatever the client does with `version`."""

    uri: str
    language: str
    version: int | None
    serial: int
    table: LineTable
    location: str
    saved: int = 0
    """The serial that was opened or saved last."""

    @property
    def source(self) -> bytes:
        """The text."""
        return self.table.source


class Documents:
    """All of them, by the URI that the client uses."""

    def __init__(self) -> None:
        """None is open."""
        self.encoding: Encoding = "utf-16"
        self._open: dict[str, Document] = {}
        self._serial = 0

    def all(self) -> list[Document]:
        """All of them."""
        return list(self._open.values())

    def get(self, uri: str) -> Document | None:
        """The document of a URI, also when the client spells it differently this time."""
        found = self._open.get(uri)
        if found is None and (location := to_path(uri)):
            found = next((document for document in self._open.values() if _same(document.location, location)), None)
        return found

    def open(self, uri: str, language: str, version: int | None, text: str) -> Document:
        """A document was opened, or opened again."""
        self._serial += 1
        location = to_path(uri)
        document = Document(uri, language, version, self._serial, LineTable(encode(text)), location, self._serial)
        self._open[uri] = document
        return document

    def change(self, document: Document, version: int | None, changes: Sequence[ContentChange]) -> tuple[ByteEdit, ...]:
        """Apply the changes one after another; the same as edits of bytes."""
        edits = []
        for change in changes:
            table = document.table
            if change.range is None:
                edit = ByteEdit(0, len(table.source), encode(change.text))
            else:
                start = table.from_position(change.range.start.line, change.range.start.character, self.encoding)
                end = table.from_position(change.range.end.line, change.range.end.character, self.encoding)
                edit = ByteEdit(min(start, end), max(start, end), encode(change.text))
            edits.append(edit)
            document.table = LineTable(apply(table.source, (edit,)))
        self._serial += 1
        document.version, document.serial = version, self._serial
        return tuple(edits)

    def close(self, uri: str) -> Document | None:
        """A document was closed."""
        found = self.get(uri)
        return self._open.pop(found.uri) if found is not None else None


def encode(text: str) -> bytes:
    """Text of the protocol as UTF-8. A lone half of a surrogate pair becomes U+FFFD, which is as long for everybody."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _same(one: str, other: str) -> bool:
    return os.path.normcase(one) == os.path.normcase(other)
