"""Spring: what the modules of a project have in common that manifests build together, and what security does by itself."""

import pytest
from tests.harness.engine import read

from persona_lsp.extract.java_builds import of_gradle, of_maven, own_artifact
from persona_lsp.workspace.snapshot import Auth

SECURITY = "<dependency><artifactId>spring-boot-starter-security</artifactId></dependency>"
COMMON = "<dependency><artifactId>common</artifactId></dependency>"
MAIN = "package shop; @SpringBootApplication class Main { }"
CHAIN = """package shop;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
@Configuration class Secured {
    @Bean SecurityFilterChain chain(HttpSecurity http) {
        return http.authorizeHttpRequests(r -> r.anyRequest().authenticated()).build();
    }
}
"""
BOOKS = """package shop;
import org.springframework.web.bind.annotation.*;
@RestController class Books { @GetMapping("/books") String books() { return ""; } }
"""


def pom(name: str, dependencies: str = "", *, more: str = "") -> str:
    return (
        "<project><parent><artifactId>spring-boot-starter-parent</artifactId><version>3.4.0</version></parent>"
        f"<artifactId>{name}</artifactId><dependencies>{dependencies}</dependencies>{more}</project>"
    )


def java(module: str, name: str) -> str:
    return f"{module}/src/main/java/shop/{name}.java"


def callers(files: dict[str, str]) -> dict[str, Auth]:
    found = read({path: text.encode() for path, text in files.items()}).snapshot.endpoints
    return {e.label: e.auth for e in found}


def test_rules_of_a_module_that_is_not_built_with_it_say_nothing() -> None:
    files = {
        "shop/pom.xml": pom("shop", SECURITY),
        java("shop", "Main"): MAIN,
        java("shop", "Secured"): CHAIN,
        "stock/pom.xml": pom("stock"),
        java("stock", "Main"): MAIN,
        java("stock", "Books"): BOOKS,
    }
    assert callers(files) == {"GET /books": Auth.NONE}
    # The module has them as soon as its manifest names the other one.
    files["stock/pom.xml"] = pom("stock", "<dependency><artifactId>shop</artifactId></dependency>")
    assert callers(files) == {"GET /books": Auth.REQUIRED}


def test_a_library_has_the_rules_of_the_only_application_it_is_in() -> None:
    files = {
        "pom.xml": pom("all"),
        "web/pom.xml": pom("books-web"),
        java("web", "Books"): BOOKS,
        "shop/pom.xml": pom("shop", "<dependency><artifactId>books-web</artifactId></dependency>"),
        java("shop", "Main"): MAIN,
        java("shop", "Secured"): CHAIN,
        "shop/src/main/resources/application.properties": "server.servlet.context-path=/shop\n",
        "other/pom.xml": pom("other"),
        java("other", "Main"): MAIN,
        java("other", "Secured"): CHAIN.replace("authenticated()", "permitAll()"),
        "other/src/main/resources/application.properties": "server.servlet.context-path=/other\n",
    }
    assert callers(files) == {"GET /shop/books": Auth.REQUIRED}
    # In two applications with different rules, nobody knows.
    files["other/pom.xml"] = pom("other", "<dependency><artifactId>books-web</artifactId></dependency>")
    assert callers(files) == {"GET /books": Auth.UNKNOWN}


def test_applications_behind_a_gateway_may_be_asked_for_there() -> None:
    gateway = "<dependency><artifactId>spring-cloud-starter-gateway</artifactId></dependency>"
    files = {
        "gate/pom.xml": pom("gate", gateway),
        java("gate", "Main"): MAIN,
        java("gate", "Secured"): CHAIN,
        "stock/pom.xml": pom("stock"),
        java("stock", "Main"): MAIN,
        java("stock", "Books"): BOOKS,
    }
    assert callers(files) == {"GET /books": Auth.UNKNOWN}


