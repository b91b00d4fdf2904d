package com.example.bookshelf.authors;

import com.example.bookshelf.ApiPaths;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping(ApiPaths.AUTHORS)
public class AuthorController {

    private final AuthorRepository authors;

    public AuthorController(AuthorRepository authors) {
        this.authors = authors;
    }

    /** Lists all authors. */
    @GetMapping
    public List<AuthorView> list() {
        return authors.findAll().stream().map(AuthorView::of).toList();
    }
}
