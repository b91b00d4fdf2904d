"""Spring Data REST: the endpoints of repositories, by convention."""

import pytest
from tests.harness.engine import read

from persona_lsp.frameworks.spring.data_rest import plural
from persona_lsp.workspace.snapshot import Auth, Endpoint

POM = """<project>
  <parent><artifactId>spring-boot-starter-parent</artifactId><version>{boot}</version></parent>
  <dependencies><dependency><artifactId>{artifact}</artifactId></dependency></dependencies>
</project>"""
IMPORTS = """package app;
import org.springframework.data.repository.*;
import org.springframework.data.rest.core.annotation.*;
"""


def served(
    repository: str,
    *,
    artifact: str = "spring-boot-starter-data-rest",
    boot: str = "3.2.0",
    settings: str = "",
    **more: str,
) -> dict[str, Endpoint]:
    """The endpoints of a back end with that repository, by label."""
    files = {
        "pom.xml": POM.format(artifact=artifact, boot=boot),
        "src/main/resources/application.properties": settings,
        "src/main/java/app/Orders.java": IMPORTS + repository,
        **{f"src/main/java/app/{name}.java": text for name, text in more.items()},
    }
    found = read({path: text.encode() for path, text in files.items()}).snapshot.endpoints
    return {e.label: e for e in found if e.path_known}


PUBLIC = "public interface Orders extends CrudRepository<Order, Long> { }"
EVERY = [
    "DELETE /orders/{id}",
    "GET /orders",
    "GET /orders/{id}",
    "PATCH /orders/{id}",
    "POST /orders",
    "PUT /orders/{id}",
]


def test_a_repository_is_served_below_the_plural_of_its_entity() -> None:
    found = served(PUBLIC)
    assert sorted(found) == EVERY
    assert all(e.route.derived for e in found.values())
    assert {label: e.success for label, e in found.items() if e.success} == {
        "DELETE /orders/{id}": (204,), "GET /orders": (200,), "GET /orders/{id}": (200,), "POST /orders": (201,),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("repository", "more"),
    [
        (PUBLIC, {"artifact": "spring-boot-starter-data-jpa"}),
        (PUBLIC.removeprefix("public "), {}),
        ("@RepositoryRestResource(exported = false)\n" + PUBLIC, {}),
        ("@NoRepositoryBean\n" + PUBLIC, {}),
        (PUBLIC, {"settings": "spring.data.rest.detection-strategy=annotated\n"}),
        ("public interface Orders extends ReactiveCrudRepository<Order, Long> { }", {}),
        ("public interface Orders extends CrudRepository<Staff, Long> { }", {}),
    ],
)
def test_what_is_not_exported_or_has_no_plain_plural_serves_nothing(repository: str, more: dict[str, str]) -> None:
    assert served(repository, **more) == {}


def test_an_annotation_exports_a_repository_and_names_its_path() -> None:
    own = '@RepositoryRestResource(path = "buys", collectionResourceRel = "orders")\ninterface Orders extends CrudRepository<Order, Long> { }'
    found = served(
        own, artifact="spring-boot-starter-data-jpa", settings="spring.data.rest.detection-strategy=annotated\n"
    )
    assert {e.path for e in found.values()} == {"/buys", "/buys/{id}"}
    alone = '@RepositoryRestResource(collectionResourceRel = "buys")\n' + PUBLIC
    assert {e.path for e in served(alone).values()} == {"/orders", "/orders/{id}"}


def test_methods_that_are_not_exported_take_their_endpoints_away() -> None:
    found = served(
        "public interface Orders extends CrudRepository<Order, Long> {\n"
        "  @Override @RestResource(exported = false) <S extends Order> S save(S order);\n"
        "  @Override @RestResource(exported = false) void deleteById(Long id);\n}"
    )
    assert sorted(found) == ["GET /orders", "GET /orders/{id}"]


def test_queries_are_searches() -> None:
    found = served(
        "public interface Orders extends CrudRepository<Order, Long> {\n"
        '  List<Order> findByName(@Param("name") String name);\n'
        '  @RestResource(path = "late") List<Order> findByLateTrue();\n'
        "  @RestResource(exported = false) List<Order> findBySecret(String secret);\n"
        "  @Modifying void dropOld();\n"
        "  default Order first() { return findAll().iterator().next(); }\n}"
    )
    assert sorted(set(found) - set(EVERY)) == ["GET /orders/search/findByName", "GET /orders/search/late"]


