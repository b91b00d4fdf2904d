"""An edit inside a function is read as if the whole file had been read again."""

import random
from pathlib import Path

import pytest

from persona_lsp.extract import extract
from persona_lsp.extract.file import Extraction
from persona_lsp.facts.body import Function
from persona_lsp.facts.code import FileFacts

ROOT = Path(__file__).parents[1] / "bookshelf"
FILES = sorted(
    p
    for p in ROOT.rglob("*")
    if p.is_file() and p.suffix in {".py", ".ts", ".js", ".java", ".rb"} and p.stat().st_size > 500 and p.parent != ROOT
)
TYPED = (b"x", b" ", b"\n", b"1", b"total", b".first()", b"'text'", b"\xc3\xa9")


def _facts(source: bytes, name: str) -> FileFacts:
    extraction = extract(name, source)
    assert extraction is not None
    return extraction.facts


def _inside(function: Function, rng: random.Random) -> int:
    return rng.randint(
        function.start + function.body_start,
        max(function.start + function.body_start, function.start + function.body_end),
    )


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_an_edit_inside_a_function_gives_the_same_facts(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    rng = random.Random(name)
    source = path.read_bytes()
    current = extract(name, source)
    assert current is not None
    for _ in range(40):
        functions = current.facts.functions
        if not functions:
            return
        at = _inside(rng.choice(functions), rng)
        removed = rng.choice((0, 0, 0, 1, 5))
        source = current.source[:at] + rng.choice(TYPED) + current.source[at + removed :]
        if (previous := _try(source)) is None:
            continue
        current = extract(name, previous, current)
        assert current is not None
        if current.whole is None:
            assert current.facts == _facts(source, name)
        else:
            # The edit tore the syntax around it: nothing is said about the function, the rest stays as it was.
            _assert_kept(current, len(source))


def _try(source: bytes) -> bytes | None:
    try:
        source.decode()
    except UnicodeDecodeError:
        return None
    return source


def _assert_kept(current: Extraction, size: int) -> None:
    assert current.whole is not None
    assert [f.key for f in current.facts.functions] == [f.key for f in current.whole.facts.functions]
    assert any(not f.complete for f in current.facts.functions)
    assert all(0 <= f.start <= f.end <= size for f in current.facts.functions)


def test_an_open_parenthesis_does_not_take_the_rest_of_the_file_away() -> None:
    text = b"import psycopg\n\n\ndef a(db):\n    pass\n\n\ndef b(db, x):\n    db.execute('select 1 from t where a = ' + x)\n"
    before = extract("a.py", text)
    assert before is not None
    opened = text.replace(b"pass", b"total = sum(", 1)
    torn = extract("a.py", opened, before)
    assert torn is not None
    assert [f.name for f in torn.facts.functions] == ["a", "b"]
    assert not torn.facts.functions[0].complete
    closed = opened.replace(b"sum(", b"sum([1])")
    whole = extract("a.py", closed, torn)
    assert whole is not None
    assert whole.whole is None
    assert whole.facts == _facts(closed, "a.py")


BOUND = {
    "app.js": (
        (
            "const express = require('express')\nconst made = express.Router()\nconst books = made\n"
            "const other = { total: 1 }\nfunction set(app) {\n  app.locals = other.total\n}\nmodule.exports = set\n"
        ),
        "  app.use('/late', books)\n",
        "  app.locals",
    ),
    "app.py": (
        (
            "from fastapi import APIRouter\nmade = APIRouter()\nbooks = made\nother = 1\n\n\ndef set(request):\n"
            "    return other\n"
        ),
        "    @books.get('/late')\n    def late():\n        return {}\n",
        "    return other",
    ),
}


@pytest.mark.parametrize("name", BOUND)
def test_what_is_registered_inside_of_a_function_is_read_whatever_its_router_is_called_there(name: str) -> None:
    text, late, before = BOUND[name]
    current = extract(name, text.encode())
    assert current is not None
    edited = text.replace(before, late + before)
    found = extract(name, edited.encode(), current)
    assert found is not None
    assert len(found.facts.routes) + len(found.facts.mounts) > len(current.facts.routes) + len(current.facts.mounts)
    assert found.facts == _facts(edited.encode(), name)
