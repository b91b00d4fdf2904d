using System.Net;
using Bookshelf.Api.Data;
using MediatR;

namespace Bookshelf.Api.Reviews;

public record AddReview(int BookId, string Reviewer, string Text) : IRequest<ReviewView>;

public class AddReviewHandler(BookStore books, ReviewStore reviews) : IRequestHandler<AddReview, ReviewView>
{
    public async Task<ReviewView> Handle(AddReview request, CancellationToken cancellationToken)
    {
        if (await books.Find(request.BookId) is null)
        {
            throw new ApiException(HttpStatusCode.NotFound, "There is no such book.");
        }

        if (await reviews.Exists(request.BookId, request.Reviewer))
        {
            throw new ApiException(HttpStatusCode.Conflict, "You have reviewed this book already.");
        }

        return await reviews.Add(request);
    }
}

public class ApiException(HttpStatusCode status, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;
}
