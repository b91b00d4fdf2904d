"""Whether calling a function gives a value, and what an answer without content makes of it."""

import pytest
from tests.harness.engine import read

from persona_lsp.extract import extract
from persona_lsp.rules.registry import by_id


def gives(path: str, source: str) -> bool | None:
    """The fact of the function `f`."""
    extraction = extract(path, source.encode())
    assert extraction is not None
    return next(f for f in extraction.facts.functions if f.name == "f").gives


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("items.pop(1)", False),
        ("return", False),
        ("return None", False),
        ("return items", True),
        ("if items:\n        return\n    return 1", True),
        ("try:\n        items.pop()\n    except KeyError:\n        return 0", True),
        ("match items:\n        case 1:\n            return 1", True),
        ("def inner():\n        return 1\n    items.append(inner)", False),
        ("session.add(items)\n    session.commit()", False),
        # What others fill in, and what gives its values one after the other.
        ("pass", None),
        ('"""Forgets."""', None),
        ("...", None),
        ("raise NotImplementedError", None),
        ("yield 1", None),
    ],
)
def test_python(body: str, expected: bool | None) -> None:
    assert gives("app/a.py", f"def f(items, session):\n    {body}\n") is expected


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("src/a.js", "function f(x) { x.pop(); }", False),
        ("src/a.js", "const f = (x) => x.pop();", True),
        ("src/a.js", "async function f(x) { for (const y of x) { if (y) { return y; } } }", True),
        ("src/A.java", "class A { void f() { items.clear(); } }", False),
        ("src/A.java", "class A { int f() { return 1; } }", True),
        ("src/A.java", "interface A { int f(); }", None),
        # What a Ruby method gives is its last value, which may be nothing.
        ("app/a.rb", "class A\n  def f\n    items.pop\n  end\nend\n", None),
    ],
)
def test_other_languages(path: str, source: str, expected: bool | None) -> None:
    assert gives(path, source) is expected


HEAD = "from fastapi import FastAPI\nfrom app import store\n\napp = FastAPI()\n\n\n"


@pytest.mark.parametrize(
    ("function", "answer", "found"),
    [
        (":\n    items.pop(id)", "store.forget(id)", 0),
        (" -> Item:\n    return items.pop(id)", "store.forget(id)", 1),
        # It may be nothing.
        (":\n    return items.pop(id)", "store.forget(id)", 0),
        (" -> Item:\n    return items.pop(id)", "store.unknown(id)", 0),
        (":\n    items.pop(id)", "[store.forget(id)]", 1),
        (":\n    items.pop(id)", "Forgotten(id)", 1),
    ],
)
def test_what_is_answered_without_content(function: str, answer: str, found: int) -> None:
    main = f'{HEAD}@app.delete("/x/{{id}}", status_code=204)\ndef delete(id: int):\n    return {answer}\n'
    files = {
        "app/store.py": f"items = {{}}\n\n\ndef forget(id: int){function}\n".encode(),
        "app/main.py": main.encode(),
    }
    assert len(read(files).findings(by_id()["no-content-with-body"])) == found
