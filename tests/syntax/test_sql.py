"""What the words of an SQL text say."""

import pytest

from persona_lsp.syntax.sql import SqlOutline, outline, updated_columns


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT id FROM users WHERE name = {}", SqlOutline("select", ("users",))),
        ("select * from shop.orders o join lines l on l.o = o.id limit 10", SqlOutline("select", ("shop.orders", "lines"), limit=True)),
        ("SELECT 'where limit' FROM t -- where", SqlOutline("select", ("t",))),
        ("select count(*) from t", SqlOutline("select", ("t",), aggregate=True)),
        ("INSERT INTO \"Users\" (a) VALUES ($1)", SqlOutline("insert", ("users",))),
        ("update t set a = ? where id = ?", SqlOutline("update", ("t",))),
        ("delete from t", SqlOutline("delete", ("t",))),
        ("with x as (select 1) select * from x fetch first 5 rows only", SqlOutline("select", ("x",), limit=True)),
        ("select top 5 * from t", SqlOutline("select", ("t",), limit=True)),
        ("a = {} and b > 1", SqlOutline()),
        ("", SqlOutline()),
    ],
)  # fmt: skip
def test_outline(text: str, expected: SqlOutline) -> None:
    assert outline(text) == expected


@pytest.mark.parametrize("text", ["select 'half", 'select "half', "/* half", "$tag$ half", "\x00", "from" * 5000])
def test_broken_text_has_an_outline(text: str) -> None:
    assert isinstance(outline(text), SqlOutline)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("UPDATE articles SET views = views + 1 WHERE id = {}", ("views",)),
        ('update "Users" u set u.seen_at = now(), "visits" = coalesce(visits, 0) + 1', ("seen_at", "visits")),
        ("update t set a = (select max(x) from s), b = {} returning a", ("a", "b")),
        ("update t set {} = 1", ()),
        ("update t set a = 1, {}", ()),
        ("insert into t (a) values (1) on conflict do update set a = 2", ()),
        ("select a from t", ()),
        ("", ()),
    ],
)
def test_columns_that_an_update_sets(text: str, expected: tuple[str, ...]) -> None:
    assert updated_columns(text) == expected
