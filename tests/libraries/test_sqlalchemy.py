"""What SQLAlchemy's calls mean."""

import pytest
from tests.libraries.asked import asked, function

from persona_lsp.extract import extract
from persona_lsp.facts.body import Op
from persona_lsp.libraries.sqlalchemy import LIBRARY

HEAD = "from sqlalchemy import delete, func, insert, select, text, update\nfrom sqlalchemy.orm import Session\n\n"

ASKED = {
    "session.get(Book, book_id)": ["select Book nullable keys=book_id"],
    "await session.get(Book, book_id)": ["select Book nullable keys=book_id"],
    "session.scalars(select(Book)).all()": ["select Book many unit_of_work unlimited"],
    "session.scalars(select(Book).limit(10)).all()": ["select Book many unit_of_work"],
    "session.scalars(select(Book).where(Book.id == book_id)).first()": [
        "select Book nullable unit_of_work keys=book_id"
    ],
    "session.execute(select(Book).filter_by(id=book_id)).scalar_one_or_none()": [
        "select Book nullable unit_of_work keys=book_id"
    ],
    "session.execute(select(Book).where(Book.id == book_id)).scalar_one()": ["select Book unit_of_work keys=book_id"],
    "session.execute(select(Book)).scalars().unique().all()": ["select Book many unit_of_work unlimited"],
    "session.scalar(select(func.count()).select_from(Book))": ["count Book unit_of_work"],
    "session.scalar(select(func.count(Book.id)))": ["count Book unit_of_work"],
    "session.scalar(select(Book).where(Book.id == book_id))": ["select Book nullable unit_of_work keys=book_id"],
    "session.exec(select(Book).offset(o).limit(n)).all()": ["select Book many unit_of_work"],
    "session.exec(select(Book).where(Book.id.in_(ids))).all()": [
        "select Book many unit_of_work in_parameters unlimited keys=ids"
    ],
    "session.execute(update(Book).where(Book.id == book_id).values(title=title))": [
        "update Book unit_of_work keys=book_id"
    ],
    "session.execute(delete(Book).where(Book.id == book_id))": ["delete Book unit_of_work keys=book_id"],
    "session.execute(insert(Book), rows)": ["insert Book unit_of_work"],
    "session.execute(books.insert().values(title=title))": ["insert books unit_of_work"],
    "session.execute(text('SELECT 1'))": ["select ? many unit_of_work unlimited sql=SELECT 1"],
    "session.execute(text(f'SELECT * FROM books WHERE id = {book_id}')).first()": [
        "select ? nullable unit_of_work sql=SELECT * FROM books WHERE id = {}"
    ],
    "session.query(Book.shelf, func.max(Book.year)).group_by(Book.shelf).all()": ["select Book many unit_of_work"],
    "session.query(Book).all()": ["select Book many unit_of_work unlimited"],
    "session.query(Book).filter(Book.id == book_id).first()": ["select Book nullable unit_of_work keys=book_id"],
    "session.query(Book).filter_by(id=book_id).one()": ["select Book unit_of_work keys=book_id"],
    "session.query(Book).get(book_id)": ["select Book nullable unit_of_work keys=book_id"],
    "session.query(Book).count()": ["count Book unit_of_work"],
    "session.query(func.count(Book.id)).scalar()": ["count Book unit_of_work"],
    "session.query(Book).filter(Book.id > 1).with_entities(func.coalesce(func.sum(Book.pages), 0).label('p'), func.count(Book.id)).first()": [
        "count Book unit_of_work"
    ],
    "session.query(Book).filter(Book.id == book_id).delete()": ["delete Book unit_of_work keys=book_id"],
    "session.query(Book).limit(n).all()": ["select Book many unit_of_work"],
    "session.add(Book(title=title))": ["insert Book unit_of_work"],
    "db.session.add(Book(title=title))": ["insert Book unit_of_work"],
    "session.delete(book)": ["delete ? unit_of_work"],
    "Book.query.filter_by(id=book_id).first()": ["select Book nullable unit_of_work keys=book_id"],
    "Book.query.get_or_404(book_id)": ["select Book unit_of_work keys=book_id"],
    "Book.query.all()": ["select Book many unit_of_work unlimited"],
    "db.session.execute(db.select(Book)).scalars().all()": ["select Book many unit_of_work unlimited"],
    "session.commit()": [],
    "seen.add(book)": [],
    "settings.get(Book, book_id)": [],
    "queue.get(book)": [],
    "cache.delete(key)": [],
    "items.all()": [],
    "conn.execute('SELECT 1')": [],
}


@pytest.mark.parametrize(("call", "lines"), ASKED.items(), ids=list(ASKED))
def test_one_call(call: str, lines: list[str]) -> None:
    assert asked(f"{HEAD}async def f(session: Session, book_id):\n    return {call}\n", LIBRARY) == lines


def test_a_statement_is_followed_through_its_name() -> None:
    body = """
    statement = select(Book).where(Book.author_id == author_id)
    if newest:
        statement = statement.order_by(Book.id.desc())
    statement = statement.limit(limit)
    result = await session.execute(statement)
    return result.scalars().all()
"""
    assert asked(f"{HEAD}async def f(session, author_id, limit):{body}", LIBRARY) == [
        "select Book many unit_of_work keys=author_id"
    ]


def test_a_result_that_is_read_later_is_one_query() -> None:
    body = """
    result = await session.execute(select(Book).where(Book.id == book_id))
    book = result.scalar_one_or_none()
    return book.title
"""
    facts = function(f"{HEAD}async def f(session, book_id):{body}", LIBRARY)
    (query,) = facts.queries
    assert query.nullable
    assert query.variable == "book"
    assert query.unchecked_use is not None


