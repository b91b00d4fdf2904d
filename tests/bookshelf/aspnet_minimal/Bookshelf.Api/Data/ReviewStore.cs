using System.Data;
using Bookshelf.Api.Reviews;
using Dapper;

namespace Bookshelf.Api.Data;

public class ReviewStore(IDbConnection connection)
{
    public async Task<IEnumerable<ReviewView>> Page(int bookId, int limit, int offset) =>
        await connection.QueryAsync<ReviewView>(
            "SELECT id, reviewer, text FROM reviews WHERE book_id = @bookId ORDER BY id LIMIT @limit OFFSET @offset",
            new { bookId, limit, offset });

    public async Task<bool> Exists(int bookId, string reviewer) =>
        await connection.ExecuteScalarAsync<int>(
            "SELECT count(*) FROM reviews WHERE book_id = @bookId AND reviewer = @reviewer", new { bookId, reviewer }) > 0;

    public async Task<ReviewView> Add(AddReview review) =>
        await connection.QuerySingleAsync<ReviewView>(
            "INSERT INTO reviews (book_id, reviewer, text) VALUES (@BookId, @Reviewer, @Text) RETURNING id, reviewer, text",
            review);
}

public record ReviewView(int Id, string Reviewer, string Text);
