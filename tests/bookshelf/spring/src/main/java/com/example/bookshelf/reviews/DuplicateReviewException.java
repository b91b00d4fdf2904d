package com.example.bookshelf.reviews;

public class DuplicateReviewException extends RuntimeException {

    public DuplicateReviewException(Long bookId, String reviewer) {
        super(reviewer + " has reviewed book " + bookId);
    }
}
