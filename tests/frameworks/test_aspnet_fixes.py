"""Quick fixes as C# writes them; those that rule pages show are tested there."""

import pytest
from tests.harness.engine import first_fixes, read

from persona_lsp.rules.registry import by_id
from persona_lsp.text.edits import apply

PATH = "Shop/Orders.cs"


def fixed(rule: str, source: str) -> str | None:
    """The text after the first fix of the rule; None if none can be spelled."""
    project = read({PATH: source.encode()})
    assert project.findings(by_id()[rule])
    fixes = first_fixes(project, by_id()[rule])
    return apply(source.encode(), fixes[0].edits).decode() if fixes else None


def controller(members: str, above: str = '[ApiController]\n[Route("orders")]') -> str:
    return f"using Microsoft.AspNetCore.Mvc;\n\n{above}\npublic class OrdersController(ShopContext db) : ControllerBase\n{{\n{members}\n}}\n"


LOOKUP = """    [HttpGet("{id}")]
    public async Task<Order> Show(int id)
    {
        var order = await db.Orders.FindAsync(id);
        return new Order(order.Id);
    }"""


def test_no_result_can_be_returned_where_the_type_says_otherwise() -> None:
    assert fixed("missing-not-found-check", controller(LOOKUP)) is None


def test_windows_line_ends_are_kept() -> None:
    source = controller(LOOKUP.replace("Task<Order>", "Task<ActionResult<Order>>")).replace("\n", "\r\n")
    text = fixed("missing-not-found-check", source)
    assert text is not None
    assert text.count("\r\n") == text.count("\n")
    assert "if (order is null)\r\n        {\r\n            return NotFound();\r\n        }" in text


def test_bounds_of_a_range_are_lowered() -> None:
    text = fixed(
        "page-size-unbounded",
        controller(
            "    [HttpGet]\n    public async Task<List<Order>> List([Range(1, int.MaxValue)] int limit) =>\n"
            "        await db.Orders.OrderBy(o => o.Id).Take(limit).ToListAsync();"
        ),
    )
    assert text is not None
    assert "[Range(1, 100)] int limit" in text


def test_without_validation_no_bound_is_written() -> None:
    source = controller(
        "    [HttpGet]\n    public async Task<List<Order>> List(int limit) =>\n"
        "        await db.Orders.OrderBy(o => o.Id).Take(limit).ToListAsync();",
        above='[Route("orders")]',
    )
    assert fixed("page-size-unbounded", source) is None


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("$\"SELECT * FROM orders WHERE a = '{a}' AND b = {b}\"", '$"SELECT * FROM orders WHERE a = {a} AND b = {b}"'),
        ("$\"SELECT * FROM orders WHERE a LIKE '%{a}%'\"", None),
        ('"SELECT * FROM orders WHERE a = \'" + a + "\'"', None),
    ],
)
def test_values_are_bound_where_each_stands_for_itself(sql: str, expected: str | None) -> None:
    source = controller(
        f'    [HttpGet("find")]\n    public async Task<List<Order>> Find(string a, string b) =>\n'
        f"        await db.Orders.FromSqlRaw({sql}).Take(10).ToListAsync();"
    )
    text = fixed("sql-injection-dynamic-query", source)
    if expected is None:
        assert text is None
    else:
        assert text is not None
        assert f"FromSqlInterpolated({expected})" in text


def test_a_typed_result_is_left_alone() -> None:
    source = (
        "var app = WebApplication.Create(args);\n"
        'app.MapPost("/orders", async (OrderRequest request, ShopContext db) =>\n{\n'
        "    var order = new Order { Item = request.Item };\n    db.Orders.Add(order);\n    await db.SaveChangesAsync();\n"
        "    return TypedResults.Ok(order);\n});\n"
    )
    assert fixed("post-create-without-201", source) is None
    text = fixed("post-create-without-201", source.replace("TypedResults", "Results"))
    assert text is not None
    assert "return Results.Json(order, statusCode: StatusCodes.Status201Created);" in text


def test_a_minimal_endpoint_changes_its_verb() -> None:
    text = fixed(
        "get-with-side-effects",
        "var app = WebApplication.Create(args);\n"
        'app.MapGet("/orders/{id}/drop", (int id, ShopContext db) => db.Orders.Where(o => o.Id == id).ExecuteDelete());\n',
    )
    assert text is not None
    assert 'app.MapPost("/orders/{id}/drop"' in text


def test_a_constant_keeps_its_literal() -> None:
    assert fixed("hardcoded-secret", 'public class A { private const string Password = "kJ8-wq2-Lp0-zz41"; }') is None
