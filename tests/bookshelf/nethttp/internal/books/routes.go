package books

import (
	"net/http"

	"example.com/bookshelf/internal/security"
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
func (h *Handler) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /books", h.list)
	mux.HandleFunc("GET /books/{book_id}", h.show)
	mux.Handle("POST /books", security.RequireUser(http.HandlerFunc(h.create)))
	mux.Handle("PUT /books/{book_id}", security.RequireUser(http.HandlerFunc(h.replace)))
	mux.Handle("DELETE /books/{book_id}", security.RequireUser(http.HandlerFunc(h.remove)))
}
