"""How Python becomes the code tree."""

import pytest
from tests.syntax.dump import dump

from persona_lsp.syntax import ir
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.syntax.parse import parse

PYTHON = LANGUAGES["python"]


def lower(source: str) -> ir.Module:
    return parse("app/main.py", source.encode(), PYTHON).module


def lowered(source: str) -> str:
    return dump(lower(source).body)


EXPRESSIONS = {
    "a.b.c": "a.b.c",
    "a\\\n  .b": "a.b",
    "(a\n  # why\n  .b)": "a.b",
    "f(a, *b, k=c, **d)": "f(a, *b, k=c, **=d)",
    "f(x for x in y if z)": "f((each x in y if z: x))",
    "f(a,\n  # comment\n  b)": "f(a, b)",
    "d[1:2, ...]": "d[<1 2>, <>]",
    "d['a'].b()": 'd["a"].b()',
    "1, -2, 0x10, 1_000, 1.5, 2j": "(1, -2, 16, 1000, 1.5, <>)",
    "True, False, None": "(true, false, nil)",
    "[a, *b]": "[a, *b]",
    "{1, 2}": "<1, 2>",
    "{'a': 1, 2: b, **c}": "{a: 1, 2: b, ...: c}",
    "a + b * c": "(+ a (* b c))",
    "a and b or not c": "(or (and a b) (not c))",
    "a < b <= c": "(and (< a b) (<= b c))",
    "a not in b": "(not-in a b)",
    "a is not None": "(is-not a nil)",
    "a if b else c": "(? b a c)",
    "(a := 3)": "(let a 3)",
    "[a async for a in b]": "(each a in b: a)",
    "{a: b for a in c}": "(each a in c: (a, b))",
    "[x for y in z if y for x in y]": "(each y in z if y: (each x in y: x))",
    "lambda x, *y, z=1: x": "{|x, *y, ~z = 1| (=> x)}",
    "await a.b()": "(await a.b())",
    "yield": "(yield nil)",
    "yield from a": "(yield* a)",
    "\"a\" 'b'": '"ab"',
    'f"a{b!r:>{c}}{{x}}" "y"': '"a#{b}{x}y"',
    'f"{a}{b.c(1)}"': '"#{a}#{b.c(1)}"',
    "r'\\d' '\\n\\x41'": '"\\d\\nA"',
    '"""a"""': '"a"',
    "''": '""',
    "rb'c'": '"c"',
    "print(a)": "print(a)",
}


@pytest.mark.parametrize(("source", "tree"), EXPRESSIONS.items(), ids=list(EXPRESSIONS))
def test_an_expression(source: str, tree: str) -> None:
    assert lowered(source) == tree


STATEMENTS = {
    "a = b = c": "(= a b c)",
    "a: int = 3": "(= a: int 3)",
    "a: 'User | None'": "(= a: (| User nil) _)",
    "a: 'User'": "(= a: User _)",
    "a: list['User']": "(= a: list[User] _)",
    "a: Literal['x']": '(= a: Literal["x"] _)',
    "a: Annotated['User', Depends(f)]": "(= a: Annotated[User, Depends(f)] _)",
    "a += 1": "(+= a 1)",
    "a, b = b, a": "(= (a, b) (b, a))",
    "type X[T] = list[T]": "(= X[T] list[T])",
    "del x": "(delete x)",
    "assert x, 'm'": '(if (not x) [(raise AssertionError("m"))])',
    "raise A from b": "(raise A from b)",
    "raise": "(raise)",
    "raise A, b": "(raise A)",
    "if a:\n  b\nelif c:\n  d\nelse:\n  e": "(if a [b] [(if c [d] [e])])",
    "for a, b in c:\n  break\nelse:\n  d": "(group (each (a, b) c [(break)]) (if <> [d]))",
    "async def f():\n  async for a in b: pass": "(async def f() (each a b [(pass)]))",
    "while a:\n  continue": "(while a [(continue)])",
    "while True:\n  pass": "(forever  [(pass)])",
    "try:\n  a\nexcept (A, b.C) as e:\n  pass\nexcept:\n  b\nelse:\n  c\nfinally:\n  d": "(try [a] (catch A|b.C e [(pass)]) (catch * [b]) else [c] finally [d])",
    "with a() as b, c:\n  d": "(with a() as b, c [d])",
    "async def f():\n  async with (a() as b): pass": "(async def f() (with a() as b [(pass)]))",
    "match a:\n  case 1 | 2: b\n  case X() if c: d\n  case _: e": "(switch a [<1 2> -> b] [<<X> c> -> d] [ -> e])",
    "print 'a'": 'print("a")',
    "global a\nb": "b",
}


@pytest.mark.parametrize(("source", "tree"), STATEMENTS.items(), ids=list(STATEMENTS))
def test_a_statement(source: str, tree: str) -> None:
    assert lowered(source) == tree


def test_a_function() -> None:
    source = "@router.get('/x')\n@cached\nasync def f(self, a, b: int = 1, /, *args: int, c=2, d, **kw: U) -> A | None:\n  return a\n"
    assert lowered(source) == (
        "(@router.get @cached async def f(self, a, b: int = 1, *args: int, ~c = 2, ~d, **kw: U) (return a))"
    )
    statement = lower(source).body[0]
    assert isinstance(statement, ir.Def)
    function = statement.function
    assert [d.name for d in function.decorators] == ["router.get", "cached"]
    assert [p.kind for p in function.params] == ["plain", "plain", "plain", "rest", "keyword", "keyword", "kwrest"]
    assert source[function.start :].startswith("async def")
    assert function.outer_start == 0
    assert source[function.name_start : function.name_end] == "f"
    assert source[function.body_start : function.body_end] == "return a"


