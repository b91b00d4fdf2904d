"""Fixes for Spring: what the edits of an intent make of the code."""

import pytest
from tests.harness.engine import read

from persona_lsp.facts.place import Where
from persona_lsp.findings import intent as intents
from persona_lsp.findings.intent import Intent
from persona_lsp.frameworks.spring.framework import FRAMEWORK
from persona_lsp.text.edits import apply

PATH = "src/main/java/app/A.java"
HEAD = "package app;\n\nimport org.springframework.web.bind.annotation.GetMapping;\n\n"


def fixed(source: str, marked: str, kind: type[Intent], /, **fields: object) -> str | None:
    """`source` after the fix of an intent about the text `marked`."""
    text = source.encode()
    start = text.index(marked.encode())
    where = Where(PATH, start, start + len(marked.encode()))
    extraction = read({PATH: text}).extractions[PATH]
    edits = FRAMEWORK.spell(kind(where, "Fix", **fields), extraction.parsed.module, extraction.facts)
    return apply(text, sorted(edits)).decode() if edits is not None else None


def method(body: str, returns: str = "ResponseEntity<Order>", annotations: str = "") -> str:
    return f"@RestController\nclass A {{\n{annotations}    {returns} x() {{\n        {body}\n    }}\n}}\n"


STATUSES = {
    "ResponseEntity.ok(order)": "ResponseEntity.status(HttpStatus.CREATED).body(order)",
    "ResponseEntity.ok().body(order)": "ResponseEntity.status(HttpStatus.CREATED).body(order)",
    "ResponseEntity.status(HttpStatus.OK).body(order)": "ResponseEntity.status(HttpStatus.CREATED).body(order)",
    "ResponseEntity.status(200).body(order)": "ResponseEntity.status(201).body(order)",
    "new ResponseEntity<>(order, HttpStatus.OK)": "new ResponseEntity<>(order, HttpStatus.CREATED)",
    "ResponseEntity.created(uri).body(order)": None,
    "service.answer(order)": None,
}


@pytest.mark.parametrize("answer", STATUSES)
def test_the_status_of_an_answer(answer: str) -> None:
    source = method(f"return {answer};")
    expected = STATUSES[answer]
    assert fixed(source, answer, intents.SetStatus, status=201) == (
        source.replace(answer, expected) if expected else None
    )


def test_the_status_of_a_failure() -> None:
    raised = "new ResponseStatusException(HttpStatus.OK, message)"
    source = method(f"throw {raised};")
    assert fixed(source, raised, intents.SetStatus, status=422) == source.replace(
        "HttpStatus.OK", "HttpStatus.UNPROCESSABLE_ENTITY"
    )


def test_the_status_of_a_route_with_its_imports() -> None:
    source = HEAD + '@RestController\nclass A {\n    @GetMapping("/x")\n    Order x() { return o; }\n}\n'
    assert fixed(source, '@GetMapping("/x")', intents.SetStatus, status=201) == (
        "package app;\n\nimport org.springframework.http.HttpStatus;\n"
        "import org.springframework.web.bind.annotation.GetMapping;\n"
        "import org.springframework.web.bind.annotation.ResponseStatus;\n\n"
        '@RestController\nclass A {\n    @GetMapping("/x")\n    @ResponseStatus(HttpStatus.CREATED)\n    Order x() { return o; }\n}\n'
    )


def test_the_declared_status_of_a_route() -> None:
    source = "@RestController\nclass A {\n    @ResponseStatus(HttpStatus.OK) @PostMapping Order x() { return o; }\n}\n"
    assert fixed(source, "@PostMapping", intents.SetStatus, status=201) == source.replace(
        "HttpStatus.OK", "HttpStatus.CREATED"
    )


def test_answers_without_a_body() -> None:
    source = method("return ResponseEntity.status(HttpStatus.NO_CONTENT).body(order);")
    marked = "ResponseEntity.status(HttpStatus.NO_CONTENT).body(order)"
    assert fixed(source, marked, intents.DropBody) == source.replace(".body(order)", ".build()")
    source = method("return new ResponseEntity<>(order, HttpStatus.NO_CONTENT);")
    marked = "new ResponseEntity<>(order, HttpStatus.NO_CONTENT)"
    assert fixed(source, marked, intents.DropBody) == source.replace("order, ", "")


@pytest.mark.parametrize(
    ("field", "logger"),
    [
        ("", "LoggerFactory.getLogger(A.class)"),
        ("    private static final Logger LOG = x;\n", "LOG"),
    ],
)
def test_the_text_of_a_failure_is_logged_and_hidden(field: str, logger: str) -> None:
    source = method("return ResponseEntity.status(500).body(e.getMessage());", annotations=field)
    assert fixed(source, "e.getMessage()", intents.HideError, variable="e", log=True) == source.replace(
        "e.getMessage()", '"Internal server error"'
    ).replace("        return", f'        {logger}.error("Request failed", e);\n        return')


