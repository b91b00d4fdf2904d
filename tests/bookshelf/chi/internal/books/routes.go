package books

import (
	"example.com/bookshelf/internal/reviews"
	"example.com/bookshelf/internal/security"
	"github.com/go-chi/chi/v5"
	"github.com/jmoiron/sqlx"
)

// Resource serves the books.
type Resource struct {
	DB *sqlx.DB
}

// Routes are those of the books and their reviews.
func (rs Resource) Routes() chi.Router {
	r := chi.NewRouter()
	r.Get("/", rs.list)
	r.With(security.RequireUser).Post("/", rs.create)
	r.Route("/{book_id}", func(r chi.Router) {
		r.Get("/", rs.show)
		r.Group(func(r chi.Router) {
			r.Use(security.RequireUser)
			r.Put("/", rs.replace)
			r.Delete("/", rs.remove)
		})
		r.Mount("/reviews", reviews.Routes(rs.DB))
	})
	return r
}
