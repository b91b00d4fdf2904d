"""Whatever the bytes, loading never raises, and every problem lies inside the file."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.persona.suggested_topics import TOPICS

from persona_lsp.persona.compile import compile_persona
from persona_lsp.persona.coverage import coverage, explain_commitment
from persona_lsp.persona.load import load
from persona_lsp.persona.source import read
from persona_lsp.review import persona_choices, persona_hover, persona_mended, persona_symbols
from persona_lsp.text.edits import apply

BUNDLED = (Path(__file__).parents[2] / "personas" / "backend-developer.md").read_bytes()

PIECES = st.sampled_from(
    ["---", "\n", "\r\n", "\r", "name:", "description:", "color: #0f0", "tools: [", "model: x", ": ", " #", "...", "- ",
     "  ", "\t", '"', "'", "{", "}", "|", ">", "*", "&a", "```", "# ", "You test. ", "e.g. ", "<example>", "\ufeff",
     "\u2028", "\x85", "\x00", "😀", "é", "| a | b |", "|---|", "**", "- Languages: Go, C#", "`", "..", "=="]
)  # fmt: skip
NAMES = st.sampled_from(
    ["a.md", ".claude/agents/a.md", "a.agent.md", ".cursor/agents/a.md", "a.mdc", "AGENTS.md", "", "../x.md"]
)


def check(data: bytes, file_name: str) -> None:
    result = load(data, file_name)
    lines = read(data).lines
    for problem in result.problems:
        assert 1 <= problem.line <= problem.end_line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert 1 <= problem.end_column <= len(lines[problem.end_line - 1]) + 1
        assert (problem.line, problem.column) <= (problem.end_line, problem.end_column)
        assert problem.message
        if problem.fix is not None:
            assert 0 <= problem.fix.start <= problem.fix.end <= len(data)
            load(data[: problem.fix.start] + problem.fix.new_text.encode() + data[problem.fix.end :], file_name)
    if result.persona is None:
        assert any(problem.severity.word == "error" for problem in result.problems)
        return
    compiled = compile_persona(result.persona, TOPICS)
    for commitment in (*compiled.commitments, *compiled.lists):
        assert (commitment.line, commitment.column) < (commitment.end_line, commitment.end_column)
        assert result.persona.body_line <= commitment.line <= commitment.end_line <= len(lines)
        assert commitment.end_column <= len(lines[commitment.end_line - 1]) + 1
    identities = [c.id for c in (*compiled.commitments, *compiled.lists)]
    assert len(set(identities)) == len(identities)
    rows = coverage(compiled, {}, TOPICS, ())
    for row in rows:
        assert explain_commitment(compiled, rows, row.line, row.column) is not None


def ask(data: bytes, file_name: str, offset: int) -> None:
    """Everything that an editor asks at a place; every answer lies inside the file."""
    places = [
        (one.start, one.end)
        for one in (persona_hover(file_name, data, offset), *persona_choices(file_name, data, offset))
        if one is not None
    ]
    symbols = list(persona_symbols(file_name, data))
    while symbols:
        symbol = symbols.pop()
        places += [(symbol.where.start, symbol.where.end), (symbol.selection.start, symbol.selection.end)]
        symbols += symbol.children
    assert all(0 <= start <= end <= len(data) for start, end in places)
    fix = persona_mended(file_name, data)
    if fix is not None:
        mended = apply(data, fix.edits)
        assert persona_mended(file_name, mended) is None


@given(st.lists(PIECES, max_size=30).map("".join), NAMES, st.integers(0, 200))
@settings(max_examples=100, deadline=None)
def test_an_editor_may_ask_anywhere(text: str, file_name: str, offset: int) -> None:
    for data in (text.encode(), ("---\n" + text).encode(), ("---\n" + text + "\n---\nYou test.").encode()):
        at = min(offset, len(data))
        while at < len(data) and data[at] & 0xC0 == 0x80:
            at += 1
        ask(data, file_name, at)


def test_bytes_that_are_no_text_are_never_part_of_one_edit() -> None:
    data = b"---\nname: on\ndescription: \xff\ncolor: #0f0\n---\nYou test.\n"
    assert persona_mended("a.md", data) is None
    assert len([one for one in load(data, "a.md").problems if one.fix is not None]) == 2


@given(st.binary(max_size=300), NAMES)
@settings(max_examples=100, deadline=None)
def test_arbitrary_bytes(data: bytes, file_name: str) -> None:
    check(data, file_name)
    check(b"---\n" + data + b"\n---\nYou test.", file_name)


@given(st.lists(PIECES, max_size=30).map("".join), NAMES, st.sampled_from(["utf-8", "utf-16"]))
@settings(max_examples=100, deadline=None)
def test_what_persona_files_are_made_of_in_any_order(text: str, file_name: str, encoding: str) -> None:
    check(text.encode(encoding), file_name)
    check(("---\n" + text).encode(encoding), file_name)


@given(st.integers(0, len(BUNDLED)), st.integers(0, 40), PIECES)
@settings(max_examples=100, deadline=None)
def test_a_real_file_with_a_hole_and_something_else_in_it(at: int, length: int, piece: str) -> None:
    check(BUNDLED[:at] + piece.encode() + BUNDLED[at + length :], "backend-developer.md")


@given(st.integers(0, 160), st.integers(0, 8), PIECES)
@settings(max_examples=100, deadline=None)
def test_the_front_matter_of_a_real_file_with_something_else_in_it(at: int, length: int, piece: str) -> None:
    check(BUNDLED[:at] + piece.encode() + BUNDLED[at + length :], "backend-developer.md")


def test_every_prefix_of_a_real_file() -> None:
    for end in range(0, len(BUNDLED), 23):
        check(BUNDLED[:end], "backend-developer.md")


@given(st.binary(max_size=200), st.sampled_from([b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"]))
@settings(max_examples=100, deadline=None)
def test_places_lead_back_to_the_bytes(data: bytes, mark: bytes) -> None:
    source = read(mark + data)
    pieces = [(mark + data)[source.offset(i, 0) : source.offset(i, len(line))] for i, line in enumerate(source.lines)]
    for piece, raw in zip(pieces, source.raw, strict=True):
        handler = "surrogateescape" if source.encoding == "utf-8" else "surrogatepass"
        assert piece == raw.encode(source.encoding, handler)
