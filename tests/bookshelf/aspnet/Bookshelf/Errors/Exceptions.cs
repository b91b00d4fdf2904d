namespace Bookshelf.Errors;

public class BookNotFoundException(int bookId) : Exception($"There is no book {bookId}.");

public class DuplicateReviewException(int bookId) : Exception($"You have reviewed the book {bookId} already.");
