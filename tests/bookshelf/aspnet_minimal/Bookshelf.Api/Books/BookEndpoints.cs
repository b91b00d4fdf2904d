using Bookshelf.Api.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Bookshelf.Api.Books;

public static class BookEndpoints
{
    public static RouteGroupBuilder MapBooks(this RouteGroupBuilder group)
    {
        group.MapGet("/", async (BookStore books, int limit = 20, int offset = 0) =>
            await books.Page(Math.Clamp(limit, 1, 100), offset));
        group.MapGet("/{book_id:int}", Show);

        var writing = group.MapGroup("").RequireAuthorization();
        writing.MapPost("/", async (BookRequest request, BookStore books) =>
        {
            var book = await books.Add(request);
            return Results.Created($"/api/books/{book.Id}", book);
        });
        writing.MapPut("/{book_id:int}", Replace).Produces<BookView>();
        writing.MapDelete("/{book_id:int}", Delete);

        return group;
    }

    private static async Task<Results<Ok<BookView>, NotFound>> Show([FromRoute(Name = "book_id")] int bookId, BookStore books)
    {
        var book = await books.Find(bookId);
        return book is null ? TypedResults.NotFound() : TypedResults.Ok(book);
    }

    private static async Task<Results<Ok<BookView>, NotFound>> Replace(
        [FromRoute(Name = "book_id")] int bookId, BookRequest request, BookStore books)
    {
        if (await books.Find(bookId) is null)
        {
            return TypedResults.NotFound();
        }

        return TypedResults.Ok(await books.Replace(bookId, request));
    }

    private static async Task<IResult> Delete([FromRoute(Name = "book_id")] int bookId, BookStore books)
    {
        var removed = await books.Remove(bookId);
        return removed ? Results.NoContent() : Results.NotFound();
    }
}
