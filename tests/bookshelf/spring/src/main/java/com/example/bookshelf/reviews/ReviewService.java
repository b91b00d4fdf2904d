package com.example.bookshelf.reviews;

import com.example.bookshelf.books.BookNotFoundException;
import com.example.bookshelf.books.BookRepository;
import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
public class ReviewService {

    private final BookRepository books;
    private final ReviewRepository reviews;

    public ReviewService(BookRepository books, ReviewRepository reviews) {
        this.books = books;
        this.reviews = reviews;
    }

    @Transactional(readOnly = true)
    public List<Review> list(Long bookId, int limit, int offset) {
        requireBook(bookId);
        return reviews.findSlice(bookId, limit, offset);
    }

    @Transactional
    public Review create(Long bookId, String reviewer, ReviewRequest request) {
        requireBook(bookId);
        if (reviews.existsByBookIdAndReviewer(bookId, reviewer)) {
            throw new DuplicateReviewException(bookId, reviewer);
        }
        return reviews.save(new Review(bookId, reviewer, request.stars()));
    }

    private void requireBook(Long bookId) {
        if (!books.existsById(bookId)) {
            throw new BookNotFoundException(bookId);
        }
    }
}
