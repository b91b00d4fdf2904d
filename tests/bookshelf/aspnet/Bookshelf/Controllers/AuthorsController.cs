using Bookshelf.Contracts;
using Bookshelf.Data;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Bookshelf.Controllers;

[Route(ApiPaths.Root + "/authors")]
public class AuthorsController(BookshelfContext context) : ApiController
{
    /// <summary>Lists all authors.</summary>
    [HttpGet]
    public async Task<ActionResult<List<AuthorView>>> List(CancellationToken cancellationToken)
    {
        return await context.Authors.Select(a => new AuthorView(a.Id, a.Name)).ToListAsync(cancellationToken);
    }
}
