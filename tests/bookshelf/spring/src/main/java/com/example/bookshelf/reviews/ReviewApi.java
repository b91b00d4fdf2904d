package com.example.bookshelf.reviews;

import com.example.bookshelf.ApiPaths;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.security.Principal;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;

/** The contract of the reviews below a book; the controller implements it. */
@RequestMapping(ApiPaths.BOOKS + "/{book_id}/reviews")
public interface ReviewApi {

    /** Lists the reviews of a book. */
    @GetMapping
    List<ReviewView> list(
            @PathVariable("book_id") Long bookId,
            @RequestParam(defaultValue = "20") @Min(1) @Max(100) int limit,
            @RequestParam(defaultValue = "0") @Min(0) int offset);

    /** Adds a review. */
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    ReviewView create(
            @PathVariable("book_id") Long bookId, Principal principal, @Valid @RequestBody ReviewRequest request);
}
