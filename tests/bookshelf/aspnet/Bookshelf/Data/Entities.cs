namespace Bookshelf.Data;

public class Author
{
    public int Id { get; set; }

    public required string Name { get; set; }
}

public class Book
{
    public int Id { get; set; }

    public required string Title { get; set; }

    public int AuthorId { get; set; }

    public Author? Author { get; set; }
}

public class Review
{
    public int Id { get; set; }

    public int BookId { get; set; }

    public required string Reviewer { get; set; }

    public required string Text { get; set; }
}
