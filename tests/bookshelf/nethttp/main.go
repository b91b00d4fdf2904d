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
	"github.com/jackc/pgx/v5/pgxpool"
)

func main() {
	pool, err := pgxpool.New(context.Background(), os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	api := http.NewServeMux()
	authors.Register(api, pool)
	books.New(pool).Register(api)
	reviews.Register(api, pool)

	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) {
		web.JSON(w, http.StatusOK, map[string]string{"status": "up"})
	})
	mux.Handle(config.APIPrefix+"/", http.StripPrefix(config.APIPrefix, api))
	log.Fatal(http.ListenAndServe(config.Address, web.Recoverer(mux)))
}
