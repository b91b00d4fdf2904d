"""Spring: which endpoints a back end serves, what they take and answer, and whom they let in."""

import pytest
from tests.harness.engine import read

from persona_lsp.facts.http import GuardKind, In, Route
from persona_lsp.frameworks.api import Extracted
from persona_lsp.frameworks.spring.framework import FRAMEWORK
from persona_lsp.rules import registry
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.syntax.parse import parse
from persona_lsp.workspace.snapshot import Auth, Endpoint

WEB = "import org.springframework.web.bind.annotation.*;\n"


def extracted(source: str) -> Extracted:
    module = parse("src/main/java/app/A.java", source.encode(), LANGUAGES["java"]).module
    assert FRAMEWORK.detects(module)
    return FRAMEWORK.extract(module)


def route(source: str) -> Route:
    routes = extracted(source).routes
    assert len(routes) == 1
    return routes[0]


def endpoints(**files: str) -> dict[str, Endpoint]:
    """Endpoints by label; `Name="…"` is a Java file of package app, `application="…"` the properties."""
    sources = {}
    for name, text in files.items():
        if name == "application":
            sources["src/main/resources/application.properties"] = text.encode()
        else:
            sources[f"src/main/java/app/{name}.java"] = f"package app;\n{WEB}{text}".encode()
    return {e.label: e for e in read(sources).snapshot.endpoints}


def labels(**files: str) -> list[str]:
    return sorted(endpoints(**files))


# -- routes ----------------------------------------------------------------------------------------------------------


def test_class_mapping_times_method_mapping() -> None:
    assert labels(
        A='''
        @RestController
        @RequestMapping(path = "orders/")
        class A {
            @GetMapping List<Order> list() { return all; }
            @GetMapping("/{id}") Order show(@PathVariable Long id) { return one; }
            @PostMapping(value = "{id}/pay") void pay(@PathVariable Long id) { }
            @RequestMapping(path = "{id}", method = RequestMethod.DELETE) void delete(@PathVariable Long id) { }
            @RequestMapping("/any") String any() { return ""; }
            @PatchMapping void patch() { }
            @PutMapping void put() { }
            void helper() { }
        }
        '''
    ) == [
        "ANY /orders/any", "DELETE /orders/{id}", "GET /orders", "GET /orders/{id}", "PATCH /orders",
        "POST /orders/{id}/pay", "PUT /orders",
    ]  # fmt: skip


def test_lists_of_paths_and_methods_multiply() -> None:
    assert labels(
        A="""
        @RestController
        @RequestMapping({"/v1", "/v2"})
        class A {
            @RequestMapping(path = {"/a", "b"}, method = {RequestMethod.GET, POST}) String both() { return ""; }
        }
        """
    ) == [f"{m} /{v}/{p}" for m in ("GET", "POST") for v in ("v1", "v2") for p in ("a", "b")]


def test_methods_of_the_class_add_to_those_of_the_method() -> None:
    assert labels(
        A='@RestController @RequestMapping(path = "/a", method = GET) class A { @RequestMapping("/x") void x() { } }'
    ) == ["GET /a/x"]


def test_constants_of_the_class_of_others_and_of_static_imports() -> None:
    assert labels(
        Paths="""
        public final class Paths {
            public static final String V1 = "/v1";
            public static final String ORDERS = V1 + "/orders";
            public interface Admin { String ROOT = "/admin"; }
        }
        """,
        Shared='public interface Shared { String INHERITED = "/inherited"; }',
        A="""
        import static app.Paths.ORDERS;
        @RestController
        @RequestMapping(Paths.V1 + "/a")
        class A implements Shared {
            private static final String ID = "/{" + "id}";
            @GetMapping(ID) void own() { }
            @GetMapping(ORDERS) void imported() { }
            @GetMapping(Paths.Admin.ROOT) void nested() { }
            @GetMapping(INHERITED) void inherited() { }
        }
        """,
    ) == ["GET /v1/a/admin", "GET /v1/a/inherited", "GET /v1/a/v1/orders", "GET /v1/a/{id}"]


def test_static_wildcard_imports() -> None:
    assert labels(
        Paths='public final class Paths { public static final String USERS = "/users"; }',
        A="import static app.Paths.*;\n@RestController class A { @GetMapping(USERS) void list() { } }",
    ) == ["GET /users"]


def test_placeholders_are_read_from_the_configuration() -> None:
    source = '@RestController @RequestMapping("${api.prefix:/api}/x") class A { @GetMapping("${y}") void y() { } }'
    assert labels(A=source, application="y=/why\n") == ["GET /api/x/why"]
    assert labels(A=source, application="y=/why\napi.prefix=/v9\n") == ["GET /v9/x/why"]
    unknown = endpoints(A='@RestController class A { @GetMapping("${nobody.knows}/z") void z() { } }')
    assert [e.path_known for e in unknown.values()] == [False]


def test_the_context_path_stands_before_everything() -> None:
    source = '@RestController class A { @GetMapping("/x") void x() { } }'
    assert labels(A=source, application="server.servlet.context-path=/shop\n") == ["GET /shop/x"]


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ("server.servlet.contextPath=/shop", "/shop/x"),
        ("server.servlet.context-path=/shop\nspring.mvc.servlet.path=/api", "/shop/api/x"),
        ("spring.webflux.base-path=/flux", "/flux/x"),
        ("quarkus.http.root-path=/", "/x"),
        # Spring Boot 1 called it so; later versions read nothing of it.
        ("server.context-path=/shop", "/x"),
    ],
)
def test_settings_that_stand_before_everything(settings: str, path: str) -> None:
    source = '@RestController class A { @GetMapping("/x") void x() { } }'
    assert labels(A=source, application=f"{settings}\n") == [f"GET {path}"]


def test_the_context_path_of_spring_boot_1() -> None:
    pom = """<project><parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId>
    <version>1.5.22.RELEASE</version></parent></project>"""
    sources = {
        "pom.xml": pom.encode(),
        "src/main/resources/application.properties": b"server.context-path=/shop\n",
        "src/main/java/app/A.java": f'package app;\n{WEB}@RestController class A {{ @GetMapping("/x") void x() {{ }} }}'.encode(),
    }
    assert [e.label for e in read(sources).snapshot.endpoints] == ["GET /shop/x"]


def test_what_stands_before_all_resources_of_quarkus() -> None:
    source = 'import jakarta.ws.rs.*;\n@Path("/a") public class A { @GET public String x() { return ""; } }'
    assert labels(A=source, application="quarkus.http.root-path=/root\nquarkus.rest.path=/api\n") == ["GET /root/api/a"]


def test_a_controller_serves_the_interface_of_an_exchange() -> None:
    found = endpoints(
        UserApi="""
        @HttpExchange("/users") public interface UserApi {
            @GetExchange("/{id}") User find(@PathVariable Long id);
            @HttpExchange(method = "DELETE", url = "/{id}") void drop(@PathVariable Long id);
        }
        """,
        Users="@RestController public class Users implements UserApi { public User find(Long id) { return null; } "
        "public void drop(Long id) { } }",
    )
    assert {label: e.handler.key for label, e in found.items()} == {
        "GET /users/{id}": "Users.find", "DELETE /users/{id}": "Users.drop",
    }  # fmt: skip


def test_what_is_not_constant_is_not_known() -> None:
    found = endpoints(A='@RestController class A { @GetMapping(Unknown.PATH + "/x") void x() { } }')
    assert [e.path_known for e in found.values()] == [False]


def test_mappings_are_inherited_from_interfaces() -> None:
    found = endpoints(
        OrdersApi="""
        @RequestMapping("/orders")
        public interface OrdersApi {
            @GetMapping("/{id}") Order show(@PathVariable("id") Long id);
            @PostMapping @ResponseStatus(HttpStatus.CREATED) Order create(@RequestBody OrderRequest order);
        }
        """,
        OrdersController="""
        @RestController
        public class OrdersController implements OrdersApi {
            @Override public Order show(Long id) { return service.find(id); }
            @Override @PreAuthorize("hasRole('ADMIN')") public Order create(OrderRequest order) { return service.add(order); }
        }
        """,
    )
    assert sorted(found) == ["GET /orders/{id}", "POST /orders"]
    assert found["GET /orders/{id}"].handler.key == "OrdersController.show"
    assert found["POST /orders"].success == (201,)
    assert found["POST /orders"].auth is Auth.REQUIRED


def test_mappings_are_inherited_from_generic_base_classes() -> None:
    assert labels(
        CrudController='''
        public abstract class CrudController<T, ID> {
            @GetMapping("/{id}") public T show(@PathVariable ID id) { return null; }
            @DeleteMapping("/{id}") public void delete(@PathVariable ID id) { }
        }
        ''',
        UserController='''
        @RestController @RequestMapping("/users")
        public class UserController extends CrudController<User, Long> {
            @GetMapping public List<User> list() { return null; }
            @Override @DeleteMapping("/{id}/now") public void delete(Long id) { }
        }
        ''',
        TagController='@RestController @RequestMapping("/tags") public class TagController extends CrudController<Tag, Long> { }',
    ) == [
        "DELETE /tags/{id}", "DELETE /users/{id}/now", "GET /tags/{id}", "GET /users", "GET /users/{id}",
    ]  # fmt: skip


