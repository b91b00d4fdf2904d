"""What runs once at most for a loop, because the loop is always left after it."""

import pytest

from persona_lsp.extract import extract
from persona_lsp.facts.body import Function

PYTHON = "from sqlalchemy import select\n\ndef act(session, items):\n"
JAVASCRIPT = "const { PrismaClient } = require('@prisma/client');\nconst prisma = new PrismaClient();\nasync function act(items) {\n"
RUBY = "class ItemsController < ApplicationController\n  def act\n"


def loops(path: str, source: str) -> list[int]:
    """The loop of each query: -1 where it is in none."""
    extraction = extract(path, source.encode())
    assert extraction is not None
    found: Function = next(f for f in extraction.facts.functions if f.name == "act")
    return [query.site.loop for query in found.queries]


ASK = "session.get(Book, item.id)"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"for item in items:\n    if item.fits:\n        book = {ASK}\n        return book", [-1]),
        (f"for item in items:\n    if item.fits:\n        return {ASK}", [-1]),
        (f"for item in items:\n    book = {ASK}\n    note(book)\n    break", [-1]),
        (f"for item in items:\n    with lock:\n        book = {ASK}\n        return book", [-1]),
        (f"for item in items:\n    for part in item:\n        if part:\n            return {ASK}", [-1]),
        # The inner loop is left, the outer one goes on.
        (f"for item in items:\n    for part in item:\n        book = {ASK}\n        break", [0]),
        (f"for item in items:\n    if {ASK}:\n        return item", [0]),
        (f"for item in items:\n    book = {ASK}\n    if book:\n        return book", [0]),
        (f"for item in items:\n    book = {ASK}\n    if not book:\n        continue\n    return book", [0]),
        (f"for item in items:\n    try:\n        return {ASK}\n    except LookupError:\n        pass", [0]),
        (f"for item in items:\n    book = {ASK}", [0]),
        (f"return [{ASK} for item in items]", [0]),
    ],
)
def test_python(body: str, expected: list[int]) -> None:
    assert loops("app/a.py", PYTHON + "".join(f"    {line}\n" for line in body.splitlines())) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("for (const item of items) { if (item.fits) { return prisma.book.findFirst({ where: { id: item.id } }); } }", [-1]),
        # A callback returns to what calls it.
        ("return items.map((item) => { return prisma.book.findFirst({ where: { id: item.id } }); });", [0]),
        # `break` leaves the switch.
        ("for (const item of items) { switch (item.kind) { case 1: await prisma.book.findFirst({ where: { id: item.id } }); break; } }", [0]),
    ],
)  # fmt: skip
def test_javascript(body: str, expected: list[int]) -> None:
    assert loops("src/a.js", f"{JAVASCRIPT}{body}\n}}\n") == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("items.each do |item|\n  return Book.find(item.id) if item.fits?\nend", [-1]),
        ("items.each do |item|\n  book = Book.find(item.id)\n  break\nend", [-1]),
        ("items.map { |item| Book.find(item.id) }", [0]),
        ("items.each do |item|\n  Book.find(item.id)\nend", [0]),
    ],
)
def test_ruby(body: str, expected: list[int]) -> None:
    source = "".join(f"    {line}\n" for line in body.splitlines())
    assert loops("app/controllers/items_controller.rb", f"{RUBY}{source}  end\nend\n") == expected
