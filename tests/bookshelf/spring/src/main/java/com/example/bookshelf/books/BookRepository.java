package com.example.bookshelf.books;

import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

public interface BookRepository extends JpaRepository<Book, Long> {

    @Query(value = "SELECT * FROM book ORDER BY id LIMIT :limit OFFSET :offset", nativeQuery = true)
    List<Book> findSlice(int limit, int offset);
}
