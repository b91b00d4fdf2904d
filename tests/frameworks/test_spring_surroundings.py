"""Spring: configurations for some surroundings, answers of the project's own, and headers that have to be brought."""

import pytest
from tests.harness.engine import read

from persona_lsp.workspace.snapshot import Auth, Endpoint

CHAIN = """package shop;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
@Configuration %s
class %s {
    @Bean SecurityFilterChain chain(HttpSecurity http) {
        return http.authorizeHttpRequests(r -> r.requestMatchers("/tags").permitAll().anyRequest().%s()).build();
    }
}
"""
BOOKS = """package shop;
import org.springframework.web.bind.annotation.*;
@RestController
class Books {
    @GetMapping("/tags") String tags() { return ""; }
    @GetMapping("/books") String books() { return ""; }
}
"""
JAVA = "src/main/java/shop/"


def served(**files: str) -> dict[str, Endpoint]:
    found = read({f"{JAVA}{name}.java": source.encode() for name, source in files.items()}).snapshot.endpoints
    return {e.label: e for e in found}


@pytest.mark.parametrize(
    "above",
    [
        '@Profile("!dev")', '@Profile({"!dev", "!test"})', '@Profile("!dev & !test")', '@Profile("prod | staging")',
        '@Profile("!(dev | local)")', '@ConditionalOnProperty(name = "shop.secure", matchIfMissing = true)',
    ],
)  # fmt: skip
def test_what_holds_where_users_are_served_is_the_configuration(above: str) -> None:
    """Whatever developers are let do beside it says nothing."""
    found = served(
        Books=BOOKS,
        Users=CHAIN % (above, "Users", "authenticated"),
        Dev=CHAIN % ('@Profile("dev")', "Dev", "permitAll"),
    )
    assert {k: e.auth for k, e in found.items()} == {"GET /tags": Auth.NONE, "GET /books": Auth.REQUIRED}


@pytest.mark.parametrize("above", ['@Profile("dev")', '@Profile("!prod")', '@Profile("dev & staging")'])
@pytest.mark.parametrize("rest", ["permitAll", "authenticated"])
def test_what_is_for_developers_alone_tells_nothing(above: str, rest: str) -> None:
    found = served(Books=BOOKS, Dev=CHAIN % (above, "Dev", rest))
    assert {e.auth for e in found.values()} == {Auth.UNKNOWN}


@pytest.mark.parametrize(
    "above",
    ['@Profile("staging")', "@Profile(NAME)", '@Profile("!(dev")', '@ConditionalOnProperty("shop.secure")'],
)
def test_what_may_hold_opens_nothing(above: str) -> None:
    found = served(Books=BOOKS, Some=CHAIN % (above, "Some", "authenticated"))
    assert found["GET /tags"].auth is Auth.UNKNOWN


ANSWERS = """package shop;
import org.springframework.web.bind.annotation.*;
%s
@RestController
class Books {
    @GetMapping("/books") public Response books() { return %s; }
    %s
}
"""


@pytest.mark.parametrize(
    ("imported", "made", "nested", "expected"),
    [
        ("", "new Response(1)", "record Response(int count) {}", (200,)),
        ("import shop.web.Response;", "Response.of(1)", "", (200,)),
        ("", "Response.of(1)", "", (200,)),
        ("import jakarta.ws.rs.core.Response;", "Response.noContent().build()", "", (204,)),
        ("import javax.ws.rs.core.*;", "Response.noContent().build()", "", (204,)),
        ("import javax.ws.rs.core.*;", "new Response(1)", "static class Response {}", (200,)),
    ],
)
def test_a_response_of_the_project_is_sent_as_it_is(
    imported: str, made: str, nested: str, expected: tuple[int, ...]
) -> None:
    (found,) = served(Books=ANSWERS % (imported, made, nested)).values()
    assert found.success == expected


OPEN = CHAIN % ("", "Users", "permitAll")


@pytest.mark.parametrize(
    ("header", "body", "expected"),
    [
        ('@RequestHeader("Authorization") String token', 'return "";', Auth.REQUIRED),
        ("@RequestHeader(HttpHeaders.AUTHORIZATION) String token", 'return "";', Auth.REQUIRED),
        ("@RequestHeader String authorization", 'return "";', Auth.REQUIRED),
        ('@RequestHeader(value = "Authorization", required = false) String token', 'return "";', Auth.OPTIONAL),
        ('@RequestHeader(name = "Authorization", defaultValue = "") String token', 'return "";', Auth.OPTIONAL),
        ('@RequestHeader("Authorization") Optional<String> token', 'return "";', Auth.OPTIONAL),
        (
            '@RequestHeader(value = "Authorization", required = false) String token',
            'if (token == null) { throw new ResponseStatusException(HttpStatus.UNAUTHORIZED); } return "";',
            Auth.UNKNOWN,
        ),
        (
            '@RequestHeader(value = "Authorization", required = false) String token',
            "return known(token);",
            Auth.UNKNOWN,
        ),
        ('@RequestHeader("X-Trace") String trace', 'return "";', Auth.NONE),
    ],
)  # fmt: skip
@pytest.mark.parametrize("rules", [{}, {"Users": OPEN}])
def test_a_header_that_has_to_be_brought(header: str, body: str, expected: Auth, rules: dict[str, str]) -> None:
    source = f"""package shop;
@RestController
class Books {{
    @GetMapping("/books") String books({header}) {{ {body} }}
    private String known(String token) {{ throw new ResponseStatusException(HttpStatus.UNAUTHORIZED); }}
}}
"""
    (found,) = served(Books=source, **rules).values()
    assert found.auth is expected