@pytest.mark.parametrize("boot", ["2.7.0", "3.2.0"])
def test_a_repository_that_pages_saves_before_spring_boot_3_alone(boot: str) -> None:
    found = served("public interface Orders extends PagingAndSortingRepository<Order, Long> { }", boot=boot)
    assert sorted(found) == (EVERY if boot < "3" else ["GET /orders"])


CONFIGURES = (
    "package app;\nimport org.springframework.data.rest.core.config.RepositoryRestConfiguration;\n"
    "class Rest implements RepositoryRestConfigurer {\n"
    "  public void configureRepositoryRestConfiguration(RepositoryRestConfiguration config) { %s }\n}"
)


@pytest.mark.parametrize(
    ("settings", "code", "paths"),
    [
        ("spring.data.rest.base-path=/api\n", "", {"/api/orders", "/api/orders/{id}"}),
        ("spring.data.rest.basePath=api\n", "", {"/api/orders", "/api/orders/{id}"}),
        (
            "server.servlet.context-path=/shop\nspring.data.rest.base-path=/api\n", "",
            {"/shop/api/orders", "/shop/api/orders/{id}"},
        ),
        ("", 'config.setBasePath("/v1");', {"/v1/orders", "/v1/orders/{id}"}),
        ("", "config.setBasePath(settings.base());", set()),
        ("", "config.disableDefaultExposure();", set()),
    ],
)  # fmt: skip
def test_what_stands_before_all_repositories(settings: str, code: str, paths: set[str]) -> None:
    assert {e.path for e in served(PUBLIC, settings=settings, Rest=CONFIGURES % code).values()} == paths


def test_controllers_may_be_aware_of_it() -> None:
    aware = (
        "package app;\nimport org.springframework.data.rest.webmvc.*;\nimport org.springframework.web.bind.annotation.*;\n"
        "@RepositoryRestController class Pay {\n"
        '  @PostMapping("/orders/{id}/pay") ResponseEntity<Void> pay() { return ResponseEntity.ok().build(); }\n}'
    )
    found = served("", settings="spring.data.rest.base-path=/api\n", Pay=aware)
    assert list(found) == ["POST /api/orders/{id}/pay"]


def test_rules_by_url_and_annotations_hold_for_repositories() -> None:
    security = (
        "package app;\nimport org.springframework.security.config.annotation.web.builders.HttpSecurity;\n"
        "class Security { SecurityFilterChain chain(HttpSecurity http) {\n"
        '  http.authorizeHttpRequests(r -> r.requestMatchers(HttpMethod.GET, "/orders/**").permitAll().anyRequest().authenticated()); } }'
    )
    found = served(PUBLIC, Security=security)
    assert {label for label, e in found.items() if e.auth is Auth.NONE} == {"GET /orders", "GET /orders/{id}"}
    assert {e.auth for label, e in found.items() if not label.startswith("GET")} == {Auth.REQUIRED}
    guarded = PUBLIC.replace("{ }", "{ @Override @PreAuthorize(\"hasRole('ADMIN')\") void deleteById(Long id); }")
    assert [label for label, e in served(guarded).items() if e.auth is Auth.REQUIRED] == ["DELETE /orders/{id}"]


@pytest.mark.parametrize(
    ("entity", "many"),
    [
        ("Order", "orders"), ("OrderItem", "orderItems"), ("Person", "persons"), ("Category", "categories"),
        ("Day", "days"), ("Box", "boxes"), ("Branch", "branches"), ("Address", "addresses"), ("Menu", "menus"),
        # Not the same in all versions of the inflector, or no plain plural.
        ("ShopCategory", ""), ("Child", ""), ("News", ""), ("Photo", ""), ("Shelf", ""), ("Woman", ""), ("Order2", ""),
    ],
)  # fmt: skip
def test_plurals(entity: str, many: str) -> None:
    assert plural(entity) == many
