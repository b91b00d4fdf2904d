"""What a place is about: a function with its registration, the lines that somebody selected, or nothing."""

import pytest
from tests.review.projects import read

from persona_lsp.findings.subject import Subject
from persona_lsp.review.subject import subject

SOURCE = """from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"])


@app.get("/books/{book_id}")
def read_book(book_id: int):
    # Reviewed by the security team.
    first = find(book_id)  # ü
    second = find(book_id + 1)

    def inner(one):
        return one

    return {"id": first, "next": inner(second)}


def helper(a, b):
    return a + b
"""

PROJECT = read({"app.py": SOURCE})


def about(first: str, last: str = "") -> Subject | None:
    """What is meant by the place where a text begins, or by all from there to the end of another one."""
    start = PROJECT.at("app.py", first)
    end = PROJECT.at("app.py", last) + len(last.encode()) if last else start
    return subject(PROJECT.snapshot, PROJECT.extractions["app.py"], start, end, PROJECT.findings("app.py"))


@pytest.mark.parametrize(
    ("first", "last", "kind", "name"),
    [
        ("first = find", "", "endpoint", "GET /books/{book_id}"),
        ("@app.get", "", "endpoint", "GET /books/{book_id}"),
        ("find(book_id)", "find(book_id)", "endpoint", "GET /books/{book_id}"),
        ("@app.get", "inner(second)}", "endpoint", "GET /books/{book_id}"),
        ("def read_book", "inner(second)}\n\n", "text", "selected lines of GET /books/{book_id}"),
        ("    first = find", "second = find(book_id + 1)", "text", "selected lines of GET /books/{book_id}"),
        ("return a + b", "", "function", "helper"),
        ("\n\ndef helper", "return a + b", "function", "helper"),
        ("app.add_middleware", "]", "text", "the selected lines"),
        ("app = FastAPI()", "return a + b", "text", "the selected lines"),
    ],
)
def test_what_a_place_is_about(first: str, last: str, kind: str, name: str) -> None:
    found = about(first, last)
    assert found is not None
    assert (found.kind, found.name) == (kind, name)
    assert SOURCE.encode()[found.start : found.end] == found.text.encode()


def test_a_place_without_code_is_about_nothing() -> None:
    assert about("app.add_middleware") is None
    assert about("\n\n@app.get", "\n\n") is None


def test_selected_lines_know_what_they_are_a_part_of() -> None:
    found = about("    first = find", "second = find(book_id + 1)")
    assert found is not None
    assert found.text.strip().split("\n") == ["first = find(book_id)  # ü", "    second = find(book_id + 1)"]
    assert found.facts[0] == "The code is a part of GET /books/{book_id}."
    assert "Authentication: none." in found.facts


def test_comments_and_claims_are_known() -> None:
    found = about("first = find")
    assert found is not None
    data = found.text.encode()
    assert [data[start:end].decode() for start, end in found.comments] == ["# Reviewed by the security team.", "# ü"]
    assert any("(comment-to-the-reviewer)" in one for one in found.findings)
