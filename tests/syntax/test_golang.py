"""How Go becomes the code tree."""

import pytest
from tests.syntax.dump import dump

from persona_lsp.syntax import ir
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.syntax.parse import parse


def lower(source: str) -> ir.Module:
    return parse("app/main.go", source.encode(), LANGUAGES["go"]).module


def functions(module: ir.Module) -> list[ir.FunctionNode]:
    return [s.function for s in module.body if isinstance(s, ir.Def)]


def body(code: str) -> str:
    return dump(functions(lower("package main\nfunc f() {\n" + code + "\n}\n"))[0].body)


EXPRESSIONS = {
    "a.b.c": "a.b.c",
    "a.f(b, 1)": "a.f(b, 1)",
    "f(xs...)": "f(*xs)",
    "&User{Name: n, Age: 1}": "new User(Name=n, Age=1)",
    "User{n, 1}": "new User(n, 1)",
    'gin.H{"error": err}': "{error: err}",
    'map[string]int{"a": 1}': "{a: 1}",
    'map[string]any{key: 1, "b": 2}': "{key: 1, b: 2}",
    '[]string{"a", "b"}': '["a", "b"]',
    "[]User{{Name: n}}": "[new User(Name=n)]",
    "new(User)": "new User()",
    "make([]User, 0)": "[]",
    "make(map[string]int)": "{}",
    "[]byte(x)": "x",
    "x.(string)": "x",
    "(a)": "a",
    "!a": "(not a)",
    "*p": "p",
    "<-ch": "(<- ch)",
    "a == nil && !b || c": "(or (and (== a nil) (not b)) c)",
    "xs[0]": "xs[0]",
    "xs[1:n]": "xs[1, n]",
    "gen[int](3)": "gen(3)",
    "func(a int) error { return nil }": "{|a: int| (return nil)}",
    '"a\\n\\u0041\\x42"': '"a\\nAB"',
    "`select *`": '"select *"',
    "'c'": '"c"',
    "0x1F": "31",
    "1_000": "1000",
    "017": "15",
    "1.5": "1.5",
    "true": "true",
}


@pytest.mark.parametrize("code", EXPRESSIONS)
def test_expressions(code: str) -> None:
    assert body(f"x := {code}") == f"(= x {EXPRESSIONS[code]})"


STATEMENTS = {
    "a, err := f()": "(= (a, err) f())",
    "a, b = b, a": "(= a b) (= b a)",
    "a += 1": "(+= a 1)",
    "i++": "(+= i 1)",
    "var xs []T": "(= xs: slice[T] _)",
    'const a, b = 1, "x"': '(const = a 1) (const = b "x")',
    "defer rows.Close()": "(defer rows.Close())",
    "go f(x)": "(go f(x))",
    'panic("x")': '(raise "x")',
    "return a, err": "(return (a, err))",
    "return": "(return)",
}


@pytest.mark.parametrize("code", STATEMENTS)
def test_statements(code: str) -> None:
    assert body(code) == STATEMENTS[code]


def nodes(code: str) -> tuple[ir.Stmt, ...]:
    return functions(lower("package main\nfunc f() {\n" + code + "\n}\n"))[0].body


def test_an_if_with_an_assignment_is_a_group() -> None:
    (group,) = nodes("if v, ok := m[k]; ok { a() } else if b { c() }")
    assert isinstance(group, ir.Group)
    assign, test = group.body
    assert isinstance(assign, ir.Assign)
    assert isinstance(test, ir.If)
    assert isinstance(test.orelse[0], ir.If)


@pytest.mark.parametrize(
    ("code", "kind", "target"),
    [
        ("for _, v := range xs { a() }", "each", "v"),
        ("for k, v := range xs { a() }", "each", "(k, v)"),
        ("for range xs { a() }", "each", "_"),
        ("for i := 0; i < 3; i++ { a() }", "count", "_"),
        ("for ok() { a() }", "while", "_"),
        ("for { a() }", "forever", "_"),
    ],
)
def test_loops(code: str, kind: str, target: str) -> None:
    (loop,) = nodes(code)
    assert isinstance(loop, ir.For)
    assert (loop.kind, dump(loop.target)) == (kind, target)


def test_switches() -> None:
    (switch,) = nodes('switch r.Method { case "GET", http.MethodPost: a(); fallthrough\ndefault: b() }')
    assert isinstance(switch, ir.Switch)
    assert dump(switch.subject) == "r.Method"
    assert [dump(patterns) for patterns, _ in switch.arms] == ['"GET" http.MethodPost', ""]


SOURCE = """// Package shop sells.
package shop

import (
    "net/http"
    v1 "example.com/shop/api/v1"
    . "fmt"
    _ "embed"
    "github.com/labstack/echo/v4"
    "gopkg.in/yaml.v3"
)

// Server answers.
type Server struct {
    *http.ServeMux
    store  Store
    Name   string `json:"name" binding:"required,max=3"`
}

type Store interface {
    Find(id int) (*Book, error)
}

type Kind string

var limit, page = 10, 2

// Find finds.
func (s *Server) Find(w http.ResponseWriter, r *http.Request, more ...string) (a int, err error) { return }

func helper() {}
"""


def test_the_file() -> None:
    module = lower(SOURCE)
    assert module.package == "shop"
    assert [(i.local, i.module) for i in module.imports] == [
        ("http", "net/http"), ("v1", "example.com/shop/api/v1"), ("*", "fmt"), ("echo", "github.com/labstack/echo/v4"),
        ("yaml", "gopkg.in/yaml.v3"),
    ]  # fmt: skip
    server, store, kind = module.classes()
    assert (server.kind, store.kind, kind.kind) == ("class", "interface", "type")
    assert [ir.dotted(b) for b in server.bases] == ["http.ServeMux"]
    assert [f.name for f in server.fields] == ["ServeMux", "store", "Name"]
    assert [(d.name, dump(d.value)) for d in server.fields[2].decorators] == [
        ("json", '"name"'), ("binding", '"required,max=3"'),
    ]  # fmt: skip
    assert server.doc == "Server answers."
    assert [m.name for m in store.methods] == ["Find"]


def test_methods_know_their_type() -> None:
    find, helper = functions(lower(SOURCE))
    assert (find.owner, find.name, find.doc) == ("Server", "Find", "Find finds.")
    assert [(p.name, p.kind, ir.dotted(p.type)) for p in find.params] == [
        ("s", "self", "Server"), ("w", "plain", "http.ResponseWriter"), ("r", "plain", "http.Request"),
        ("more", "rest", "string"),
    ]  # fmt: skip
    assert dump(find.returns) == "(int, error)"
    assert (helper.owner, helper.modifiers) == ("", ("package",))


def test_half_typed_code_keeps_what_is_whole() -> None:
    module = lower("package main\nfunc a() { f() }\nfunc b() { x.\n")
    assert functions(module)[0].name == "a"
    assert module.error_count == 1