@pytest.mark.parametrize(
    ("manifest", "more", "auth"),
    [
        (pom("shop", SECURITY), {}, Auth.REQUIRED),
        (pom("shop", SECURITY.replace("security", "oauth2-resource-server")), {}, Auth.REQUIRED),
        (pom("shop"), {}, Auth.NONE),
        # What only tests have, what is managed and what is commented out is no part of the application.
        (pom("shop", SECURITY.replace("</d", "<scope>test</scope></d")), {}, Auth.NONE),
        (pom("shop", more=f"<dependencyManagement>{SECURITY}</dependencyManagement>"), {}, Auth.NONE),
        (pom("shop", f"<!-- {SECURITY} -->"), {}, Auth.NONE),
        # Somebody may say otherwise, here or in code that is not read.
        (pom("shop", SECURITY + "<dependency><artifactId>kotlin-stdlib</artifactId></dependency>"), {}, Auth.UNKNOWN),
        (pom("shop", SECURITY), {"Open": "import org.springframework.security.web.*; class Open { }"}, Auth.NONE),
        (
            pom("shop", SECURITY),
            {"Open": "import org.springframework.boot.autoconfigure.security.servlet.*; class Open { }"},
            Auth.NONE,
        ),
        (pom("shop", SECURITY), {"Open": '@ImportResource("security.xml") class Open { }'}, Auth.UNKNOWN),
        # Somebody adds to a chain that is put together in XML.
        (pom("shop"), {"Entry": f"import {'org.springframework.security.web.authentication'}.AuthenticationFilter; class Entry {{ }}"}, Auth.UNKNOWN),
        # Security of methods leaves the chain as it is.
        (
            pom("shop", SECURITY),
            {"Checked": f"import {'org.springframework.security.config.annotation.method'}.configuration.*; class Checked {{ }}"},
            Auth.REQUIRED,
        ),
    ],
)  # fmt: skip
def test_spring_security_lets_nobody_in_by_itself(manifest: str, more: dict[str, str], auth: Auth) -> None:
    files = {"pom.xml": manifest, "src/main/java/shop/Main.java": MAIN, "src/main/java/shop/Books.java": BOOKS}
    files |= {f"src/main/java/shop/{name}.java": f"package shop; {text}" for name, text in more.items()}
    assert callers(files) == {"GET /books": auth}


@pytest.mark.parametrize(
    "settings", ["security.basic.enabled=false", "spring.autoconfigure.exclude=x.SecurityAutoConfiguration"]
)
def test_settings_may_switch_security_off(settings: str) -> None:
    files = {
        "pom.xml": pom("shop", SECURITY),
        "src/main/java/shop/Main.java": MAIN,
        "src/main/java/shop/Books.java": BOOKS,
        "src/main/resources/application.properties": settings,
    }
    assert callers(files) == {"GET /books": Auth.NONE}


GRADLE = """
dependencies {
    implementation project(":common")
    implementation(projects.bookStock)
    implementation("org.springframework.boot:spring-boot-starter-security:3.4.0")
    implementation libs.spring.boot.starter.web
    // implementation("org.example:gone:1")
    testImplementation("org.springframework.security:spring-security-test")
}
"""


def test_scripts_of_gradle_name_projects_and_packages() -> None:
    assert [(name, kind) for name, kind, _, _ in of_gradle(GRADLE)] == [
        ("common", "project"), ("book-stock", "project"), ("spring-boot-starter-security", "*"),
        ("spring-boot-starter-web", "*"),
    ]  # fmt: skip
    assert [name for name, *_ in of_gradle('plugins { kotlin("jvm") }')] == ["kotlin"]


def test_a_project_of_gradle_that_nobody_knows_leaves_it_open_what_is_built_together() -> None:
    files = {
        "shop/build.gradle": "dependencies { }",
        java("shop", "Main"): MAIN,
        java("shop", "Secured"): CHAIN,
        "more/build.gradle": "dependencies { }",
        java("more", "Secured"): CHAIN,
        "stock/build.gradle": 'dependencies {\n    implementation project(":common")\n}\n',
        java("stock", "Main"): MAIN,
        java("stock", "Books"): BOOKS,
        "common/build.gradle": "",
    }
    assert callers(files) == {"GET /books": Auth.NONE}
    files["stock/build.gradle"] = files["stock/build.gradle"].replace("common", "shop-common")
    assert callers(files) == {"GET /books": Auth.UNKNOWN}


