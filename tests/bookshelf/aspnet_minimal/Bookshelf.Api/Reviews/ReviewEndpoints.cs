using System.Security.Claims;
using Bookshelf.Api.Data;
using MediatR;

namespace Bookshelf.Api.Reviews;

public static class ReviewEndpoints
{
    public static void Register(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/reviews", async (int book_id, BookStore books, ReviewStore reviews, int limit = 20, int offset = 0) =>
        {
            if (await books.Find(book_id) is null)
            {
                return Results.NotFound();
            }

            return Results.Ok(await reviews.Page(book_id, Math.Min(limit, 100), offset));
        });

        routes.MapPost("/reviews", async (int book_id, ReviewRequest request, ClaimsPrincipal user, ISender sender) =>
        {
            var review = await sender.Send(new AddReview(book_id, user.Identity!.Name!, request.Text));
            return Results.Created($"/api/books/{book_id}/reviews/{review.Id}", review);
        }).RequireAuthorization();
    }
}

public record ReviewRequest(string Text);
