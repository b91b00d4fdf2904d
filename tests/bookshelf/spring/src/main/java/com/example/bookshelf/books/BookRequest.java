package com.example.bookshelf.books;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

public record BookRequest(@NotBlank @Size(max = 200) String title, @NotNull Long authorId) {
}
