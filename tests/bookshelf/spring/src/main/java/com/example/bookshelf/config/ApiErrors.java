package com.example.bookshelf.config;

import com.example.bookshelf.books.BookNotFoundException;
import com.example.bookshelf.reviews.DuplicateReviewException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Maps the exceptions of the project to problem documents. */
@RestControllerAdvice
public class ApiErrors {

    @ExceptionHandler(BookNotFoundException.class)
    public ResponseEntity<ProblemDetail> bookNotFound(BookNotFoundException error) {
        return ResponseEntity.status(HttpStatus.NOT_FOUND)
                .body(ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, "There is no such book."));
    }

    @ExceptionHandler
    public ResponseEntity<ProblemDetail> duplicateReview(DuplicateReviewException error) {
        return ResponseEntity.status(HttpStatus.CONFLICT)
                .body(ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "You have reviewed this book already."));
    }
}
