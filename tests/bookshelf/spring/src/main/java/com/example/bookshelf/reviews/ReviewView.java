package com.example.bookshelf.reviews;

public record ReviewView(Long id, int stars) {

    static ReviewView of(Review review) {
        return new ReviewView(review.getId(), review.getStars());
    }
}
