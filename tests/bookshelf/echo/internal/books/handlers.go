package books

import (
	"errors"
	"net/http"
	"strconv"

	"example.com/bookshelf/internal/models"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"
)

const most = 100

type input struct {
	Title    string `json:"title" validate:"required,max=200"`
	AuthorID uint   `json:"author_id" validate:"required"`
}

func (h *Handler) list(c echo.Context) error {
	limit, err := strconv.Atoi(c.QueryParam("limit"))
	if err != nil || limit > most {
		limit = most
	}
	offset, err := strconv.Atoi(c.QueryParam("offset"))
	if err != nil {
		offset = 0
	}
	var books []models.Book
	if err := h.db.Order("id").Limit(limit).Offset(offset).Find(&books).Error; err != nil {
		return err
	}
	return c.JSON(http.StatusOK, books)
}

func (h *Handler) show(c echo.Context) error {
	var book models.Book
	err := h.db.First(&book, "id = ?", c.Param("book_id")).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return c.JSON(http.StatusNotFound, echo.Map{"error": "The book does not exist."})
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, book)
}

func (h *Handler) create(c echo.Context) error {
	var in input
	if err := c.Bind(&in); err != nil {
		return echo.NewHTTPError(http.StatusUnprocessableEntity, "The body is not JSON.")
	}
	if err := c.Validate(&in); err != nil {
		return echo.NewHTTPError(http.StatusUnprocessableEntity, err.Error())
	}
	book := models.Book{Title: in.Title, AuthorID: in.AuthorID}
	if err := h.db.Create(&book).Error; err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, book)
}

func (h *Handler) replace(c echo.Context) error {
	var in input
	if err := c.Bind(&in); err != nil {
		return echo.NewHTTPError(http.StatusUnprocessableEntity, "The body is not JSON.")
	}
	if err := c.Validate(&in); err != nil {
		return echo.NewHTTPError(http.StatusUnprocessableEntity, err.Error())
	}
	changed := h.db.Model(&models.Book{}).Where("id = ?", c.Param("book_id")).
		Updates(models.Book{Title: in.Title, AuthorID: in.AuthorID})
	if changed.Error != nil {
		return changed.Error
	}
	if changed.RowsAffected == 0 {
		return c.JSON(http.StatusNotFound, echo.Map{"error": "The book does not exist."})
	}
	return c.JSON(http.StatusOK, in)
}

func (h *Handler) remove(c echo.Context) error {
	removed := h.db.Delete(&models.Book{}, "id = ?", c.Param("book_id"))
	if removed.Error != nil {
		return removed.Error
	}
	if removed.RowsAffected == 0 {
		return gorm.ErrRecordNotFound
	}
	return c.NoContent(http.StatusNoContent)
}
