"""Spring: builders of answers that are imported by name."""

import pytest
from tests.harness.engine import read

NAMED = "import static org.springframework.http.ResponseEntity.created;\n"
STAR = "import static org.springframework.web.servlet.function.ServerResponse.*;\n"
OTHER = "import static shop.Answers.*;\n"


def statuses(imports: str, body: str, more: str = "") -> tuple[int, ...]:
    source = f"""
    import org.springframework.http.ResponseEntity;
    {imports}
    @RestController class A {{
        @PostMapping("/orders") Mono<ResponseEntity<Void>> add(@RequestBody Order order) {{ return {body}; }}
        {more}
    }}
    """
    (found,) = read({"src/main/java/shop/A.java": source.encode()}).snapshot.endpoints
    return found.statuses


@pytest.mark.parametrize(
    ("imports", "body", "expected"),
    [
        (NAMED, "orders.save(order).map(saved -> created(uri(saved)).build())", (201,)),
        (STAR, "orders.save(order).map(saved -> noContent().build())", (204,)),
        (STAR, "orders.save(order).map(saved -> status(HttpStatus.ACCEPTED).build())", (202,)),
        (OTHER, "orders.save(order).map(saved -> created(uri(saved)).build())", ()),
        ("", "orders.save(order).map(saved -> created(uri(saved)).build())", ()),
    ],
)
def test_a_builder_by_its_name(imports: str, body: str, expected: tuple[int, ...]) -> None:
    assert statuses(imports, body) == expected


def test_a_method_of_the_class_goes_before_what_is_imported() -> None:
    assert (
        statuses(STAR, "ok(order)", "private Mono<ResponseEntity<Void>> ok(Order order) { return made(order); }") == ()
    )
