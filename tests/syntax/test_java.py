"""How Java becomes the code tree."""

import pytest
from tests.syntax.dump import dump

from persona_lsp.syntax import ir
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.syntax.parse import parse

JAVA = LANGUAGES["java"]


def lower(source: str | bytes) -> ir.Module:
    text = source.encode() if isinstance(source, str) else source
    return parse("src/main/java/app/Main.java", text, JAVA).module


def body(code: str) -> str:
    return dump(first(lower("class A { void m() { " + code + " } }")).methods[0].body)


def first(module: ir.Module) -> ir.ClassNode:
    return next(module.classes())


EXPRESSIONS = {
    "a.b.c": "a.b.c",
    "a.f(b, 1)": "a.f(b, 1)",
    "f(x)": "f(x)",
    "new Order(a, 1)": "new Order(a, 1)",
    "new ArrayList<Order>()": "new ArrayList()",
    "new Thing() { void run() { go(); } }": "new Thing({|| go()})",
    "a[0]": "a[0]",
    "(String) x": "x",
    "((a))": "a",
    "!a": "(not a)",
    "-1": "(- 1)",
    "a ? b : c": "(? a b c)",
    "a == b && c != d || e": "(or (and (== a b) (!= c d)) e)",
    "a + b * c": "(+ a (* b c))",
    "x instanceof Order o && o.open()": "(and (is (let o x) Order) o.open())",
    "Order.class": "Order.class",
    "int.class": "int.class",
    "User::getName": "{|_it| (=> User.getName(_it))}",
    "Order::new": "{|_it| (=> new Order(_it))}",
    "() -> 1": "{|| (=> 1)}",
    "x -> { return x; }": "{|x| (return x)}",
    "(a, b) -> a + b": "{|a, b| (=> (+ a b))}",
    "new int[] {1, 2}": "[1, 2]",
    "new int[3]": "<3>",
    '"a\\n\\u0041\\t"': '"a\\nA\t"',
    "'c'": '"c"',
    '"""\n      select *\n        from t\n      """': '"select *\\n  from t\\n"',
    "1_000L": "1000",
    "0xFF": "255",
    "017": "15",
    "1.5f": "1.5",
    "true": "true",
    "null": "nil",
    "i++": "(let+ i 1)",
    "this.x": "this.x",
    "super.go()": "super.go()",
    "this.<String>go(a)": "this.go(a)",
    "Outer.this.x()": "Outer.this.x()",
    "switch (k) { case A, B -> 1; default -> 2; }": "(switch k [A B -> 1] [ -> 2])",
    "a.b(/* why */ c)": "a.b(c)",
}
STATEMENTS = {
    "int x = 1;": "(= x: int 1)",
    "final var x = f();": "(const = x f())",
    'String a, b = "c";': '(= a: String _) (= b: String "c")',
    "x = y = z;": "(= x y z)",
    "x += 1;": "(+= x 1)",
    "i++;": "(+= i 1)",
    "return;": "(return)",
    "return a;": "(return a)",
    'throw new X("a", e);': '(raise new X("a", e))',
    "break;": "(break)",
    "continue;": "(continue)",
    "if (a) b(); else if (c) d(); else e();": "(if a [b()] [(if c [d()] [e()])])",
    "for (var q : qs) f(q);": "(each q qs [f(q)])",
    "for (int i = 0; i < 10; i++) { f(i); }": "(count (< i 10) [f(i) (+= i 1)])",
    "for (;;) { }": "(forever  [])",
    "while (a) b();": "(while a [b()])",
    "while (true) { }": "(forever  [])",
    "do { a(); } while (b);": "(while b [a()])",
    "try { a(); } catch (IOException | b.E e) { c(); } finally { d(); }": "(try [a()] (catch IOException|b.E e [c()]) finally [d()])",
    "try (var c = open(); d) { a(); }": "(with open() as c, d [a()])",
    "try (var c = open()) { a(); } catch (Exception e) { }": "(try [(with open() as c [a()])] (catch Exception e []))",
    "switch (x) { case 1: case 2: a(); break; default: b(); }": "(switch x [1 2 -> a()] [ -> b()])",
    "switch (x) { case A -> a(); case B c when c.d() -> { b(); } default -> throw new E(); }": "(switch x [A -> a()] [B <c.d()> -> b()] [ -> (raise new E())])",
    "synchronized (lock) { a(); }": "(with lock [a()])",
    "l: for (;;) { continue l; }": "(group (forever  [(continue)]))",
    "class L { }": "(class L )",
    'assert a : "b";': '<a "b">',
    "{ a(); }": "(group a())",
    "int r = switch (k) { case A: yield 1; default: { yield 2; } };": "(= r: int (switch k [A -> 1] [ -> (do (group 2))]))",
    "List<Map.Entry<String, int[]>> x;": "(= x: List[Map.Entry[String, Array[int]]] _)",
}


@pytest.mark.parametrize("code", EXPRESSIONS)
def test_expressions(code: str) -> None:
    assert body(f"v({code});") == f"v({EXPRESSIONS[code]})"


@pytest.mark.parametrize("code", STATEMENTS)
def test_statements(code: str) -> None:
    assert body(code) == STATEMENTS[code]


