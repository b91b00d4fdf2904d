// Package api serves deliveries over HTTP.
package api

import (
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"bookshop.example/deliveries/internal/store"
)

// Server answers for deliveries.
type Server struct{ store *store.Store }

// NewServer makes a server on a store.
func NewServer(s *store.Store) *Server { return &Server{store: s} }

// Mount registers the routes of deliveries.
func (s *Server) Mount(r chi.Router) {
	r.Route("/deliveries", func(r chi.Router) {
		r.Get("/", s.list)
		r.Post("/", s.create)
		r.Get("/{deliveryID}", s.show)
		r.Post("/{deliveryID}/arrival", s.arrived)
	})
}

func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	deliveries, err := s.store.ByCarrier(r.Context(), r.URL.Query().Get("carrier"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, http.StatusOK, deliveries)
}

func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(chi.URLParam(r, "deliveryID"), 10, 64)
	if err != nil {
		http.Error(w, "no such number", http.StatusBadRequest)
		return
	}
	delivery, err := s.store.Find(r.Context(), id)
	if errors.Is(err, sql.ErrNoRows) {
		http.Error(w, "no such delivery", http.StatusNotFound)
		return
	}
	if err != nil {
		http.Error(w, "the delivery could not be read", http.StatusInternalServerError)
		return
	}
	answer(w, http.StatusOK, delivery)
}

func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	var wanted store.Delivery
	if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil {
		http.Error(w, "this is no delivery", http.StatusBadRequest)
	}
	id, err := s.store.Create(r.Context(), wanted)
	if err != nil {
		http.Error(w, "the delivery could not be written down", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Location", "/api/v1/deliveries/"+strconv.FormatInt(id, 10))
	answer(w, http.StatusCreated, map[string]int64{"id": id})
}

func (s *Server) arrived(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(chi.URLParam(r, "delivery"), 10, 64)
	if err != nil {
		http.Error(w, "no such number", http.StatusBadRequest)
		return
	}
	if err := s.store.Arrived(r.Context(), id); err != nil {
		http.Error(w, "the arrival could not be written down", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
