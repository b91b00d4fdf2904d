"""How JavaScript and TypeScript become the code tree."""

import pytest
from tests.syntax.dump import dump

from persona_lsp.syntax import ir
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.syntax.parse import parse


def lower(source: str | bytes, language: str = "typescript") -> ir.Module:
    text = source if isinstance(source, bytes) else source.encode()
    return parse("src/app.ts", text, LANGUAGES[language]).module


def lowered(source: str, language: str = "typescript") -> str:
    return dump(lower(source, language).body)


EXPRESSIONS = {
    "a.b.c": "a.b.c",
    "a?.b?.()": "a?.b()",
    "a\n  // why\n  .b(1)": "a.b(1)",
    "a?.[0]": "a[0]",
    "a['b'].c": 'a["b"].c',
    "f(a, ...b)": "f(a, *b)",
    "f(a, /* why */ b,)": "f(a, b)",
    "new Date()": "new Date()",
    "new Pool": "new Pool()",
    "new Foo<Bar>(1)": "new Foo(1)",
    "sql`select ${a.b} from \\`x\\``": 'sql`("select #{a.b} from `x`")',
    "await prisma.$queryRaw<User[]>`select 1`": '(await prisma.$queryRaw`("select 1"))',
    "await db.find<User[]>(1)": "(await db.find(1))",
    "(await db.find<User>(1)).name": "(await db.find(1)).name",
    "(a as any)!.b<T>(c satisfies D)": "a.b(c)",
    "[1, -2, 0x10, 1_000, 1.5, 10n]": "[1, -2, 16, 1000, 1.5, 10]",
    "[true, false, null, undefined]": "[true, false, nil, nil]",
    "'a\\n\\u0041\\x42\\'c'": '"a\\nAB\'c"',
    "''": '""',
    "``": '""',
    "`a${b}c`": '"a#{b}c"',
    "/^a\\/(b)$/i": "/^a\\/(b)$/",
    "a + b * c": "(+ a (* b c))",
    "a && b || !c": "(or (and a b) (not c))",
    "[a === b, a != c, a ?? d]": "[(== a b), (!= a c), (?? a d)]",
    "a ? b : c": "(? a b c)",
    "({a, b: 1, 'c-d': 2, [e]: 3, ...f, g() {}})": "{a: a, b: 1, c-d: 2, e: 3, ...: f, g: {|| }}",
    "typeof a": "(typeof a)",
    "void 0": "nil",
    "async (a, {b, c: d = 1, ...e}, ...f) => g": "{|a, {b: b, c: (letdefault d 1), ...: e}, *f| (=> g)}",
    "a => ({b: a})": "{|a| (=> {b: a})}",
    "function x(a = 1) { return a }": "(def x(a = 1) (return a))",
    "(await a).b": "(await a).b",
    "import('./a')": 'import("./a")',
    "this.a": "this.a",
    "<T>a": "a",
}


@pytest.mark.parametrize(("source", "tree"), EXPRESSIONS.items(), ids=list(EXPRESSIONS))
def test_expressions(source: str, tree: str) -> None:
    assert lowered(source) == tree


STATEMENTS = {
    "const a = 1, b: string = c": "(const = a 1) (const = b: string c)",
    "let a": "(= a _)",
    "const {a, b: c} = d": "(const = {a: a, b: c} d)",
    "const [a, , b] = c": "(const = [a, <>, b] c)",
    "a = b = c": "(= a b c)",
    "a.b += 1": "(+= a.b 1)",
    "a ||= b": "(or= a b)",
    "i++": "(+= i 1)",
    "a(), b()": "a() b()",
    "if (a) b(); else if (c) { d() } else e()": "(if a [b()] [(if c [d()] [e()])])",
    "for (const a of b) c(a)": "(each a b [c(a)])",
    "for await (const a of b) c(a)": "(each a b [c(a)])",
    "for (const k in o) {}": "(each k o [])",
    "for (let i = 0; i < n; i++) { a(i) }": "(count (< i n) [a(i) (+= i 1)])",
    "for (;;) {}": "(forever  [])",
    "while (true) { break }": "(forever  [(break)])",
    "while (a) { continue }": "(while a [(continue)])",
    "do { a() } while (b)": "(while b [a()])",
    "try { a() } catch (e) { b(e) } finally { c() }": "(try [a()] (catch * e [b(e)]) finally [c()])",
    "try { a() } catch { }": "(try [a()] (catch * []))",
    "switch (a) { case 1: case 2: b(); break; default: c() }": "(switch a [1 2 -> b() (break)] [ -> c()])",
    "throw new Error('x')": '(raise new Error("x"))',
    "async function f(req: Request, id?: number): Promise<User[]> { return }": (
        "(async def f(req: Request, id: number) (return))"
    ),
    "export default async function () { await a }": "{|| (await a)}",
    "export const a = () => 1": "(const = a {|| (=> 1)})",
    "label: for (const a of b) break label": "(each a b [(break)])",
    "type A = { b: string }": "(type A .b)",
    "interface A extends B { c?: number }": "(interface A < B .c)",
    "enum E { A = 1, B }": "(enum E .A = 1 .B = B)",
    "namespace N { a() }": "a()",
    "declare module 'x'": "",
    "(async () => { await a() })()": "{|| (await a())}()",
    "": "",
    ";": "",
}


