"""ASP.NET Core: endpoints that are registered because of their type, and what helpers in bases answer."""

from tests.frameworks.test_aspnet import APP, USINGS, controller, endpoints, labels

from persona_lsp.workspace.snapshot import Auth

ORDERS = """
public class Orders : {base}
{{
    {named}
    {modifiers} void Map({builder} app)
    {{
        {body}
    }}
    public static IResult List() => Results.Ok();
    public static IResult Create(Order order) => Results.Created("/", order);
}}
"""


def group(body: str, *, base: str = "IGroup", modifiers: str = "public static", builder: str = "RouteGroupBuilder", named: str = "") -> str:  # fmt: skip
    return ORDERS.format(base=base, named=named, modifiers=modifiers, builder=builder, body=body)


# -- generic methods -------------------------------------------------------------------------------------------------

GENERIC = """
public interface IEndpoint { static abstract void Map(IEndpointRouteBuilder app); }
public static class Extensions
{
    public static IEndpointRouteBuilder Add<T>(this IEndpointRouteBuilder app) where T : IEndpoint
    {
        T.Map(app);
        return app;
    }
}
"""


def test_a_generic_method_registers_the_type_that_it_is_given() -> None:
    found = labels(
        Program=APP + 'app.MapGroup("orders").Add<ListOrders>().Add<GetOrder>();\napp.MapGroup("cats").Add<ListCats>();\napp.Run();',
        Extensions=GENERIC,
        A='class ListOrders : IEndpoint { public static void Map(IEndpointRouteBuilder app) => app.MapGet("", () => 1); }',
        B='class GetOrder : IEndpoint { public static void Map(IEndpointRouteBuilder app) => app.MapGet("{id}", (int id) => 1); }',
        C='class ListCats : IEndpoint { public static void Map(IEndpointRouteBuilder app) => app.MapGet("", () => 1); }',
    )  # fmt: skip
    assert found == ["GET /cats", "GET /orders", "GET /orders/{id}"]


def test_an_object_of_the_type_is_made_first() -> None:
    found = labels(
        Program=APP + 'app.MapGroup("orders").Add<ListOrders>();\napp.MapGroup("cats").Add<ListCats>();',
        Extensions=GENERIC.replace("T.Map(app);", "var endpoint = Activator.CreateInstance<T>();\n endpoint.Map(app);"),
        A='class ListOrders : IEndpoint { public void Map(IEndpointRouteBuilder app) => app.MapGet("", () => 1); }',
        C='class ListCats : IEndpoint { public void Map(IEndpointRouteBuilder app) => app.MapGet("", () => 1); }',
    )
    assert found == ["GET /cats", "GET /orders"]


def test_a_type_that_registers_nothing_makes_no_endpoint() -> None:
    assert labels(Program=APP + 'app.MapGroup("orders").Add<Order>();', Extensions=GENERIC, A="class Order { }") == []


# -- reflection ------------------------------------------------------------------------------------------------------

REFLECTED = """
public interface IGroup { static virtual string? Prefix => null; static abstract void Map(RouteGroupBuilder group); }
public static class Extensions
{
    public static WebApplication MapGroups(this WebApplication app, Assembly assembly)
    {
        var types = assembly.GetExportedTypes().Where(t => t.IsAssignableTo(typeof(IGroup)));
        foreach (var type in types)
        {
            var name = type.Name;
            var prefix = type.GetProperty(nameof(IGroup.Prefix))?.GetValue(null) as string ?? $"/api/{name}";
            var group = app.MapGroup(prefix).WithTags(name);
            type.GetMethod(nameof(IGroup.Map))!.Invoke(null, [group]);
        }
        return app;
    }
}
"""