SQL = {
    'jdbc.query("select * from a where b = \'" + b + "\' and c = " + c, mapper)': 'jdbc.query("select * from a where b = ? and c = ?", mapper, b, c)',
    'jdbc.update("delete from a where b = " + b)': 'jdbc.update("delete from a where b = ?", b)',
    'jdbcClient.sql("select * from a where b = " + b).query(A.class).list()': 'jdbcClient.sql("select * from a where b = ?").param(b).query(A.class).list()',
    'em.createQuery("from A where b = " + b).getResultList()': 'em.createQuery("from A where b = :b").setParameter("b", b).getResultList()',
    'jdbc.query("select * from a where b like \'%" + b + "%\'", mapper)': None,
    'jdbc.query("select * from " + b, mapper)': None,
    'jdbc.query("select * from a where x = ? and b = " + b, mapper, x)': None,
}


@pytest.mark.parametrize("call", SQL)
def test_values_are_bound(call: str) -> None:
    fields = "    private JdbcTemplate jdbc; private JdbcClient jdbcClient; private EntityManager em;\n"
    source = (
        f"@Repository\nclass A {{\n{fields}    Object x(String b, String c) {{\n        return {call};\n    }}\n}}\n"
    )
    text = call[call.index("(") + 1 :]
    marked = text[: text.index(", mapper")] if ", mapper" in text else text[: text.index(")")]
    expected = SQL[call]
    assert fixed(source, marked, intents.BindSql) == (source.replace(call, expected) if expected else None)


@pytest.mark.parametrize(
    ("modifier", "spelled"), [("public ", True), ("", True), ("private ", False), ("static ", False)]
)
def test_transactions_need_a_proxy(modifier: str, spelled: bool) -> None:
    source = f"@Service\nclass A {{\n    {modifier}void x() {{\n        repo.save(a);\n    }}\n}}\n"
    found = fixed(source, "repo.save(a);", intents.WrapInTransaction)
    assert found == (
        source.replace(f"    {modifier}void", f"    @Transactional\n    {modifier}void") if spelled else None
    )
    assert fixed(source.replace("@Service", "@Value"), "repo.save(a);", intents.WrapInTransaction) is None


def test_what_may_be_absent_is_guarded() -> None:
    source = method("Optional<Order> order = orders.findById(id);\n        return use(order);")
    assert fixed(
        source, "Optional<Order> order = orders.findById(id);", intents.GuardNotFound, variable="order", entity="Order"
    ) == (
        source.replace(
            "findById(id);",
            "findById(id);\n        if (order.isEmpty()) {\n"
            '            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "Order not found");\n        }',
        )
    )


@pytest.mark.parametrize(
    ("before", "after", "verb"),
    [
        ('@GetMapping("/x")', '@PostMapping("/x")', "POST"),
        ('@RequestMapping("/x")', '@DeleteMapping("/x")', "DELETE"),
        (
            '@RequestMapping(path = "/x", method = RequestMethod.GET)',
            '@RequestMapping(path = "/x", method = RequestMethod.PUT)',
            "PUT",
        ),
    ],
)
def test_methods_are_changed(before: str, after: str, verb: str) -> None:
    source = f"@RestController\nclass A {{\n    {before}\n    void x() {{ }}\n}}\n"
    assert fixed(source, before, intents.ChangeMethod, method=verb) == source.replace(before, after)


def test_guards_are_copied() -> None:
    source = '@RestController\nclass A {\n\t@GetMapping("/x")\n\tvoid x() { }\n}\n'
    guard = "@PreAuthorize(\"hasRole('ADMIN')\")"
    assert fixed(source, '@GetMapping("/x")', intents.CopyGuard, source=guard, name="PreAuthorize") == source.replace(
        "\tvoid", f"\t{guard}\n\tvoid"
    )


def test_numbers_are_capped() -> None:
    source = "@RestController\nclass A {\n    @GetMapping void x(@RequestParam int limit) { }\n}\n"
    assert fixed(source, "@RequestParam int limit", intents.CapLimit, maximum=50, name="limit") == source.replace(
        "int limit", "@Max(50) int limit"
    )


def test_failures_go_on_and_secrets_are_read() -> None:
    source = method("try {\n            go();\n        } catch (Exception e) {\n            log(e);\n        }", "void")
    assert fixed(source, "log(e);", intents.Rethrow, variable="e") == source.replace(
        "log(e);", "log(e);\n            throw new IllegalStateException(e);"
    )
    source = 'class A {\n    private static final String KEY = "abc";\n    @Value("abc") String other;\n}\n'
    assert fixed(source, '"abc"', intents.ReadFromEnvironment, name="KEY") == source.replace(
        'KEY = "abc"', 'KEY = System.getenv("KEY")'
    )