@pytest.mark.parametrize(("source", "tree"), STATEMENTS.items(), ids=list(STATEMENTS))
def test_statements(source: str, tree: str) -> None:
    assert lowered(source) == tree


CLASS = """
@Controller("users")
export class Users extends Base<User> implements OnInit {
  static path = "/users";
  constructor(private readonly users: UserService, other) { super(); }
  /** Lists them. */
  @Get(":id") @UseGuards(Auth)
  async find(@Param("id") id: string, @Body() body: Dto) { return this.users.find(id); }
  list = async (req, res) => { res.json([]); };
  wrapped = asyncHandler(async (req, res) => {});
}
"""


def test_class() -> None:
    (definition,) = lower(CLASS).body
    assert isinstance(definition, ir.ClassDef)
    cls = definition.cls
    assert (cls.name, dump(cls.bases)) == ("Users", "Base OnInit")
    assert [d.name for d in cls.decorators] == ["Controller"]
    assert [f.name for f in cls.fields] == ["path", "users"]
    assert [m.name for m in cls.methods] == ["constructor", "find", "list", "wrapped"]
    find, listed, wrapped = cls.methods[1:]
    assert [d.name for d in find.decorators] == ["Get", "UseGuards"]
    assert [d.name for p in find.params for d in p.decorators] == ["Param", "Body"]
    assert (find.doc, find.owner, find.is_async) == ("Lists them.", "Users", True)
    assert CLASS[find.start : find.start + 10] == "async find"
    assert CLASS[find.outer_start :].startswith("@Get")
    assert CLASS[find.body_start : find.body_end].strip() == "return this.users.find(id);"
    assert listed.is_async
    assert CLASS[listed.name_start : listed.name_end] == "list"
    assert wrapped.passed_to == "asyncHandler"


def test_functions_take_the_name_that_they_are_bound_to() -> None:
    module = lower(
        "const a = async () => 1; exports.b = wrap(async () => 2); const c = { d() {}, e: wrap(() => 3) };"
        "f.g = () => 4; module.exports = () => 5",
        "javascript",
    )
    named: list[tuple[str, str]] = []
    for stmt in module.body:
        assert isinstance(stmt, ir.Assign | ir.Do)
        stack: list[ir.AnyExpr | None] = [stmt.value]
        while stack:
            expr = stack.pop(0)
            if isinstance(expr, ir.Lambda):
                named.append((expr.function.owner, expr.function.name))
            elif expr is not None:
                stack = [*ir.children(expr), *stack]
    assert named == [("", "a"), ("", "b"), ("c", "d"), ("c", "e"), ("f", "g"), ("", "")]


IMPORTS = {
    'import a, { b, c as d } from "./x"': [("a", "./x", "default"), ("b", "./x", "b"), ("d", "./x", "c")],
    'import * as a from "x"': [("a", "x", "*")],
    'import "x"': [("require$x", "x", "*")],
    'import a = require("x")': [("a", "x", "*")],
    'import type { A } from "x"': [("A", "x", "A")],
    'const a = require("x")': [("a", "x", "*"), ("require$x", "x", "*")],
    'const a = require("x").b': [("a", "x", "b"), ("require$x", "x", "*")],
    'const { a, b: c } = require("x")': [("a", "x", "a"), ("c", "x", "b"), ("require$x", "x", "*")],
    'app.use(require("./x/y"))': [("require$__x_y", "./x/y", "*")],
    'const a = await import("x")': [("a", "x", "*")],
}


@pytest.mark.parametrize(("source", "expected"), IMPORTS.items(), ids=list(IMPORTS))
def test_imports(source: str, expected: list[tuple[str, str, str]]) -> None:
    found = [(i.local, i.module, i.name) for i in lower(source).imports]
    assert [item for item in found if item in expected] == expected


