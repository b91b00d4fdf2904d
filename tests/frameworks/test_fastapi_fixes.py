"""How fixes are spelled in FastAPI code. `«»` mark the place that the intent is about, `‹›` its target."""

import pytest

from persona_lsp.extract import extract
from persona_lsp.facts.place import Where
from persona_lsp.findings.intent import (
    BindSql,
    CapLimit,
    ChangeMethod,
    CopyGuard,
    DeleteStatement,
    DenyCredentials,
    DropBody,
    GuardNotFound,
    HideError,
    Intent,
    LimitQuery,
    MoveBefore,
    PermitFields,
    ReadFromEnvironment,
    RestrictOrigins,
    Rethrow,
    SetStatus,
    WrapInTransaction,
)
from persona_lsp.review.actions import spell
from persona_lsp.text.edits import apply

PATH = "app/main.py"


def fixed(kind: type[Intent], source: str, /, **given: object) -> str | None:
    """The text after the fix, None if there is none."""
    places: dict[str, Where] = {}
    plain = source.encode()
    for name, opened, closed in (("target", "‹", "›"), ("where", "«", "»")):
        others = [m.encode() for m in "‹›«»" if m not in (opened, closed)]
        if opened in source:
            start = plain.index(opened.encode())
            end = plain.index(closed.encode()) - len(opened.encode())
            shift = [sum(len(m) for m in others if plain.find(m) < p and m in plain) for p in (start, end)]
            places[name] = Where(PATH, start - shift[0], end - shift[1])
    for mark in "‹›«»":
        plain = plain.replace(mark.encode(), b"")
    extraction = extract(PATH, plain)
    assert extraction is not None
    where = places.pop("where")
    edits = spell(kind(where=where, title="", **places, **given), extraction)
    return apply(plain, edits).decode() if edits else None


HEAD = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n"

STATUSES = {
    '@app.«post("/x"»)\ndef f(): ...\n': '@app.post("/x", status_code=201)\ndef f(): ...\n',
    '@app.«post("/x"», status_code=200)\ndef f(): ...\n': '@app.post("/x", status_code=201)\ndef f(): ...\n',
    '@app.«post("/x"», status_code=status.HTTP_200_OK)\ndef f(): ...\n': (
        '@app.post("/x", status_code=status.HTTP_201_CREATED)\ndef f(): ...\n'
    ),
    '@app.«post("/x"», status_code=HTTPStatus.OK)\ndef f(): ...\n': (
        '@app.post("/x", status_code=HTTPStatus.CREATED)\ndef f(): ...\n'
    ),
    '@app.«post(\n    "/x"»,\n    tags=[],\n)\ndef f(): ...\n': (
        '@app.post(\n    "/x",\n    tags=[],\n    status_code=201,\n)\ndef f(): ...\n'
    ),
    "def f():\n    raise «HTTPException(200, 'x')»\n": "def f():\n    raise HTTPException(201, 'x')\n",
    "def f():\n    raise «HTTPException(status_code=200)»\n": "def f():\n    raise HTTPException(status_code=201)\n",
    "def f():\n    return «JSONResponse({}, 200)»\n": "def f():\n    return JSONResponse({}, 201)\n",
    "def f():\n    return «JSONResponse({})»\n": "def f():\n    return JSONResponse({}, status_code=201)\n",
}


@pytest.mark.parametrize(("source", "text"), STATUSES.items(), ids=list(STATUSES))
def test_a_status(source: str, text: str) -> None:
    assert fixed(SetStatus, HEAD + source, status=201) == HEAD + text


def test_a_status_is_spelled_like_the_others_of_the_file() -> None:
    head = "from fastapi import FastAPI, status\n\napp = FastAPI()\n\n\n"
    assert fixed(SetStatus, head + "@app.«post('/x'»)\ndef f(): ...\n", status=201) == (
        head + "@app.post('/x', status_code=status.HTTP_201_CREATED)\ndef f(): ...\n"
    )


