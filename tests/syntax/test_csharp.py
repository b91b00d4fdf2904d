"""How C# becomes the code tree."""

import pytest
from tests.syntax.dump import dump

from persona_lsp.syntax import ir
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.syntax.parse import parse


def lower(source: str | bytes) -> ir.Module:
    text = source.encode() if isinstance(source, str) else source
    return parse("Shop/Main.cs", text, LANGUAGES["csharp"]).module


def first(module: ir.Module) -> ir.ClassNode:
    return next(module.classes())


EXPRESSIONS = {
    "a.b.c": "a.b.c",
    "a.F(b, name: 1, ref c)": "a.F(b, c, name=1)",
    "a?.b?.F(1)[0]": "a?.b?.F(1)[0]",
    "a!.b": "a.b",
    "(Order)a": "a",
    "a as Order": "a",
    "f<T>(x)": "f(x)",
    "new Order(1) { Name = n }": "new Order(1, Name=n)",
    "new List<int> { 1, 2 }": "[1, 2]",
    'new Dictionary<string, int> { ["a"] = 1 }': "{a: 1}",
    'new Dictionary<string, int> { { "a", 1 } }': "{a: 1}",
    "new { Id = 1, o.Name }": "{Id: 1, Name: o.Name}",
    "new[] { 1, 2 }": "[1, 2]",
    "[1, ..xs]": "[1, *xs]",
    "(a, b)": "(a, b)",
    "a && !b || c": "(or (and a (not b)) c)",
    "a ?? b": "(?? a b)",
    "a ? b : c": "(? a b c)",
    "await a.F().ConfigureAwait(false)": "(await a.F())",
    "nameof(a.Name)": '"Name"',
    "typeof(Order)": "typeof(Order)",
    "x => x.Id": "{|x| (=> x.Id)}",
    "(int a, b) => { f(); }": "{|a: int, b| f()}",
    '$"a {b} {{c}}"': '"a #{b} {c}"',
    '@"c:\\x ""q"""': '"c:\\x "q""',
    '"a\\tb"': '"a\tb"',
    '"""raw "text" here"""': '"raw "text" here"',
    "a is null": "(is a nil)",
    "a is not null": "(is-not a nil)",
    "a is null || a.B": "(or (is a nil) a.B)",
    "a is not null && a.B > 3": "(and (is-not a nil) (> a.B 3))",
    "a is Order o && o.Paid": "(and (is (let o a) Order) o.Paid)",
    "a is { } o": "(is-not (let o a) nil)",
    "a is 1 or 2": "(or (== a 1) (== a 2))",
    "a is >= 1 and < 5": "(and (>= a 1) (< a 5))",
    'a switch { 1 => "x", _ => "y" }': '(switch a [1 -> "x"] [ -> "y"])',
    "from o in orders where o.Paid select o.Id": "orders.Where({|o| (=> o.Paid)}).Select({|o| (=> o.Id)})",
    "default": "nil",
    "1_000L": "1000",
    "0xFF": "255",
    "1.5m": "1.5",
    "global::System.Math.Min(a, b)": "System.Math.Min(a, b)",
}


@pytest.mark.parametrize(("code", "expected"), EXPRESSIONS.items())
def test_expressions(code: str, expected: str) -> None:
    value = first(lower("class A { object M() => " + code + "; }")).methods[0].body[0]
    assert isinstance(value, ir.Return)
    assert dump(value.value) == expected


def test_a_using_declaration_covers_what_follows() -> None:
    made = first(lower("class A { void M() { f(); using var t = Open(); g(); h(); } }")).methods[0].body
    assert isinstance(made[1], ir.With)
    assert [type(s).__name__ for s in made[1].body] == ["Do", "Do"]


def test_a_thrown_expression_is_a_statement_where_it_stands() -> None:
    made = first(lower("class A { Order M() { var o = Find() ?? throw new Missing(); return o; } }")).methods[0].body[0]
    assert isinstance(made, ir.Assign)
    assert isinstance(made.value, ir.Binary)
    assert isinstance(made.value.right, ir.BlockExpr)
    assert isinstance(made.value.right.body[0], ir.Raise)


def test_namespaces_usings_and_types() -> None:
    module = lower("""
    using System;
    using static Shop.Routes;
    using Alias = Shop.Orders.Order;
    namespace Shop.Api
    {
        public partial class Orders<T>(ILogger log) : Base<T>, IOrders
        {
            private const string Path = "orders";
            public string Name { get; set; } = "x";
            public DbSet<Order> All => Set<Order>();
            public Orders() : base(1) { }
            class Inner { }
        }
        public record Order([Required] string Name, int Count = 1);
        public enum Kind { A, B }
        public interface IOrders { Task Run(); }
    }
    """)
    assert module.package == "Shop.Api"
    assert [(i.local, i.module, i.name) for i in module.imports] == [
        ("*", "System", "*"), ("*", "Shop.Routes", "*"), ("Alias", "Shop.Orders", "Order"),
    ]  # fmt: skip
    orders, inner, record, kind, interface = module.classes()
    assert [dump(b) for b in orders.bases] == ["Base[T]", "IOrders"]
    assert [f.name for f in orders.fields] == ["log", "Path", "Name", "All"]
    assert [m.name for m in orders.methods] == ["All", "Orders"]
    assert "partial" in orders.modifiers
    assert inner.owner == "Orders"
    assert [(f.name, [d.name for d in f.decorators]) for f in record.fields] == [("Name", ["Required"]), ("Count", [])]
    assert kind.kind == "enum"
    assert interface.methods[0].modifiers == ("abstract",)


def test_attributes_have_positional_and_named_arguments() -> None:
    method = first(
        lower('class A { [HttpGet("{id}", Name = "one"), Authorize] [return: NotNull] void M() { } }')
    ).methods[0]
    assert [d.name for d in method.decorators] == ["HttpGet", "Authorize"]
    call = method.decorators[0].call
    assert call is not None
    assert dump(call) == 'HttpGet("{id}", Name="one")'


def test_documentation_is_its_summary() -> None:
    method = first(
        lower(
            'class A {\n/// <summary>\n/// Shows an <see cref="T:Shop.Order"/>.\n/// </summary>\n/// <param name="id">x</param>\nvoid M() { } }'
        )
    ).methods[0]
    assert method.doc == "Shows an Order."


def test_statements_at_the_top_and_functions_among_them() -> None:
    module = lower("var app = Build();\napp.Run();\nint Local(int a) => a;\nclass A { }\n")
    assert [type(s).__name__ for s in module.body] == ["Assign", "Do", "Def", "ClassDef"]


def test_what_a_symbol_of_the_compiler_switches_is_there() -> None:
    cls = first(lower("class A {\n#if DEBUG\nvoid X() { }\n#endif\nvoid Y() { } }"))
    assert [m.name for m in cls.methods] == ["X", "Y"]


def test_a_class_that_nothing_closes_keeps_its_members() -> None:
    cls = first(lower('[Route("a")]\npublic class A : B {\n[HttpGet("x")] public void X() { }\npublic void Y() { if ('))
    assert cls.name == "A"
    assert "X" in [m.name for m in cls.methods]


def test_long_chains_need_no_stack() -> None:
    assert lower("class A { object M() => a" + ".b()" * 3000 + "; }")
    assert lower("class A { object M() => " + "1 + " * 3000 + "1; }")
    assert lower("class A { object M() => " + "(" * 3000 + "1" + ")" * 3000 + "; }")
