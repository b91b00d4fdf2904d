namespace Bookshelf.Api.Books;

public record BookRequest(string Title, int AuthorId);

public record BookView(int Id, string Title, int AuthorId);
