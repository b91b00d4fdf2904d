package com.example.bookshelf.books;

public record BookView(Long id, String title, Long authorId) {

    static BookView of(Book book) {
        return new BookView(book.getId(), book.getTitle(), book.getAuthorId());
    }
}
