"""ASP.NET Core: what a name means where a workspace holds several projects, and attributes that bring templates."""

import pytest
from tests.frameworks.test_aspnet import USINGS, controller, endpoints, labels
from tests.harness.engine import read

from persona_lsp.workspace.snapshot import Auth

PROGRAM = "using Modules;\nnamespace Shop;\nvar app = WebApplication.CreateBuilder(args).Build();\napp.MapModules();\n"
API = """
namespace Shop.Orders.Api;
public static class Endpoints
{
    public static void MapOrders(this IEndpointRouteBuilder app) => app.MapGet(Paths.List, () => 1);
}
internal static class Paths { internal const string List = $"{Root.Path}/orders"; }
"""
ROOT = 'namespace Shop.Common;\npublic static class Root { public const string Path = "%s"; }\n'
MODULES = """
namespace Shop.Modules;
using Orders.Api;
public static class Registry { public static void MapModules(this WebApplication app) { app.MapOrders(); } }
"""


def project(*references: str) -> bytes:
    items = "".join(f'<ProjectReference Include="{r}" />' for r in references)
    return f'<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>{items}</ItemGroup></Project>'.encode()


def copy(folder: str, root: str, *, common: str = "Common") -> dict[str, bytes]:
    """One application of three projects; another copy of it declares types of the same names."""
    return {
        f"{folder}/Shop/Shop.csproj": project("..\\Orders.Api\\Orders.Api.csproj"),
        f"{folder}/Shop/Program.cs": PROGRAM.encode(),
        f"{folder}/Shop/Modules/Registry.cs": MODULES.encode(),
        f"{folder}/Orders.Api/Orders.Api.csproj": project(f"..\\{common}\\Common.csproj"),
        f"{folder}/Orders.Api/Endpoints.cs": b"using Shop.Common;\n" + API.encode(),
        f"{folder}/{common}/Common.csproj": project(),
        f"{folder}/{common}/Root.cs": (ROOT % root).encode(),
    }


def served(sources: dict[str, bytes]) -> list[str]:
    return sorted(e.label for e in read(sources).snapshot.endpoints if e.path_known)


def test_each_copy_of_an_application_means_its_own_projects() -> None:
    assert served(copy("one", "a") | copy("two", "b")) == ["GET /a/orders", "GET /b/orders"]


def test_a_project_means_those_that_it_refers_to() -> None:
    """The type of the same name that stands nearer belongs to a project that nobody refers to."""
    near = {"one/Orders.Api.Old/Old.csproj": project(), "one/Orders.Api.Old/Root.cs": (ROOT % "old").encode()}
    assert served(copy("one", "a", common="lib/Common") | near) == ["GET /a/orders"]


def test_a_reference_that_is_made_of_properties_leaves_the_choice_to_the_nearest() -> None:
    sources = copy("one", "a") | copy("two", "b")
    sources["one/Orders.Api/Orders.Api.csproj"] = project("$(Root)\\Common.csproj")
    assert served(sources) == ["GET /a/orders", "GET /b/orders"]


def test_an_application_that_is_disposed_of_is_one() -> None:
    program = 'await using var app = WebApplication.CreateBuilder(args).Build();\napp.MapGet("/x", () => 1);\nawait app.RunAsync();'
    assert labels(Program=program) == ["GET /x"]
    held = program.replace("await using var app = ", "using (var app = ").replace("Build();", "Build()) {", 1) + " }"
    assert labels(Program=held) == ["GET /x"]


@pytest.mark.parametrize(
    "set_", [".AddEndpointFilter<AutoValidationEndpointFilter>()", ".CacheOutput()", ".Finally(b => { })"]
)
def test_what_is_set_for_a_group_leaves_it_the_group(set_: str) -> None:
    program = (
        'var app = WebApplication.CreateBuilder(args).Build();\nvar orders = app.MapGroup("orders")%s.WithTags("x");\n'
    )
    assert labels(Program=program % set_ + 'orders.MapGet("{id}", (int id) => id);') == ["GET /orders/{id}"]


# -- attributes of the project that bring a template -----------------------------------------------------------------

API_V1 = """
using Microsoft.AspNetCore.Mvc;
namespace Shop;
public class ApiV1Attribute : RouteAttribute
{
    private const string Base = "api/v1/";
    public ApiV1Attribute() : base(Base + "[controller]") { }
    public ApiV1Attribute(string name) : base($"{Base}{name}/all") { }
}
"""


