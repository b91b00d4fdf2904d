"""ASP.NET Core: what a name means where a workspace holds several projects, and attributes that bring templates."""

import pytest
from tests.frameworks.test_aspnet import USINGS, controller, endpoints, labels
from tests.harness.engine import read

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
