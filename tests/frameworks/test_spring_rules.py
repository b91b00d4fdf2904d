"""Spring: what rules by URL are told of paths: several matchers at once, constants of other files, rules elsewhere."""

import pytest
from tests.harness.engine import read

from persona_lsp.workspace.snapshot import Auth

CONTROLLERS = """package shop;
@RestController
class A {
    @GetMapping("/api/orders") void list() { }
    @PostMapping("/api/orders") void create() { }
    @GetMapping("/admin/users") void admin() { }
    @GetMapping("/health") void health() { }
}
"""
PATHS = """package shop.config;
public class Paths {
    public static final String API = "/api";
    public static final String[] OPEN = { "/health", API + "/orders" };
    public static final String FROM_SETTINGS = System.getenv("X");
}
"""
CHAIN = """
    @Bean SecurityFilterChain chain(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(r -> r%s.anyRequest().authenticated()).build();
    }
"""


def auth(body: str, **more: str) -> dict[str, Auth]:
    config = f"package shop;\nimport shop.config.Paths;\nimport static shop.config.Paths.*;\n@Configuration class Security {{ {body} }}\n"
    sources = {"A": CONTROLLERS, "Security": config, "config/Paths": PATHS, **more}
    files = {f"src/main/java/shop/{name}.java": text.encode() for name, text in sources.items()}
    return {e.label: e.auth for e in read(files).snapshot.endpoints}


def opened(body: str, **more: str) -> list[str]:
    return sorted(label for label, one in auth(body, **more).items() if one is Auth.NONE)


@pytest.mark.parametrize(
    ("matcher", "expected"),
    [
        ('antMatcher(HttpMethod.GET, "/api/**"), antMatcher(HttpMethod.POST, "/health")', ["GET /api/orders"]),
        ('new AntPathRequestMatcher("/api/**", "POST"), new AntPathRequestMatcher("/health")', ["GET /health", "POST /api/orders"]),
        ("OPEN", ["GET /api/orders", "GET /health", "POST /api/orders"]),
        ("Paths.OPEN", ["GET /api/orders", "GET /health", "POST /api/orders"]),
        ('HttpMethod.POST, API + "/**"', ["POST /api/orders"]),
        ("PUBLIC.stream().map(p -> antMatcher(HttpMethod.GET, p)).toArray(RequestMatcher[]::new)", ["GET /api/orders", "GET /health"]),
    ],
)  # fmt: skip
def test_a_matcher_of_several_parts_or_of_constants(matcher: str, expected: list[str]) -> None:
    lists = 'private static final List<String> PUBLIC = List.of(API + "/**", "/health");'
    assert opened(lists + CHAIN % f".requestMatchers({matcher}).permitAll()") == expected


def test_matchers_of_webflux() -> None:
    body = """
    @Bean SecurityWebFilterChain chain(ServerHttpSecurity http) {
        return http.authorizeExchange(r -> r
            .matchers(
                ServerWebExchangeMatchers.pathMatchers(HttpMethod.GET, API + "/**"),
                ServerWebExchangeMatchers.pathMatchers(HttpMethod.POST, "/health"))
            .permitAll().pathMatchers("/health").permitAll().anyExchange().authenticated()).build();
    }
    """
    assert opened(body) == ["GET /api/orders", "GET /health"]


@pytest.mark.parametrize("unknown", ["FROM_SETTINGS", "MISSING", "settings.getOpen()"])
def test_what_cannot_be_told_is_unknown_for_its_methods_alone(unknown: str) -> None:
    found = auth(CHAIN % f".requestMatchers(HttpMethod.GET, {unknown}).permitAll()")
    assert found["GET /admin/users"] is Auth.UNKNOWN
    assert found["POST /api/orders"] is Auth.REQUIRED


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ('hasAnyRole("USER", "ANONYMOUS")', Auth.NONE),
        ('hasAnyAuthority("ROLE_ANONYMOUS", "READ")', Auth.NONE),
        ('hasAnyRole("USER", "ADMIN")', Auth.REQUIRED),
    ],
)
def test_strangers_have_a_role_of_their_own(rule: str, expected: Auth) -> None:
    assert auth(CHAIN % f'.requestMatchers("/health").{rule}')["GET /health"] is expected


def test_whatever_is_denied_to_all_says_nothing_of_the_rest() -> None:
    found = auth(CHAIN % '.requestMatchers(settings.getClosed()).denyAll().requestMatchers("/health").permitAll()')
    assert found["GET /health"] is Auth.NONE
    assert found["POST /api/orders"] is Auth.REQUIRED


RULES = """
    private static void rules(AuthorizeHttpRequestsConfigurer<HttpSecurity>.Registry auth) {
        auth.requestMatchers("/health").permitAll().anyRequest().authenticated();
    }
    @Bean SecurityFilterChain chain(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(%s).build();
    }
"""


@pytest.mark.parametrize("reference", ["Security::rules", "this::rules"])
def test_rules_in_a_method_that_is_referred_to(reference: str) -> None:
    found = auth(RULES % reference)
    assert found["GET /health"] is Auth.NONE
    assert found["POST /api/orders"] is Auth.REQUIRED


def test_rules_in_a_method_of_another_class_are_unknown() -> None:
    assert set(auth(RULES % "Elsewhere::rules").values()) == {Auth.UNKNOWN}


