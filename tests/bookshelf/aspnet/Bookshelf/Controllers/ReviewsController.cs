using System.ComponentModel.DataAnnotations;
using Bookshelf.Contracts;
using Bookshelf.Data;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Bookshelf.Controllers;

[Route(ApiPaths.Reviews)]
public class ReviewsController(ReviewService reviews) : ApiController
{
    /// <summary>Lists the reviews of a book, a page at a time.</summary>
    [HttpGet]
    public async Task<List<ReviewView>> List(
        [FromRoute(Name = "book_id")] int bookId, [Range(1, 100)] int limit = 20, int offset = 0)
    {
        return await reviews.List(bookId, limit, offset);
    }

    /// <summary>Adds a review of a book.</summary>
    [HttpPost]
    [Authorize]
    public async Task<IActionResult> Create([FromRoute(Name = "book_id")] int bookId, ReviewRequest request)
    {
        var review = await reviews.Create(bookId, User.Identity!.Name!, request);

        return StatusCode(StatusCodes.Status201Created, review);
    }
}
