"""ASP.NET Core: statuses that failures become, wherever the application says so; fallback policies; OData."""

import pytest
from tests.frameworks.test_aspnet import USINGS, controller, endpoints, minimal
from tests.harness.engine import read

from persona_lsp.workspace.snapshot import Auth

THROWS = controller("[HttpGet] public string Get() { throw new MissingException(); }")
BRANCH = "MissingException => StatusCodes.Status404NotFound, _ => 500"
ERROR = "var ex = context.Features.Get<IExceptionHandlerFeature>()?.Error;"


def statuses(**files: str) -> tuple[int, ...]:
    return endpoints(A=THROWS, **files)["GET /orders"].statuses


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (f"app.UseExceptionHandler(b => b.Run(async context => {{ {ERROR} context.Response.StatusCode = ex switch {{ {BRANCH} }}; }}));", (404,)),
        (f"app.UseExceptionHandler(b => {{ b.Run(async context => {{ {ERROR} if (ex is MissingException) {{ context.Response.StatusCode = 404; }} }}); }});", (404,)),
        (f"app.UseExceptionHandler(new ExceptionHandlerOptions {{ StatusCodeSelector = ex => ex switch {{ {BRANCH} }} }});", (404,)),
        (f"builder.Services.Configure<ExceptionHandlerOptions>(o => o.StatusCodeSelector = ex => ex switch {{ {BRANCH} }});", (404,)),
        ("builder.Services.AddProblemDetails(o => { o.MapToStatusCode<MissingException>(StatusCodes.Status404NotFound); });", (404,)),
        ("builder.Services.AddProblemDetails(o => { o.Map<MissingException>(ex => new ProblemDetails { Status = 404 }); });", (404,)),
        ('app.UseExceptionHandler("/error");', ()),
        ("mapper.Map<OrderDto>(order);", ()),
        # A branch elsewhere is no answer.
        (f"log.Level = ex switch {{ {BRANCH} }};", ()),
    ],
)  # fmt: skip
def test_what_the_program_makes_of_failures(code: str, found: tuple[int, ...]) -> None:
    assert statuses(Program=minimal(code)) == found


TABLE = """
public class Errors : IExceptionHandler
{
    private readonly Dictionary<Type, Func<HttpContext, Exception, Task>> _handlers;
    public Errors() { _handlers = new() { %s }; }
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception e, CancellationToken ct)
    {
        await _handlers[e.GetType()].Invoke(context, e);
        return true;
    }
    private async Task Missing(HttpContext context, Exception e) { context.Response.StatusCode = StatusCodes.Status404NotFound; }
    private async Task Either(HttpContext context, Exception e) { context.Response.StatusCode = e.Data.Count > 0 ? 409 : 400; }
}
"""


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("{ typeof(MissingException), Missing }", (404,)),
        ("[typeof(Shop.MissingException)] = Missing", (404,)),
        ("{ typeof(MissingException), Either }", ()),
        ("{ typeof(OtherException), Missing }", ()),
    ],
)
def test_a_table_names_the_method_that_answers_for_a_failure(row: str, found: tuple[int, ...]) -> None:
    assert statuses(Errors=TABLE % row) == found


BASE = """
namespace Shop;
public abstract class ShopException : Exception { public virtual HttpStatusCode StatusCode { get; } }
"""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('public MissingException() : base(HttpStatusCode.NotFound, "none") { }', (404,)),
        ("public override HttpStatusCode StatusCode => HttpStatusCode.Gone;", (410,)),
        ("public int Status { get; } = 404;", (404,)),
        ("public MissingException(HttpStatusCode code) : base(code) { }", ()),
        ('public MissingException() : base("404") { }', ()),
    ],
)
def test_a_failure_may_carry_its_status(body: str, found: tuple[int, ...]) -> None:
    own = f"namespace Shop;\npublic class MissingException : ShopException {{ {body} }}"
    assert statuses(MissingException=own, ShopException=BASE) == found


