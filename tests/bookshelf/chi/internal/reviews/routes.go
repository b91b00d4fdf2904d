package reviews

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"

	"example.com/bookshelf/internal/security"
	"example.com/bookshelf/internal/web"
	"github.com/go-chi/chi/v5"
	"github.com/go-playground/validator/v10"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

const duplicate = "23505"

var validate = validator.New()

type handler struct {
	db *sqlx.DB
}

type review struct {
	ID     int64  `json:"id" db:"id"`
	Rating int    `json:"rating" db:"rating"`
	Text   string `json:"text" db:"text"`
}

type input struct {
	Rating int    `json:"rating" validate:"required,min=1,max=5"`
	Text   string `json:"text" validate:"max=2000"`
}

// Routes serves the reviews of the book that the path names.
func Routes(db *sqlx.DB) http.Handler {
	h := &handler{db}
	r := chi.NewRouter()
	r.Get("/", h.list)
	r.With(security.RequireUser).Post("/", h.create)
	return r
}

func (h *handler) exists(ctx context.Context, id string) bool {
	var found int64
	err := h.db.GetContext(ctx, &found, "SELECT id FROM books WHERE id = $1", id)
	if errors.Is(err, sql.ErrNoRows) {
		return false
	}
	if err != nil {
		web.Failed(err)
	}
	return true
}

func (h *handler) list(w http.ResponseWriter, r *http.Request) {
	id := chi.URLParam(r, "book_id")
	if !h.exists(r.Context(), id) {
		web.Problem(w, http.StatusNotFound, "The book does not exist.")
		return
	}
	limit := web.Number(r.URL.Query().Get("limit"), 20, web.Most)
	offset := web.Number(r.URL.Query().Get("offset"), 0, 1_000_000)
	reviews := []review{}
	err := h.db.SelectContext(r.Context(), &reviews,
		"SELECT id, rating, text FROM reviews WHERE book_id = $1 ORDER BY id LIMIT $2 OFFSET $3", id, limit, offset)
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
	id := chi.URLParam(r, "book_id")
	if !h.exists(r.Context(), id) {
		web.Problem(w, http.StatusNotFound, "The book does not exist.")
		return
	}
	made := review{Rating: in.Rating, Text: in.Text}
	err := h.db.QueryRowContext(r.Context(),
		"INSERT INTO reviews (rating, text, book_id, user_id) VALUES ($1, $2, $3, $4) RETURNING id",
		in.Rating, in.Text, id, security.UserID(r)).Scan(&made.ID)
	var refused *pq.Error
	if errors.As(err, &refused) && refused.Code == duplicate {
		web.Problem(w, http.StatusConflict, "You have reviewed this book.")
		return
	}
	if err != nil {
		web.Failed(err)
	}
	web.JSON(w, http.StatusCreated, made)
}
