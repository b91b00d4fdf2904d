package main

import (
	"log"
	"net/http"
	"os"

	"example.com/bookshelf/internal/config"
	"github.com/jmoiron/sqlx"
	_ "github.com/lib/pq"
)

func main() {
	db, err := sqlx.Connect("postgres", os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(config.Address, newServer(db).router))
}
