"""ASP.NET Core: which endpoints a back end serves, what they take and answer, and whom they let in."""

import pytest
from tests.harness.engine import read

from persona_lsp.facts.http import In
from persona_lsp.frameworks.api import Extracted
from persona_lsp.frameworks.aspnet.framework import FRAMEWORK
from persona_lsp.syntax.languages import LANGUAGES
from persona_lsp.syntax.parse import parse
from persona_lsp.workspace.snapshot import Auth, Endpoint

USINGS = "using Microsoft.AspNetCore.Mvc;\nnamespace Shop;\n"
APP = "var app = WebApplication.CreateBuilder(args).Build();\n"


def extracted(source: str) -> Extracted:
    module = parse("Shop/A.cs", source.encode(), LANGUAGES["csharp"]).module
    assert FRAMEWORK.detects(module)
    return FRAMEWORK.extract(module)


def endpoints(**files: str) -> dict[str, Endpoint]:
    """Endpoints by label; `Name="…"` is a file of the project Shop, `Other__Name="…"` one of the project Other."""
    sources: dict[str, bytes] = {}
    for name, text in files.items():
        project, _, stem = name.rpartition("__")
        folder = project or "Shop"
        sources[f"src/{folder}/{folder}.csproj"] = b'<Project Sdk="Microsoft.NET.Sdk.Web"></Project>'
        sources[f"src/{folder}/{stem}.cs"] = text.encode()
    return {e.label: e for e in read(sources).snapshot.endpoints if e.path_known}


def labels(**files: str) -> list[str]:
    return sorted(endpoints(**files))


def controller(
    members: str, *, above: str = '[ApiController]\n[Route("orders")]', name: str = "OrdersController"
) -> str:
    return f"{USINGS}{above}\npublic class {name} : ControllerBase\n{{\n{members}\n}}\n"


def minimal(code: str) -> str:
    return f"{APP}{code}\napp.Run();\n"


# -- controllers -----------------------------------------------------------------------------------------------------


def test_templates_of_the_class_times_those_of_the_actions() -> None:
    assert labels(
        A=controller("""
            [HttpGet] public IActionResult List() => Ok();
            [HttpGet("{id:int}", Name = "one")] public IActionResult Get(int id) => Ok();
            [HttpPost("{id}/pay")] public void Pay(int id) { }
            [Route("{id}")] [HttpDelete] public void Delete(int id) { }
            [AcceptVerbs("PUT", "PATCH", Route = "{id:guid}")] public void Change(Guid id) { }
            [Route("any")] public string Any() => "";
            [NonAction] public void Helper() { }
            public static void Shared() { }
            private void Hidden() { }
            protected IActionResult Inner() => Ok();
        """)
    ) == [
        "ANY /orders/any", "DELETE /orders/{id}", "GET /orders", "GET /orders/{id}", "PATCH /orders/{id}",
        "POST /orders/{id}/pay", "PUT /orders/{id}",
    ]  # fmt: skip


def test_several_templates_multiply_and_verbs_without_one_share_it() -> None:
    assert labels(
        A=controller(
            """
            [HttpGet("a"), HttpGet("b")] public void Two() { }
            [HttpGet] [HttpHead] public void Both() { }
            [Route("c"), Route("d")] [HttpPost] public void Routed() { }
            """,
            above='[ApiController, Route("v1")]\n[Route("v2")]',
        )
    ) == sorted(
        f"{verb} /{version}{path}"
        for version in ("v1", "v2")
        for verb, path in (("GET", "/a"), ("GET", "/b"), ("GET", ""), ("HEAD", ""), ("POST", "/c"), ("POST", "/d"))
    )


def test_tokens_are_the_controller_the_action_and_the_area() -> None:
    assert labels(
        A=controller(
            """
            [HttpGet("[action]/{id?}")] public void Find(int? id) { }
            [HttpPost] [ActionName("Store")] public void Save() { }
            [HttpPut] public void ChangeAsync() { }
            """,
            above='[Area("Admin")]\n[Route("[area]/[controller]/[action]")]',
            name="BookOrdersController",
        )
    ) == [
        "GET /Admin/BookOrders/Find/Find/{id}", "POST /Admin/BookOrders/Store", "PUT /Admin/BookOrders/Change",
    ]  # fmt: skip