def test_the_prefix_of_a_base_class_holds_for_those_without_one() -> None:
    assert labels(
        Base='@RequestMapping("/api") public abstract class Base { }',
        A='@RestController public class A extends Base { @GetMapping("/a") void a() { } }',
        B='@RestController @RequestMapping("/own") public class B extends Base { @GetMapping("/b") void b() { } }',
    ) == ["GET /api/a", "GET /own/b"]


def test_annotations_of_the_project_carry_those_of_spring() -> None:
    assert labels(
        ApiController='@RestController @RequestMapping("/api") public @interface ApiController { }',
        A='@ApiController public class A { @GetMapping("/a") void a() { } }',
    ) == ["GET /api/a"]


@pytest.mark.parametrize(
    ("alias", "given", "path"),
    [
        ('@AliasFor(attribute = "path", annotation = RequestMapping.class)', '("/orders")', "/orders/a"),
        ("@AliasFor(annotation = RequestMapping.class)", '("orders/")', "/orders/a"),
        ('@AliasFor(attribute = "path", annotation = RequestMapping.class)', "(Paths.ORDERS)", "/orders/a"),
        ('@AliasFor(attribute = "path", annotation = RequestMapping.class)', '(value = {"/orders"})', "/orders/a"),
        ('@AliasFor(attribute = "path", annotation = RequestMapping.class)', "", "/api/a"),
        # A name of the bean is no path.
        ("@AliasFor(annotation = RestController.class)", '("orders")', "/api/a"),
        ("", '("orders")', "/api/a"),
    ],
)
def test_attributes_of_an_annotation_of_the_project_stand_for_the_path(alias: str, given: str, path: str) -> None:
    assert labels(
        Paths='public class Paths { public static final String ORDERS = "/orders"; }',
        RestApi=f'@RestController @RequestMapping("/api") public @interface RestApi {{ {alias} String[] value() default {{}}; }}',
        A=f'@RestApi{given} public class A {{ @GetMapping("/a") void a() {{ }} }}',
    ) == [f"GET {path}"]


def test_clients_are_no_endpoints_and_graphql_has_its_own() -> None:
    assert labels(
        Client='@FeignClient("users") public interface Client { @GetMapping("/users/{id}") User find(@PathVariable Long id); }',
        Exchange='@HttpExchange("/users") public interface Exchange { @GetExchange("/{id}") User find(@PathVariable Long id); }',
        Fetcher="@DgsComponent public class Fetcher { @DgsQuery public User user(String id) { return null; } }",
        Queries="@Controller public class Queries { @QueryMapping public User user(String id) { return null; } }",
        Advice="@RestControllerAdvice public class Advice { @ExceptionHandler(X.class) void x() { } }",
    ) == ["GRAPHQL Query.user"]


def test_pages_are_told_from_answers() -> None:
    found = extracted(
        WEB
        + """
        @Controller
        class A {
            @GetMapping("/page") String page(Model model) { return "page"; }
            @GetMapping("/body") @ResponseBody String body() { return "x"; }
            @GetMapping("/entity") ResponseEntity<String> entity() { return null; }
        }
        """
    )
    assert [r.html for r in found.routes] == [True, False, False]


def test_where_a_route_is_shown() -> None:
    source = WEB + '@RestController\nclass A {\n    @GetMapping("/x")\n    void x() { }\n}\n'
    found = route(source)
    text = source.encode()
    assert text[found.where.start : found.where.end] == b'@GetMapping("/x")'
    assert found.path_where is not None
    assert text[found.path_where.start : found.path_where.end] == b'"/x"'
    assert found.method_where is not None
    assert text[found.method_where.start : found.method_where.end] == b"GetMapping"
    assert (found.handler_key, found.handler_name) == ("A.x", "A.x")


def test_overloads_have_keys_of_their_own() -> None:
    found = extracted(
        WEB + '@RestController class A { @GetMapping("/a") void x() { } @GetMapping("/b") void x(int a) { } }'
    )
    assert [r.handler_key for r in found.routes] == ["A.x", "A.x#1"]


def test_variants_of_a_route() -> None:
    found = route(
        WEB + '@RestController class A { @GetMapping(path = "/x", params = {"a", "b"}, produces = JSON) void x() { } }'
    )
    assert found.variants == ('params="a"', 'params="b"', "produces=JSON")


# -- functional routes -----------------------------------------------------------------------------------------------


def test_router_functions_and_their_nests() -> None:
    source = """
    import static org.springframework.web.servlet.function.RouterFunctions.route;
    @Configuration
    class Routes {
        @Bean
        RouterFunction<ServerResponse> orders(OrderHandler handler) {
            return route()
                .path("/orders", builder -> builder
                    .GET("/{id}", accept(JSON), handler::show)
                    .nest(accept(JSON), inner -> inner.POST("", handler::create)))
                .DELETE("/all", request -> ServerResponse.noContent().build())
                .build();
        }

        @Bean
        RouterFunction<ServerResponse> old(OrderHandler handler) {
            return nest(path("/v1"), route(GET("/a"), handler::show).andRoute(PUT("/b").and(accept(JSON)), handler::create));
        }
    }
    """
    handler = """
    class OrderHandler {
        ServerResponse show(ServerRequest request) { return ServerResponse.ok().body(1); }
        ServerResponse create(ServerRequest request) { return ServerResponse.status(201).build(); }
    }
    """
    found = endpoints(Routes=source, OrderHandler=handler)
    assert sorted(found) == ["DELETE /all", "GET /orders/{id}", "GET /v1/a", "POST /orders", "PUT /v1/b"]
    assert found["GET /orders/{id}"].handler.key == "OrderHandler.show"
    assert found["POST /orders"].success == (201,)
    assert found["DELETE /all"].success == (204,)


# -- inputs ----------------------------------------------------------------------------------------------------------


def test_declared_inputs() -> None:
    found = route(
        WEB
        + """
        @RestController
        class A {
            @PostMapping("/x/{id}")
            Order x(@PathVariable("id") Long orderId, @RequestParam(defaultValue = "20") @Max(100) int limit,
                    @RequestParam(required = false) String q, @RequestParam Optional<String> tag,
                    @RequestHeader("X-Key") String key, @CookieValue String session, @RequestPart MultipartFile file,
                    @Valid @RequestBody OrderRequest order, Principal principal, Pageable pageable, String plain) { }
        }
        """
    )
    assert [(p.place, p.name, p.required, p.default) for p in found.params] == [
        (In.PATH, "id", True, None),
        (In.QUERY, "limit", False, "20"),
        (In.QUERY, "q", False, None),
        (In.QUERY, "tag", False, None),
        (In.HEADER, "X-Key", True, None),
        (In.COOKIE, "session", True, None),
        (In.FILE, "file", True, None),
        (In.QUERY, "page", False, "0"),
        (In.QUERY, "size", False, "20"),
        (In.QUERY, "sort", False, None),
        (In.QUERY, "plain", False, None),
    ]
    limit = found.params[1].constraint
    assert limit is not None
    assert limit.maximum == 100
    assert found.body is not None
    assert (found.body.type, found.body.local, found.body.validated, found.body.untyped) == (
        "OrderRequest", "order", True, False,
    )  # fmt: skip
    assert not found.unknown_params


@pytest.mark.parametrize(
    ("declared", "untyped", "validated"),
    [
        ("OrderRequest order", False, False),
        ("@Validated OrderRequest order", False, True),
        ("Map<String, Object> order", True, False),
        ("JsonNode order", True, False),
        ("List<OrderRequest> order", False, None),
        ("String order", False, None),
    ],
)
def test_bodies(declared: str, untyped: bool, validated: bool | None) -> None:
    found = route(WEB + f"@RestController class A {{ @PostMapping void x(@RequestBody {declared}) {{ }} }}")
    assert found.body is not None
    assert (found.body.untyped, found.body.validated) == (untyped, validated)


def test_raw_requests_and_query_objects_may_read_more() -> None:
    for parameter in ("HttpServletRequest request", "OrderFilter filter", "@RequestParam Map<String, String> all"):
        assert route(WEB + f"@RestController class A {{ @GetMapping void x({parameter}) {{ }} }}").unknown_params


# -- answers ---------------------------------------------------------------------------------------------------------

