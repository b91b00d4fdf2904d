package books

import (
	"encoding/json"
	"errors"
	"net/http"

	"example.com/bookshelf/internal/web"
	"github.com/gorilla/mux"
	"github.com/go-playground/validator/v10"
	"github.com/jackc/pgx/v5"
)

var validate = validator.New()

type book struct {
	ID       int64  `json:"id"`
	Title    string `json:"title"`
	AuthorID int64  `json:"author_id"`
}

type input struct {
	Title    string `json:"title" validate:"required,max=200"`
	AuthorID int64  `json:"author_id" validate:"required"`
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request) {
	limit := web.Number(r.URL.Query().Get("limit"), 20, web.Most)
	offset := web.Number(r.URL.Query().Get("offset"), 0, 1_000_000)
	rows, err := h.pool.Query(r.Context(),
		"SELECT id, title, author_id FROM books ORDER BY id LIMIT $1 OFFSET $2", limit, offset)
	if err != nil {
		web.Failed(err)
	}
	books, err := pgx.CollectRows(rows, pgx.RowToStructByName[book])
	if err != nil {
		web.Failed(err)
	}
	web.JSON(w, http.StatusOK, books)
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request) {
	var found book
	err := h.pool.QueryRow(r.Context(),
		"SELECT id, title, author_id FROM books WHERE id = $1", mux.Vars(r)["book_id"]).
		Scan(&found.ID, &found.Title, &found.AuthorID)
	if errors.Is(err, pgx.ErrNoRows) {
		web.Problem(w, http.StatusNotFound, "The book does not exist.")
		return
	}
	if err != nil {
		web.Failed(err)
	}
	web.JSON(w, http.StatusOK, found)
}

func (h *Handler) create(w http.ResponseWriter, r *http.Request) {
	in, valid := read(w, r)
	if !valid {
		return
	}
	made := book{Title: in.Title, AuthorID: in.AuthorID}
	err := h.pool.QueryRow(r.Context(),
		"INSERT INTO books (title, author_id) VALUES ($1, $2) RETURNING id", in.Title, in.AuthorID).Scan(&made.ID)
	if err != nil {
		web.Failed(err)
	}
	web.JSON(w, http.StatusCreated, made)
}

func (h *Handler) replace(w http.ResponseWriter, r *http.Request) {
	in, valid := read(w, r)
	if !valid {
		return
	}
	result, err := h.pool.Exec(r.Context(),
		"UPDATE books SET title = $1, author_id = $2 WHERE id = $3", in.Title, in.AuthorID, mux.Vars(r)["book_id"])
	if err != nil {
		web.Failed(err)
	}
	if result.RowsAffected() == 0 {
		web.Problem(w, http.StatusNotFound, "The book does not exist.")
		return
	}
	web.JSON(w, http.StatusOK, in)
}

func (h *Handler) remove(w http.ResponseWriter, r *http.Request) {
	result, err := h.pool.Exec(r.Context(), "DELETE FROM books WHERE id = $1", mux.Vars(r)["book_id"])
	if err != nil {
		web.Failed(err)
	}
	if result.RowsAffected() == 0 {
		web.Problem(w, http.StatusNotFound, "The book does not exist.")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// read answers 422 for the caller if the body is not as it has to be.
func read(w http.ResponseWriter, r *http.Request) (input, bool) {
	var in input
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		web.Problem(w, http.StatusUnprocessableEntity, "The body is not JSON.")
		return in, false
	}
	if err := validate.Struct(in); err != nil {
		web.Problem(w, http.StatusUnprocessableEntity, err.Error())
		return in, false
	}
	return in, true
}