def test_groups_found_by_reflection_have_the_name_of_their_class() -> None:
    body = 'app.RequireAuthorization();\napp.MapGet(List);\napp.MapPost(Create, "new");'
    found = endpoints(
        Program=APP + "app.MapGroups(typeof(Program).Assembly);", Extensions=REFLECTED, Orders=group(body)
    )
    assert sorted(found) == ["GET /api/Orders", "POST /api/Orders/new"]
    assert {e.auth for e in found.values()} == {Auth.REQUIRED}
    assert found["POST /api/Orders/new"].statuses == (201,)


def test_a_property_of_the_class_takes_the_place_of_its_name() -> None:
    found = labels(
        Program=APP + "app.MapGroups(typeof(Program).Assembly);",
        Extensions=REFLECTED,
        Orders=group("app.MapGet(List);", named='public static string? Prefix => "/shop/orders";'),
    )
    assert found == ["GET /shop/orders"]


BASE = """
public abstract class GroupBase { public virtual string? Name { get; } public abstract void Map(WebApplication app); }
public static class Extensions
{
    public static RouteGroupBuilder MapGroup(this WebApplication app, GroupBase group)
    {
        var name = group.Name ?? group.GetType().Name;
        return app.MapGroup($"/api/{name}").WithTags(name);
    }
    public static WebApplication MapEndpoints(this WebApplication app)
    {
        foreach (var type in Assembly.GetExecutingAssembly().GetExportedTypes())
        {
            if (Activator.CreateInstance(type) is GroupBase instance)
            {
                instance.Map(app);
            }
        }
        return app;
    }
}
"""


def test_a_group_of_an_object_has_the_name_of_its_class() -> None:
    own = group("app.MapGroup(this).RequireAuthorization().MapGet(List).MapPost(Create);", base="GroupBase", modifiers="public override", builder="WebApplication")  # fmt: skip
    found = endpoints(Program=APP + "app.MapEndpoints();", Extensions=BASE, Orders=own)
    assert sorted(found) == ["GET /api/Orders", "POST /api/Orders"]
    assert found["GET /api/Orders"].auth is Auth.REQUIRED


def test_the_group_may_be_made_before_the_object_is_called() -> None:
    found = labels(
        Program=APP + "app.MapEndpoints();",
        Extensions=BASE.replace("instance.Map(app)", "instance.Map(app.MapGroup(instance))"),
        Orders=group("app.MapGet(List);", base="GroupBase", modifiers="public override", named='public override string? Name => "my-orders";'),
    )  # fmt: skip
    assert found == ["GET /api/my-orders"]


def test_a_group_of_an_object_that_no_method_makes_is_unknown() -> None:
    own = group("app.MapGroup(this).MapGet(List);", base="GroupBase", modifiers="public override", builder="WebApplication")  # fmt: skip
    extensions = (
        BASE[: BASE.index("    public static RouteGroupBuilder")] + BASE[BASE.index("    public static WebApp") :]
    )
    assert labels(Program=APP + "app.MapEndpoints();", Extensions=extensions, Orders=own) == []


# -- endpoint classes ------------------------------------------------------------------------------------------------


def test_endpoint_classes_in_groups_and_groups_in_groups() -> None:
    found = endpoints(
        Program=APP + 'app.UseFastEndpoints(c => { c.Endpoints.RoutePrefix = "api"; });',
        Groups="""
            public class Shop : Group { public Shop() { Configure("shop", ep => { ep.Roles("clerk"); }); } }
            public class Orders : SubGroup<Shop> { public Orders() { Configure("orders", ep => { }); } }
            public class Open : SubGroup<Shop> { public Open() { Configure("open", ep => ep.AllowAnonymous()); } }
        """,
        A='class A : EndpointWithoutRequest { public override void Configure() { Get("{id}"); Group<Orders>(); } }',
        B='class B : EndpointWithoutRequest { public override void Configure() { Get("all"); Group<Open>(); } }',
    )
    assert sorted(found) == ["GET /api/shop/open/all", "GET /api/shop/orders/{id}"]
    assert found["GET /api/shop/orders/{id}"].auth is Auth.REQUIRED
    assert found["GET /api/shop/open/all"].auth is Auth.NONE


