package main

import (
	"example.com/bookshelf/internal/authors"
	"example.com/bookshelf/internal/books"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/jmoiron/sqlx"
)

type server struct {
	db     *sqlx.DB
	router chi.Router
}

func newServer(db *sqlx.DB) *server {
	s := &server{db: db, router: chi.NewRouter()}
	s.router.Use(middleware.Logger, middleware.Recoverer)
	s.routes()
	return s
}

func (s *server) mountBooks(r chi.Router) {
	r.Mount("/authors", authors.Routes(s.db))
	r.Mount("/books", books.Resource{DB: s.db}.Routes())
}