EXPORTS = {
    "export const a = 1, b = 2": ["a=a", "b=b"],
    "export function a() {}": ["a=a"],
    "export class A {}": ["A=A"],
    "export default a": ["default=a"],
    "export default class A {}": ["default=A"],
    "export default Router().use(a)": ["default=default<Router().use(a)>"],
    "export { a as b, c }": ["b=a", "c=c"],
    'export { a as b } from "./x"': ["b=a@./x"],
    'export { default } from "./x"': ["default=default@./x"],
    'export * from "./x"': ["*=@./x"],
    'export * as a from "./x"': ["a=*@./x"],
    "export = a": ["default=a"],
    "module.exports = a": ["default=a"],
    "module.exports = { a, b: c }": ["default=default<{a: a, b: c}>", "a=a", "b=c"],
    'module.exports.a = require("./x")': ["a=*@./x"],
    'exports.a = require("./x").b': ["a=b@./x"],
    "exports.a = () => 1": ["a=a"],
    "module.exports = class A {}": ["default=A"],
    "module.exports = class {}": ["default=default"],
    "const a = module.exports = b()": ["default=a"],
    "module.exports = { a() {}, b: c.d }": ["a=a", "b=c.d"],
    "export default { a() {} }": ["a=a"],
    "exports.a = b.c": ["a=b.c"],
    "exports = module.exports = a": ["default=a"],
    'module.exports = { ...require("./x") }': ["*=@./x"],
}


@pytest.mark.parametrize(("source", "expected"), EXPORTS.items(), ids=list(EXPORTS))
def test_exports(source: str, expected: list[str]) -> None:
    found = [
        f"{e.name}=" + (f"{e.local}@{e.module}" if e.module else e.local + (f"<{dump(e.value)}>" if e.value else ""))
        for e in lower(source).exports
    ]
    assert [item for item in found if item in expected] == expected


EVERYDAY = (
    CLASS
    + """
const { a, b: c = 3, ...rest } = require("./x");
const y = await prisma.$queryRaw<User[]>`select ${1} from x`;
export const g = wrap(async ({id}: {id: string}, b = 2) => { if (!id) return res.status(404).json({ error: `x ${id}` }); });
switch (x) { case 1: case 2: foo(); break; default: bar() }
try { a() } catch (e) { b() } finally { c() }
for (let i = 0, j = 1; i < 3; i++) { await Promise.all(xs.map(async (x) => f(x))) }
module.exports = { list: wrap(async () => 1), a, async show(req) { return -x ?? y?.[0]; } };
// ünïcödé
const s = "ünï\\u{1F600}" + '\\'' + /a[/]b/g.source;
"""
)


@pytest.mark.parametrize("language", ["javascript", "typescript", "tsx"])
def test_every_prefix_lowers(language: str) -> None:
    source = EVERYDAY.encode()
    for end in range(len(source) + 1):
        dump(lower(source[:end], language).body)


def test_jsx() -> None:
    tree = lowered("const A = () => <div onClick={() => f(x)}>{load(1)}</div>", "tsx")
    assert "load(1)" in tree
    assert "f(x)" in tree


def test_deep_code_does_not_exhaust_the_stack() -> None:
    deep = {
        "sum": " + ".join(["a"] * 5000),
        "chain": "a" + ".b()" * 3000,
        "parens": "(" * 2000 + "a" + ")" * 2000,
        "array": "[" * 2000 + "]" * 2000,
        "else if": "if (a) {}" + " else if (b) {}" * 2000,
        "functions": "f(() => {" * 500 + "})" * 500,
        "type": "type A = " + " | ".join(["'a'"] * 3000),
        "union": "let x: " + " | ".join(["'a'"] * 3000),
        "ternary": "a ? b : " * 2000 + "c",
    }
    for source in deep.values():
        dump(lower(source).body)


def test_all_terms_of_a_long_sum_stay_visible() -> None:
    tree = lowered(" + ".join(f"f({i})" for i in range(200)))
    assert "f(0)" in tree
    assert "f(199)" in tree


def test_a_generic_tagged_template_is_no_syntax_error() -> None:
    module = lower("async function f() { return await db.sql<User[]>`select 1` }")
    (definition,) = module.body
    assert isinstance(definition, ir.Def)
    assert not definition.function.has_error
    assert module.error_count == 0


def test_syntax_errors_are_known() -> None:
    module = lower("function f() { g( }\nfunction h() {}")
    functions = {s.function.name: s.function.has_error for s in module.body if isinstance(s, ir.Def)}
    assert functions["f"]
    assert not functions["h"]
    assert module.error_count > 0


def test_bytes_that_are_no_utf8() -> None:
    module = lower(b"const a = '\xff\xfe'; f('\xc3')")
    assert "f(" in dump(module.body)
