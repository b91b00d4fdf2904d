"""ASP.NET Core: actions that override those of a base, statuses that only documentation tells, who is looked for below."""

import pytest
from tests.harness.engine import read

from persona_lsp.workspace.snapshot import Auth, Endpoint

BASE = """using Microsoft.AspNetCore.Mvc;
namespace Shop.Web.Base;
[Route("api/[controller]")]
[ApiController]
public abstract class Crud<TKey, TItem> : ControllerBase where TItem : class
{
    [HttpGet]
    public virtual async Task<IActionResult> List() { return Ok(await items.AllAsync()); }

    [HttpPost]
    public virtual async Task<IActionResult> Add(TItem item) { return Created("", item); }

    [HttpDelete("{id}")]
    public virtual IActionResult Remove(TKey id) => NoContent();
}
"""
BOOKS = """using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Shop.Web.Base;
namespace Shop.Web;
public class BooksController : Crud<int, Book>
{
    [Authorize(Policy = "books.read")]
    public override Task<IActionResult> List() { return base.List(); }

    [Authorize]
    public override async Task<IActionResult> Add(Book book) => await base.Add(book);
}
"""
OPEN = """using Microsoft.AspNetCore.Authorization;
using Shop.Web.Base;
namespace Shop.Web;
[Authorize]
public class TagsController : Crud<string, Tag>
{
    [AllowAnonymous]
    public override Task<IActionResult> List() => base.List();
    public override IActionResult Remove(string id) { if (id == "") { return Conflict(); } return base.Remove(id); }
}
"""


def served(**files: str) -> dict[str, Endpoint]:
    sources = {f"src/Web/{name}.cs": source.encode() for name, source in files.items()}
    return {e.label: e for e in read(sources).snapshot.endpoints}


def test_attributes_of_an_override_count_and_its_base_answers() -> None:
    found = served(Crud=BASE, BooksController=BOOKS)
    assert {k: (e.auth, e.success) for k, e in found.items()} == {
        "GET /api/Books": (Auth.REQUIRED, (200,)),
        "POST /api/Books": (Auth.REQUIRED, (201,)),
        "DELETE /api/Books/{id}": (Auth.NONE, (204,)),
    }


def test_an_override_may_open_what_its_class_closes() -> None:
    found = served(Crud=BASE, TagsController=OPEN)
    assert {k: (e.auth, e.statuses) for k, e in found.items()} == {
        "GET /api/Tags": (Auth.NONE, (200,)),
        "POST /api/Tags": (Auth.REQUIRED, (201,)),
        "DELETE /api/Tags/{id}": (Auth.REQUIRED, (204, 409)),
    }


MINIMAL = """using Microsoft.AspNetCore.Builder;
var app = WebApplication.Create(args);
app.MapPost("/books", async (Add command, IMediator mediator) => { return await mediator.Send(command); })%s;
app.Run();
"""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", (200,)),
        (".Produces(StatusCodes.Status201Created)", (201,)),
        (".Produces<Book>(201).ProducesProblem(409)", (201,)),
        (".ProducesValidationProblem()", (200,)),
        (".Produces(200).Produces(202)", (200, 202)),
    ],
)
def test_what_a_route_says_to_produce_tells_what_nobody_knows(said: str, expected: tuple[int, ...]) -> None:
    (found,) = served(Program=MINIMAL % said).values()
    assert found.success == expected


def test_what_is_known_to_be_sent_is_told_by_code() -> None:
    source = MINIMAL.replace("return await mediator.Send(command);", "return Results.NoContent();")
    (found,) = served(Program=source % ".Produces(201)").values()
    assert found.success == (204,)


HANDLED = """using MediatR;
namespace Shop;
public record Add(string Title) : IRequest<IResult>;
public class AddHandler : IRequestHandler<Add, IResult>
{
    public async Task<IResult> Handle(Add request, CancellationToken token)
    {
        if (request.Title == "") { return Results.ValidationProblem(problems); }
        return Results.Created("/books", null);
    }
}
"""


def test_the_result_that_a_mediator_brings_is_the_answer() -> None:
    (found,) = served(Program=MINIMAL % "", Add=HANDLED).values()
    assert found.statuses == (201, 400)


PROFILES = """using MediatR;
using Microsoft.AspNetCore.Mvc;
namespace Shop;
[Route("api/readers")]
public class ReadersController(IMediator mediator) : ControllerBase
{
    [HttpGet("{username}")]
    public Task<Reader> Get(string username) => mediator.Send(new Details(username));

    [HttpPost("token")]
    public async Task<IActionResult> Refresh(Tokens tokens) => Ok(await service.RefreshAsync(tokens));

    private readonly TokenService service;
}
public record Details(string Username) : IRequest<Reader>;
public class DetailsHandler(IReaders readers) : IRequestHandler<Details, Reader>
{
    public Task<Reader> Handle(Details request, CancellationToken token) => readers.Of(request.Username);
}
public interface IReaders { Task<Reader> Of(string username); }
public class Readers(IHttpContextAccessor accessor) : IReaders
{
    public async Task<Reader> Of(string username)
    {
        var own = accessor.HttpContext?.User.Identity?.Name;
        return new Reader(username, username == own);
    }
}
public class TokenService
{
    public async Task<Tokens> RefreshAsync(Tokens tokens)
    {
        var held = HeldIn(tokens.Access);
        var name = held.FindFirstValue(ClaimTypes.Name);
        return new Tokens(name);
    }
    private ClaimsPrincipal HeldIn(string token) => handler.ValidateToken(token, rules, out var _);
}
"""


def test_who_calls_may_be_looked_for_below_the_handler() -> None:
    """Claims of a token in the body are nobody's who calls."""
    found = served(Readers=PROFILES)
    assert {k: e.auth for k, e in found.items()} == {
        "GET /api/readers/{username}": Auth.OPTIONAL,
        "POST /api/readers/token": Auth.NONE,
    }
