"""What calls of DB-API drivers mean."""

import pytest
from tests.libraries.asked import asked, function

from persona_lsp.libraries.dbapi import LIBRARY

ASKED = {
    "cursor.execute('SELECT 1')": ["select ? many unit_of_work unlimited sql=SELECT 1"],
    "cursor.execute('DELETE FROM books WHERE id = %s', (book_id,))": [
        "delete ? unit_of_work keys=book_id sql=DELETE FROM books WHERE id = %s"
    ],
    "cursor.execute(f'DELETE FROM books WHERE id = {book_id}')": [
        "delete ? unit_of_work sql=DELETE FROM books WHERE id = {}"
    ],
    "conn.execute('SELECT * FROM books WHERE id = ?', (book_id,)).fetchone()": [
        "select ? nullable unit_of_work keys=book_id sql=SELECT * FROM books WHERE id = ?"
    ],
    "conn.execute('SELECT * FROM books').fetchall()": ["select ? many unit_of_work unlimited sql=SELECT * FROM books"],
    "cursor.executemany('INSERT INTO books VALUES (?)', rows)": [
        "insert ? unit_of_work keys=rows sql=INSERT INTO books VALUES (?)"
    ],
    "await pool.fetch('SELECT * FROM books LIMIT $1', n)": ["select ? many keys=n sql=SELECT * FROM books LIMIT $1"],
    "await conn.fetchrow('SELECT * FROM books WHERE id = $1', book_id)": [
        "select ? nullable keys=book_id sql=SELECT * FROM books WHERE id = $1"
    ],
    "client.fetch('https://example.org')": [],
    "executor.execute('SELECT 1')": [],
    "cursor.execute('ls -l')": [],
}


@pytest.mark.parametrize(("call", "lines"), ASKED.items(), ids=list(ASKED))
def test_one_call(call: str, lines: list[str]) -> None:
    assert asked(f"import psycopg\n\nasync def f(cursor, book_id):\n    return {call}\n", LIBRARY) == lines


def test_a_statement_and_its_rows_are_one_query() -> None:
    body = """
    with conn.cursor() as cur:
        cur.execute("SELECT * FROM books WHERE id = %s", (book_id,))
        row = cur.fetchone()
    return row["title"]
"""
    facts = function(f"import psycopg2\n\ndef f(conn, book_id):{body}", LIBRARY)
    (query,) = facts.queries
    assert query.nullable
    assert query.variable == "row"
    assert query.unchecked_use is not None


def test_a_cursor_from_a_with_statement() -> None:
    body = """
    async with db.execute("SELECT * FROM books") as cursor:
        rows = await cursor.fetchall()
    return rows
"""
    assert asked(f"import aiosqlite\n\nasync def f(db):{body}", LIBRARY) == [
        "select ? many unit_of_work unlimited sql=SELECT * FROM books"
    ]


def test_a_transaction() -> None:
    body = "    async with conn.transaction():\n        await conn.execute('DELETE FROM books')\n"
    facts = function(f"import asyncpg\n\nasync def f(conn):\n{body}", LIBRARY)
    assert [t.style for t in facts.txs] == ["block"]
    assert facts.queries[0].site.tx == 0