def test_absolute_templates_leave_the_prefix() -> None:
    assert labels(
        A=controller("""
            [HttpGet("/health")] public void Health() { }
            [HttpGet("~/ready")] public void Ready() { }
            [HttpPost(Paths.Login)] public void Login() { }
        """),
        Paths='namespace Shop;\npublic static class Paths { public const string Login = "/login"; }',
    ) == ["GET /health", "GET /ready", "POST /login"]


def test_a_prefix_comes_from_the_nearest_base_that_has_one() -> None:
    base = f'{USINGS}[ApiController]\n[Route("api/[controller]")]\npublic abstract class Base : ControllerBase {{ }}'
    assert labels(
        Base=base,
        A=f"{USINGS}public class CatsController : Base {{ [HttpGet] public void List() {{ }} }}",
        B=f'{USINGS}[Route("own")] public class DogsController : Base {{ [HttpGet] public void List() {{ }} }}',
    ) == ["GET /api/Cats", "GET /own"]


def test_routes_of_a_base_are_served_by_each_controller_that_extends_it() -> None:
    found = endpoints(
        Base=f"""{USINGS}
        [Route("api/[controller]")]
        public abstract class Crud<T> : ControllerBase {{
            [HttpGet] public virtual ActionResult<List<T>> List() => Ok();
            [HttpDelete("{{id}}")] [Authorize] public void Delete(int id) {{ }}
        }}""",
        A=f"{USINGS}public class CatsController : Crud<Cat> {{ public override ActionResult<List<Cat>> List() => Ok(); }}",
        B=f"{USINGS}public class DogsController : Crud<Dog> {{ [HttpPost] public void Add() {{ }} }}",
    )
    assert sorted(found) == [
        "DELETE /api/Cats/{id}", "DELETE /api/Dogs/{id}", "GET /api/Cats", "GET /api/Dogs", "POST /api/Dogs",
    ]  # fmt: skip
    assert found["DELETE /api/Cats/{id}"].auth is Auth.REQUIRED
    assert found["GET /api/Cats"].auth is Auth.NONE


def test_constants_are_followed_through_files_classes_and_interpolation() -> None:
    assert labels(
        Routes="""
        namespace Shop.Contracts;
        public static class ApiRoutes
        {
            public const string Root = "api";
            private const string Version = "v1";
            public const string Base = Root + "/" + Version;
            public static class Orders
            {
                public const string GetAll = Base + "/orders";
                public const string Get = $"{Base}/orders/{{id}}";
            }
        }""",
        A=f"""using Shop.Contracts;\n{USINGS}
        public class OrdersController : Controller {{
            private const string Pay = "pay";
            [HttpGet(ApiRoutes.Orders.GetAll)] public void List() {{ }}
            [HttpGet(ApiRoutes.Orders.Get)] public void One(int id) {{ }}
            [HttpPost(ApiRoutes.Orders.GetAll + "/" + Pay)] public void PayAll() {{ }}
        }}""",
    ) == ["GET /api/v1/orders", "GET /api/v1/orders/{id}", "POST /api/v1/orders/pay"]


def test_a_constant_that_no_file_tells_makes_no_endpoint() -> None:
    assert labels(A=controller("[HttpGet(Elsewhere.Path)] public void List() { }")) == []


def test_versions_constraints_and_catch_alls_become_parameters() -> None:
    found = endpoints(
        A=controller(
            """
            [HttpGet("{id:int:min(1)}/{name:regex(^[[a-z]]{{2,3}}$)}")] public void One(int id, string name) { }
            [HttpGet("files/{*path}")] public void File(string path) { }
            [HttpGet("more/{**rest}")] public void Rest(string rest) { }
            [HttpGet("page/{size=10}")] public void Page(int size) { }
            """,
            above='[ApiVersion("1.0")]\n[Route("v{version:apiVersion}/orders")]',
        )
    )
    assert sorted(found) == [
        "GET /v{version}/orders/files/{path}", "GET /v{version}/orders/more/{rest}",
        "GET /v{version}/orders/page/{size}", "GET /v{version}/orders/{id}/{name}",
    ]  # fmt: skip


PLAIN = f"""{USINGS}
public class HomeController : Controller {{
    public IActionResult Index() => View();
    [HttpPost] public IActionResult Save(int id) => View();
}}"""


