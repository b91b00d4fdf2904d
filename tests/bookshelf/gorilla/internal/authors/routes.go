package authors

import (
	"net/http"

	"example.com/bookshelf/internal/web"
	"github.com/gorilla/mux"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

type author struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Register adds the authors.
func Register(r *mux.Router, pool *pgxpool.Pool) {
	r.Handle("/authors", list(pool)).Methods(http.MethodGet)
}

func list(pool *pgxpool.Pool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rows, err := pool.Query(r.Context(), "SELECT id, name FROM authors ORDER BY name LIMIT 100")
		if err != nil {
			web.Failed(err)
		}
		authors, err := pgx.CollectRows(rows, pgx.RowToStructByName[author])
		if err != nil {
			web.Failed(err)
		}
		web.JSON(w, http.StatusOK, authors)
	})
}
