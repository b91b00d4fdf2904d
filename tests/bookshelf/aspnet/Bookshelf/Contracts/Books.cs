using System.ComponentModel.DataAnnotations;
using Bookshelf.Data;

namespace Bookshelf.Contracts;

public record AuthorView(int Id, string Name);

public record BookRequest([Required] [StringLength(200)] string Title, [Range(1, int.MaxValue)] int AuthorId);

public record BookView(int Id, string Title, int AuthorId)
{
    public static BookView Of(Book book) => new(book.Id, book.Title, book.AuthorId);
}

public record ReviewRequest([Required] [StringLength(2000)] string Text);

public record ReviewView(int Id, string Reviewer, string Text);