def test_without_templates_the_patterns_of_the_application_decide() -> None:
    pattern = minimal('app.MapControllerRoute("default", "{controller=Home}/{action=Index}/{id?}");')
    assert labels(A=PLAIN, Program=pattern) == ["ANY /Home/Index", "POST /Home/Save/{id}"]
    assert labels(A=PLAIN, Program=minimal("app.MapDefaultControllerRoute();")) == [
        "ANY /Home/Index", "POST /Home/Save/{id}",
    ]  # fmt: skip


def test_without_a_pattern_nothing_is_served() -> None:
    assert labels(A=PLAIN, Program=minimal("app.MapControllers();")) == []


def test_areas_have_patterns_of_their_own() -> None:
    admin = PLAIN.replace("public class", '[Area("Admin")] public class')
    program = minimal("""
    app.MapControllerRoute("areas", "{area:exists}/{controller=Home}/{action=Index}/{id?}");
    app.MapControllerRoute(name: "default", pattern: "{controller=Home}/{action=Index}/{id?}");
    """)
    assert labels(A=admin, Program=program) == ["ANY /Admin/Home/Index", "POST /Admin/Home/Save/{id}"]


def test_a_controller_by_another_name_and_what_is_none() -> None:
    assert labels(
        A=f'{USINGS}public class Pay : EndpointBase {{ [HttpPost("/pay")] public override void HandleAsync(int a) {{ }} }}',
        B=f'{USINGS}[NonController] public class XController {{ [HttpGet("/x")] public void Get() {{ }} }}',
        C=f'{USINGS}public interface IApiController {{ [HttpGet("/y")] void Get(); }}',
        D=f'{USINGS}public abstract class BaseController {{ [HttpGet("/z")] public void Get() {{ }} }}',
    ) == ["POST /pay"]


def test_attributes_of_the_project_may_say_where_a_controller_is_reached() -> None:
    """Without the template nobody knows the path, and the routes of two such controllers are no duplicates."""
    for above in ("[V3ApiController]", '[VersionedRoute("x")]'):
        assert labels(A=controller('[HttpDelete("bulk")] public void Drop() { }', above=above)) == []
    assert labels(A=controller('[HttpGet("a")] public void A() { }', above='[ApiVersion("1.0")]\n[Route("o")]')) == [
        "GET /o/a"
    ]


def test_attributes_of_the_project_may_map_a_method() -> None:
    assert labels(A=controller("[RestGetById] public void One() { }\n[HttpPost] public void Add() { }")) == [
        "POST /orders"
    ]


def test_each_of_several_templates_has_its_own_parameters() -> None:
    found = endpoints(A=controller('[HttpGet("")] [HttpGet("{**path}")] public void Show([FromRoute] string path) { }'))
    assert [p.name for p in found["GET /orders"].params] == []
    assert [p.name for p in found["GET /orders/{path}"].params] == ["path"]


# -- minimal APIs ----------------------------------------------------------------------------------------------------


def test_verbs_methods_and_any() -> None:
    assert labels(
        Program=minimal("""
        app.MapGet("/a", () => 1);
        app.MapPost("b/{id:int}", (int id) => id).WithName("b");
        app.MapMethods("/c", new[] { "GET", HttpMethods.Put }, () => 1);
        app.Map("/d", () => "any");
        app.Map("/branch", branch => branch.Run(context => Task.CompletedTask));
        app.MapFallbackToFile("index.html");
        """)
    ) == ["ANY /d", "GET /a", "GET /c", "POST /b/{id}", "PUT /c"]


def test_groups_nest_and_pass_through_extension_methods_of_other_files() -> None:
    found = endpoints(
        Program=minimal("""
        var api = app.MapGroup("/api").RequireAuthorization();
        var v1 = api.MapGroup("v1");
        v1.MapGroup("/orders").MapOrders();
        CatsApi.Register(v1);
        app.MapGroup("/public").MapOrders().AllowAnonymous();
        """),
        Orders="""
        namespace Shop.Orders;
        public static class OrderEndpoints
        {
            public static RouteGroupBuilder MapOrders(this RouteGroupBuilder group)
            {
                group.MapGet("/", List);
                group.MapGet("/{id}", (int id) => id);
                return group;
            }
            private static IResult List() => Results.Ok();
        }""",
        Cats="""
        namespace Shop;
        public static class CatsApi
        {
            public static void Register(IEndpointRouteBuilder routes) => routes.MapGroup("cats").MapDelete("{id}", Delete);
            static void Delete(int id) { }
        }""",
    )
    assert sorted(found) == [
        "DELETE /api/v1/cats/{id}", "GET /api/v1/orders/", "GET /api/v1/orders/{id}", "GET /public/",
        "GET /public/{id}",
    ]  # fmt: skip
    assert found["GET /api/v1/orders/{id}"].auth is Auth.REQUIRED
    assert found["DELETE /api/v1/cats/{id}"].auth is Auth.REQUIRED
    assert found["GET /public/{id}"].auth is Auth.NONE
    assert found["GET /public/"].handler is not None