def test_a_manifest_of_maven_tells_its_name_and_its_parts() -> None:
    text = pom("shop", COMMON + "<dependency><artifactId>${project.name}-api</artifactId></dependency>")
    assert own_artifact(text) == "shop"
    assert [(name, kind) for name, kind, _, _ in of_maven(text)] == [
        ("spring-boot-starter-parent", "parent"), ("common", "*"), ("${project.name}-api", "project"),
    ]  # fmt: skip
    assert all(text[start:end] == name for name, _, start, end in of_maven(text))


WEB = """package shop;
@Configuration class Web implements WebMvcConfigurer {
    @Override public void configurePathMatch(PathMatchConfigurer configurer) {
        configurer.addPathPrefix(Paths.PREFIX, HandlerTypePredicate.forAnnotation(RestController.class));
    }
}
class Paths { static final String PREFIX = "/api"; }
"""
PROPERTIES = """package shop;
import org.springframework.boot.context.properties.ConfigurationProperties;
@ConfigurationProperties(prefix = "shop.web")
public class ShopProperties {
    private Api staff = new Api("/staff", "**.staff.**");
    private Api app = new Api("/app", "**.app.**");
    @Data @AllArgsConstructor public static class Api {
        private String prefix;
        private String packages;
    }
}
"""
REGISTRATIONS = """package shop;
@AutoConfiguration class Web {
    @Bean public WebMvcRegistrations registrations(ShopProperties properties) {
        return new WebMvcRegistrations() {
            @Override public RequestMappingHandlerMapping getRequestMappingHandlerMapping() {
                RequestMappingHandlerMapping mapping = new RequestMappingHandlerMapping();
                mapping.setPathPrefixes(prefixes(properties));
                return mapping;
            }
            private Map<String, Predicate<Class<?>>> prefixes(ShopProperties properties) {
                Map<String, Predicate<Class<?>>> all = new LinkedHashMap<>();
                put(all, properties.getStaff());
                put(all, properties.getApp());
                return all;
            }
            private void put(Map<String, Predicate<Class<?>>> all, ShopProperties.Api api) {
                all.put(api.getPrefix(), c -> c.isAnnotationPresent(RestController.class)
                    && MATCHER.match(api.getPackages(), c.getPackage().getName()));
            }
        };
    }
}
"""


def test_prefixes_of_the_code_hold_for_what_it_is_built_with() -> None:
    files = {
        "web/pom.xml": pom("web"),
        java("web", "Web"): WEB,
        "shop/pom.xml": pom("shop", "<dependency><artifactId>web</artifactId></dependency>"),
        java("shop", "Main"): MAIN,
        java("shop", "Books"): BOOKS,
        "stock/pom.xml": pom("stock"),
        java("stock", "Main"): MAIN,
        java("stock", "Shelves"): BOOKS.replace("books", "shelves"),
    }
    assert sorted(callers(files)) == ["GET /api/books", "GET /shelves"]
    # A library that nothing here starts brings with it what it is built with.
    del files[java("shop", "Main")]
    assert sorted(callers(files)) == ["GET /api/books", "GET /shelves"]


@pytest.mark.parametrize(
    ("settings", "staff"), [("", "/staff"), ("shop.web.staff.prefix=/back-office\n", "/back-office")]
)
def test_prefixes_by_package_are_read_through_settings_and_what_they_begin_with(settings: str, staff: str) -> None:
    files = {
        "web/pom.xml": pom("web"),
        java("web", "Web"): REGISTRATIONS,
        java("web", "ShopProperties"): PROPERTIES,
        "shop/pom.xml": pom("shop", "<dependency><artifactId>web</artifactId></dependency>"),
        java("shop", "Main"): MAIN,
        "shop/src/main/resources/application.properties": f"{settings}server.port=80\n",
        java("shop", "staff/Books"): BOOKS.replace("package shop", "package shop.staff.books"),
        java("shop", "app/Books"): BOOKS.replace("package shop", "package shop.app.books"),
        java("shop", "Books"): BOOKS.replace("/books", "/others"),
    }
    assert sorted(callers(files)) == sorted(["GET /app/books", "GET /others", f"GET {staff}/books"])