def test_a_query_is_followed_through_its_name() -> None:
    body = """
    query = db.query(Book)
    if title:
        query = query.filter(Book.title == title)
    return query.offset(skip).limit(limit).all()
"""
    assert asked(f"{HEAD}def f(db, title, skip, limit):{body}", LIBRARY) == ["select Book many unit_of_work keys=title"]


def test_what_is_added_is_told_by_what_it_is() -> None:
    new = "    book = Book.model_validate(data)\n    session.add(book)\n    session.commit()\n"
    assert asked(f"{HEAD}def f(session, data):\n{new}", LIBRARY) == ["insert Book unit_of_work"]
    old = "    book = session.get(Book, key)\n    book.title = title\n    session.add(book)\n    session.commit()\n"
    assert asked(f"{HEAD}def f(session, key):\n{old}", LIBRARY) == [
        "select Book nullable keys=key",
        "update Book unit_of_work",
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("book = session.merge(book)", ["upsert ? unit_of_work"]),
        ("book = Book()\n    book = session.merge(book)", ["upsert Book unit_of_work"]),
        ("a = session.merge(b)\n    b = session.merge(a)\n    a = session.merge(b)", ["upsert ? unit_of_work"] * 3),
        ("book = session.merge(session.merge(book))", ["upsert ? unit_of_work"] * 2),
    ],
)
def test_what_takes_the_place_of_itself_is_what_it_was_before(body: str, expected: list[str]) -> None:
    assert asked(f"{HEAD}def f(session, book, b):\n    {body}\n", LIBRARY) == expected


def test_a_commit_writes_what_was_changed() -> None:
    body = "    book = session.get(Book, key)\n    book.title = title\n    session.commit()\n"
    assert asked(f"{HEAD}def f(session, key):\n{body}", LIBRARY)[1:] == ["update ? unit_of_work"]


@pytest.mark.parametrize(
    ("body", "columns"),
    [
        ("book.title = t; book.views += 1\n    session.commit()", ("title", "views")),
        ("book.title = t\n    book.views += 1\n    session.commit()", ("title", "views")),
        ("book.title = t\n    setattr(book, name, t)\n    session.commit()", ()),
        ("session.execute(update(Book).where(Book.id == key).values(views=Book.views + 1))", ("views",)),
        ("session.query(Book).filter(Book.id == key).update({Book.views: 1, 'title': t})", ("views", "title")),
        ("session.execute(update(Book).values(**fields))", ()),
        ("session.execute(update(Book).values(fields))", ()),
    ],
)
def test_the_columns_that_are_written(body: str, columns: tuple[str, ...]) -> None:
    facts = function(f"{HEAD}def f(session, key, fields, name, t, book):\n    {body}\n", LIBRARY)
    assert [q.columns for q in facts.queries if q.op is Op.UPDATE] == [columns]


def test_a_transaction_is_a_block() -> None:
    body = "    async with session.begin():\n        session.add(Book())\n"
    facts = function(f"{HEAD}async def f(session):\n{body}", LIBRARY)
    assert [t.style for t in facts.txs] == ["block"]
    assert facts.queries[0].site.tx == 0


def test_the_limit_is_known() -> None:
    facts = function(f"{HEAD}def f(session, n):\n    return session.scalars(select(Book).limit(n)).all()\n", LIBRARY)
    assert [u.source for u in facts.limits] == ["n"]


MAPPED = """
from sqlalchemy import select
from sqlalchemy.orm import Session


class %s:
    %s

    @classmethod
    def act(cls, session: Session, id: int):
        return %s

    def again(self, session: Session):
        return %s
"""
TABLE = '__tablename__ = "books"'


@pytest.mark.parametrize(
    ("head", "first", "asking", "entities"),
    [
        ("Book(Base)", TABLE, ("session.query(cls).delete()", "session.scalars(select(type(self))).all()"), ["Book", "Book"]),
        ("Book(Base)", TABLE, ("session.query(cls.id).all()", "session.query(self.__class__).all()"), ["Book", "Book"]),
        ("Book(Base)", "id = mapped_column()", ("session.get(cls, id)", "session.get(self.__class__, 1)"), ["Book", "Book"]),
        ("Book(SQLModel, table=True)", "id: int", ("session.query(cls).first()", "None"), ["Book"]),
        # A base class stands for the rows of those that extend it; whose they are, nobody can tell here.
        ("Base", "pass", ("session.query(cls).delete()", "session.query(self.__class__).all()"), ["", ""]),
        ("Base(DeclarativeBase)", "id = mapped_column()", ("session.query(cls).delete()", "None"), [""]),
        ("Rows", "pass", ("session.query(self.model).all()", "session.query(self.model).all()"), ["", ""]),
    ],
)  # fmt: skip
def test_the_class_around_a_query(head: str, first: str, asking: tuple[str, str], entities: list[str]) -> None:
    found = extract("app/books.py", (MAPPED % (head, first, *asking)).encode())
    assert found is not None
    assert [q.entity for f in found.facts.functions for q in f.queries] == entities


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("session.query(func.max(Book.year)).group_by(Book.shelf).subquery()", "select Book many unit_of_work"),
        ("select(func.max(Book.year)).group_by(Book.shelf).cte()", "select Book many unit_of_work"),
        ("session.query(Book.id).subquery()", "select Book many unit_of_work unlimited"),
    ],
)
def test_what_is_joined_to_groups_has_as_many_rows_as_there_are_groups(inner: str, expected: str) -> None:
    body = f"    newest = {inner}\n    return session.query(Book).join(newest, Book.year == newest.c.year).all()\n"
    assert asked(f"{HEAD}def f(session: Session):\n{body}", LIBRARY)[-1] == expected
