package com.example.bookshelf.reviews;

import java.security.Principal;
import java.util.List;
import org.springframework.web.bind.annotation.RestController;

@RestController
public class ReviewController implements ReviewApi {

    private final ReviewService reviews;

    public ReviewController(ReviewService reviews) {
        this.reviews = reviews;
    }

    @Override
    public List<ReviewView> list(Long bookId, int limit, int offset) {
        return reviews.list(bookId, limit, offset).stream().map(ReviewView::of).toList();
    }

    @Override
    public ReviewView create(Long bookId, Principal principal, ReviewRequest request) {
        return ReviewView.of(reviews.create(bookId, principal.getName(), request));
    }
}
