"""ASP.NET Core: what middleware of the project demands of callers, wherever it stands."""

import pytest
from tests.frameworks.test_aspnet import controller, endpoints, minimal

from persona_lsp.workspace.snapshot import Auth

GATE = """
namespace Shop;
public class KeyGate
{
    private const string KeyHeader = "X-Api-Key";
    private readonly RequestDelegate _next;
    public KeyGate(RequestDelegate next) { _next = next; }
    public async Task InvokeAsync(HttpContext context) { %s }
    private async Task Check(HttpContext context, RequestDelegate next, string key)
    {
        if (string.IsNullOrEmpty(key)) { context.Response.StatusCode = 401; return; }
        await next(context);
    }
}
"""
REFUSES = "context.Response.StatusCode = StatusCodes.Status401Unauthorized;"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f'if (!context.Request.Headers.TryGetValue(KeyHeader, out var key)) {{ {REFUSES} return; }} if (!settings.Key.Equals(key)) {{ {REFUSES} return; }} await _next(context);', "required"),
        (f'var token = context.Request.Headers["Authorization"].FirstOrDefault()?.Split(" ").Last(); if (token == null) {{ {REFUSES} await context.Response.WriteAsync("who?"); return; }} await _next(context);', "required"),
        (f'if (context.Request.Headers["X-Api-Key"] != settings.Key) {{ {REFUSES} return; }} await _next.Invoke(context);', "required"),
        (f'if (!context.User.Identity.IsAuthenticated) {{ {REFUSES} return; }} await _next(context);', "required"),
        ('await Check(context, _next, context.Request.Headers["X-Api-Key"]);', "required"),
        ('if (key == "x") { context.Response.StatusCode = 404; return; } throw new UnauthorizedAccessException();', "required"),
        # Whoever brings nothing passes, with or without a look at what others bring.
        ('var token = context.Request.Headers["Authorization"].FirstOrDefault(); if (token != null) { context.User = read(token); } await _next(context);', "none"),
        ('if (context.Request.Headers.ContainsKey("X-Api-Key")) { await Check(context, _next, "x"); } else { await _next(context); }', "none"),
        ("context.Items[\"id\"] = Guid.NewGuid(); await _next(context);", "none"),
        # Some pass for another reason; some calls are followed by nobody.
        (f'if (!context.Request.Path.StartsWithSegments("/api")) {{ await _next(context); return; }} {REFUSES}', "unknown"),
        ("await gates.Check(context); await _next(context);", "unknown"),
        ("foreach (var gate in gates) { gate.Pass(); } await _next(context);", "unknown"),
        (f'try {{ tokens.Verify(context.Request.Headers["Authorization"]); }} catch (Exception) {{ {REFUSES} return; }} await _next(context);', "unknown"),
    ],
)  # fmt: skip
def test_middleware_is_followed_as_a_request_without_a_credential_is(body: str, expected: str) -> None:
    program = minimal('app.UseMiddleware<KeyGate>();\napp.MapGet("/x", () => 1);')
    assert endpoints(Program=program, Gate=GATE % body)["GET /x"].auth.value == expected


def test_a_name_that_says_nothing_is_no_reason_to_doubt() -> None:
    program = minimal('app.UseMiddleware<%s>();\napp.MapGet("/x", () => 1);')
    unclear = """
    public class Timing(RequestDelegate next) {
        public async Task InvokeAsync(HttpContext context) { await clocks.Measure(context); await next(context); }
    }
    """
    assert endpoints(Program=program % "Timing", Gate=unclear)["GET /x"].auth is Auth.NONE
    assert endpoints(Program=program % "Elsewhere.Timing")["GET /x"].auth is Auth.NONE
    assert endpoints(Program=program % "Elsewhere.TokenGate")["GET /x"].auth is Auth.UNKNOWN
    sure = (GATE % f"{REFUSES} return;").replace("KeyGate", "Timing")
    assert endpoints(Program=program % "Timing", Gate=sure)["GET /x"].auth is Auth.REQUIRED


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('app.UseMiddleware<KeyGate>();', Auth.REQUIRED),
        ("app.UseDatabase();", Auth.NONE),
        ("app.UseTokenThings();", Auth.UNKNOWN),
    ],
)  # fmt: skip
def test_a_method_that_puts_middleware_there_is_followed_into_another_project(body: str, expected: Auth) -> None:
    """`UseShopAccess` sounds like a check of callers; its code says whether it is one."""
    found = endpoints(
        Shop__Program=minimal('app.UseShopAccess();\napp.MapGet("/x", () => 1);'),
        Common__Gate=GATE % f"{REFUSES} return;",
        Common__Extensions=f"""
        namespace Shop;
        public static class Extensions
        {{
            public static IApplicationBuilder UseShopAccess(this IApplicationBuilder app) {{ {body} return app; }}
        }}
        """,
    )
    assert found["GET /x"].auth is expected


@pytest.mark.parametrize(
    ("inline", "expected"),
    [
        ('async (context, next) => { if (!context.Request.Headers.ContainsKey("X-Api-Key")) { context.Response.StatusCode = 401; return; } await next(); }', Auth.REQUIRED),
        ("async (context, next) => { context.Items[\"a\"] = 1; await next(context); }", Auth.NONE),
        ("async (context, next) => { if (await tokens.Check(context)) { await next(); } }", Auth.UNKNOWN),
        ("async (context, next) => { await timing.Measure(context, next); }", Auth.NONE),
    ],
)  # fmt: skip
def test_middleware_that_stands_in_the_program(inline: str, expected: Auth) -> None:
    assert endpoints(Program=minimal(f'app.Use({inline});\napp.MapGet("/x", () => 1);'))["GET /x"].auth is expected


