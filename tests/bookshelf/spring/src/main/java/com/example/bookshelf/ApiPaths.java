package com.example.bookshelf;

/** Where the parts of the API are found. */
public final class ApiPaths {

    public static final String API = "/api";
    public static final String AUTHORS = API + "/authors";
    public static final String BOOKS = API + "/books";

    private ApiPaths() {
    }
}
