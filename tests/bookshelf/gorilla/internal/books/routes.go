package books

import (
	"net/http"

	"example.com/bookshelf/internal/security"
	"github.com/gorilla/mux"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Handler answers for books.
type Handler struct {
	pool *pgxpool.Pool
}

// New makes a Handler.
func New(pool *pgxpool.Pool) *Handler {
	return &Handler{pool: pool}
}

// Register adds the books.
func (h *Handler) Register(r *mux.Router) {
	r.HandleFunc("/books", h.list).Methods(http.MethodGet)
	r.HandleFunc("/books/{book_id}", h.show).Methods(http.MethodGet)
	r.Handle("/books", security.RequireUser(http.HandlerFunc(h.create))).Methods(http.MethodPost)
	r.Handle("/books/{book_id}", security.RequireUser(http.HandlerFunc(h.replace))).Methods(http.MethodPut)
	r.Handle("/books/{book_id}", security.RequireUser(http.HandlerFunc(h.remove))).Methods(http.MethodDelete)
}