ANSWERS = {
    "Order x() { return service.find(); }": (200,),
    "void x() { service.go(); }": (200,),
    "@ResponseStatus(HttpStatus.CREATED) Order x() { return service.add(); }": (201,),
    "@ResponseStatus(code = NO_CONTENT) void x() { service.go(); }": (204,),
    "ResponseEntity<Order> x() { return ResponseEntity.ok(service.find()); }": (200,),
    "ResponseEntity<Order> x() { return ResponseEntity.ok().header(A, b).body(o); }": (200,),
    "ResponseEntity<Order> x() { return ResponseEntity.created(uri).body(o); }": (201,),
    "ResponseEntity<Order> x() { return ResponseEntity.status(HttpStatus.ACCEPTED).body(o); }": (202,),
    "ResponseEntity<Order> x() { return ResponseEntity.status(201).build(); }": (201,),
    "ResponseEntity<Order> x() { return new ResponseEntity<>(o, headers, HttpStatus.CREATED); }": (201,),
    "ResponseEntity<Order> x() { return new ResponseEntity(HttpStatus.NO_CONTENT); }": (204,),
    "ResponseEntity<?> x() { if (a) { return ResponseEntity.notFound().build(); } return ResponseEntity.ok(a); }": (
        200,
        404,
    ),
    "ResponseEntity<?> x() { return find().map(o -> ResponseEntity.ok(o)).orElse(ResponseEntity.notFound().build()); }": (
        200,
        404,
    ),
    "ResponseEntity<?> x() { return find().map(ResponseEntity::ok).orElseGet(() -> ResponseEntity.notFound().build()); }": (
        200,
        404,
    ),
    "Mono<ResponseEntity<Order>> x() { return find().map(o -> ResponseEntity.status(201).body(o)); }": (201,),
    "ResponseEntity<Order> x() { return service.answer(); }": (),
    "ResponseEntity<Order> x() { return ResponseEntity.of(find()); }": (200,),
    "ResponseEntity<Order> x() { return ResponseUtil.wrapOrNotFound(service.find()); }": (200,),
    "ResponseEntity<Order> x() { return Answers.made(service.find()); }": (202, 400),
    "ResponseEntity<Order> x() { return own(); }\nprivate ResponseEntity<Order> own() { return ResponseEntity.ok(1); }": (
        200,
    ),
    "Mono<Void> x() { return service.drop(); }": (200,),
    'Order x() { throw new ResponseStatusException(HttpStatus.CONFLICT, "taken"); }': (409,),
    "Order x() { return find().orElseThrow(() -> new ResponseStatusException(NOT_FOUND)); }": (200, 404),
    "Order x() { return find().orElseThrow(MissingException::new); }": (200, 410),
}


@pytest.mark.parametrize("method", ANSWERS)
def test_statuses(method: str) -> None:
    found = endpoints(
        A=f"import org.springframework.http.*;\n@RestController class A {{ @GetMapping {method} }}",
        Answers="""
            import org.springframework.http.*;
            class Answers {
                static ResponseEntity<Order> made(Order o) {
                    if (o == null) { return ResponseEntity.badRequest().build(); }
                    return ResponseEntity.accepted().body(o);
                }
            }
        """,
        MissingException="@ResponseStatus(HttpStatus.GONE) public class MissingException extends RuntimeException { }",
    )
    assert [e.statuses for e in found.values()] == [ANSWERS[method]]


@pytest.mark.parametrize(
    "body",
    [
        "{ return answer(orders.find(id)); }",
        "{ return orders.find(id).map(this::answer).orElseThrow(() -> new ResponseStatusException(NOT_FOUND)); }",
        "{ return orders.find(id).map(o -> { o.seen(); return answer(o); }).get(); }",
    ],
)
def test_a_method_beside_the_handler_makes_the_answer(body: str) -> None:
    found = endpoints(
        A=f"""
        import org.springframework.http.*;
        @RestController class A {{
            @GetMapping("/{{id}}") ResponseEntity<Object> read(@PathVariable long id) {body}
            private ResponseEntity<Object> answer(Order order) {{ return ResponseEntity.accepted().body(order); }}
        }}
        """
    )
    assert [e.success for e in found.values()] == [(202,)]


def test_exceptions_of_the_project_are_mapped_by_advice() -> None:
    found = endpoints(
        Errors="""
        @RestControllerAdvice
        class Errors {
            @ExceptionHandler({NotThereException.class, GoneException.class})
            ResponseEntity<Problem> missing(RuntimeException e) { return ResponseEntity.status(HttpStatus.NOT_FOUND).body(p); }
            @ExceptionHandler @ResponseStatus(CONFLICT)
            Problem taken(TakenException e) { return p; }
            @ExceptionHandler(OtherException.class)
            ProblemDetail other(OtherException e) { return ProblemDetail.forStatus(422); }
        }
        """,
        A="""
        @RestController
        class A {
            @GetMapping("/a") Order a() { throw new NotThereException(); }
            @GetMapping("/b") Order b() { throw new TakenException("x"); }
            @GetMapping("/c") Order c() { throw new OtherException("x"); }
            @GetMapping("/d") Order d() { throw new UnmappedException("x"); }
        }
        """,
    )
    assert [e.statuses[-1:] for e in found.values()] == [(404,), (409,), (422,), ()]


def test_exceptions_that_carry_their_status() -> None:
    classes = extracted(
        """
        import org.springframework.web.server.ResponseStatusException;
        class TakenException extends ResponseStatusException { TakenException() { super(HttpStatus.CONFLICT, "taken"); } }
        @ResponseStatus(value = HttpStatus.NOT_FOUND) class GoneException extends RuntimeException { }
        class PlainException extends RuntimeException { }
        """
    ).classes
    assert [(c.name, c.kind, c.status) for c in classes] == [
        ("TakenException", "exception", 409),
        ("GoneException", "exception", 404),
        ("PlainException", "exception", None),
    ]


THROWS = '@RestController class A { @GetMapping("/a") Order a() { throw new NotThereException(); } }'
ADVICE = "@RestControllerAdvice class Errors { %s }"


@pytest.mark.parametrize(
    ("handler", "found"),
    [
        ("@ExceptionHandler(NotThereException.class) ResponseEntity<Object> x(NotThereException e) { return answer(HttpStatus.NOT_FOUND, e); } ResponseEntity<Object> answer(HttpStatus s, Exception e) { return ResponseEntity.status(s).body(e.getMessage()); }", (404,)),
        ("@ExceptionHandler(NotThereException.class) ResponseEntity<Object> x(NotThereException e) { return this.answer(e.found() ? HttpStatus.GONE : HttpStatus.NOT_FOUND); } ResponseEntity<Object> answer(HttpStatus s) { return null; }", ()),
        # The nearest base that somebody speaks of decides.
        ("@ExceptionHandler(ShopException.class) @ResponseStatus(CONFLICT) Problem x(ShopException e) { return p; }", (409,)),
        ("@ExceptionHandler(RuntimeException.class) @ResponseStatus(CONFLICT) Problem x(RuntimeException e) { return p; }", ()),
    ],
)  # fmt: skip
def test_ways_in_which_advice_answers_for_failures(handler: str, found: tuple[int, ...]) -> None:
    (endpoint,) = endpoints(
        A=THROWS,
        Errors=ADVICE % handler,
        NotThereException="class NotThereException extends AbsentException { }",
        AbsentException="class AbsentException extends ShopException { }",
        ShopException="class ShopException extends RuntimeException { }",
    ).values()
    assert endpoint.statuses == found


@pytest.mark.parametrize(
    ("constructor", "found"),
    [
        ('NotThereException() { super(HttpStatus.NOT_FOUND, "none"); }', (404,)),
        ("NotThereException(HttpStatus status) { super(status); }", ()),
        ('NotThereException() { super(404, "none"); }', ()),
    ],
)
def test_a_failure_of_the_project_may_carry_its_status(constructor: str, found: tuple[int, ...]) -> None:
    own = f"class NotThereException extends ShopException {{ {constructor} }}"
    assert [e.statuses for e in endpoints(A=THROWS, NotThereException=own).values()] == [found]


def test_mappers_of_jersey_answer_for_failures() -> None:
    resource = """
    import javax.ws.rs.*;
    @Path("/a") public class A { @GET public Order a() { throw new NotThereException(); } }
    """
    mapper = """
    import javax.ws.rs.ext.*;
    @Provider public class Missing implements ExceptionMapper<NotThereException> {
        public Response toResponse(NotThereException e) { return %s; }
    }
    """
    for answer, found in (
        ("Response.status(Response.Status.NOT_FOUND).entity(e.getMessage()).build()", (404,)),
        ("Response.serverError().build()", (500,)),
        ("Response.status(e.code()).build()", ()),
    ):
        assert [e.statuses for e in endpoints(A=resource, Missing=mapper % answer).values()] == [found]


# -- guards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("annotation", "kind", "allows_all"),
    [
        ("@PreAuthorize(\"hasRole('ADMIN')\")", GuardKind.ROLE, False),
        ('@PreAuthorize("isAuthenticated()")', GuardKind.AUTHN, False),
        ('@PreAuthorize("permitAll()")', GuardKind.AUTHN, True),
        ('@PreAuthorize("@policy.mayRead(#id)")', GuardKind.AUTHZ, False),
        ('@Secured({"ROLE_A", "ROLE_B"})', GuardKind.ROLE, False),
        ('@RolesAllowed("ADMIN")', GuardKind.ROLE, False),
        ("@PermitAll", GuardKind.AUTHN, True),
        ('@RateLimiter(name = "x")', GuardKind.RATE_LIMIT, False),
        ("@RequireLogin", GuardKind.UNKNOWN, False),
        ("@Authenticated", GuardKind.AUTHN, False),
        # An annotation that a class of the project holds: what it says stands there.
        ("@Answers.Authenticated", GuardKind.UNKNOWN, False),
    ],
)
def test_annotations_that_guard(annotation: str, kind: GuardKind, allows_all: bool) -> None:
    found = route(WEB + f"@RestController class A {{ @GetMapping {annotation} void x() {{ }} }}")
    assert [(g.kind, g.allows_all, g.source) for g in found.guards] == [(kind, allows_all, annotation)]