def test_what_a_handler_says_of_a_base_holds_for_what_derives_from_it() -> None:
    handler = """
    public class Errors : IExceptionHandler {
        public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception e, CancellationToken ct) {
            context.Response.StatusCode = e switch { ShopException => 409, _ => 500 };
            return true;
        }
    }
    """
    files = {
        "Errors": handler, "ShopException": BASE, "Absent": "namespace Shop;\npublic class Absent : ShopException { }",
    }  # fmt: skip
    own = "namespace Shop;\npublic class MissingException : %s { }"
    assert statuses(MissingException=own % "ShopException", **files) == (409,)
    assert statuses(MissingException=own % "Exception", **files) == ()


# -- what a library sets up ------------------------------------------------------------------------------------------

SETUP = """
public static class Setup
{
    public static void AddAuth(this IServiceCollection services)
    {
        services.AddAuthorization(o => o.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }
}
"""


def test_a_policy_of_a_library_that_the_application_refers_to_leaves_it_open() -> None:
    def auth(reference: str) -> Auth:
        sources = {
            "Shop/Shop.csproj": f'<Project Sdk="Microsoft.NET.Sdk.Web">{reference}</Project>'.encode(),
            "Shop/Program.cs": minimal("app.MapControllers();").encode(),
            "Shop/A.cs": controller("[HttpGet] public IActionResult List() => Ok();").encode(),
            "Common/Common.csproj": b"<Project></Project>",
            "Common/Setup.cs": SETUP.encode(),
        }
        (endpoint,) = read(sources).snapshot.endpoints
        return endpoint.auth

    assert auth('<ProjectReference Include="..\\Common\\Common.csproj" />') is Auth.UNKNOWN
    assert auth("") is Auth.NONE


@pytest.mark.parametrize("filter_", ["new AuthorizeFilter()", "new AuthorizeFilter(policy)"])
def test_a_filter_for_all_controllers(filter_: str) -> None:
    program = f"builder.Services.AddControllers(o => o.Filters.Add({filter_}));\n"
    typed = "builder.Services.AddControllers(o => o.Filters.Add<AuthorizeFilter>());\n"
    own = controller("[HttpGet] public IActionResult List() => Ok();")
    assert endpoints(A=own, Program=minimal(program))["GET /orders"].auth is Auth.REQUIRED
    assert endpoints(A=own, Program=minimal(typed))["GET /orders"].auth is Auth.REQUIRED


# -- OData -----------------------------------------------------------------------------------------------------------

PRODUCTS = (
    USINGS
    + """
public class ProductsController : ODataController
{
    [EnableQuery] public IActionResult Get() => Ok(db.Products);
    [EnableQuery] public IActionResult GetProduct([FromODataUri] int key) => Ok(db.Products.Find(key));
    [HttpPost] public IActionResult Post([FromBody] Product product) => Created(product);
    [Authorize] public IActionResult Delete(int key) => NoContent();
    public IActionResult Recalculate(int key) => Ok();
    public IActionResult GetOther() => Ok();
}
"""
)
MODEL = """
var model = new ODataConventionModelBuilder();
model.EntitySet<Product>("%s");
builder.Services.AddControllers().AddOData(o => o.AddRouteComponents(%s));
app.MapControllers();
"""


def test_actions_of_odata_are_served_by_the_sets_of_the_model() -> None:
    found = endpoints(A=PRODUCTS, Program=minimal(MODEL % ("Products", '"odata", model.GetEdmModel()')))
    assert {label: (e.statuses, e.auth.value) for label, e in found.items()} == {
        "GET /odata/Products": ((200,), "none"),
        "GET /odata/Products({key})": ((200,), "none"),
        "POST /odata/Products": ((201,), "none"),
        "DELETE /odata/Products({key})": ((204,), "required"),
    }
    assert "GET /Products" in endpoints(A=PRODUCTS, Program=minimal(MODEL % ("Products", "model.GetEdmModel()")))


@pytest.mark.parametrize(("set_", "prefix"), [("Others", '"odata", model'), ("Products", "settings.Path, model")])
def test_without_a_set_or_its_place_nothing_is_served(set_: str, prefix: str) -> None:
    assert endpoints(A=PRODUCTS, Program=minimal(MODEL % (set_, prefix))) == {}