def test_a_class() -> None:
    source = (
        "@dataclass\nclass A(Base[T], metaclass=M):\n  '''What it\n  is.'''\n  x = 1\n  y: int = Field(gt=1)\n"
        "  class Config:\n    a = 1\n  def m(self): pass\n  if DEBUG:\n    z = 1\n"
    )
    assert lowered(source) == (
        '(class A < Base[T] .x = 1 .y = Field(gt=1) "What it\\n  is." (if DEBUG [(= z 1)]) (def m(self) (pass)) '
        "(class Config .a = 1))"
    )
    statement = lower(source).body[0]
    assert isinstance(statement, ir.ClassDef)
    cls = statement.cls
    assert cls.doc == "What it\nis."
    assert [k.name for k in cls.base_kwargs] == ["metaclass"]
    assert cls.methods[0].owner == "A"
    assert cls.methods[0].params[0].kind == "self"
    assert cls.classes[0].owner == "A"


def test_documentation() -> None:
    module = lower('"""The app."""\ndef f():\n  "List books."\n  return 1\n')
    statement = module.body[1]
    assert module.doc == "The app."
    assert isinstance(statement, ir.Def)
    assert statement.function.doc == "List books."


def test_imports_are_found_at_every_depth() -> None:
    module = lower(
        "import os.path\nimport a.b as c\nfrom . import x, y as z\nfrom ..m import (\n  p,  # comment\n  q,\n)\nfrom r import *\n"
        "def f():\n  from s import t\n  '''\n  from not_me import u\n  '''\nif TYPE_CHECKING:\n    from v import w\n"
    )
    assert [(i.local, i.module, i.name) for i in module.imports] == [
        ("os.path", "os.path", "*"),
        ("c", "a.b", "*"),
        ("x", ".", "x"),
        ("z", ".", "y"),
        ("p", "..m", "p"),
        ("q", "..m", "q"),
        ("*", "r", "*"),
        ("t", "s", "t"),
        ("w", "v", "w"),
    ]


def test_call_offsets_allow_an_argument_to_be_inserted() -> None:
    source = "f(a, b)"
    statement = lower(source).body[0]
    assert isinstance(statement, ir.Do)
    call = statement.value
    assert isinstance(call, ir.Call)
    assert source[call.args_start : call.args_end] == "a, b"


def test_what_is_broken_is_read_as_far_as_it_goes() -> None:
    module = lower("app = FastAPI()\n\n@app.get('/x'\ndef f():\n  return g(1)\n")
    assert module.error_count > 0
    assert "(= app FastAPI())" in dump(module.body)
    whole = lower("def f():\n  return 1\n\ndef g():\n  x = (\n")
    errors = [s.function.has_error for s in whole.body if isinstance(s, ir.Def)]
    assert errors[:1] == [False]


DEEP = {
    "a sum": "x = " + " + ".join(["a"] * 5000),
    "a chain of calls": "x = a" + ".b()" * 5000,
    "calls in calls": "x = " + "f(" * 2000 + ")" * 2000,
    "lists in lists": "x = " + "[" * 2000 + "]" * 2000,
    "parentheses": "x = " + "(" * 2000 + "1" + ")" * 2000,
    "negations": "x = " + "not " * 2000 + "1",
    "subscripts": "x = a" + "[0]" * 2000,
    "powers": "x = " + " ** ".join(["a"] * 2000),
    "conditions": "x = " + "a if b else " * 2000 + "c",
    "elif": "if a:\n  b\n" + "elif a:\n  b\n" * 2000,
    "nested blocks": "".join("  " * i + "if a:\n" for i in range(300)) + "  " * 300 + "b()\n",
    "assignments": "a = " * 2000 + "1",
    "lambdas": "x = " + "lambda: " * 500 + "1",
    "comparisons": "x = " + " < ".join(["a"] * 2000),
    "a dict type": "x: " + "A[" * 1000 + "]" * 1000,
}


@pytest.mark.parametrize("source", DEEP.values(), ids=list(DEEP))
def test_depth_is_bounded(source: str) -> None:
    dump(lower(source).body)  # reads it recursively


def test_calls_stay_visible_in_what_is_too_deep() -> None:
    tree = lowered("x = " + "f(" * 200 + "g.h(1)" + ")" * 200)
    assert ".h()" in tree


FIXTURE = '''\
"""Docs."""
from typing import Annotated
from fastapi import APIRouter, Depends, status

router = APIRouter(prefix="/a", tags=["x"])
CurrentUser = Annotated[User, Depends(get_current_user)]

@router.get("/{book_id}", status_code=status.HTTP_200_OK)
async def read(book_id: int, user: CurrentUser, *, q: str | None = None) -> Book:
    """Read."""
    async with session.begin() as tx:
        book = await tx.get(Book, book_id)
        if book is None or not book.visible:
            raise HTTPException(404, f"no {book_id!r}") from None
        elif book.x: return [b for b in book.xs if b]
        try:
            for a, *b in book.items: print(a)
        except (A, B) as e:
            log.exception("%s", e)
        finally:
            pass
    match book:
        case {"a": [1, *r]} if r: return r
    return book[1:2]

class Settings(BaseSettings):
    API: str = "/api"
    class Config: env = ".env"
'''


def test_every_prefix_lowers() -> None:
    source = FIXTURE.encode()
    for end in range(len(source) + 1):
        dump(parse("a.py", source[:end], PYTHON).module.body)