CONTROLLERS = """
@RestController
class A {
    @GetMapping("/api/orders") void list() { }
    @PostMapping("/api/orders") void create() { }
    @GetMapping("/admin/users") void admin() { }
    @GetMapping("/health") void health() { }
    @GetMapping("/elsewhere") void elsewhere() { }
}
"""


def auth(rules: str) -> dict[str, Auth]:
    config = f"""
    import org.springframework.security.config.annotation.web.builders.HttpSecurity;
    @Configuration class SecurityConfig {{ {rules} }}
    """
    return {label: e.auth for label, e in endpoints(A=CONTROLLERS, SecurityConfig=config).items()}


def test_rules_are_tried_in_order() -> None:
    found = auth(
        """
        private static final String[] OPEN = {"/health", "/docs/**"};
        @Bean SecurityFilterChain chain(HttpSecurity http) throws Exception {
            http.csrf(c -> c.disable()).authorizeHttpRequests(r -> r
                .requestMatchers(OPEN).permitAll()
                .requestMatchers(HttpMethod.GET, "/api/**").permitAll()
                .requestMatchers("/admin/**").hasRole("ADMIN")
                .anyRequest().authenticated());
            return http.build();
        }
        """
    )
    assert found == {
        "GET /api/orders": Auth.NONE, "POST /api/orders": Auth.REQUIRED, "GET /admin/users": Auth.REQUIRED,
        "GET /health": Auth.NONE, "GET /elsewhere": Auth.REQUIRED,
    }  # fmt: skip


@pytest.mark.parametrize(
    "matcher",
    [
        'requestMatchers(RegexRequestMatcher.regexMatcher(HttpMethod.GET, "/api/.*"))',
        'requestMatchers(new RegexRequestMatcher("^/(api|docs)/.*$", "GET"))',
        'regexMatchers(HttpMethod.GET, "/api/o[a-z]+")',
        'requestMatchers(new AntPathRequestMatcher("/api/**", "GET"))',
        'requestMatchers(PathPatternRequestMatcher.withDefaults().matcher(HttpMethod.GET, "/api/**"))',
        'requestMatchers(mvc.pattern(HttpMethod.GET, "/api/**"))',
    ],
)
def test_matchers_of_several_kinds(matcher: str) -> None:
    rules = """
        @Bean SecurityFilterChain chain(HttpSecurity http, MvcRequestMatcher.Builder mvc) {
            return http.authorizeHttpRequests(r -> r.%s.permitAll().anyRequest().authenticated()).build();
        }
        @Bean WebSecurityCustomizer ignored() { return web -> web.ignoring().requestMatchers("/health"); }
    """
    found = auth(rules % matcher)
    assert [label for label, one in sorted(found.items()) if one is Auth.NONE] == ["GET /api/orders", "GET /health"]


def test_an_expression_that_cannot_be_used_leaves_the_rest_unknown() -> None:
    rules = """
        @Bean SecurityFilterChain chain(HttpSecurity http) {
            return http.authorizeRequests().regexMatchers("/api/(").permitAll().anyRequest().authenticated().and().build();
        }
    """
    assert auth(rules)["GET /elsewhere"] is Auth.UNKNOWN


def test_rules_may_stand_in_a_function_of_the_same_class() -> None:
    found = auth(
        """
        @Bean SecurityWebFilterChain chain(ServerHttpSecurity http, Rules rules, AuthenticationWebFilter filter) {
            return rules.apply(http.authorizeExchange()).and().addFilterAt(filter, AUTHENTICATION).build();
        }
        @Bean Rules rules() {
            return http -> http.pathMatchers(HttpMethod.GET, "/api/**").permitAll()
                .pathMatchers("/health").permitAll().anyExchange().authenticated();
        }
        """
    )
    assert found == {
        "GET /api/orders": Auth.NONE, "POST /api/orders": Auth.REQUIRED, "GET /admin/users": Auth.REQUIRED,
        "GET /health": Auth.NONE, "GET /elsewhere": Auth.REQUIRED,
    }  # fmt: skip


def test_an_annotation_of_the_project_may_let_nobody_in_particular_pass() -> None:
    source = """
    import jakarta.ws.rs.*;
    @Path("/orders") public class Orders {
        @GET @Secured(optional = true) public Response list() { return Response.ok().build(); }
        @POST @Secured({Role.USER}) public Response add() { return Response.ok().build(); }
        @PUT @LoginRequired(required = false) public Response put() { return Response.ok().build(); }
    }
    """
    found = {label: e.auth for label, e in endpoints(A=source).items()}
    assert found == {"GET /orders": Auth.OPTIONAL, "POST /orders": Auth.REQUIRED, "PUT /orders": Auth.OPTIONAL}


@pytest.mark.parametrize(
    ("above", "body", "expected"),
    [
        (
            "@Provider",
            "if (!method.isAnnotationPresent(PermitAll.class)) { abort(Status.UNAUTHORIZED); }",
            Auth.REQUIRED,
        ),
        ("@Provider", "abort(Status.UNAUTHORIZED);", Auth.UNKNOWN),
        ("@Provider", "log(request);", Auth.NONE),
        ("@Provider @Secured", "abort(Status.UNAUTHORIZED);", Auth.NONE),
    ],
)
def test_a_filter_before_all_resources(above: str, body: str, expected: Auth) -> None:
    resources = """
    import jakarta.ws.rs.*;
    @Path("/orders") public class Orders {
        @GET public Response list() { return Response.ok().build(); }
        @POST @PermitAll public Response add() { return Response.ok().build(); }
    }
    """
    filtered = f"{above} public class RequestFilter implements ContainerRequestFilter {{ public void filter(ContainerRequestContext c) {{ {body} }} }}"  # fmt: skip
    found = {label: e.auth for label, e in endpoints(A=resources, RequestFilter=filtered).items()}
    assert found == {"GET /orders": expected, "POST /orders": Auth.NONE}


def test_annotations_of_the_project_demand_what_those_that_they_carry_demand() -> None:
    def annotation(name: str, carries: str) -> str:
        return f"@Target(ElementType.METHOD) {carries} public @interface {name} {{ }}"

    found = endpoints(
        AdminOnly=annotation("AdminOnly", '@PreAuthorize("hasRole(1)")'),
        ForBosses=annotation("ForBosses", "@AdminOnly"),
        Open=annotation("Open", "@PermitAll"),
        Logged=annotation("Logged", "@Timed"),
        AuthTime=annotation("AuthTime", "@Timed"),
        A="""@RestController public class A {
            @AdminOnly @GetMapping("/admin") void admin() { }
            @ForBosses @GetMapping("/bosses") void bosses() { }
            @Open @GetMapping("/open") void open() { }
            @Logged @GetMapping("/logged") void logged() { }
            @AuthTime @GetMapping("/time") void time() { }
        }""",
    )
    assert {label: e.auth for label, e in found.items()} == {
        "GET /admin": Auth.REQUIRED, "GET /bosses": Auth.REQUIRED, "GET /open": Auth.NONE, "GET /logged": Auth.NONE,
        "GET /time": Auth.UNKNOWN,
    }  # fmt: skip
    assert [g.name for g in found["GET /logged"].guards] == []


def test_what_a_base_class_demands_holds_for_those_that_derive_from_it() -> None:
    found = endpoints(
        Base="@PreAuthorize(\"hasRole('ADMIN')\") public abstract class Base { }",
        A='@RestController public class A extends Base { @GetMapping("/a") void a() { } }',
        B='@PreAuthorize("isAuthenticated()") @RestController public class B { @GetMapping("/b") void b() { } }',
    )
    assert {label: e.auth for label, e in found.items()} == {"GET /a": Auth.REQUIRED, "GET /b": Auth.REQUIRED}
    assert [g.name for g in found["GET /b"].guards] == ["PreAuthorize"]


def test_the_older_spelling_of_rules() -> None:
    found = auth(
        """
        @Override protected void configure(HttpSecurity http) throws Exception {
            http.formLogin().permitAll().and().authorizeRequests().antMatchers("/health", "/elsewhere").permitAll()
                .antMatchers(HttpMethod.POST).access("hasRole('X')").antMatchers("/admin/**").denyAll().and().httpBasic();
        }
        @Override public void configure(WebSecurity web) { web.ignoring().antMatchers("/admin/**"); }
        """
    )
    assert found == {
        "GET /api/orders": Auth.NONE, "POST /api/orders": Auth.REQUIRED, "GET /admin/users": Auth.NONE,
        "GET /health": Auth.NONE, "GET /elsewhere": Auth.NONE,
    }  # fmt: skip


def test_rules_that_cannot_be_read_leave_everything_after_them_unknown() -> None:
    found = auth(
        """
        @Bean SecurityFilterChain chain(HttpSecurity http) throws Exception {
            http.authorizeHttpRequests(r -> {
                r.requestMatchers("/health").permitAll();
                for (String url : properties.getOpen()) { r.requestMatchers(url).permitAll(); }
                r.anyRequest().authenticated();
            });
            return http.build();
        }
        """
    )
    assert found["GET /health"] is Auth.NONE
    assert found["POST /api/orders"] is Auth.UNKNOWN


