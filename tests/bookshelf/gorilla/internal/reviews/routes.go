package reviews

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"example.com/bookshelf/internal/security"
	"example.com/bookshelf/internal/web"
	"github.com/gorilla/mux"
	"github.com/go-playground/validator/v10"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const duplicate = "23505"

var validate = validator.New()

type handler struct {
	pool *pgxpool.Pool
}

type review struct {
	ID     int64  `json:"id"`
	Rating int    `json:"rating"`
	Text   string `json:"text"`
}

type input struct {
	Rating int    `json:"rating" validate:"required,min=1,max=5"`
	Text   string `json:"text" validate:"max=2000"`
}

// Register adds the reviews of the book that the path names.
func Register(r *mux.Router, pool *pgxpool.Pool) {
	h := &handler{pool}
	r.HandleFunc("/books/{book_id}/reviews", h.list).Methods(http.MethodGet)
	r.Handle("/books/{book_id}/reviews", security.RequireUser(http.HandlerFunc(h.create))).Methods(http.MethodPost)
}

func (h *handler) exists(ctx context.Context, id string) bool {
	var found int64
	err := h.pool.QueryRow(ctx, "SELECT id FROM books WHERE id = $1", id).Scan(&found)
	if errors.Is(err, pgx.ErrNoRows) {
		return false
	}
	if err != nil {
		web.Failed(err)
	}
	return true
}

func (h *handler) list(w http.ResponseWriter, r *http.Request) {
	id := mux.Vars(r)["book_id"]
	if !h.exists(r.Context(), id) {
		web.Problem(w, http.StatusNotFound, "The book does not exist.")
		return
	}
	limit := web.Number(r.URL.Query().Get("limit"), 20, web.Most)
	offset := web.Number(r.URL.Query().Get("offset"), 0, 1_000_000)
	rows, err := h.pool.Query(r.Context(),
		"SELECT id, rating, text FROM reviews WHERE book_id = $1 ORDER BY id LIMIT $2 OFFSET $3", id, limit, offset)
	if err != nil {
		web.Failed(err)
	}
	reviews, err := pgx.CollectRows(rows, pgx.RowToStructByName[review])
	if err != nil {
		web.Failed(err)
	}
	web.JSON(w, http.StatusOK, reviews)
}

func (h *handler) create(w http.ResponseWriter, r *http.Request) {
	var in input
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		web.Problem(w, http.StatusUnprocessableEntity, "The body is not JSON.")
		return
	}
	if err := validate.Struct(in); err != nil {
		web.Problem(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	id := mux.Vars(r)["book_id"]
	if !h.exists(r.Context(), id) {
		web.Problem(w, http.StatusNotFound, "The book does not exist.")
		return
	}
	made := review{Rating: in.Rating, Text: in.Text}
	err := h.pool.QueryRow(r.Context(),
		"INSERT INTO reviews (rating, text, book_id, user_id) VALUES ($1, $2, $3, $4) RETURNING id",
		in.Rating, in.Text, id, security.UserID(r)).Scan(&made.ID)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == duplicate {
		web.Problem(w, http.StatusConflict, "You have reviewed this book.")
		return
	}
	if err != nil {
		web.Failed(err)
	}
	web.JSON(w, http.StatusCreated, made)
}
