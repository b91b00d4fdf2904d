package main

import (
	"net/http"

	"example.com/bookshelf/internal/config"
	"example.com/bookshelf/internal/web"
	"github.com/go-chi/cors"
)

func (s *server) routes() {
	s.router.Use(cors.Handler(cors.Options{AllowedOrigins: config.AllowedOrigins, AllowCredentials: true}))
	s.router.Get("/health", s.handleHealth())
	s.router.Route(config.APIPrefix, s.mountBooks)
}

func (s *server) handleHealth() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		web.JSON(w, http.StatusOK, map[string]string{"status": "up"})
	}
}