TWO = """
    @Bean @Order(%s) SecurityFilterChain first(HttpSecurity http) throws Exception {
        return http.%s.authorizeHttpRequests(r -> r.anyRequest().hasRole("API")).build();
    }
    @Bean @Order(2) SecurityFilterChain rest(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(r -> r.requestMatchers("/health").permitAll().anyRequest().authenticated()).build();
    }
"""


@pytest.mark.parametrize(
    "matcher",
    [
        'securityMatcher(request -> request.getHeader("X-API-KEY") != null)',
        "securityMatchers(m -> m.requestMatchers(Requests::bringToken))",
    ],
)
def test_a_chain_for_those_who_bring_a_credential_is_none_for_strangers(matcher: str) -> None:
    assert opened(TWO % ("Integer.MIN_VALUE", matcher)) == ["GET /health"]


@pytest.mark.parametrize(
    "matcher",
    [
        "securityMatcher(request -> request.isSecure())",
        "securityMatcher(new Inside())",
        'securityMatcher(request -> request.getHeader("X-API-KEY") == null)',
        "securityMatcher(request -> !Requests.bringToken(request))",
    ],
)
def test_a_chain_for_requests_that_nobody_can_tell_leaves_all_unknown(matcher: str) -> None:
    assert set(auth(TWO % ("1", matcher)).values()) == {Auth.UNKNOWN}


SETTINGS = """package shop.config;
@Data
@ConfigurationProperties(prefix = "shop.security")
public class Settings {
    private String[] openUrls;
    private List<String> closedUrls;
}
"""
BOUND = {
    "a list": "shop:\n  security:\n    open-urls:\n      - /health # for probes\n      - /api/**\n",
    "a list that is not indented": "shop:\n  security:\n    openUrls:\n    - /health\n    - '/api/**'\n",
    "a text with commas": "shop.security:\n  open_urls: /health, /api/**\n",
    "a setting among them": "paths:\n  api: /api/**\nshop:\n  security:\n    open-urls:\n      - /health\n      - ${paths.api}\n",
}
HELD = """
    private final Settings settings;
    @Bean SecurityFilterChain chain(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(r -> {
            %s
            r.anyRequest().authenticated();
        }).build();
    }
"""


def with_settings(body: str, settings: str, **more: str) -> dict[str, Auth]:
    config = f"package shop;\nimport shop.config.Settings;\n@Configuration class Security {{ {HELD % body} }}\n"
    sources = {"A": CONTROLLERS, "Security": config, "config/Settings": SETTINGS}
    files = {f"src/main/java/shop/{name}.java": text.encode() for name, text in sources.items()}
    files |= {"src/main/resources/application.yml": settings.encode()}
    files |= {f"src/main/resources/application-{name}.yml": text.encode() for name, text in more.items()}
    return {e.label: e.auth for e in read(files).snapshot.endpoints}


@pytest.mark.parametrize("settings", BOUND.values(), ids=BOUND.keys())
@pytest.mark.parametrize(
    "body",
    [
        "r.requestMatchers(settings.getOpenUrls()).permitAll();",
        "r.requestMatchers(this.settings.getOpenUrls()).permitAll();",
        "String[] urls = settings.getOpenUrls(); if (ArrayUtil.isNotEmpty(urls)) { r.requestMatchers(urls).permitAll(); }",
        "for (String url : settings.getOpenUrls()) { r.requestMatchers(url).permitAll(); }",
    ],
)
def test_paths_that_settings_hold(settings: str, body: str) -> None:
    found = with_settings(body, settings)
    assert sorted(label for label, one in found.items() if one is Auth.NONE) == [
        "GET /api/orders", "GET /health", "POST /api/orders",
    ]  # fmt: skip
    assert found["GET /admin/users"] is Auth.REQUIRED


@pytest.mark.parametrize(
    "body",
    [
        "r.requestMatchers(settings.getClosedUrls()).permitAll();",
        "if (settings.isLax()) { r.requestMatchers(settings.getOpenUrls()).permitAll(); }",
        "r.requestMatchers(elsewhere.getOpenUrls()).permitAll();",
    ],
)
def test_paths_that_no_setting_tells_are_unknown(body: str) -> None:
    assert with_settings(body, BOUND["a list"])["GET /health"] is Auth.UNKNOWN


ACTIVE = {
    "active": ("spring:\n  profiles:\n    active: dev\n", True),
    "active unless the surroundings say another": ("spring:\n  profiles:\n    active: ${PROFILE:dev}\n", True),
    "one of several": ("spring:\n  profiles:\n    active: db,dev\n", True),
    "the default one": ("spring.profiles:\n  default: dev\n", True),
    "of a group": ("spring:\n  profiles:\n    group:\n      all:\n      - db\n      - dev\n    active: all\n", True),
    "included": ("spring:\n  profiles:\n    include: dev\n", True),
    "another": ("spring:\n  profiles:\n    active: prod\n", False),
    "none": ("shop:\n  name: x\n", False),
    "what a build puts in": ("spring:\n  profiles:\n    active: @profile@\n", False),
}


@pytest.mark.parametrize(("base", "holds"), ACTIVE.values(), ids=ACTIVE.keys())
def test_settings_of_the_profile_that_is_active(base: str, holds: bool) -> None:
    files = {
        "src/main/java/shop/A.java": CONTROLLERS.encode(),
        "src/main/resources/application.yml": base.encode(),
        "src/main/resources/application-dev.yml": b"server:\n  servlet:\n    context-path: /shop\n",
    }
    paths = {e.path for e in read(files).snapshot.endpoints}
    assert ("/shop/health" in paths) is holds
    assert ("/health" in paths) is not holds