def test_a_plain_answer_is_wrapped_to_carry_a_status() -> None:
    assert fixed(SetStatus, HEAD + "@app.get('/x')\ndef f():\n    return «{'error': 1}»\n", status=400) == (
        "from fastapi import FastAPI\nfrom fastapi.responses import JSONResponse\n\napp = FastAPI()\n\n\n"
        "@app.get('/x')\ndef f():\n    return JSONResponse(status_code=400, content={'error': 1})\n"
    )


def test_a_guard_against_absence() -> None:
    source = HEAD + "@app.get('/x')\ndef f(id: int):\n    «book = session.get(Book, id)»\n    return book.title\n"
    assert fixed(GuardNotFound, source, variable="book", entity="Book") == (
        "from fastapi import FastAPI, HTTPException\n\napp = FastAPI()\n\n\n@app.get('/x')\ndef f(id: int):\n"
        "    book = session.get(Book, id)\n    if book is None:\n"
        '        raise HTTPException(status_code=404, detail="Book not found")\n    return book.title\n'
    )
    elsewhere = "def f(id):\n    «book = session.get(Book, id)»\n    return book.title\n"
    assert fixed(GuardNotFound, elsewhere, variable="book", entity="Book") is None


def test_line_ends_stay() -> None:
    source = (HEAD + "@app.get('/x')\ndef f(id: int):\n    «book = get(id)»\n    return book.title\n").replace(
        "\n", "\r\n"
    )
    text = fixed(GuardNotFound, source, variable="book", entity="Book")
    assert text is not None
    assert text.count("\n") == text.count("\r\n")


def test_no_body() -> None:
    assert fixed(DropBody, HEAD + "def f():\n    return «{'a': 1}»\n") == HEAD + "def f():\n    return\n"
    assert fixed(DropBody, HEAD + "def f():\n    return «Response(content='x', status_code=204)»\n") == (
        HEAD + "def f():\n    return Response(status_code=204)\n"
    )
    assert fixed(DropBody, HEAD + "def f():\n    return «JSONResponse({}, status_code=204)»\n") == (
        HEAD + "def f():\n    return JSONResponse(status_code=204)\n"
    )


def test_a_failure_is_hidden_and_logged() -> None:
    body = "@app.get('/x')\ndef f():\n    try:\n        g()\n    except Exception as error:\n"
    source = HEAD + body + "        raise HTTPException(500, detail=f'failed: {«str(error)»}')\n"
    assert fixed(HideError, source, variable="error", log=True) == (
        "import logging\n\n"
        + HEAD
        + body
        + '        logging.exception("f failed")\n        raise HTTPException(500, detail="Internal server error")\n'
    )
    silent = HEAD + body + "        log(error)\n        raise HTTPException(400, detail=«str(error)»)\n"
    assert fixed(HideError, silent, variable="error", log=False) == (
        HEAD + body + '        log(error)\n        raise HTTPException(400, detail="Bad request")\n'
    )


def test_a_failure_is_raised_again() -> None:
    source = "def f():\n    try:\n        g()\n    except E as e:\n        «log(e)»\n    return 1\n"
    assert fixed(Rethrow, source, variable="e") == (
        "def f():\n    try:\n        g()\n    except E as e:\n        log(e)\n        raise\n    return 1\n"
    )
    assert (
        fixed(Rethrow, "try:\n    g()\nexcept E:\n    «pass»\n", variable="") == "try:\n    g()\nexcept E:\n    raise\n"
    )


def test_a_route_is_moved() -> None:
    first = "@app.get('/{id}')\ndef one(id): ...\n"
    second = "# The newest.\n@app.get('/latest')\ndef latest(): ...\n"
    marked = (
        HEAD + f"‹{first[:-1]}›\n" + "\n\n" + second.replace("@app", "«@app").replace("...\n", "...»\n") + "\n\nx = 1\n"
    )
    assert fixed(MoveBefore, marked) == HEAD + second + "\n\n" + first + "\n\nx = 1\n"


def test_a_statement_is_deleted() -> None:
    assert fixed(DeleteStatement, "a = 1\n\n\n«@x\ndef f(): ...»\n\n\nb = 2\n") == "a = 1\n\n\nb = 2\n"


