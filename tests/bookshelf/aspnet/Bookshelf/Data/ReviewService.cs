using Bookshelf.Contracts;
using Bookshelf.Errors;
using Microsoft.EntityFrameworkCore;

namespace Bookshelf.Data;

public class ReviewService(BookshelfContext context)
{
    public async Task<List<ReviewView>> List(int bookId, int limit, int offset)
    {
        await Require(bookId);

        return await context.Reviews
            .Where(r => r.BookId == bookId)
            .OrderBy(r => r.Id)
            .Skip(offset)
            .Take(Math.Min(limit, 100))
            .Select(r => new ReviewView(r.Id, r.Reviewer, r.Text))
            .ToListAsync();
    }

    public async Task<ReviewView> Create(int bookId, string reviewer, ReviewRequest request)
    {
        await Require(bookId);
        if (await context.Reviews.AnyAsync(r => r.BookId == bookId && r.Reviewer == reviewer))
        {
            throw new DuplicateReviewException(bookId);
        }

        var review = new Review { BookId = bookId, Reviewer = reviewer, Text = request.Text };
        context.Reviews.Add(review);
        await context.SaveChangesAsync();

        return new ReviewView(review.Id, review.Reviewer, review.Text);
    }

    private async Task Require(int bookId)
    {
        if (!await context.Books.AnyAsync(b => b.Id == bookId))
        {
            throw new BookNotFoundException(bookId);
        }
    }
}
