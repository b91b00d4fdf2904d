package com.example.bookshelf.reviews;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;

@Entity
public class Review {

    @Id
    @GeneratedValue
    private Long id;

    private Long bookId;

    private String reviewer;

    private int stars;

    protected Review() {
    }

    public Review(Long bookId, String reviewer, int stars) {
        this.bookId = bookId;
        this.reviewer = reviewer;
        this.stars = stars;
    }

    public Long getId() {
        return id;
    }

    public int getStars() {
        return stars;
    }
}
