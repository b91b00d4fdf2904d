"""The parts of the host that need no engine: roots, mailbox, the map of offsets, frames."""

import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_lsp.host import frames, wire
from persona_lsp.host.hovers import back, forward
from persona_lsp.host.mailbox import Mailbox
from persona_lsp.host.roots import Root, location_of, path_of, path_of_uri, root_of, roots_of
from persona_lsp.text.edits import ByteEdit, difference


def test_paths_of_one_root() -> None:
    roots = roots_of(("/w/", "/w"))
    assert roots == (Root("/w", ""),)
    assert path_of("/w/a/b.py", roots) == "a/b.py"
    assert location_of("a/b.py", roots) == "/w/a/b.py"
    assert path_of("/www/b.py", roots) == "/www/b.py"
    assert location_of("/www/b.py", roots) == "/www/b.py"
    assert root_of("/www/b.py", roots) is None
    assert root_of("untitled:a.py", roots) is None


def test_paths_of_several_roots() -> None:
    roots = roots_of(("/a/api", "/b/api", "/a/api/inner"))
    assert [root.prefix for root in roots] == ["api/", "api-2/", "inner/"]
    for location in ("/a/api/x.py", "/b/api/x.py", "/a/api/inner/x.py"):
        assert location_of(path_of(location, roots), roots) == location
    assert path_of("/a/api/inner/x.py", roots) == "inner/x.py"


@pytest.mark.parametrize(
    ("uri", "language", "path"),
    [
        ("untitled:Untitled-1", "python", "untitled:Untitled-1.py"),
        ("untitled:a.rb", "ruby", "untitled:a.rb"),
        ("vscode-remote://x/a?q", "typescriptreact", "vscode-remote://x/a.tsx"),
        ("untitled:1", "cobol", "untitled:1"),
    ],
)
def test_documents_in_no_file(uri: str, language: str, path: str) -> None:
    assert path_of_uri(uri, language) == path


def opened(uri: str, version: int = 1, source: bytes = b"") -> wire.Open:
    return wire.Open(uri, version, source)


def test_the_newest_text_wins() -> None:
    mailbox = Mailbox()
    mailbox.deliver(opened("a", 1, b"x"))
    old = mailbox.letters["a"]
    for version in range(2, 30):
        mailbox.deliver(wire.Edited("a", version, (ByteEdit(0, 0, b"y"),)))
    assert mailbox.outdated(old)
    letter = mailbox.document()
    assert letter is not None
    assert (letter.version, letter.source) == (29, b"y" * 28 + b"x")
    assert mailbox.document() is None


def test_the_document_changed_last_goes_first() -> None:
    mailbox = Mailbox()
    for uri in ("a", "b", "c"):
        mailbox.deliver(opened(uri))
    mailbox.deliver(wire.Edited("a", 2, ()))
    order = [letter.uri for _ in range(3) if (letter := mailbox.document())]
    assert order == ["a", "c", "b"]


def test_questions_wait_for_their_own_document_only() -> None:
    mailbox = Mailbox()
    mailbox.deliver(opened("a"))
    mailbox.deliver(opened("b"))
    mailbox.document()
    mailbox.deliver(wire.Ask(1, "symbols", "a"))
    mailbox.deliver(wire.Ask(2, "symbols", "b"))
    first = mailbox.question(idle=False)
    assert first is not None
    assert first.ask.id == 2
    assert mailbox.question(idle=False) is None
    mailbox.deliver(wire.Cancel(1))
    last = mailbox.question()
    assert last is not None
    assert mailbox.unwanted(last.ask)


def test_analysis_lets_hovers_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("persona_lsp.host.mailbox.YIELD", 60)
    mailbox = Mailbox()
    mailbox.deliver(opened("a"))
    mailbox.deliver(wire.Ask(1, "hover", "a"))
    order: list[str] = []

    def analyse() -> None:
        mailbox.let_hovers_pass()
        order.append("analysis")

    thread = threading.Thread(target=analyse, daemon=True)
    thread.start()
    assert mailbox.hover() is not None
    thread.join(0.1)
    order.append("hover")
    mailbox.hovered()
    thread.join(10)
    assert order == ["hover", "analysis"]


def test_analysis_waits_for_no_hover_that_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("persona_lsp.host.mailbox.YIELD", 0.001)
    mailbox = Mailbox()
    mailbox.deliver(wire.Ask(1, "hover", "a"))
    thread = threading.Thread(target=mailbox.let_hovers_pass, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


def test_changes_of_unknown_and_closed_documents() -> None:
    mailbox = Mailbox()
    mailbox.deliver(wire.Edited("a", 2, (ByteEdit(0, 5, b""),)))
    mailbox.deliver(opened("a"))
    mailbox.deliver(wire.Close("a"))
    assert mailbox.document() is None
    assert isinstance(mailbox.order(), wire.Close)


@given(st.binary(max_size=12), st.binary(max_size=12), st.integers(0, 12))
def test_offsets_before_an_edit(old: bytes, new: bytes, offset: int) -> None:
    edit = difference(old, new)
    offset = min(offset, len(new))
    there = back(offset, edit)
    if there is not None:
        assert 0 <= there <= len(old)
        assert old[there:] == new[offset:] or old[:there] == new[:offset]


@given(st.binary(max_size=12), st.binary(max_size=12), st.integers(0, 12), st.integers(0, 12))
def test_ranges_after_an_edit(old: bytes, new: bytes, one: int, other: int) -> None:
    start, end = sorted((min(one, len(old)), min(other, len(old))))
    edit = difference(old, new)
    moved = forward(start, end, edit)
    assert 0 <= moved[0] <= moved[1] <= len(new)
    if edit is not None and start < end and (end <= edit.start or start >= edit.end):
        assert new[slice(*moved)] == old[start:end]


def test_frames_go_through_a_pipe_and_end() -> None:
    source, target = os.pipe()
    frames.write(target, b"hello")
    frames.write(target, b"")
    reader = frames.Reader(source)
    assert reader.next() == b"hello"
    assert reader.next() == b""
    os.write(target, b"\xff\xff\xff\xff")
    with pytest.raises(frames.BrokenFrameError):
        reader.next()
    reader = frames.Reader(source)
    os.write(target, b"\0\0")
    os.close(target)
    assert reader.next() is None
    os.close(source)


def test_messages_survive_the_wire() -> None:
    spot = wire.Spot("a", 1, 2, 3, 4, "é".encode(), b"")
    result = wire.Result("a", 3, (wire.Shown("i", "r", 2, "m", spot, beside=(wire.Beside(spot, "x"),)),))
    assert wire.to_front(wire.encode(result)) == result
    edited = wire.Edited("a", 3, (ByteEdit(1, 2, b"\xff"),))
    assert wire.to_worker(wire.encode(edited)) == edited