def test_another_method() -> None:
    assert fixed(ChangeMethod, HEAD + "@app.«get('/x'»)\ndef f(): ...\n", method="POST") == (
        HEAD + "@app.post('/x')\ndef f(): ...\n"
    )
    assert fixed(ChangeMethod, HEAD + "app.«add_api_route('/x'», f, methods=['GET'])\n", method="POST") == (
        HEAD + "app.add_api_route('/x', f, methods=[\"POST\"])\n"
    )


def test_a_guard_is_copied() -> None:
    given = {"source": "user: User = Depends(get_user(a=(1)))", "name": "get_user"}
    assert fixed(CopyGuard, HEAD + "@app.«get('/x'»)\ndef f(): ...\n", **given) == (
        HEAD + "@app.get('/x', dependencies=[Depends(get_user(a=(1)))])\ndef f(): ...\n"
    )
    assert fixed(CopyGuard, HEAD + "@app.«get('/x'», dependencies=[a])\ndef f(): ...\n", **given) == (
        HEAD + "@app.get('/x', dependencies=[a, Depends(get_user(a=(1)))])\ndef f(): ...\n"
    )
    alias = {"source": "user: CurrentUser", "name": "CurrentUser"}
    assert fixed(CopyGuard, HEAD + "@app.«get('/x'»)\ndef f(q: str = ''): ...\n", **alias) == (
        HEAD + "@app.get('/x')\ndef f(user: CurrentUser, q: str = ''): ...\n"
    )
    assert fixed(CopyGuard, HEAD + "@app.«get('/x'»)\ndef f(): ...\n", **alias) == (
        HEAD + "@app.get('/x')\ndef f(user: CurrentUser): ...\n"
    )


CAPPED = {
    "limit: int = 10": "limit: Annotated[int, Query(ge=1, le=100)] = 10",
    "limit=10": "limit: Annotated[int, Query(ge=1, le=100)]=10",
    "limit: int = Query(10, ge=1)": "limit: int = Query(10, ge=1, le=100)",
    "limit: int = Query()": "limit: int = Query(le=100)",
    "limit: Annotated[int, Query(ge=1)] = 10": "limit: Annotated[int, Query(ge=1, le=100)] = 10",
    "limit: int = Query(10, le=500)": None,
}


@pytest.mark.parametrize(("before", "after"), CAPPED.items(), ids=list(CAPPED))
def test_a_limit_is_capped(before: str, after: str | None) -> None:
    head = "from typing import Annotated\n\nfrom fastapi import FastAPI, Query\n\napp = FastAPI()\n\n\n"
    source = f"{head}@app.get('/x')\ndef f(«{before}»): ...\n"
    wanted = None if after is None else f"{head}@app.get('/x')\ndef f({after}): ...\n"
    assert fixed(CapLimit, source, maximum=100, name="limit") == wanted


IMPORTS = {
    "from fastapi import FastAPI\n": "from typing import Annotated\n\nfrom fastapi import FastAPI, Query\n",
    "import os\n\nfrom fastapi import FastAPI\n": (
        "import os\nfrom typing import Annotated\n\nfrom fastapi import FastAPI, Query\n"
    ),
    "from typing import Any\n\nfrom fastapi import (\n    FastAPI,\n    status,\n)\n": (
        "from typing import Annotated, Any\n\nfrom fastapi import (\n    FastAPI,\n    Query,\n    status,\n)\n"
    ),
    "'''Docs.'''\n\nimport re\nfrom zlib import crc32\n\nimport fastapi\n": (
        "'''Docs.'''\n\nimport re\nfrom typing import Annotated\nfrom zlib import crc32\n\nimport fastapi\nfrom fastapi import Query\n"
    ),
}


@pytest.mark.parametrize(("before", "after"), IMPORTS.items(), ids=list(IMPORTS))
def test_imports_are_added_where_they_belong(before: str, after: str) -> None:
    source = f"{before}\n\n@app.get('/x')\ndef f(«limit: int = 10»): ...\n"
    assert fixed(CapLimit, source, maximum=100, name="limit") == (
        f"{after}\n\n@app.get('/x')\ndef f(limit: Annotated[int, Query(ge=1, le=100)] = 10): ...\n"
    )


