using Microsoft.EntityFrameworkCore;

namespace Bookshelf.Data;

public class BookshelfContext(DbContextOptions<BookshelfContext> options) : DbContext(options)
{
    public DbSet<Author> Authors => Set<Author>();

    public DbSet<Book> Books => Set<Book>();

    public DbSet<Review> Reviews => Set<Review>();
}