def test_an_extension_method_of_the_same_name_is_that_of_the_project() -> None:
    module = "public static class Api {{ public static void MapApi(this WebApplication app) {{ app.MapGet({0}, () => 1); }} }}"
    program = minimal("app.MapApi();")
    assert labels(
        A__Program=program, A__Api=module.format('"/a"'), B__Program=program, B__Api=module.format('"/b"')
    ) == ["GET /a", "GET /b"]


def test_objects_that_register_themselves_are_found_by_the_name_of_the_method() -> None:
    assert labels(
        Program=minimal('app.MapAll(app.MapGroup("api"));'),
        Loop="""
        public static class Loop {
            public static void MapAll(this WebApplication app, RouteGroupBuilder group) {
                foreach (var endpoint in app.Services.GetRequiredService<IEnumerable<IEndpoint>>())
                {
                    endpoint.MapEndpoint(group);
                }
            }
        }""",
        A='class A : IEndpoint { public void MapEndpoint(IEndpointRouteBuilder app) { app.MapGet("a", () => 1); } }',
        B='class B : IEndpoint { public void MapEndpoint(IEndpointRouteBuilder app) { app.MapPut("b", () => 1); } }',
    ) == ["GET /api/a", "PUT /api/b"]


def test_what_nobody_mounts_is_no_endpoint() -> None:
    assert labels(
        Program=minimal('app.MapGet("/a", () => 1);'),
        Other='public static class X { public static void MapX(this WebApplication app) { app.MapGet("/x", () => 1); } }',
    ) == ["GET /a"]


def test_carter_modules_and_their_prefix() -> None:
    assert labels(
        Program=minimal("app.MapCarter();"),
        Cats="""
        public class Cats : CarterModule {
            public Cats() : base("/cats") { }
            public override void AddRoutes(IEndpointRouteBuilder app) { app.MapGet("/{id}", (int id) => id); }
        }""",
        Dogs='public class Dogs : ICarterModule { public void AddRoutes(IEndpointRouteBuilder app) { app.MapGet("/dogs", () => 1); } }',
    ) == ["GET /cats/{id}", "GET /dogs"]


def test_fast_endpoints_say_their_route_in_configure() -> None:
    found = endpoints(
        Program=minimal('app.UseFastEndpoints(c => { c.Endpoints.RoutePrefix = "api"; });'),
        Create="""
        public class Create : Endpoint<CreateRequest, CreateResponse> {
            public override void Configure() { Post("/orders/{Kind}"); AllowAnonymous(); }
            public override async Task HandleAsync(CreateRequest req, CancellationToken ct) { await SendAsync(new(), 201); }
        }""",
        Drop="""
        public class Drop : EndpointWithoutRequest {
            public override void Configure() { Delete("orders/{id}"); Roles("Admin"); }
            public override async Task HandleAsync(CancellationToken ct) { await SendNoContentAsync(); }
        }""",
    )
    assert sorted(found) == ["DELETE /api/orders/{id}", "POST /api/orders/{Kind}"]
    assert found["POST /api/orders/{Kind}"].auth is Auth.NONE
    assert found["POST /api/orders/{Kind}"].success == (201,)
    assert found["DELETE /api/orders/{id}"].auth is Auth.REQUIRED
    assert found["DELETE /api/orders/{id}"].success == (204,)


def test_the_prefix_of_fast_endpoints_may_be_set_by_an_expression() -> None:
    get = 'class A : EndpointWithoutRequest { public override void Configure() { Get("/a"); } }'
    assert labels(Program=minimal('app.UseFastEndpoints(c => c.Endpoints.RoutePrefix = "api");'), A=get) == [
        "GET /api/a"
    ]


