"""SQLx, Diesel and SeaORM: what their calls ask of the database."""

from tests.harness.engine import read

from persona_lsp.facts.body import Function, Op, Query


def function(body: str, imports: str = "use sqlx::PgPool;") -> Function:
    source = f"{imports}\nasync fn f(pool: PgPool, id: i32, name: String) -> Result<(), Error> {{ {body} }}"
    return read({"src/db.rs": source.encode()}).facts["src/db.rs"].functions[0]


def query(body: str, imports: str = "use sqlx::PgPool;") -> Query:
    (found,) = function(body, imports).queries
    return found


def test_sqlx_reads() -> None:
    every = query('let rows = sqlx::query_as::<_, User>("SELECT * FROM users").fetch_all(&pool).await?;')
    assert (every.library, every.op, every.many, every.limited, every.variable) == (
        "sqlx",
        Op.SELECT,
        True,
        False,
        "rows",
    )
    page = query('sqlx::query_as!(User, "SELECT * FROM users LIMIT $1", id).fetch_all(&pool).await?;')
    assert page.limited is True
    one = query(
        'let row = sqlx::query!("SELECT * FROM users WHERE id = $1", id).fetch_optional(&pool).await?; row.unwrap();'
    )
    assert (one.many, one.nullable, one.keys, one.checked) == (False, True, ("id",), False)
    assert one.unchecked_use is not None
    count = query('sqlx::query_scalar!("SELECT count(*) FROM users").fetch_one(&pool).await?;')
    assert count.op is Op.COUNT


def test_options_that_are_tested() -> None:
    read_one = 'let row = sqlx::query!("SELECT * FROM users WHERE id = $1", id).fetch_optional(&pool).await?;'
    for tested in (
        "row.ok_or(Error::NotFound)?;", "match row { Some(r) => r.id, None => 0 };", "if let Some(r) = row { r.id; }",
        "let Some(r) = row else { return Err(Error::NotFound); }; r.id;", "if row.is_none() { return Ok(()); } row.unwrap();",
        "row.unwrap_or_default();", "row.map(|r| r.id);",
    ):  # fmt: skip
        assert query(read_one + tested).checked, tested


def test_sqlx_writes_and_transactions() -> None:
    found = function(
        """
        let mut tx = pool.begin().await?;
        sqlx::query("INSERT INTO users (name) VALUES ($1)").bind(&name).execute(&mut *tx).await?;
        sqlx::query("UPDATE users SET name = $1").bind(name).execute(&mut *tx).await?;
        tx.commit().await?;
        """
    )
    assert [(q.op, q.site.tx, q.handle) for q in found.queries] == [(Op.INSERT, 0, "tx"), (Op.UPDATE, 0, "tx")]
    assert found.txs[0].style == "manual"


def test_sql_that_is_put_together() -> None:
    found = query("sqlx::query(&format!(\"SELECT * FROM users WHERE name = '{}'\", name)).fetch_all(&pool).await?;")
    assert found.sql is not None
    assert [(d.source, d.quoted) for d in found.sql.dynamic] == [("name", True)]
    named = query(
        "let sql = format!(\"SELECT * FROM users WHERE name = '{name}'\"); sqlx::query(&sql).fetch_all(&pool).await?;"
    )
    assert named.sql is not None
    assert [d.source for d in named.sql.dynamic] == ["name"]


def test_drivers_that_take_text() -> None:
    one = query('client.query_opt("SELECT * FROM users WHERE id = $1", &[&id]).await?;', "use tokio_postgres::Client;")
    assert (one.op, one.nullable) == (Op.SELECT, True)
    assert not function('cache.execute("job", id); map.query("a");').queries


DIESEL = "use diesel::prelude::*;"


def test_diesel() -> None:
    every = query("let all = users::table.filter(users::name.eq(name)).load::<User>(conn)?;", DIESEL)
    assert (every.library, every.op, every.entity, every.many, every.limited) == (
        "diesel",
        Op.SELECT,
        "users",
        True,
        False,
    )
    assert query("users::table.order(users::id).limit(10).load(conn)?;", DIESEL).limited is True
    one = query("let u = users::table.find(id).first::<User>(conn).optional()?;", DIESEL)
    assert (one.many, one.nullable) == (False, True)
    assert query("users::table.count().get_result(conn)?;", DIESEL).op is Op.COUNT
    made = query("diesel::insert_into(users::table).values(&new).get_result(conn)?;", DIESEL)
    assert (made.op, made.entity) == (Op.INSERT, "users")
    gone = query("diesel::delete(users::table.find(id)).execute(conn)?;", DIESEL)
    assert (gone.op, gone.entity, gone.keys) == (Op.DELETE, "users", ("id",))
    text = query('diesel::sql_query(format!("SELECT * FROM users ORDER BY {name}")).load::<User>(conn)?;', DIESEL)
    assert text.sql is not None
    assert [d.source for d in text.sql.dynamic] == ["name"]


def test_transactions_of_diesel_cover_their_closure() -> None:
    found = function("conn.transaction(|conn| { diesel::delete(users::table).execute(conn)?; Ok(()) })?;", DIESEL)
    assert [q.site.tx for q in found.queries] == [0]


ORM = "use sea_orm::*;"


def test_sea_orm() -> None:
    every = query("let all = users::Entity::find().filter(users::Column::Name.eq(name)).all(&db).await?;", ORM)
    assert (every.library, every.entity, every.many, every.limited) == ("sea-orm", "users", True, False)
    assert query("User::find().limit(10).all(&db).await?;", ORM).limited is True
    one = query("let u = User::find_by_id(id).one(&db).await?;", ORM)
    assert (one.nullable, one.entity, one.keys) == (True, "User", ("id",))
    assert query("let m = users::ActiveModel { ..Default::default() }; m.insert(&db).await?;", ORM).op is Op.INSERT
    assert query("User::delete_by_id(id).exec(&db).await?;", ORM).op is Op.DELETE


def test_map_of_an_option_is_no_loop_and_that_of_an_iterator_is_one() -> None:
    read_one = 'sqlx::query!("SELECT 1 FROM a WHERE id = $1", x).fetch_one(&pool)'
    assert query(f"maybe.map(|x| {read_one});").site.loop < 0
    assert query(f"ids.iter().map(|x| {read_one});").site.loop >= 0


def test_logs_are_macros() -> None:
    found = function('error!("x"); tracing::info!(id, "y"); error("z");')
    assert [c.effect for c in found.calls] == ["log", "log", ""]


def test_question_marks_after_question_marks_ask_for_absence() -> None:
    twice = 'let row = sqlx::query!("SELECT * FROM users WHERE id = $1", id).fetch_optional(&pool).await??; row.id;'
    assert query(twice).checked
    source = 'async fn f(pool: PgPool, id: i32) -> Option<i32> { let row = sqlx::query!("SELECT * FROM users WHERE id = $1", id).fetch_optional(&pool).await.ok()?; row }'
    (found,) = read({"src/db.rs": f"use sqlx::PgPool;\n{source}".encode()}).facts["src/db.rs"].functions[0].queries
    assert found.checked
