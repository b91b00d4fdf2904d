using System.Data;
using Bookshelf.Api.Books;
using Dapper;

namespace Bookshelf.Api.Data;

public class BookStore(IDbConnection connection)
{
    public async Task<IEnumerable<BookView>> Page(int limit, int offset) =>
        await connection.QueryAsync<BookView>(
            "SELECT id, title, author_id FROM books ORDER BY id LIMIT @limit OFFSET @offset", new { limit, offset });

    public async Task<BookView?> Find(int id) =>
        await connection.QuerySingleOrDefaultAsync<BookView>(
            "SELECT id, title, author_id FROM books WHERE id = @id", new { id });

    public async Task<BookView> Add(BookRequest request) =>
        await connection.QuerySingleAsync<BookView>(
            "INSERT INTO books (title, author_id) VALUES (@Title, @AuthorId) RETURNING id, title, author_id", request);

    public async Task<BookView> Replace(int id, BookRequest request) =>
        await connection.QuerySingleAsync<BookView>(
            "UPDATE books SET title = @Title, author_id = @AuthorId WHERE id = @id RETURNING id, title, author_id",
            new { id, request.Title, request.AuthorId });

    public async Task<bool> Remove(int id) =>
        await connection.ExecuteAsync("DELETE FROM books WHERE id = @id", new { id }) > 0;
}
