package main

import (
	"context"
	"log"
	"net/http"
	"os"

	"example.com/bookshelf/internal/authors"
	"example.com/bookshelf/internal/books"
	"example.com/bookshelf/internal/config"
	"example.com/bookshelf/internal/reviews"
	"example.com/bookshelf/internal/web"
	"github.com/gorilla/mux"
	"github.com/jackc/pgx/v5/pgxpool"
)

func main() {
	pool, err := pgxpool.New(context.Background(), os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	r := mux.NewRouter()
	r.Use(web.Recoverer)
	r.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {
		web.JSON(w, http.StatusOK, map[string]string{"status": "up"})
	}).Methods("GET")
	api := r.PathPrefix(config.APIPrefix).Subrouter()
	authors.Register(api, pool)
	books.New(pool).Register(api)
	reviews.Register(api, pool)
	log.Fatal(http.ListenAndServe(config.Address, r))
}