@pytest.mark.parametrize(
    ("above", "found"),
    [
        ("[ApiV1]", ["GET /api/v1/Orders/{id}"]),
        ("[ApiV1Attribute]", ["GET /api/v1/Orders/{id}"]),
        ('[ApiV1("shop")]', ["GET /api/v1/shop/all/{id}"]),
        ("[ApiV1(Names.Shop)]", ["GET /api/v1/store/all/{id}"]),
        # What nobody declares, or is given in another way, may be anything.
        ("[ApiV2]", []),
        ('[ApiV1(name: "shop")]', []),
        ('[ApiV1("shop", 2)]', []),
        # What checks keys has no say in where a controller is reached.
        ('[ApiKey]\n[Route("orders")]', ["GET /orders/{id}"]),
    ],
)
def test_an_attribute_that_derives_from_the_route_brings_its_template(above: str, found: list[str]) -> None:
    assert (
        labels(
            A=controller('[HttpGet("{id}")] public void One(int id) { }', above=above),
            Attribute=API_V1,
            Names='namespace Shop;\npublic static class Names { public const string Shop = "store"; }',
        )
        == found
    )


def test_an_attribute_that_checks_keys_brings_no_template() -> None:
    pattern = (
        'var app = WebApplication.CreateBuilder(args).Build();\napp.MapControllerRoute("x", "{controller}/{action}");'
    )
    source = USINGS + "[ApiKey]\npublic class OrdersController : Controller { [HttpGet] public void List() { } }"
    assert list(endpoints(A=source, Program=pattern)) == ["GET /Orders/List"]


# -- controllers -----------------------------------------------------------------------------------------------------

FIRST = '[Route("stores")]\n[Authorize]\npublic partial class StoresController : Controller {{ {} }}'
SECOND = "public partial class StoresController {{ {} }}"
LIST = '[HttpGet("{id}")] public IActionResult Show(string id) => Ok(id);'
DROP = '[HttpDelete("{id}")] public IActionResult Drop(string id) => NoContent();'


def test_a_class_in_parts_is_one_controller() -> None:
    head = "using Microsoft.AspNetCore.Mvc;\nnamespace Shop;\n"
    found = endpoints(A=head + FIRST.format(LIST), B=head + SECOND.format(DROP))
    assert {label: e.auth for label, e in found.items()} == {
        "GET /stores/{id}": Auth.REQUIRED, "DELETE /stores/{id}": Auth.REQUIRED,
    }  # fmt: skip
    apart = endpoints(A=head + FIRST.format(LIST), Other__B=head + SECOND.format(DROP))
    assert "DELETE /stores/{id}" not in apart


def test_the_parts_of_a_class_share_what_its_base_says() -> None:
    head = "using Microsoft.AspNetCore.Mvc;\nnamespace Shop;\n"
    base = head + '[Route("shop/[controller]")]\npublic abstract class BaseController : Controller { }'
    first = "public partial class StoresController : BaseController { " + LIST + " }"
    found = endpoints(Base=base, A=head + first, B=head + SECOND.format(DROP))
    assert sorted(found) == ["DELETE /shop/Stores/{id}", "GET /shop/Stores/{id}"]


def test_a_parameter_called_action_takes_the_name_of_the_action() -> None:
    members = "[HttpGet] public IActionResult Show() => Ok();\n[HttpGet] public IActionResult Other() => Ok();"
    found = endpoints(A=controller(members, above='[Route("account/{action:lowercase=Show}")]'))
    assert sorted(found) == ["GET /account/Other", "GET /account/Show"]


def test_an_absolute_template_has_no_parameters_of_the_class() -> None:
    move = '[HttpPost("~/move")] public IActionResult Move(string id) => Ok(id);'
    (moved,) = endpoints(A=controller(move, above='[Route("portal/{id}")]')).values()
    assert [(p.name, p.place) for p in moved.params] == [("id", "query")]


def test_a_switch_of_an_attribute_is_no_template() -> None:
    get = '[HttpGet("a")] public IActionResult Get() => Ok();'
    found = endpoints(A=controller(get, above="[ApiModelChecks(true)]"))
    assert sorted(found) == ["GET /a"]


def test_attributes_of_the_project_may_choose_between_actions() -> None:
    members = (
        '[HttpGet("{id}")] [MediaTypeConstraint("text/html")] public IActionResult Page(string id) => Ok(id);\n'
        '[HttpGet("{id}")] public IActionResult Data(string id) => Ok(id);'
    )
    found = read({"src/Shop/A.cs": controller(members).encode()}).snapshot.endpoints
    assert [bool(e.route.variants) for e in found] == [True, False]


@pytest.mark.parametrize(
    ("set_", "statuses"),
    [
        ("", (200,)),
        ("gone.StatusCode = 410;", (410,)),
        ("gone.StatusCode = StatusCodes.Status410Gone;", (410,)),
        ("gone.StatusCode = chosen;", ()),
        ("other.StatusCode = 410;", (200,)),
    ],
)
def test_a_status_may_be_set_on_what_is_returned_later(set_: str, statuses: tuple[int, ...]) -> None:
    get = f'[HttpGet("a")] public IActionResult Get() {{ var gone = Ok(new Error()); {set_} return gone; }}'
    (found,) = endpoints(A=controller(get)).values()
    assert found.statuses == statuses