def test_one_of_several_verbs_is_open_and_a_response_that_is_filled_in_is_sent() -> None:
    found = endpoints(
        Program=APP + "app.UseFastEndpoints();",
        A="""
            class Save : Endpoint<Request, Answer>
            {
                public override void Configure() { Verbs(Http.POST, Http.PUT); Routes("/save"); AllowAnonymous(Http.POST); }
                public override async Task HandleAsync(Request r, CancellationToken ct) { Response.Id = 1; }
            }
        """,
    )
    assert found["POST /save"].auth is Auth.NONE
    assert found["PUT /save"].auth is Auth.REQUIRED
    assert found["POST /save"].statuses == (200,)


# -- statuses --------------------------------------------------------------------------------------------------------


def test_a_local_function_behind_the_return_handles_the_request() -> None:
    found = endpoints(
        Program=APP + "app.MapCreate();",
        Create="""
            static class Create
            {
                static RouteHandlerBuilder MapCreate(this IEndpointRouteBuilder app)
                {
                    return app.MapPost("/orders", Handle).RequireAuthorization();
                    static async Task<Results<Created<Order>, ValidationProblem>> Handle(Order order)
                    {
                        return TypedResults.Created("/", order);
                    }
                }
            }
        """,
    )
    assert found["POST /orders"].statuses == (201,)


def test_a_helper_of_the_base_controller_answers() -> None:
    found = endpoints(
        Base=USINGS + """
            public class ApiController : ControllerBase
            {
                protected new IActionResult Response(object? data = null) => data is null ? NotFound() : Ok(data);
            }
        """,
        A=controller('[HttpGet] public IActionResult List() => Response(1);').replace(": ControllerBase", ": ApiController"),
    )  # fmt: skip
    assert found["GET /orders"].statuses == (200, 404)


def test_documentation_says_how_an_action_succeeds_whose_code_does_not() -> None:
    member = "[HttpPost] [ProducesResponseType(201)] [ProducesResponseType(409)] public IActionResult Add() => {};"
    assert endpoints(A=controller(member.format("_service.Add().ToResult()")))["POST /orders"].statuses == (201,)
    assert endpoints(A=controller(member.format("Ok()")))["POST /orders"].statuses == (200,)


def test_a_namespace_is_a_token_and_other_tokens_make_no_endpoint() -> None:
    def one(token: str) -> str:
        return controller("[HttpGet] public IActionResult List() => Ok();", above=f'[Route("api/[{token}]")]')

    assert labels(A=one("namespace")) == ["GET /api/Shop"]
    assert labels(A=one("feature")) == []


def test_a_handler_before_its_template_is_read_like_any_other() -> None:
    source = group('app.MapDelete(Drop, "{id}");').replace(
        "public static IResult List",
        "public static async Task<NoContent> Drop(ISender sender, int id)\n"
        "    {\n        await sender.Send(new DropOrder(id));\n        return TypedResults.NoContent();\n    }\n"
        "    public static IResult List",
    )
    found = endpoints(Program=APP + "app.MapGroups(typeof(Program).Assembly);", Extensions=REFLECTED, Orders=source)[
        "DELETE /api/Orders/{id}"
    ]
    assert found.statuses == (204,)
    assert found.handler is not None
    assert "id" in found.handler.names_read


def test_of_several_methods_of_a_name_the_one_that_takes_so_many_arguments_is_called() -> None:
    found = endpoints(
        A=controller("[HttpGet] public int List() => _orders.All(10, 2);").replace(
            "{\n[HttpGet]", "{\nprivate readonly Orders _orders;\n[HttpGet]", 1
        ),
        Orders="""
            class Orders
            {
                public int All() => throw new BadHttpRequestException("all", 501);
                public int All(int size, int page) => size;
            }
        """,
    )["GET /orders"]
    assert [c.key for c in found.callees] == ["Orders.All#1"]