# -- attributes and filters of the project ---------------------------------------------------------------------------

ASKS = 'if (!context.HttpContext.Request.Headers.TryGetValue("X-Api-Key", out var key) || key != settings.Key) { %s }'
AUTHORIZES = """
namespace Shop;
public class %s : Attribute, IAsyncAuthorizationFilter
{
    public async Task OnAuthorizationAsync(AuthorizationFilterContext context) { %s }
}
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (ASKS % "context.Result = new UnauthorizedObjectResult(1);", Auth.REQUIRED),
        (ASKS % "context.Result = new StatusCodeResult(403); return;", Auth.REQUIRED),
        ("if (limits.Full()) { context.Result = new StatusCodeResult(429); return; }", Auth.NONE),
        ("if (context.HttpContext.Request.Headers.ContainsKey(\"X-Api-Key\")) { context.Result = new ForbidResult(); }", Auth.NONE),
        ("if (open) { return; } context.Result = new UnauthorizedResult();", Auth.UNKNOWN),
        ("await keys.Check(context); // 401", Auth.UNKNOWN),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["Gate", "ApiKey"])
def test_an_attribute_of_the_project_is_what_its_code_is(name: str, body: str, expected: Auth) -> None:
    own = controller(f'[HttpGet] [{name}] public string List() => "";')
    found = endpoints(A=own, B=AUTHORIZES % (f"{name}Attribute", body))["GET /orders"]
    assert found.auth is expected
    assert [g.name for g in found.guards] == ([name] if expected is not Auth.NONE else [])


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ("[Editor]", Auth.REQUIRED),
        ("[Timed]", Auth.NONE),
        ("[Nobody]", Auth.NONE),
        ("[ServiceFilter(typeof(KeyFilter))]", Auth.REQUIRED),
        ("[TypeFilter(typeof(TimedAttribute))]", Auth.NONE),
    ],
)
def test_attributes_by_what_they_derive_from_and_filters_by_their_type(above: str, expected: Auth) -> None:
    found = endpoints(
        A=controller('[HttpGet] public string List() => "";', above=f'{above}\n[Route("orders")]'),
        Editor='namespace Shop;\npublic class EditorAttribute : AuthorizeAttribute { public EditorAttribute() { Roles = "x"; } }',
        Timed="namespace Shop;\npublic class TimedAttribute : ActionFilterAttribute { public override void OnActionExecuting(ActionExecutingContext context) { watch.Start(); } }",
        Key="""
        namespace Shop;
        public class KeyFilter : IAsyncActionFilter
        {
            public async Task OnActionExecutionAsync(ActionExecutingContext context, ActionExecutionDelegate next)
            {
                var key = context.HttpContext.Request.Headers["X-Api-Key"].FirstOrDefault();
                if (string.IsNullOrEmpty(key)) { context.Result = new UnauthorizedResult(); return; }
                await next();
            }
        }
        """,
    )
    assert found["GET /orders"].auth is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('if (!c.HttpContext.Request.Headers.TryGetValue("X-Api-Key", out var k)) { return Results.Unauthorized(); } return await next(c);', Auth.REQUIRED),
        ('if (!c.HttpContext.Request.Headers.ContainsKey("X-Api-Key")) { return Results.Json(1, statusCode: 401); } return await next(c);', Auth.REQUIRED),
        ("if (!c.Arguments.Any()) { return Results.BadRequest(); } return await next(c);", Auth.NONE),
        ("return await next(c);", Auth.NONE),
    ],
)  # fmt: skip
def test_filters_of_endpoints_hold_for_their_group(body: str, expected: Auth) -> None:
    found = endpoints(
        Program=minimal('var g = app.MapGroup("a").AddEndpointFilter<ApiKeyFilter>();\ng.MapGet("x", () => 1);'),
        Filter="public class ApiKeyFilter : IEndpointFilter { public async ValueTask<object?> InvokeAsync("
        f"EndpointFilterInvocationContext c, EndpointFilterDelegate next) {{ {body} }} }}",
    )
    assert found["GET /a/x"].auth is expected


def test_a_module_of_carter_may_demand_a_login_for_all_of_its_routes() -> None:
    module = """
    public class Cats : CarterModule
    {
        public Cats() : base("/cats") { %s }
        public override void AddRoutes(IEndpointRouteBuilder app) { app.MapGet("/{id}", (int id) => id); }
    }
    """
    for code, expected in (("this.RequireAuthorization();", Auth.REQUIRED), ('WithTags("x");', Auth.NONE)):
        assert endpoints(Program=minimal("app.MapCarter();"), Cats=module % code)["GET /cats/{id}"].auth is expected


def test_the_fluent_bases_of_endpoint_classes() -> None:
    found = endpoints(
        Program=minimal("app.UseFastEndpoints();"),
        A='class A : Ep.Req<Ask>.Res<Told> { public override void Configure() { Get("/a/{id}"); Policies("x"); } '
        "public override async Task<Told> ExecuteAsync(Ask r, CancellationToken c) { return new Told(); } }",
        B='class B : Ep.NoReq.Res<Told> { public override void Configure() { Get("/b"); AllowAnonymous(); } }',
    )
    assert {label: e.auth for label, e in found.items()} == {"GET /a/{id}": Auth.REQUIRED, "GET /b": Auth.NONE}
