package com.example.bookshelf.books;

import com.example.bookshelf.ApiPaths;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping(ApiPaths.BOOKS)
public class BookController {

    private final BookRepository books;

    public BookController(BookRepository books) {
        this.books = books;
    }

    /** Lists books, a page at a time. */
    @GetMapping
    public List<BookView> list(
            @RequestParam(defaultValue = "20") @Min(1) @Max(100) int limit,
            @RequestParam(defaultValue = "0") @Min(0) int offset) {
        return books.findSlice(limit, offset).stream().map(BookView::of).toList();
    }

    /** Adds a book. */
    @PostMapping
    public ResponseEntity<BookView> create(@Valid @RequestBody BookRequest request) {
        Book book = books.save(new Book(request.title(), request.authorId()));
        return ResponseEntity.created(URI.create(ApiPaths.BOOKS + "/" + book.getId())).body(BookView.of(book));
    }

    /** Shows one book. */
    @GetMapping("/{book_id}")
    public BookView show(@PathVariable("book_id") Long bookId) {
        return books.findById(bookId).map(BookView::of).orElseThrow(() -> new BookNotFoundException(bookId));
    }

    /** Replaces a book. */
    @PutMapping("/{book_id}")
    public BookView replace(@PathVariable("book_id") Long bookId, @Valid @RequestBody BookRequest request) {
        Book book = books.findById(bookId).orElseThrow(() -> new BookNotFoundException(bookId));
        book.change(request.title(), request.authorId());
        return BookView.of(books.save(book));
    }

    /** Removes a book. */
    @DeleteMapping("/{book_id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    public void delete(@PathVariable("book_id") Long bookId) {
        Book book = books.findById(bookId).orElseThrow(() -> new BookNotFoundException(bookId));
        books.delete(book);
    }
}
