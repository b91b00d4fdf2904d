using System.Data;
using Dapper;

namespace Bookshelf.Api.Authors;

public static class AuthorEndpoints
{
    public static void MapAuthors(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/authors", List).WithSummary("Lists all authors");

    private static async Task<IResult> List(IDbConnection connection) =>
        TypedResults.Ok(await connection.QueryAsync<AuthorView>("SELECT id, name FROM authors"));
}

public record AuthorView(int Id, string Name);