def test_a_chain_is_limited_to_its_matcher() -> None:
    found = auth(
        """
        @Bean @Order(1) SecurityFilterChain api(HttpSecurity http) throws Exception {
            return http.securityMatcher("/api/**").authorizeHttpRequests(r -> r.anyRequest().authenticated()).build();
        }
        @Bean @Order(2) SecurityFilterChain rest(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(r -> r.anyRequest().permitAll()).build();
        }
        """
    )
    assert found["GET /api/orders"] is Auth.REQUIRED
    assert found["GET /elsewhere"] is Auth.NONE


def test_one_segment_may_hold_several_variables() -> None:
    method = '@GetMapping("/files/{name:.+}.{extension}") byte[] x(@PathVariable String name, @PathVariable("extension") String e) { }'
    found = endpoints(A=f"@RestController class A {{ {method} }}")
    (endpoint,) = found.values()
    assert endpoint.path == "/files/{name}.{extension}"
    assert endpoint.path_params == ("name", "extension")
    assert [(p.name, p.place, p.local) for p in endpoint.params] == [
        ("name", In.PATH, "name"), ("extension", In.PATH, "e"),
    ]  # fmt: skip


# -- Jersey, CORS ----------------------------------------------------------------------------------------------------


def test_jersey_resources() -> None:
    assert labels(
        Config='import javax.ws.rs.ApplicationPath;\n@ApplicationPath("/api") class Config extends ResourceConfig { }',
        Orders="""
        import javax.ws.rs.*;
        @Path("/v1/orders") @Component
        public class Orders {
            @GET @Path("{id}") public Order show(@PathParam("id") Long id) { return null; }
            @POST public Response create(OrderRequest order) { return Response.status(201).entity(order).build(); }
        }
        """,
    ) == ["GET /api/v1/orders/{id}", "POST /api/v1/orders"]


def test_what_is_answered_later_has_no_status_of_its_own() -> None:
    found = endpoints(
        Orders="""
        import jakarta.ws.rs.*;
        @Path("/orders")
        public class Orders {
            @GET public void all(@Suspended AsyncResponse answer) { jobs.run(() -> answer.resume(orders.all())); }
            @DELETE public void drop() { orders.clear(); }
        }
        """
    )
    assert {label: e.success for label, e in found.items()} == {"GET /orders": (), "DELETE /orders": (204,)}


RESOURCE = """
import javax.ws.rs.*;
@Path("/orders")
public interface OrderResource extends Tagged<Integer> {
    @GET @RolesAllowed("clerk") List<Order> list();
    @GET @Path("{id}") Order show(@PathParam("id") int id);
    @GET @Path("{id}/{part}") Order show(@PathParam("id") int id, @PathParam("part") String part);
}
"""
TAGGED = """
import javax.ws.rs.*;
public interface Tagged<T> { @POST @Path("{id}/tags") void tag(@PathParam("id") T id, int tag); }
"""
SERVICE = """
@Component public class OrderService extends Base implements OrderResource {
    @Override public List<Order> list() { return all; }
    @Override public Order show(int id) { return orders.read(id); }
    @Override public Order show(int id, String part) { throw new WebApplicationException(409); }
    @Override public void tag(Integer id, int tag) { }
}
"""


def test_an_interface_of_jersey_is_served_by_the_class_that_implements_it() -> None:
    found = endpoints(OrderResource=RESOURCE, Tagged=TAGGED, OrderService=SERVICE)
    assert {label: e.handler.key for label, e in found.items()} == {
        "GET /orders": "OrderService.list", "GET /orders/{id}": "OrderService.show",
        "GET /orders/{id}/{part}": "OrderService.show#1", "POST /orders/{id}/tags": "OrderService.tag",
    }  # fmt: skip
    assert (found["GET /orders"].auth, found["GET /orders/{id}"].auth) == (Auth.REQUIRED, Auth.NONE)
    assert found["POST /orders/{id}/tags"].success == (204,)


def test_an_interface_of_jersey_that_nobody_or_many_implement_serves_nothing() -> None:
    assert labels(OrderResource=RESOURCE, Tagged=TAGGED) == []
    other = SERVICE.replace("OrderService", "Other")
    assert labels(OrderResource=RESOURCE, Tagged=TAGGED, OrderService=SERVICE, Other=other) == []
    # A resource by itself takes the routes over, once.
    own = SERVICE.replace("@Component", 'import javax.ws.rs.*; @Path("/own")')
    assert "GET /own/{id}" in labels(OrderResource=RESOURCE, Tagged=TAGGED, OrderService=own)
    assert "GET /orders/{id}" not in labels(OrderResource=RESOURCE, Tagged=TAGGED, OrderService=own)


@pytest.mark.parametrize(
    ("code", "anything", "credentials", "effect"),
    [
        ('registry.addMapping("/**").allowedOrigins("*").allowCredentials(true);', True, True, "fails"),
        ('registry.addMapping("/**").allowedOriginPatterns("*").allowCredentials(true);', True, True, "reflects"),
        ('registry.addMapping("/**").allowedOrigins(origins).allowCredentials(true);', None, True, "fails"),
        ('registry.addMapping("/**").allowedOrigins("https://a.example");', False, False, "fails"),
        ('CorsConfiguration c = new CorsConfiguration(); c.setAllowedOrigins(List.of("*"));', True, False, "fails"),
    ],
)
def test_cors(code: str, anything: bool | None, credentials: bool | None, effect: str) -> None:
    found = extracted(
        "import org.springframework.web.servlet.config.annotation.*;\n"
        f"class Web implements WebMvcConfigurer {{ public void addCorsMappings(CorsRegistry registry) {{ {code} }} }}"
    )
    assert [(c.origins_any, c.credentials, c.effect) for c in found.cors] == [(anything, credentials, effect)]


def test_cross_origin_annotations() -> None:
    found = extracted(WEB + '@CrossOrigin(originPatterns = "*", allowCredentials = "true") @RestController class A { }')
    assert [(c.origins_any, c.credentials, c.effect) for c in found.cors] == [(True, True, "reflects")]


# -- the rest --------------------------------------------------------------------------------------------------------


def test_what_documentation_says() -> None:
    doc = route(
        WEB
        + """
        @Tag(name = "Orders") @RestController
        class A {
            @Operation(summary = "Show", operationId = "showOrder", deprecated = true)
            @ApiResponses({@ApiResponse(responseCode = "404", description = "None")})
            @GetMapping Order x() { return null; }
        }
        """
    )
    assert (doc.doc.summary, doc.doc.operation_id, doc.doc.deprecated, doc.doc.tags) == (
        "Show",
        "showOrder",
        True,
        ("Orders",),
    )
    assert [(d.status, d.documented_only) for d in doc.declared] == [(200, False), (404, True)]
    javadoc = route(
        WEB
        + "@RestController class A { /** Shows one. And more. @return it */ @GetMapping Order x() { return null; } }"
    )
    assert javadoc.doc.summary == "Shows one"


def test_every_prefix_of_a_controller_is_read() -> None:
    source = (
        b"import org.springframework.web.bind.annotation.*;\n"
        b'@RestController @RequestMapping({"/a", B.C + "/d"}) class A {\n'
        b'  @GetMapping("/x/{id}") @PreAuthorize("x") ResponseEntity<?> x(@PathVariable Long id) {\n'
        b"    return find(id).map(ResponseEntity::ok).orElseThrow(() -> new X(id));\n  }\n"
        b'  void configure(HttpSecurity http) { http.antMatchers("/x").permitAll(); }\n}\n'
    )
    for end in range(len(source)):
        read({"src/main/java/app/A.java": source[:end]})


def test_interceptors_and_filters_leave_it_unknown_who_is_let_in() -> None:
    source = '@RestController class A { @GetMapping("/x") void x() { } }'
    assert [e.auth for e in endpoints(A=source).values()] == [Auth.NONE]
    config = """
    class Web implements WebMvcConfigurer {
        public void addInterceptors(InterceptorRegistry registry) { registry.addInterceptor(new %s()).addPathPatterns("/**"); }
    }
    """
    assert [e.auth for e in endpoints(A=source, Web=config % "LoginInterceptor").values()] == [Auth.UNKNOWN]
    assert [e.auth for e in endpoints(A=source, Web=config % "LocaleInterceptor").values()] == [Auth.NONE]
    jwt = "@Component class JwtFilter extends OncePerRequestFilter { void doFilterInternal(X a, Y b, FilterChain c) { go(); } }"
    assert [e.auth for e in endpoints(A=source, JwtFilter=jwt).values()] == [Auth.UNKNOWN]


FILTER = """
import org.springframework.web.filter.OncePerRequestFilter;
%s class First extends OncePerRequestFilter {
    %s
    @Override protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain) {
        String token = request.getHeader("Authorization");
        %s
    }
}
"""
REFUSING = "if (token == null) { response.sendError(401); return; } chain.doFilter(request, response);"


