"""Rust, lowered to the code tree."""

import pytest

from persona_lsp.syntax.ir import (
    Assign,
    Call,
    ClassDef,
    Def,
    Do,
    FunctionNode,
    If,
    Items,
    Let,
    Member,
    Module,
    Name,
    Object,
    Raise,
    Return,
    Stmt,
    Str,
    Switch,
    Ternary,
    Try,
    dotted,
)
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.syntax.parse import parse


def module(source: str) -> Module:
    return parse("src/main.rs", source.encode(), LANGUAGES["rust"]).module


def function(source: str) -> FunctionNode:
    first = module(source).body[0]
    assert isinstance(first, Def)
    return first.function


def body(statements: str) -> tuple[Stmt, ...]:
    return function(f"fn f() {{ {statements} }}").body


def test_uses_bind_names_and_modules_are_imports() -> None:
    found = {
        i.local: (i.module, i.name)
        for i in module("use a::b::{self, C as D, e::*};\nuse crate::x;\npub mod users;\nextern crate rocket;").imports
    }
    assert found == {
        "b": ("a", "b"), "D": ("a.b", "C"), "*": ("a.b.e", "*"), "x": ("crate", "x"), "users": ("self", "users"),
        "rocket": ("rocket", "*"),
    }  # fmt: skip


def test_the_last_expression_is_returned_and_err_is_thrown() -> None:
    first, second = body("if x { Ok(1) } else { Err(Error::Missing) }"), body("return Err(e);")
    assert isinstance(first[0], If)
    assert isinstance(first[0].then[0], Return)
    assert isinstance(first[0].orelse[0], Raise)
    assert dotted(first[0].orelse[0].value) == "Error.Missing"
    assert isinstance(second[0], Raise)


def test_matching_a_result_is_a_try() -> None:
    (found,) = body("match load() { Ok(x) => x, Err(sqlx::Error::RowNotFound) => none(), Err(e) => fail(e) }")
    assert isinstance(found, Try)
    assert isinstance(found.body[0], Assign)
    assert [(c.types, c.variable) for c in found.catches] == [(("sqlx.Error.RowNotFound",), ""), ((), "e")]
    assert isinstance(found.orelse[0], Return)


def test_matching_an_option_is_an_if_that_binds() -> None:
    (found,) = body("match find() { Some(x) => use_it(x), None => other() }")
    assert isinstance(found, If)
    assert isinstance(found.test, Let)
    assert dotted(found.test.target) == "x"


def test_options_within_results() -> None:
    (found,) = body("match find().await { Ok(Some(x)) => a(x), Ok(None) => b(), Err(e) => c(e) }")
    assert isinstance(found, Try)
    assert isinstance(found.orelse[0], If)


def test_let_else_tests_what_it_binds() -> None:
    assigned, test = body("let Some(x) = find() else { return; }; ")
    assert isinstance(assigned, Assign)
    assert dotted(assigned.targets[0]) == "x"
    assert isinstance(test, If)


def test_a_match_that_leaves_is_assigned_arm_by_arm() -> None:
    (found,) = body("let x = match find() { Kind::A => 1, Kind::B(n) => n, _ => return None };")[-1:]
    assert isinstance(found, Switch)
    assert [len(patterns) for patterns, _ in found.arms] == [1, 1, 0]
    assert isinstance(found.arms[0][1][0], Assign)


def test_question_marks_casts_and_references_vanish() -> None:
    (found,) = body("let x = &mut read(a as i64)?.rows;")
    assert isinstance(found, Assign)
    assert isinstance(found.value, Member)
    assert isinstance(found.value.base, Call)
    assert isinstance(found.value.base.args[0], Name)


def test_formats_are_texts_with_what_fills_them() -> None:
    (found,) = body('let x = format!("{} {id:>5} {{{0}}} {name}", a.b, name = c);')
    assert isinstance(found, Assign)
    assert isinstance(found.value, Str)
    assert [p if isinstance(p, str) else dotted(p) for p in found.value.parts] == [
        "a.b", " ", "id", " {", "a.b", "} ", "c",
    ]  # fmt: skip


def test_json_is_an_object() -> None:
    (found,) = body('json!({"a": [1, x.y()], "b": { "c": null }, name: user.name })')
    assert isinstance(found, Return)
    assert isinstance(found.value, Object)
    assert [e.name for e in found.value.entries] == ["a", "b", ""]
    assert isinstance(found.value.entries[0].value, Items)


def test_macros_keep_their_mark_and_have_arguments() -> None:
    (found,) = body("mount(routes![users::list, a.b(|x| x + 1)]);")
    assert isinstance(found, Do)
    assert isinstance(found.value, Call)
    (call,) = found.value.args
    assert isinstance(call, Call)
    assert call.name == "routes!"
    assert dotted(call.args[0]) == "users.list"
    assert isinstance(call.args[1], Call)


def test_attributes_are_decorators() -> None:
    found = function('#[get("/x/<id>", format = "json")]\n#[serde(rename_all = "camelCase")]\nasync fn f() {}')
    assert [d.name for d in found.decorators] == ["get", "serde"]
    call = found.decorators[0].call
    assert call is not None
    assert isinstance(call.args[0], Str)
    assert call.kwarg("format") is not None
    assert found.is_async
    assert found.outer_start == 0


def test_impl_blocks_know_the_fields_and_traits_of_their_type() -> None:
    classes = [
        s.cls
        for s in module(
            "struct A { db: Pool }\nimpl Show for A { fn show(&self) {} }\nimpl A { fn new() -> A { A } }"
        ).body
        if isinstance(s, ClassDef)
    ]
    assert [(c.kind, [m.name for m in c.methods], [f.name for f in c.fields]) for c in classes] == [
        ("class", [], ["db"]), ("impl", ["show"], ["db"]), ("impl", ["new"], ["db"]),
    ]  # fmt: skip
    assert [dotted(b) for b in classes[0].bases] == ["Show"]


def test_what_only_tests_compile_is_left_out() -> None:
    found = module("#[cfg(test)]\nmod tests { fn a() {} }\n#[tokio::test]\nasync fn b() {}\nfn c() {}")
    assert [s.function.name for s in found.body if isinstance(s, Def)] == ["c"]


def test_long_chains_and_sums_are_read_to_their_beginning() -> None:
    links = "".join(f'.route("/{n}", get(h))' for n in range(300))
    (found,) = body(f"Router::new(){links}")
    assert isinstance(found, Return)
    assert isinstance(found.value, Call)
    count, node = 0, found.value
    while isinstance(node.func, Member) and isinstance(node.func.base, Call):
        count, node = count + 1, node.func.base
    assert count == 300
    body(" + ".join(["1"] * 2000))


def test_a_choice_of_two_values_stays_an_expression() -> None:
    (found,) = body("let x = if a { 1 } else { 2 };")
    assert isinstance(found, Assign)
    assert isinstance(found.value, Ternary)


@pytest.mark.parametrize(
    "source",
    [
        "fn f(",
        '#[get("/x")',
        "impl A { fn b(&self) { match x { Ok(",
        'let x = json!({"a": ',
        "use a::{b, ",
        "struct A {",
    ],
)
def test_half_typed_code(source: str) -> None:
    for statement in module(source).body:
        if isinstance(statement, Def):
            assert isinstance(statement.function.body, tuple)