def test_fields_are_named() -> None:
    assert fixed(
        PermitFields, HEAD + "def f(body: dict):\n    add(«User(**body)»)\n", fields=("a", "b"), entity="User"
    ) == (HEAD + 'def f(body: dict):\n    add(User(a=body["a"], b=body["b"]))\n')


def test_configuration() -> None:
    cors = HEAD + "app.add_middleware(CORSMiddleware, allow_origins=«['*']», allow_credentials=True)\n"
    assert fixed(RestrictOrigins, cors) == (
        "import os\n\n"
        + HEAD
        + 'app.add_middleware(CORSMiddleware, allow_origins=os.environ["CORS_ORIGINS"].split(","), allow_credentials=True)\n'
    )
    allowed = HEAD + "app.add_middleware(CORSMiddleware, allow_credentials=«True»)\n"
    assert fixed(DenyCredentials, allowed) == allowed.replace("«True»", "False")
    assert fixed(ReadFromEnvironment, "import os\n\nKEY = «'abc'»\n", name="KEY") == (
        'import os\n\nKEY = os.environ["KEY"]\n'
    )


LIMITED = {
    "session.scalars(select(Book)).all()«»": "session.scalars(select(Book).limit(100)).all()",
    "session.scalars(statement).all()«»": "session.scalars(statement.limit(100)).all()",
    "session.query(Book).filter(x).all()«»": "session.query(Book).filter(x).limit(100).all()",
    "Book.query.all()«»": "Book.query.limit(100).all()",
}


@pytest.mark.parametrize(("before", "after"), LIMITED.items(), ids=list(LIMITED))
def test_a_query_is_limited(before: str, after: str) -> None:
    head = "from sqlalchemy import select\n\n\ndef f(session):\n    session.get(Book, 1)\n    return "
    assert fixed(LimitQuery, head + before + "\n", maximum=100) == head + after + "\n"


BOUND = {
    "session.execute(text(«f\"SELECT 1 FROM a WHERE b = '{name}' AND c = {user.id}\"»))": (
        'session.execute(text("SELECT 1 FROM a WHERE b = :name AND c = :id"), {"name": name, "id": user.id})'
    ),
    'session.execute(text(«f"DELETE FROM a WHERE b = {x} AND c = :c"»), {"c": c})': (
        'session.execute(text("DELETE FROM a WHERE b = :x AND c = :c"), {"c": c, "x": x})'
    ),
    "session.execute(text(«f\"SELECT 1 FROM a WHERE b LIKE '%{x}%'\"»))": None,
    'session.execute(text(«f"SELECT 1 FROM a WHERE b = {x:d}"»))': None,
}


@pytest.mark.parametrize(("before", "after"), BOUND.items(), ids=list(BOUND))
def test_values_are_bound(before: str, after: str | None) -> None:
    head = "from sqlalchemy import text\n\n\ndef f(session, name, user, x, c):\n    "
    assert fixed(BindSql, f"{head}{before}\n") == (None if after is None else f"{head}{after}\n")


DRIVERS = {
    "psycopg": 'cur.execute("SELECT 1 FROM a WHERE b = %s", (x,))',
    "sqlite3": 'cur.execute("SELECT 1 FROM a WHERE b = ?", (x,))',
    "asyncpg": 'cur.execute("SELECT 1 FROM a WHERE b = $1", x)',
}


@pytest.mark.parametrize(("driver", "after"), DRIVERS.items(), ids=list(DRIVERS))
def test_values_are_bound_as_the_driver_wants(driver: str, after: str) -> None:
    head = f"import {driver}\n\n\ndef f(cur, x):\n    "
    assert fixed(BindSql, f"{head}cur.execute(«f\"SELECT 1 FROM a WHERE b = '{{x}}'\"»)\n") == f"{head}{after}\n"


def test_a_transaction() -> None:
    head = "import asyncpg\n\n\nasync def f(conn):\n"
    source = head + "    «await conn.execute('DELETE FROM a')\n    await conn.execute('DELETE FROM b')»\n"
    assert fixed(WrapInTransaction, source, handle="conn", library="dbapi") == (
        head + "    async with conn.transaction():\n        await conn.execute('DELETE FROM a')\n"
        "        await conn.execute('DELETE FROM b')\n"
    )