@pytest.mark.parametrize(
    ("above", "member", "body", "expected"),
    [
        ("@Component", "", REFUSING, Auth.REQUIRED),
        (
            "@Component @Order(1)", "",
            ("if (token != null && token.equals(key)) { chain.doFilter(request, response); }"
            " else { response.setStatus(HttpServletResponse.SC_UNAUTHORIZED); response.getWriter().write(\"who?\"); }"),
            Auth.REQUIRED,
        ),
        (
            "@Component", "",
            ("try { jwt.verify(token); } catch (Exception e) { response.sendError(HttpServletResponse.SC_UNAUTHORIZED); return; }"
            " chain.doFilter(request, response);"),
            Auth.REQUIRED,
        ),
        # Who brings nothing passes, or some paths do, or not everywhere, or for a reason that nobody can tell.
        (
            "@Component", "",
            ("if (token == null) { chain.doFilter(request, response); return; }"
            " if (!jwt.verify(token)) { response.sendError(401); return; } chain.doFilter(request, response);"),
            Auth.UNKNOWN,
        ),
        (
            "@Component", "",
            ("if (token != null) { try { jwt.verify(token); } catch (Exception e) { response.sendError(401); return; } }"
            " chain.doFilter(request, response);"),
            Auth.UNKNOWN,
        ),
        ("@Component", "protected boolean shouldNotFilter(HttpServletRequest request) { return open(request); }", REFUSING, Auth.UNKNOWN),
        ("@Component", "", 'if (request.getRequestURI().startsWith("/open")) { chain.doFilter(request, response); return; }' + REFUSING, Auth.UNKNOWN),
        ('@Component @ConditionalOnProperty("x")', "", REFUSING, Auth.UNKNOWN),
        ('@WebFilter("/admin/*")', "", REFUSING, Auth.UNKNOWN),
        # It is no bean, or refuses nobody.
        ("", "", REFUSING, Auth.NONE),
        ("@Component", "", "log.info(token); chain.doFilter(request, response);", Auth.NONE),
    ],
)  # fmt: skip
def test_a_filter_of_servlets_demands_what_its_code_says(above: str, member: str, body: str, expected: Auth) -> None:
    source = '@RestController class A { @GetMapping("/x") void x() { } }'
    found = endpoints(A=source, First=FILTER % (above, member, body))
    assert [e.auth for e in found.values()] == [expected]


def test_an_interceptor_that_lets_pass_who_brings_nothing_leaves_it_open() -> None:
    source = '@RestController class A { @GetMapping("/x") void x() { } }'
    web = (
        "class Web implements WebMvcConfigurer { public void addInterceptors(InterceptorRegistry registry)"
        " { registry.addInterceptor(new Check()); } }"
    )
    check = (
        "class Check implements HandlerInterceptor { public boolean preHandle(X request, Y response, Object handler) {"
        ' String token = request.getHeader("Authorization"); if (token == null) { return true; }'
        " if (!jwt.verify(token)) { response.setStatus(401); return false; } return true; } }"
    )
    assert [e.auth for e in endpoints(A=source, Web=web, Check=check).values()] == [Auth.UNKNOWN]


def test_filters_that_are_registered_leave_it_unknown_who_is_let_in() -> None:
    source = '@RestController class A { @GetMapping("/x") void x() { } }'
    sa = 'class Sa { SaServletFilter filter() { return new SaServletFilter().addInclude("/**"); } }'
    assert [e.auth for e in endpoints(A=source, Sa=sa).values()] == [Auth.UNKNOWN]
    bean = "class B { FilterRegistrationBean f() { bean.setFilter(new %s()); return bean; } }"
    assert [e.auth for e in endpoints(A=source, B=bean % "TokenFilter").values()] == [Auth.UNKNOWN]
    assert [e.auth for e in endpoints(A=source, B=bean % "GzipFilter").values()] == [Auth.NONE]


REGISTERED = """
class B {
    FilterRegistrationBean f() {
        bean.setFilter(tokenFilter); %s
        return bean;
    }
    @Bean SecurityFilterChain chain(HttpSecurity http) {
        return http.authorizeHttpRequests(r -> r.requestMatchers("/**").permitAll()).build();
    }
}
"""


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ("", Auth.UNKNOWN),
        ('bean.addUrlPatterns("/x/*");', Auth.UNKNOWN),
        ("bean.addUrlPatterns(settings.paths());", Auth.UNKNOWN),
        ('bean.addUrlPatterns("/admin/*");', Auth.NONE),
        ("bean.setEnabled(false);", Auth.NONE),
    ],
)
def test_a_filter_that_is_registered_stands_before_what_rules_let_in(limits: str, expected: Auth) -> None:
    source = '@RestController class A { @GetMapping("/x/y") void x() { } }'
    security = (
        "import org.springframework.security.config.annotation.web.builders.HttpSecurity;\n" + REGISTERED % limits
    )
    assert [e.auth for e in endpoints(A=source, B=security).values()] == [expected]


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("@LoginUser Integer userId", Auth.UNKNOWN),
        ("@CurrentUser User user", Auth.UNKNOWN),
        ("@AuthUser long id", Auth.UNKNOWN),
        ("LoginUser user", Auth.UNKNOWN),
        ('@RequestHeader("X-Token") String token', Auth.UNKNOWN),
        ('@RequestHeader("X-Trace") String trace', Auth.NONE),
        ("@RequestParam String author", Auth.NONE),
        ("@ApiIgnore MerchantStore store", Auth.NONE),
    ],
)
def test_arguments_that_carry_the_caller_may_refuse_strangers(argument: str, expected: Auth) -> None:
    source = f'@RestController class A {{ @GetMapping("/x") void x({argument}) {{ }} }}'
    assert [e.auth for e in endpoints(A=source).values()] == [expected]


def test_the_caller_is_optional_where_a_rule_lets_everybody_in() -> None:
    config = """
    import org.springframework.security.config.annotation.web.builders.HttpSecurity;
    class SecurityConfig {
        SecurityFilterChain chain(HttpSecurity http) { http.authorizeHttpRequests(r -> r.anyRequest().permitAll()); }
    }
    """
    source = '@RestController class A { @GetMapping("/x") void x(@CurrentUser User user) { } }'
    assert [e.auth for e in endpoints(A=source, SecurityConfig=config).values()] == [Auth.OPTIONAL]


SHIRO = """
import org.apache.shiro.spring.web.ShiroFilterFactoryBean;
class ShiroConfig {
    ShiroFilterFactoryBean filter(SecurityManager manager) {
        ShiroFilterFactoryBean bean = new ShiroFilterFactoryBean();
        Map<String, Filter> filters = new HashMap<>();
        filters.put("jwt", new JwtFilter());
        Map<String, String> chains = new LinkedHashMap<>();
        %s
        bean.setFilterChainDefinitionMap(chains);
        return bean;
    }
}
"""


def test_chains_of_shiro_are_tried_in_order() -> None:
    rules = """
    chains.put("/health", "anon");
    chains.put("/admin/**", "authc, perms[admin]");
    chains.put("/api/**", "noSessionCreation,jwt");
    """
    found = {label: e.auth for label, e in endpoints(A=CONTROLLERS, ShiroConfig=SHIRO % rules).items()}
    assert found == {
        "GET /api/orders": Auth.UNKNOWN, "POST /api/orders": Auth.UNKNOWN, "GET /admin/users": Auth.REQUIRED,
        "GET /health": Auth.NONE, "GET /elsewhere": Auth.NONE,
    }  # fmt: skip
    unread = {label: e.auth for label, e in endpoints(A=CONTROLLERS, ShiroConfig=SHIRO % "load(chains);").items()}
    assert set(unread.values()) == {Auth.UNKNOWN}
    taken = """
    chains.put("/health", "anon");
    chains.putAll(Chains.ofTheShop());
    chains.put("/admin/**", "authc");
    """
    found = {label: e.auth for label, e in endpoints(A=CONTROLLERS, ShiroConfig=SHIRO % taken).items()}
    assert found == {
        "GET /api/orders": Auth.UNKNOWN, "POST /api/orders": Auth.UNKNOWN, "GET /admin/users": Auth.UNKNOWN,
        "GET /health": Auth.NONE, "GET /elsewhere": Auth.UNKNOWN,
    }  # fmt: skip


def test_chains_of_shiro_may_be_put_into_its_own_map() -> None:
    own = SHIRO.replace("new LinkedHashMap<>()", "bean.getFilterChainDefinitionMap()").replace(
        "bean.setFilterChainDefinitionMap(chains);", ""
    )
    rules = 'chains.put("/health", "anon"); chains.put("/**", "csrf, authc");'
    found = {label: e.auth for label, e in endpoints(A=CONTROLLERS, ShiroConfig=own % rules).items()}
    assert {label for label, auth in found.items() if auth is not Auth.REQUIRED} == {"GET /health"}


JWT_FILTER = """
public class JwtFilter extends BasicHttpAuthenticationFilter {
    @Override protected boolean isAccessAllowed(ServletRequest request, ServletResponse response, Object mapped) { %s }
    %s
}
"""
DENIED = "@Override protected boolean onAccessDenied(ServletRequest request, ServletResponse response) { %s }"
REFUSES = 'if (token == null) { write(response, "who?"); return false; } return executeLogin(request, response);'


