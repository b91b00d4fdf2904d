"""Entity Framework Core, Dapper and ADO.NET: what their calls ask of the database."""

import pytest
from tests.harness.engine import read

from persona_lsp.facts.body import Function, Op, Query


def function(body: str, params: str = "ShopContext db, int id") -> Function:
    source = (
        f"using Microsoft.EntityFrameworkCore;\npublic class Orders {{ public async Task Run({params}) {{ {body} }} }}"
    )
    facts = read({"Shop/Orders.cs": source.encode()}).facts["Shop/Orders.cs"]
    return facts.functions[0]


def query(body: str, params: str = "ShopContext db, int id") -> Query:
    found = function(body, params).queries
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("call", "op", "many", "nullable", "limited"),
    [
        ("db.Orders.ToListAsync()", Op.SELECT, True, False, False),
        ("db.Orders.Where(o => o.Paid).OrderBy(o => o.Id).ToArrayAsync()", Op.SELECT, True, False, False),
        ("db.Orders.Skip(10).Take(20).ToListAsync()", Op.SELECT, True, False, True),
        ("db.Orders.Paged(1).ToListAsync()", Op.SELECT, True, False, None),
        ("db.Orders.FindAsync(id)", Op.SELECT, False, True, True),
        ("db.Set<Order>().SingleOrDefaultAsync(o => o.Id == id)", Op.SELECT, False, True, True),
        ("db.Orders.FirstAsync(o => o.Id == id)", Op.SELECT, False, False, True),
        ("db.Orders.AnyAsync(o => o.Id == id)", Op.COUNT, False, False, True),
        ("db.Orders.Where(o => o.Id == id).ExecuteDeleteAsync()", Op.DELETE, True, False, None),
    ],
)
def test_what_ends_a_chain_decides(call: str, op: Op, many: bool, nullable: bool, limited: bool | None) -> None:
    found = query(f"var rows = await {call};")
    assert (found.op, found.many, found.nullable, found.limited) == (op, many, nullable, limited)


def test_a_query_is_put_together_in_local_names() -> None:
    found = query("var open = db.Orders.Where(o => o.Open); var rows = await open.Take(10).ToListAsync();")
    assert found.entity == "Orders"
    assert found.limited is True


def test_filters_tell_the_keys() -> None:
    found = query("var order = await db.Orders.FirstOrDefaultAsync(o => o.Id == id && o.Open);")
    assert found.keys == ("id",)


def test_a_set_of_keys_is_asked_at_once() -> None:
    found = query(
        "var rows = await db.Orders.Where(o => ids.Contains(o.Id)).ToListAsync();", "ShopContext db, List<int> ids"
    )
    assert found.in_parameters


def test_changes_are_one_unit_of_work() -> None:
    found = function("db.Orders.Add(new Order { Item = item }); db.Remove(old); await db.SaveChangesAsync();").queries
    assert [(q.op, q.unit_of_work) for q in found] == [(Op.INSERT, True), (Op.DELETE, True), (Op.UPDATE, True)]


@pytest.mark.parametrize(
    ("call", "bound"),
    [
        ('FromSqlRaw($"SELECT * FROM orders WHERE id = {id}")', False),
        ('FromSqlInterpolated($"SELECT * FROM orders WHERE id = {id}")', True),
        ('FromSql($"SELECT * FROM orders WHERE id = {id}")', True),
    ],
)
def test_raw_sql_is_text_unless_its_values_are_bound(call: str, bound: bool) -> None:
    found = query(f"var rows = await db.Orders.{call}.ToListAsync();")
    assert found.sql is not None
    assert found.sql.bound is bound


def test_statements_of_the_facade() -> None:
    found = query('await db.Database.ExecuteSqlRawAsync("DELETE FROM orders WHERE id = " + id);')
    assert found.op is Op.DELETE
    assert found.sql is not None
    assert found.sql.dynamic


def test_a_transaction_covers_what_follows() -> None:
    found = function(
        "using var tx = await db.Database.BeginTransactionAsync(); db.Orders.Add(order); await db.SaveChangesAsync();"
    )
    assert all(q.site.tx >= 0 for q in found.queries)


@pytest.mark.parametrize(
    "body",
    [
        "var x = list.FirstOrDefault(o => o.Id == id);", "var x = HttpContext.Items.ToList();", "cache.Add(order);",
        "var x = await service.ToListAsync();", "options.Filters.Add(new X());", "context.Items.Add(order);",
    ],
)  # fmt: skip
def test_lists_in_memory_are_no_queries(body: str) -> None:
    assert not function(body, "List<Order> list, HttpContext context, int id").queries


@pytest.mark.parametrize(
    ("call", "op", "many", "nullable"),
    [
        ('connection.QueryAsync<Order>("SELECT * FROM orders")', Op.SELECT, True, False),
        (
            'connection.QuerySingleOrDefaultAsync<Order>("SELECT * FROM orders WHERE id = @id", new { id })',
            Op.SELECT,
            False,
            True,
        ),
        ('connection.ExecuteAsync("UPDATE orders SET paid = 1 WHERE id = @id", new { id })', Op.UPDATE, False, False),
    ],
)
def test_dapper(call: str, op: Op, many: bool, nullable: bool) -> None:
    found = query(f"var x = await {call};", "IDbConnection connection, int id")
    assert (found.op, found.many, found.nullable) == (op, many, nullable)
    assert found.library == "dapper"


def test_commands_hold_their_text() -> None:
    found = query(
        'var command = new SqlCommand("SELECT * FROM orders WHERE name = \'" + name + "\'", connection);', "string name"
    )
    assert found.sql is not None
    assert [d.source for d in found.sql.dynamic] == ["name"]


def test_projections_are_part_of_one_query() -> None:
    found = function(
        "var rows = await db.Orders.Select(o => new { o.Id, Lines = db.Lines.Count(l => l.OrderId == o.Id) }).ToListAsync();"
    )
    assert all(q.site.loop < 0 for q in found.queries)


def test_asynchronous_closures_run_once_for_each() -> None:
    found = function(
        "await Task.WhenAll(ids.Select(async key => await db.Orders.FindAsync(key)));", "ShopContext db, List<int> ids"
    )
    assert found.queries[0].site.loop >= 0
