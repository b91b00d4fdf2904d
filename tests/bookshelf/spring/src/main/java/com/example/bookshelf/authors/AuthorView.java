package com.example.bookshelf.authors;

public record AuthorView(Long id, String name) {

    static AuthorView of(Author author) {
        return new AuthorView(author.getId(), author.getName());
    }
}