@pytest.mark.parametrize(
    ("allowed", "denied", "expected"),
    [
        ("if (isLoginAttempt(request, response)) { return executeLogin(request, response); } return false;", "", "required"),
        ("return super.isAccessAllowed(request, response, mapped) || executeLogin(request, response);", "", "required"),
        ('if (method.equals("OPTIONS")) { return true; } return false;', DENIED % REFUSES, "required"),
        ("if (token != null) { try { executeLogin(request, response); return true; } catch (Exception e) { return false; } } return false;", "", "required"),
        # Whoever brings nothing passes: what the handlers demand decides.
        ("if (isLoginAttempt(request, response)) { executeLogin(request, response); } return true;", "", "none"),
        # Some pass for another reason, or nobody can tell.
        ("if (open.contains(path)) { return true; } return executeLogin(request, response);", "", "unknown"),
        ("return gates.open(request);", "", "unknown"),
        ("return false;", DENIED % "return gates.open(request);", "unknown"),
    ],
)  # fmt: skip
def test_a_filter_of_the_project_demands_what_its_code_says(allowed: str, denied: str, expected: str) -> None:
    rules = 'chains.put("/health", "anon"); chains.put("/**", "jwt");'
    found = endpoints(A=CONTROLLERS, ShiroConfig=SHIRO % rules, JwtFilter=JWT_FILTER % (allowed, denied))
    assert found["GET /health"].auth is Auth.NONE
    assert {e.auth.value for label, e in found.items() if label != "GET /health"} == {expected}


def test_a_base_class_may_hold_what_a_filter_does() -> None:
    base = (JWT_FILTER % ("return executeLogin(request, response);", "")).replace("JwtFilter", "BaseFilter")
    own = "public class JwtFilter extends BaseFilter { }"
    found = endpoints(A=CONTROLLERS, ShiroConfig=SHIRO % 'chains.put("/**", "jwt");', JwtFilter=own, BaseFilter=base)
    assert {e.auth for e in found.values()} == {Auth.REQUIRED}


def test_security_rules_go_before_filters() -> None:
    jwt = "@Component class AJwtFilter extends OncePerRequestFilter { }"
    config = """
    import org.springframework.security.config.annotation.web.builders.HttpSecurity;
    class SecurityConfig {
        SecurityFilterChain chain(HttpSecurity http) { http.authorizeHttpRequests(r -> r.anyRequest().authenticated()); }
    }
    """
    found = endpoints(
        A='@RestController class A { @GetMapping("/x") void x() { } }', AJwtFilter=jwt, SecurityConfig=config
    )
    assert [e.auth for e in found.values()] == [Auth.REQUIRED]


@pytest.mark.parametrize(
    ("predicate", "path", "known"),
    [
        ("HandlerTypePredicate.forAnnotation(RestController.class)", "/api/x", True),
        ("c -> true", "/api/x", True),
        ('HandlerTypePredicate.forBasePackage("app")', "/api/x", True),
        ('HandlerTypePredicate.forBasePackage("shop", "app")', "/api/x", True),
        ('HandlerTypePredicate.forBasePackage("shop")', "/x", True),
        ('c -> c.isAnnotationPresent(RestController.class) && c.getPackageName().startsWith("app")', "/api/x", True),
        ('c -> c.isAnnotationPresent(RestController.class) && c.getPackage().getName().contains("op")', "/x", True),
        ('c -> matcher.match("**.app.**", c.getPackage().getName())', "/api/x", True),
        ('c -> matcher.match("shop.*", c.getPackage().getName())', "/x", True),
        ("c -> isOurs(c)", "/x", False),
    ],
)
def test_prefixes_of_a_path_match_configurer(predicate: str, path: str, known: bool) -> None:
    found = endpoints(
        A='@RestController class A { @GetMapping("/x") void x() { } }',
        Web="class Web implements WebMvcConfigurer { public void configurePathMatch(PathMatchConfigurer configurer) {"
        f' configurer.addPathPrefix("/api", {predicate}); }} }}',
    )
    assert [(e.path, e.path_known) for e in found.values()] == [(path, known)]


def test_rules_that_code_of_the_project_replaces_are_unknown() -> None:
    config = """
        @Override protected void configure(HttpSecurity http) throws Exception {
            http.authorizeRequests()%s.withObjectPostProcessor(new ObjectPostProcessor<FilterSecurityInterceptor>() {
                public <T extends FilterSecurityInterceptor> T postProcess(T filter) { %s return filter; }
            }).and().csrf().disable();
        }
    """
    assert set(auth(config % ("", "filter.setSecurityMetadataSource(ours);")).values()) == {Auth.UNKNOWN}
    assert set(auth(config % ("", "filter.setPublishAuthorizationSuccess(true);")).values()) == {Auth.NONE}
    assert set(auth(config % (".anyRequest().permitAll()", "filter.setAccessDecisionManager(x);")).values()) == {
        Auth.UNKNOWN
    }


def test_lists_of_patterns_that_a_method_puts_together() -> None:
    found = auth(
        """
        private static final String[] OPEN = {"/health"};
        @Bean SecurityFilterChain chain(HttpSecurity http) throws Exception {
            List<String> open = new ArrayList<>(Arrays.asList(OPEN));
            open.add("/api/orders");
            if (docs.enabled()) { open.addAll(List.of("/elsewhere")); }
            http.authorizeHttpRequests(r -> r
                .requestMatchers(open.toArray(new String[0])).permitAll()
                .anyRequest().authenticated());
            return http.build();
        }
        """
    )
    assert found == {
        "GET /api/orders": Auth.NONE, "POST /api/orders": Auth.NONE, "GET /admin/users": Auth.REQUIRED,
        "GET /health": Auth.NONE, "GET /elsewhere": Auth.UNKNOWN,
    }  # fmt: skip


@pytest.mark.parametrize("change", ["fill(open);", "open.addAll(settings.open());", "open = settings.open();"])
def test_a_list_of_patterns_that_other_code_fills_is_unknown(change: str) -> None:
    rules = """
        @Bean SecurityFilterChain chain(HttpSecurity http) throws Exception {
            List<String> open = new ArrayList<>(List.of("/health"));
            %s
            http.authorizeHttpRequests(r -> r.requestMatchers(open.toArray(String[]::new)).permitAll()
                .anyRequest().authenticated());
            return http.build();
        }
    """
    assert auth(rules % change)["GET /admin/users"] is Auth.UNKNOWN


def test_chains_of_several_files_are_tried_in_their_order() -> None:
    config = """
    import org.springframework.security.config.annotation.web.builders.HttpSecurity;
    @Configuration class %s {
        @Bean @Order(%d) SecurityFilterChain chain(HttpSecurity http) { return http%s.build(); }
    }
    """
    open_ = config % ("Open", 2, ".authorizeHttpRequests(r -> r.anyRequest().permitAll())")
    closed = '.securityMatcher("/api/**").authorizeHttpRequests(r -> r.anyRequest().authenticated())'
    found = endpoints(A=CONTROLLERS, BOpenSecurity=open_, CClosedSecurity=config % ("Closed", 1, closed))
    assert found["GET /api/orders"].auth is Auth.REQUIRED
    assert found["GET /elsewhere"].auth is Auth.NONE


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("@Order(2)", "@Order(1)", Auth.REQUIRED),
        ("@Order(Ordered.HIGHEST_PRECEDENCE + 1)", "@Order(1)", Auth.NONE),
        ("@Order(-1)", "@Order(Ordered.HIGHEST_PRECEDENCE)", Auth.REQUIRED),
        ("@Order(OURS - 10)", "@Order(OURS)", Auth.NONE),
        ("@Order(SecurityProperties.BASIC_AUTH_ORDER)", "", Auth.NONE),
        ("", "@Order(1)", Auth.REQUIRED),
        # A place that nobody tells may be before or after.
        ("@Order(Places.FIRST)", "@Order(1)", Auth.UNKNOWN),
    ],
)
def test_the_order_of_chains_is_put_together(first: str, second: str, expected: Auth) -> None:
    rules = """
    static final int OURS = 50;
    @Bean %s SecurityFilterChain one(HttpSecurity http) {
        return http.securityMatcher("/api/**").authorizeHttpRequests(r -> r.anyRequest().permitAll()).build();
    }
    @Bean %s SecurityFilterChain two(HttpSecurity http) {
        return http.authorizeHttpRequests(r -> r.anyRequest().authenticated()).build();
    }
    """
    assert auth(rules % (first, second))["GET /api/orders"] is expected


