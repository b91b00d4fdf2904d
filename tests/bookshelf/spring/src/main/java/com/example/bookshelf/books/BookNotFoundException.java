package com.example.bookshelf.books;

public class BookNotFoundException extends RuntimeException {

    public BookNotFoundException(Long bookId) {
        super("No book " + bookId);
    }
}