@pytest.mark.parametrize(
    ("setup", "found"),
    [
        ("", ["GET /a/v2", "GET /b", "GET /c"]),
        ('c.Versioning.Prefix = "ver";', ["GET /a/ver2", "GET /b", "GET /c"]),
        ("c.Versioning.DefaultVersion = 1;", ["GET /a/v2", "GET /b/v1", "GET /c/v1"]),
        # Where the version stands then, its groups say.
        ("c.Versioning.PrependToRoute = true;", ["GET /b", "GET /c"]),
    ],
)
def test_versions_of_fast_endpoints_stand_behind_the_path(setup: str, found: list[str]) -> None:
    get = 'class %s : EndpointWithoutRequest { public override void Configure() { Get("/%s"); %s } }'
    assert (
        labels(
            Program=minimal(f"app.UseFastEndpoints(c => {{ {setup} }});"),
            A=get % ("A", "a", "Version(2);"), B=get % ("B", "b", ""), C=get % ("C", "c", "Version(0);"),
        )
        == found
    )  # fmt: skip


def test_identity_endpoints_are_derived() -> None:
    found = endpoints(Program=minimal('app.MapGroup("/users").MapIdentityApi<User>();'))
    assert "POST /users/login" in found
    assert all(e.route.derived for e in found.values())


def test_a_loop_over_what_only_running_tells_makes_no_endpoint() -> None:
    assert labels(Program=minimal('foreach (var name in names) { app.MapGet($"/x/{name}", () => 1); }')) == []


@pytest.mark.parametrize(
    "code",
    [
        'cache.Get("/orders");', 'mapper.Map<OrderDto>(order);', 'session.MapGet("/x");', 'client.GetAsync("/orders");',
        'table.Map("/orders", row => row.Id);', '_modelBuilder.MapPost("/a", x => x.B);',
    ],
)  # fmt: skip
def test_decoys_are_silent(code: str) -> None:
    assert labels(A=f"namespace Shop;\npublic class Service {{ public void Run() {{ {code} }} }}") == []


# -- callers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("above", "member", "expected"),
    [
        ("[Authorize]", "", Auth.REQUIRED),
        ('[Authorize(Roles = "Admin")]', "", Auth.REQUIRED),
        ("[Authorize]", "[AllowAnonymous]", Auth.NONE),
        ("[AllowAnonymous]", "[Authorize]", Auth.NONE),
        ("", '[Authorize(Policy = "x")]', Auth.REQUIRED),
        ("", "[RequirePermission(1)]", Auth.UNKNOWN),
        ("", "", Auth.NONE),
    ],
)
def test_attributes_say_whom_an_action_lets_in(above: str, member: str, expected: Auth) -> None:
    found = endpoints(A=controller(f"[HttpGet] {member} public void List() {{ }}", above=f'{above}\n[Route("a")]'))
    assert found["GET /a"].auth is expected


FALLBACK = """
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthorization(options => {
    options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
});
var app = builder.Build();
app.MapControllers();
app.MapGet("/free", () => 1).AllowAnonymous();
app.MapGet("/held", () => 1);
"""


def test_a_fallback_policy_holds_for_what_says_nothing() -> None:
    found = endpoints(Program=FALLBACK, A=controller("[HttpGet] public void List() { }"))
    assert {label: e.auth for label, e in found.items()} == {
        "GET /free": Auth.NONE, "GET /held": Auth.REQUIRED, "GET /orders": Auth.REQUIRED,
    }  # fmt: skip


@pytest.mark.parametrize(
    "setup",
    [
        "builder.Services.AddAuthorization(o => o.FallbackPolicy = o.DefaultPolicy);",
        "builder.Services.AddAuthorization(o => { o.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build(); });",
        "builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());",
    ],
)  # fmt: skip
def test_ways_to_set_a_fallback_policy(setup: str) -> None:
    services = f"public static class Setup {{ public static void AddAuth(this IServiceCollection s) {{ {setup.replace('builder.Services', 's')} }} }}"
    own = controller("[HttpGet] public void List() { }")
    assert endpoints(Program=minimal(setup), A=own)["GET /orders"].auth is Auth.REQUIRED
    assert endpoints(Program=minimal(""), A=own, Setup=services)["GET /orders"].auth is Auth.REQUIRED


def test_what_one_application_demands_is_nothing_to_another() -> None:
    found = endpoints(
        A__Program=FALLBACK,
        B__Program=minimal("app.MapControllers();"),
        B__X=controller("[HttpGet] public void List() { }"),
    )
    assert found["GET /orders"].auth is Auth.NONE


