package authors

import (
	"net/http"

	"example.com/bookshelf/internal/web"
	"github.com/go-chi/chi/v5"
	"github.com/jmoiron/sqlx"
)

type author struct {
	ID   int64  `json:"id" db:"id"`
	Name string `json:"name" db:"name"`
}

// Routes serves the authors.
func Routes(db *sqlx.DB) chi.Router {
	r := chi.NewRouter()
	r.Get("/", func(w http.ResponseWriter, r *http.Request) {
		authors := []author{}
		err := db.SelectContext(r.Context(), &authors, "SELECT id, name FROM authors ORDER BY name LIMIT 100")
		if err != nil {
			web.Failed(err)
		}
		web.JSON(w, http.StatusOK, authors)
	})
	return r
}