CONTROLLER = """\
package app.web;

import static org.springframework.http.HttpStatus.CREATED;
import java.util.*;
import org.springframework.web.bind.annotation.RestController;

/**
 * Orders of a shop.
 */
@RestController
@RequestMapping(path = {"/a", Paths.B + "/c"}, method = GET)
public class Orders<T extends Order> extends Base<Order, Long> implements Api, Other<T> {
    private static final String PATH = "/x";
    @Autowired private OrderService service, spare;

    public Orders(OrderService service) { this(service, null); }

    /** Finds one. */
    @GetMapping("/{id}")
    @ResponseStatus(CREATED)
    public ResponseEntity<List<Order>> find(@PathVariable("id") final Long id, String[] tags, int... rest) throws E {
        return service.find(id);
    }

    abstract void nothing();

    enum State { OPEN("o"), CLOSED; final String code; }

    record Line(@NotNull String name, int count) { Line { check(); } }

    interface Inner { int X = 1; default void d() { } void n(); }

    @interface Mark { String value() default "x"; }
}
"""


def test_package_and_imports() -> None:
    module = lower(CONTROLLER)
    assert module.package == "app.web"
    assert [(i.local, i.module, i.name) for i in module.imports] == [
        ("CREATED", "org.springframework.http.HttpStatus", "CREATED"),
        ("*", "java.util", "*"),
        ("RestController", "org.springframework.web.bind.annotation", "RestController"),
    ]


def test_a_class_with_its_annotations_and_bases() -> None:
    cls = first(lower(CONTROLLER))
    assert (cls.kind, cls.name, cls.modifiers, cls.doc) == ("class", "Orders", ("public",), "Orders of a shop.")
    assert [dump(b) for b in cls.bases] == ["Base[Order, Long]", "Api", "Other[T]"]
    assert [d.name for d in cls.decorators] == ["RestController", "RequestMapping"]
    assert dump(cls.decorators[1].value) == 'RequestMapping(path=["/a", (+ Paths.B "/c")], method=GET)'
    assert [(f.name, f.modifiers) for f in cls.fields] == [
        ("PATH", ("private", "static", "final")),
        ("service", ("private",)),
        ("spare", ("private",)),
    ]


def test_a_method_with_its_parameters() -> None:
    method = first(lower(CONTROLLER)).methods[1]
    module = lower(CONTROLLER)
    assert (method.name, method.doc, method.owner) == ("find", "Finds one.", "Orders")
    assert dump(method.params) == "id: Long tags: Array[String] *rest: int"
    assert [d.name for d in method.params[0].decorators] == ["PathVariable"]
    assert dump(method.returns) == "ResponseEntity[List[Order]]"
    assert module.source[method.outer_start :].startswith(b'@GetMapping("/{id}")')
    assert module.source[method.start :].startswith(b"public ResponseEntity")
    assert module.source[method.body_start : method.body_end].strip() == b"return service.find(id);"


def test_members_of_other_types() -> None:
    cls = first(lower(CONTROLLER))
    kinds = {c.name: c for c in cls.classes}
    assert {n: c.kind for n, c in kinds.items()} == {
        "State": "enum", "Line": "record", "Inner": "interface", "Mark": "annotation",
    }  # fmt: skip
    assert [(f.name, dump(f.value)) for f in kinds["State"].fields] == [
        ("OPEN", 'new OPEN("o")'), ("CLOSED", "_"), ("code", "_"),
    ]  # fmt: skip
    assert [f.name for f in kinds["Line"].fields] == ["name", "count"]
    assert [m.modifiers for m in kinds["Inner"].methods] == [("default",), ("abstract",)]
    assert kinds["Inner"].fields[0].modifiers == ("static", "final")
    assert [f.name for f in kinds["Mark"].fields] == ["value"]
    assert cls.methods[2].modifiers == ("abstract",)
    assert cls.methods[2].body == ()


UNFINISHED = """\
@RestController
public class Orders extends Base {
    private int x;
    @GetMapping("/x")
    public void done() { go(); }
    @PostMapping("/y")
    public void typing(int a) {
        go(
"""


def test_a_class_that_is_being_typed_keeps_its_members() -> None:
    module = lower(UNFINISHED)
    cls = first(module)
    assert (cls.name, [d.name for d in cls.decorators], dump(cls.bases)) == ("Orders", ["RestController"], "Base")
    assert [(m.name, [d.name for d in m.decorators]) for m in cls.methods] == [
        ("done", ["GetMapping"]),
        ("typing", ["PostMapping"]),
    ]
    assert cls.methods[1].has_error
    assert module.error_count > 0


@pytest.mark.parametrize("source", [CONTROLLER, UNFINISHED])
def test_every_prefix_is_lowered(source: str) -> None:
    text = source.encode()
    for end in range(len(text) + 1):
        for cls in lower(text[:end]).classes():
            for method in cls.methods:
                dump(method)


@pytest.mark.parametrize(
    "code",
    [
        "x = " + "+".join(["a"] * 20_000) + ";",
        "x = a" + ".b()" * 5_000 + ";",
        "x = " + "(" * 2_000 + "1" + ")" * 2_000 + ";",
        "if (a) {" * 1_000 + "}" * 1_000,
        "if (a) b(); else " * 1_000 + "c();",
        "f(" + "x -> " * 1_000 + "1);",
        "Map" + "<List" * 1_000 + ">" * 1_000 + " x;",
    ],
    ids=["sum", "chain", "parentheses", "blocks", "else-if", "lambdas", "type-arguments"],
)
def test_deep_nesting_costs_no_stack(code: str) -> None:
    method = first(lower("class A { void m() { " + code + " } }")).methods[0]
    assert method.body


def test_a_long_sum_keeps_the_order_of_its_operands() -> None:
    terms = [f'"{i}"' for i in range(300)]
    text = body("x = " + " + ".join(terms) + ";")
    assert [t for t in text.replace("(", " ").replace(")", " ").split() if t.startswith('"')] == terms
