package com.example.bookshelf.reviews;

import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

public interface ReviewRepository extends JpaRepository<Review, Long> {

    boolean existsByBookIdAndReviewer(Long bookId, String reviewer);

    @Query(
            value = "SELECT * FROM review WHERE book_id = :bookId ORDER BY id LIMIT :limit OFFSET :offset",
            nativeQuery = true)
    List<Review> findSlice(Long bookId, int limit, int offset);
}
