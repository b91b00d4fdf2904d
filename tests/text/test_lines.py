"""Positions in every encoding agree with the plain definition, whatever the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_lsp.text.lines import Encoding, LineTable

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
TEXT = st.text(st.sampled_from("ab\n\r\t\x0b\x0c\x85\u2028\u00e9\u6f22\U0001f60b\0"), max_size=40)


def reference_lines(text: str) -> list[str]:
    """Lines without their ends, split as the protocol says."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def width(text: str, encoding: Encoding) -> int:
    match encoding:
        case "utf-8":
            return len(text.encode())
        case "utf-16":
            return len(text.encode("utf-16-le")) // 2
        case _:
            return len(text)


@given(TEXT)
def test_lines_are_those_of_the_protocol(text: str) -> None:
    table = LineTable(text.encode())
    expected = reference_lines(text)
    assert table.line_count == len(expected)
    assert [table.line(i).decode() for i in range(table.line_count)] == expected


@given(TEXT, st.sampled_from(ENCODINGS))
def test_every_character_has_its_position_and_back(text: str, encoding: Encoding) -> None:
    table = LineTable(text.encode())
    for number, line in enumerate(reference_lines(text)):
        start = table.line_start(number)
        for column in range(len(line) + 1):
            offset = start + len(line[:column].encode())
            position = (number, width(line[:column], encoding))
            assert table.position(offset, encoding) == position
            assert table.from_position(*position, encoding) == offset


@given(st.binary(max_size=30), st.integers(-3, 40), st.integers(-3, 40), st.sampled_from(ENCODINGS))
def test_any_bytes_and_any_position_are_clamped(source: bytes, line: int, character: int, encoding: Encoding) -> None:
    table = LineTable(source)
    offset = table.from_position(line, character, encoding)
    assert 0 <= offset <= len(source)
    back = table.position(offset, encoding)
    assert table.from_position(*back, encoding) == offset
    assert 0 <= table.offset(line, character) <= len(source)
    at, column = table.line_col(offset)
    assert table.offset(at, column) == offset


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_inside_of_a_character_means_its_start(encoding: Encoding) -> None:
    table = LineTable("x = '\U0001f60b'".encode())
    assert table.position(6, encoding) == (0, 5)
    assert table.from_position(0, 6, "utf-16") == 5
    assert table.from_position(0, 7, "utf-8") == 5


def test_behind_the_line_is_its_end() -> None:
    table = LineTable(b"ab\r\ncd")
    assert table.from_position(0, 99) == 2
    assert table.from_position(9, 0) == 6
    assert table.position(3) == (0, 2)
    assert table.position(99) == (1, 2)
