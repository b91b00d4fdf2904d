"""Edits: applying, finding the difference, choosing those that fit together, and patches that git takes."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_lsp.text.edits import ByteEdit, OverlapError, apply, compose, difference, unified_diff

TEXT = st.text(st.sampled_from("ab\n\r\u00e9\u00e8\u6f22\U0001f60b\U0001f60a"), max_size=30)


@given(TEXT, TEXT)
def test_the_difference_leads_from_old_to_new_between_characters(old: str, new: str) -> None:
    edit = difference(old.encode(), new.encode())
    if edit is None:
        assert old == new
        return
    assert apply(old.encode(), [edit]) == new.encode()
    edit.text.decode()
    old.encode()[: edit.start].decode()
    old.encode()[edit.end :].decode()


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_the_difference_of_any_bytes(old: bytes, new: bytes) -> None:
    edit = difference(old, new)
    assert (apply(old, [edit]) if edit else old) == new


@given(TEXT, st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), TEXT), max_size=4))
def test_composed_edits_do_what_they_do_in_turn(text: str, steps: list[tuple[int, int, str]]) -> None:
    source = current = text.encode()
    edits = []
    for one, other, new in steps:
        start, end = sorted((min(one, len(current)), min(other, len(current))))
        edits.append(ByteEdit(start, end, new.encode()))
        current = apply(current, edits[-1:])
    composed = compose(source, edits)
    assert (apply(source, [composed]) if composed else source) == current


def test_edits_mean_the_old_text_in_any_order() -> None:
    assert apply(b"abcdef", [ByteEdit(4, 5, b"X"), ByteEdit(0, 1, b""), ByteEdit(2, 2, b"--")]) == b"b--cdXf"


@pytest.mark.parametrize(
    "edits", [[ByteEdit(0, 3, b""), ByteEdit(2, 4, b"")], [ByteEdit(0, 9, b"")], [ByteEdit(2, 1, b"")]]
)
def test_overlapping_edits_are_refused(edits: list[ByteEdit]) -> None:
    with pytest.raises(OverlapError):
        apply(b"abcd", edits)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"a\r\nb\r\nc\r\n", b"a\r\nB\r\nc\r\n"),
        (b"a\nb", b"a\nc"),
        (b"a\rb\rc", b"a\rB\rc"),
        (b"\xff\n", b"\xfe\n"),
        (b"x", b""),
    ],
)
def test_git_applies_the_patch(tmp_path: Path, old: bytes, new: bytes) -> None:
    (tmp_path / "f.py").write_bytes(old)
    patch = unified_diff(old, new, "f.py")
    subprocess.run(["git", "apply", "-p1", "-"], input=patch, cwd=tmp_path, check=True)
    assert (tmp_path / "f.py").read_bytes() == new


def test_equal_texts_have_no_patch() -> None:
    assert unified_diff(b"a", b"a", "f") == b""
