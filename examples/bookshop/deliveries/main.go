package main

import (
	"database/sql"
	"log"
	"net/http"
	"os"

	"github.com/go-chi/chi/v5"
	_ "github.com/jackc/pgx/v5/stdlib"

	"bookshop.example/deliveries/internal/api"
	"bookshop.example/deliveries/internal/store"
)

func main() {
	db, err := sql.Open("pgx", os.Getenv("DELIVERIES_DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	server := api.NewServer(store.New(db))

	r := chi.NewRouter()
	r.Get("/health", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	r.Route("/api/v1", func(r chi.Router) {
		r.Use(api.RequireToken(os.Getenv("DELIVERIES_TOKEN")))
		server.Mount(r)
	})
	log.Fatal(http.ListenAndServe(":8080", r))
}
