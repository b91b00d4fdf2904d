"""Go's databases: what statements and chains ask, by their text and by their names."""

import pytest

from persona_lsp.extract import extract
from persona_lsp.facts.body import Function, Op

HEAD = """package shop
import (
    "database/sql"
    "fmt"
    "gorm.io/gorm"
    "github.com/jmoiron/sqlx"
)
"""


def read(code: str, params: str = "ctx context.Context, db *sql.DB, id string") -> Function:
    extraction = extract("shop/store.go", f"{HEAD}func f({params}) error {{\n{code}\n}}\n".encode())
    assert extraction is not None
    return extraction.facts.functions[0]


SQL = [
    ('db.Query("SELECT * FROM books")', Op.SELECT, True, False),
    ('db.QueryContext(ctx, "SELECT * FROM books LIMIT 10")', Op.SELECT, True, True),
    ('db.QueryRow("SELECT * FROM books WHERE id = $1", id).Scan(&b)', Op.SELECT, False, None),
    ('db.Exec("UPDATE books SET title = $1", id)', Op.UPDATE, False, None),
    ('db.ExecContext(ctx, "DELETE FROM books WHERE id = ?", id)', Op.DELETE, False, None),
    ('db.Get(&b, "SELECT * FROM books WHERE id = $1", id)', Op.SELECT, False, None),
    ('db.Select(&bs, "SELECT * FROM books")', Op.SELECT, True, False),
    ('db.NamedExec("INSERT INTO books (title) VALUES (:title)", b)', Op.INSERT, False, None),
]


@pytest.mark.parametrize(("code", "op", "many", "limited"), SQL, ids=[s[0] for s in SQL])
def test_statements(code: str, op: Op, many: bool, limited: bool | None) -> None:
    (query,) = read(f"_ = {code}").queries
    assert (query.op, query.many, query.limited, query.library) == (op, many, limited, "go-sql")


def test_statements_that_are_put_together() -> None:
    for code in (
        "q := fmt.Sprintf(\"SELECT * FROM books WHERE title = '%s'\", id)\n_ = db.QueryRow(q)",
        '_ = db.QueryRow("SELECT * FROM books WHERE title = \'" + id + "\'")',
    ):
        (query,) = read(code).queries
        assert query.sql is not None
        assert [(d.source, d.position) for d in query.sql.dynamic] == [("id", "value")]


def test_what_only_looks_like_a_statement() -> None:
    found = read('_ = cache.Get(ctx, "books")\n_ = r.URL.Query()\n_ = client.Exec("run")\n_ = list.Select(a, "b")')
    assert found.queries == ()


GORM = [
    ("db.First(&book, id)", Op.SELECT, "Book", False, None),
    ("db.Find(&books)", Op.SELECT, "", True, False),
    ("db.Limit(10).Find(&books)", Op.SELECT, "", True, True),
    ("db.Scopes(page).Find(&books)", Op.SELECT, "", True, None),
    ('db.Model(&Book{}).Where("a = ?", id).Count(&n)', Op.COUNT, "Book", False, None),
    ("db.Create(&book)", Op.INSERT, "Book", False, None),
    ('db.Model(&book).Update("title", id)', Op.UPDATE, "Book", False, None),
    ("db.Delete(&Book{}, id)", Op.DELETE, "Book", False, None),
    ("db.Save(&book)", Op.UPSERT, "Book", False, None),
]


@pytest.mark.parametrize(("code", "op", "entity", "many", "limited"), GORM, ids=[g[0] for g in GORM])
def test_chains(code: str, op: Op, entity: str, many: bool, limited: bool | None) -> None:
    found = read(f"var book Book\nvar books []Book\nerr := {code}.Error\nreturn err", "db *gorm.DB, id string")
    (query,) = found.queries
    assert (query.op, query.entity, query.many, query.limited) == (op, entity, many, limited)


def test_a_chain_may_be_held_by_a_variable() -> None:
    found = read(
        'q := db.Where("a = ?", id)\nq = q.Limit(5)\nvar books []Book\nq.Find(&books)', "db *gorm.DB, id string"
    )
    assert [(q.op, q.limited) for q in found.queries] == [(Op.SELECT, True)]


def test_conditions_that_are_put_together() -> None:
    found = read('db.Where("title = \'" + id + "\'").Find(&books)', "db *gorm.DB, id string")
    (query,) = found.queries
    assert query.sql is not None
    assert [d.source for d in query.sql.dynamic] == ["id"]


def test_transactions() -> None:
    manual = read('tx, err := db.Begin()\n_, err = tx.Exec("UPDATE a SET b = 1")\nreturn tx.Commit()')
    assert [q.site.tx for q in manual.queries] == [0]
    block = read("return db.Transaction(func(tx *gorm.DB) error {\nreturn tx.Create(&book).Error\n})", "db *gorm.DB")
    assert [q.site.tx for q in block.queries] == [0]


def test_methods_of_other_things_are_no_chains() -> None:
    assert read("cache.Delete(id)\nstore.Find(id)\nlist.First(x)", "id string").queries == ()