def test_of_chains_without_a_place_the_one_for_everything_comes_last() -> None:
    rules = """
    @Bean SecurityFilterChain all(HttpSecurity http) {
        return http.authorizeHttpRequests(r -> r.anyRequest().authenticated()).build();
    }
    @Bean SecurityFilterChain api(HttpSecurity http) {
        return http.securityMatcher("/api/**").authorizeHttpRequests(r -> r.anyRequest().permitAll()).build();
    }
    """
    found = auth(rules)
    assert (found["GET /api/orders"], found["GET /elsewhere"]) == (Auth.NONE, Auth.REQUIRED)


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        ('http.securityMatcher("/health").csrf(c -> c.disable())', Auth.NONE),
        ('http.securityMatcher("/health").addFilterBefore(ours, UsernamePasswordAuthenticationFilter.class)', Auth.UNKNOWN),
        ('http.securityMatcher("/health").with(ours, x -> x.on())', Auth.UNKNOWN),
        ('http.securityMatcher("/health").authorizeHttpRequests(this::rules)', Auth.UNKNOWN),
        ('http.securityMatcher("/health").authorizeHttpRequests(r -> r.requestMatchers("/health/a").permitAll())', Auth.UNKNOWN),
    ],
)  # fmt: skip
def test_what_no_rule_of_a_chain_speaks_of_is_its_own_affair(chain: str, expected: Auth) -> None:
    """No other chain sees a request that a chain serves: the second one, which demands a login, says nothing here."""
    rules = """
    @Bean @Order(1) SecurityFilterChain one(HttpSecurity http) { return %s.build(); }
    @Bean @Order(2) SecurityFilterChain two(HttpSecurity http) {
        return http.authorizeHttpRequests(r -> r.anyRequest().authenticated()).build();
    }
    """
    found = auth(rules % chain)
    assert (found["GET /health"], found["GET /elsewhere"]) == (expected, Auth.REQUIRED)


def test_a_chain_that_is_not_built_here_is_unknown() -> None:
    found = auth("@Bean SecurityFilterChain chain() { return new DefaultSecurityFilterChain(matcher, filters); }")
    assert set(found.values()) == {Auth.UNKNOWN}


def test_what_a_profile_opens_may_be_closed_elsewhere() -> None:
    rule = "@Bean SecurityFilterChain c(HttpSecurity h) { return h.authorizeHttpRequests(r -> r.anyRequest().%s()).build(); }"
    assert set(auth('@Profile("staging") ' + rule % "permitAll").values()) == {Auth.UNKNOWN}
    assert set(auth('@Profile("staging") ' + rule % "authenticated").values()) == {Auth.REQUIRED}


# -- interceptors ----------------------------------------------------------------------------------------------------

REGISTERS = """
class Web implements WebMvcConfigurer {
    @Autowired private Gate gate;
    public void addInterceptors(InterceptorRegistry registry) { registry.addInterceptor(%s)%s; }
}
"""
GATE = """
class Gate implements HandlerInterceptor {
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) { %s }
    private boolean refuse(HttpServletResponse response, int status) { response.setStatus(status); return false; }
}
"""
DEMANDS = "if (users.current() == null) { response.sendError(401); return false; } return true;"


def gated(patterns: str, body: str = DEMANDS, made: str = "gate") -> dict[str, str]:
    found = endpoints(A=CONTROLLERS, Gate=GATE % body, Web=REGISTERS % (made, patterns))
    return {label: e.auth.value for label, e in found.items()}


def test_an_interceptor_stands_before_the_paths_of_its_patterns() -> None:
    found = gated('.addPathPatterns("/api/**", "/admin/**").excludePathPatterns(List.of("/admin/users"))')
    assert found == {
        "GET /api/orders": "required", "POST /api/orders": "required", "GET /admin/users": "none",
        "GET /health": "none", "GET /elsewhere": "none",
    }  # fmt: skip
    assert set(gated("").values()) == {"required"}
    assert set(gated('.addPathPatterns("/**").excludePathPatterns(settings.open())').values()) == {"unknown"}
    assert gated(".addPathPatterns(settings.closed())")["GET /health"] == "unknown"


@pytest.mark.parametrize("made", ["new Gate()", "this.gate", "gate()"])
def test_ways_to_name_an_interceptor(made: str) -> None:
    source = REGISTERS.replace("@Autowired", "Gate gate() { return new Gate(); } @Autowired") % (made, "")
    found = endpoints(A=CONTROLLERS, Gate=GATE % DEMANDS, Web=source)
    assert {e.auth for e in found.values()} == {Auth.REQUIRED}
    assert {e.before[0].key for e in found.values()} == {"Gate.preHandle"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (DEMANDS, "required"),
        ("if (user() == null) { return refuse(response, 401); } return true;", "required"),
        ("if (token != null && tokens.verify(token)) { return true; } response.setStatus(403); return false;", "required"),
        ("if (!(handler instanceof HandlerMethod)) { return true; } " + DEMANDS, "required"),
        ('if ("OPTIONS".equals(request.getMethod())) { return true; } ' + DEMANDS, "required"),
        ('if (session.getAttribute("user") == null) { response.sendRedirect("/login"); return false; } return true;', "required"),
        ("if (user() == null) { throw new NotLoginException(); } return true;", "required"),
        ("try { jwt.verify(token); return true; } catch (Exception e) { response.sendError(401); return false; }", "required"),
        # Who passes by the address or an annotation stands somewhere else.
        ("if (OPEN.contains(request.getRequestURI())) { return true; } " + DEMANDS, "unknown"),
        ("if (annotation == null) { return true; } " + DEMANDS, "unknown"),
        ("if (needsLogin && user() == null) { response.setStatus(401); return false; } return true;", "unknown"),
        ("for (String p : closed) { if (user() == null) { return refuse(response, 401); } } return true;", "unknown"),
        # Refusals that nobody explains, and calls that may refuse.
        ("if (x()) { return false; } return true;", "unknown"),
        ("return gates.open(request);", "unknown"),
        ("gates.checkAccess(request); return true;", "unknown"),
        # Other business.
        ("if (limiter.full()) { response.setStatus(429); return false; } return true;", "none"),
        ('request.setAttribute("start", now()); return true;', "none"),
    ],
)  # fmt: skip
def test_what_an_interceptor_demands_is_read_off_its_ways_out(body: str, expected: str) -> None:
    assert set(gated("", body).values()) == {expected}


def test_an_interceptor_demands_what_a_rule_leaves_open() -> None:
    config = """
    import org.springframework.security.config.annotation.web.builders.HttpSecurity;
    class SecurityConfig {
        SecurityFilterChain chain(HttpSecurity http) { http.authorizeHttpRequests(r -> r.anyRequest().permitAll()); }
    }
    """
    files = {"A": CONTROLLERS, "SecurityConfig": config, "Web": REGISTERS % ("gate", '.addPathPatterns("/api/**")')}
    found = endpoints(**files, Gate=GATE % DEMANDS)
    assert (found["GET /api/orders"].auth, found["GET /health"].auth) == (Auth.REQUIRED, Auth.NONE)
    found = endpoints(**files, Gate=GATE % "return gates.open(request);")
    assert (found["GET /api/orders"].auth, found["GET /health"].auth) == (Auth.UNKNOWN, Auth.NONE)


# -- what a class takes for all of its handlers ----------------------------------------------------------------------


def unused(**files: str) -> list[str]:
    """The parameters that `path-param-unused` names in Java files of package app."""
    sources = {f"src/main/java/app/{n}.java": f"package app;\n{WEB}{text}".encode() for n, text in files.items()}
    found = read(sources).findings(next(r for r in registry.rules() if r.id == "path-param-unused"))
    return sorted(f.subject for f in found)


DEVICES = """
@RestController @RequestMapping("/devices/{serial}")
class A%s {
    %s
    @GetMapping("/books/{id}") Book one(@PathVariable Long id) { return books.read(id); }
}
"""


def test_a_model_attribute_reads_the_path_for_all_handlers_of_its_class() -> None:
    assert unused(A=DEVICES % ("", "")) == ["GET /devices/{serial}/books/{id} serial"]
    taken = '@ModelAttribute void device(@PathVariable("serial") String s) { this.serial = s; }'
    assert unused(A=DEVICES % ("", taken)) == []
    assert unused(A=DEVICES % ("", "@InitBinder void bind(WebDataBinder b, @PathVariable String serial) { }")) == []
    assert unused(A=DEVICES % ("", "@InitBinder void bind(WebDataBinder b) { }")) == [
        "GET /devices/{serial}/books/{id} serial"
    ]
    # Another parameter, or another method, is no reading of this one.
    assert unused(A=DEVICES % ("", "@ModelAttribute void book(@PathVariable Long id) { }")) == [
        "GET /devices/{serial}/books/{id} serial"
    ]


def test_a_model_attribute_of_a_base_class_or_an_advice_reads_the_path_too() -> None:
    base = "abstract class Base { @ModelAttribute Device device(@PathVariable String serial) { return find(serial); } }"
    assert unused(A=DEVICES % (" extends Base", ""), Base=base) == []
    assert unused(A=DEVICES % ("", ""), Base=base) == ["GET /devices/{serial}/books/{id} serial"]
    advice = "@ControllerAdvice class All { @ModelAttribute void a(@PathVariable(required = false) String serial) { } }"
    assert unused(A=DEVICES % ("", ""), All=advice) == []


def test_fields_of_a_resource_read_the_path_for_all_of_its_methods() -> None:
    source = """
    import jakarta.ws.rs.*;
    @Path("/devices/{serial}") public class A {
        %s
        @GET @Path("/books/{id}") public Book one(@PathParam("id") Long id) { return books.read(id); }
    }
    """
    assert unused(A=source % "") == ["GET /devices/{serial}/books/{id} serial"]
    assert unused(A=source % '@PathParam("serial") String device;') == []
    assert unused(A=source % "@Context UriInfo uri;") == []
