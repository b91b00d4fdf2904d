"""The store of documents stays in step with the client, whatever is typed."""

from hypothesis import given
from hypothesis import strategies as st

from persona_lsp.lsp.documents import Documents
from persona_lsp.lsp.messages import ContentChange, Position, Range
from persona_lsp.text.edits import ByteEdit, apply
from persona_lsp.text.lines import Encoding

TEXT = st.text(st.sampled_from("ab\n\r\x0b\x0c\x85\u2028é漢😋"), max_size=12)
ENCODING = st.sampled_from(["utf-8", "utf-16", "utf-32"])


def split(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def width(text: str, encoding: str) -> int:
    return {"utf-8": len(text.encode()), "utf-16": len(text.encode("utf-16-le")) // 2, "utf-32": len(text)}[encoding]


def position(text: str, index: int, encoding: str) -> Position:
    """The position of a character, by the plain definition."""
    lines = split(text[:index])
    return Position(len(lines) - 1, width(lines[-1], encoding))


@given(TEXT, st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), TEXT), max_size=5), ENCODING)
def test_a_client_and_the_store_agree(text: str, edits: list[tuple[int, int, str]], encoding: Encoding) -> None:
    documents = Documents()
    documents.encoding = encoding
    document = documents.open("file:///a.py", "python", 1, text)
    source = document.source
    changes = []
    for one, other, new in edits:
        start, end = sorted((min(one, len(text)), min(other, len(text))))
        # Nobody can put the cursor between \r and \n.
        start -= text[start - 1 : start + 1] == "\r\n"
        end += text[end - 1 : end + 1] == "\r\n"
        changes.append(ContentChange(new, Range(position(text, start, encoding), position(text, end, encoding))))
        text = text[:start] + new + text[end:]
    byte_edits = documents.change(document, 2, changes)
    assert document.source == text.encode()
    for edit in byte_edits:
        source = apply(source, (edit,))
    assert source == document.source


@given(TEXT, st.integers(-5, 99), st.integers(-5, 99), st.integers(-5, 99), st.integers(-5, 99))
def test_any_range_is_taken(text: str, a: int, b: int, c: int, d: int) -> None:
    documents = Documents()
    document = documents.open("x:y", "", None, text)
    (edit,) = documents.change(document, None, [ContentChange("!", Range(Position(a, b), Position(c, d)))])
    assert isinstance(edit, ByteEdit)
    document.source.decode()


def test_half_an_emoji_is_one_unit_long() -> None:
    documents = Documents()
    document = documents.open("x:y", "", None, "a\ud83d b")
    documents.change(document, 2, [ContentChange("!", Range(Position(0, 2), Position(0, 2)))])
    assert document.source == "a\ufffd! b".encode()


def test_a_document_spelled_otherwise() -> None:
    documents = Documents()
    documents.open("file:///c%3A/a.py", "", 1, "")
    assert documents.get("file:///C:/a.py") is not None
    assert documents.get("file:///C:/b.py") is None
    assert documents.close("file:///c:/a.py") is not None
    assert documents.all() == []