def test_all_controllers_behind_a_login() -> None:
    found = endpoints(
        Program=minimal('app.MapControllers().RequireAuthorization();\napp.MapGet("/x", () => 1);'),
        A=controller("[HttpGet] public void List() { }\n[HttpPost] [AllowAnonymous] public void Add() { }"),
    )
    assert {label: e.auth for label, e in found.items()} == {
        "GET /orders": Auth.REQUIRED, "POST /orders": Auth.NONE, "GET /x": Auth.NONE,
    }  # fmt: skip


def test_middleware_of_the_project_that_may_check_callers_leaves_it_open() -> None:
    found = endpoints(Program=minimal('app.UseMiddleware<ApiKeyMiddleware>();\napp.MapGet("/x", () => 1);'))
    assert found["GET /x"].auth is Auth.UNKNOWN


# -- inputs and answers ----------------------------------------------------------------------------------------------


def test_parameters_are_bound_by_attribute_path_and_type() -> None:
    found = endpoints(
        A=controller("""
        [HttpPut("{id}")] public IActionResult Put(int id, [FromQuery(Name = "q")] string query, OrderDto order,
            [FromHeader] string tenant, [FromServices] IClock clock, CancellationToken ct) => NoContent();
        """)
    )["PUT /orders/{id}"]
    assert {(p.name, p.place) for p in found.params} == {
        ("id", In.PATH), ("q", In.QUERY), ("tenant", In.HEADER),
    }  # fmt: skip
    assert found.body is not None
    assert found.body.type == "OrderDto"
    assert found.success == (204,)


def test_results_say_their_statuses() -> None:
    found = endpoints(
        A=controller("""
        [HttpPost] public async Task<ActionResult<Order>> Add(OrderDto dto) {
            if (!ModelState.IsValid) return BadRequest(ModelState);
            if (dto.Total < 0) return Problem("negative", statusCode: StatusCodes.Status422UnprocessableEntity);
            if (dto.Old) return StatusCode((int)HttpStatusCode.Gone);
            return CreatedAtAction(nameof(Get), new { id = 1 }, dto);
        }
        [HttpGet("{id}")] public async Task<ActionResult<Order>> Get(int id) {
            var order = await orders.Find(id);
            return order is null ? NotFound() : order;
        }
        [HttpGet] public List<Order> List() => orders.All();
        [HttpDelete("{id}")] public IActionResult Delete(int id) => orders.Drop(id);
        """)
    )
    assert found["POST /orders"].statuses == (201, 400, 410, 422)
    assert 404 in found["GET /orders/{id}"].statuses
    assert found["GET /orders"].statuses == (200,)
    assert found["DELETE /orders/{id}"].statuses == ()


def test_a_mediator_is_followed_to_the_handler_and_its_failures() -> None:
    found = endpoints(
        A=controller("""
        private readonly IMediator _mediator;
        [HttpGet("{id}")] public Task<Order> Get(int id) => _mediator.Send(new Details.Query(id));
        """),
        Details="""
        namespace Shop;
        public class Details {
            public record Query(int Id) : IRequest<Order>;
            public class Handler(AppDb db) : IRequestHandler<Query, Order> {
                public async Task<Order> Handle(Query request, CancellationToken ct) {
                    throw new RestException(HttpStatusCode.NotFound, new { });
                }
            }
        }""",
    )
    assert found["GET /orders/{id}"].statuses == (200, 404)


def test_failures_have_the_status_that_a_handler_gives_them() -> None:
    found = endpoints(
        A=controller("[HttpGet] public string Get() { throw new MissingException(); }"),
        Errors="""
        public class Errors : IExceptionHandler {
            public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken ct) {
                context.Response.StatusCode = exception switch {
                    MissingException => StatusCodes.Status404NotFound,
                    _ => StatusCodes.Status500InternalServerError,
                };
                return true;
            }
        }""",
    )
    assert 404 in found["GET /orders"].statuses


def test_half_typed_code_keeps_the_routes_before_it() -> None:
    found = extracted(
        controller('[HttpGet("a")] public void A() { }\n[HttpGet("b")] public void B() { if (').rstrip("}\n")
    )
    assert [r.path for r in found.routes][:1] == [("a",)]