def test_handlers_of_other_files_answer_what_their_type_says() -> None:
    found = endpoints(
        Program=APP + 'app.MapGet("/a", Handlers.A);\napp.MapPost("/b", Handlers.B);\napp.MapDelete("/c", Handlers.C);',
        Handlers="""
            public static class Handlers
            {
                public static async Task<List<int>> A() => new();
                public static async Task<IResult> B() { return Results.Created("/", 1); }
                public static async Task C(Store store) { await store.Drop(); }
            }
        """,
    )
    assert {label: e.statuses for label, e in found.items()} == {
        "GET /a": (200,), "POST /b": (201,), "DELETE /c": (200,)
    }  # fmt: skip


def test_a_result_that_is_turned_into_an_answer_is_known_where_both_ways_are_named() -> None:
    found = endpoints(
        Program=APP
        + """
        app.MapPost("/a", async (ISender s) => { var r = await s.Send(new Q()); return r.Match(Results.Created, Problems.Of); });
        app.MapPost("/b", async (ISender s) => (await s.Send(new Q())).ToMinimalApiResult());
        app.MapPost("/c", async (ISender s) => await s.Send(new Q()));
        """
    )
    assert {label: e.statuses for label, e in found.items()} == {"POST /a": (201,), "POST /b": (), "POST /c": (200,)}


def test_the_declared_type_says_how_a_result_succeeds_that_other_code_makes() -> None:
    handle = "public override async Task<{kind}> ExecuteAsync(Request r, CancellationToken ct) {{ return (await Send(r)).ToResult(); }}"
    endpoint = 'class A : Endpoint<Request> {{ public override void Configure() {{ Post("/a"); }} {handle} }}'
    for kind, expected in (
        ("Results<Created<Order>, ValidationProblem>", (201,)),
        ("NoContent", (204,)),
        ("Results<Ok<Order>, NoContent>", (200,)),
    ):
        source = endpoint.format(handle=handle.format(kind=kind))
        assert endpoints(Program=APP + "app.UseFastEndpoints();", A=source)["POST /a"].statuses == expected


# -- who may call ----------------------------------------------------------------------------------------------------

BASE_CONTROLLER = USINGS + '[ApiController] [Route("[controller]")] [Authorize]\npublic class BaseApiController : ControllerBase { }\n'  # fmt: skip


def test_what_a_base_controller_demands_holds_for_all_that_derive_from_it() -> None:
    own = "[HttpGet] public IActionResult List() => Ok();\n[AllowAnonymous] [HttpPost] public IActionResult Add() => Ok();"
    found = endpoints(
        Base=BASE_CONTROLLER,
        Middle=USINGS + "public class AdminController : BaseApiController { }",
        Orders=controller(own, above="").replace(": ControllerBase", ": AdminController"),
        Cats=controller(own, above='[Route("cats")]', name="CatsController"),
    )
    assert found["GET /Orders"].auth is Auth.REQUIRED
    assert found["POST /Orders"].auth is Auth.NONE
    assert found["GET /cats"].auth is Auth.NONE


def test_what_a_controller_demands_is_told_once() -> None:
    own = controller("[HttpGet] public IActionResult List() => Ok();", above='[Authorize]\n[Route("orders")]')
    assert [g.name for g in endpoints(A=own)["GET /orders"].guards] == ["Authorize"]


def test_an_attribute_of_the_project_demands_what_its_base_demands() -> None:
    member = "[HttpGet] [HasPermission(1)] public IActionResult List() => Ok();"
    attribute = "namespace Shop;\npublic class HasPermissionAttribute : {base} {{ }}"
    bases = (
        ("AuthorizeAttribute", Auth.REQUIRED), ("Attribute", Auth.UNKNOWN),
        # ASP.NET lets everybody pass; what the attribute asks for itself stands in its code.
        ("AuthorizeAttribute, IAllowAnonymous", Auth.UNKNOWN),
    )  # fmt: skip
    for base, expected in bases:
        found = endpoints(A=controller(member), B=attribute.format(base=base))
        assert found["GET /orders"].auth is expected
