package reviews

import (
	"errors"
	"net/http"
	"strconv"

	"example.com/bookshelf/internal/models"
	"example.com/bookshelf/internal/security"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"
)

const most = 100

type handler struct {
	db *gorm.DB
}

type input struct {
	Rating int    `json:"rating" validate:"required,min=1,max=5"`
	Text   string `json:"text" validate:"max=2000"`
}

// Register adds the reviews to a group whose path names their book.
func Register(r *echo.Group, db *gorm.DB) {
	h := handler{db}
	r.GET("", h.list)
	r.POST("", h.create, security.RequireUser)
}

func (h handler) book(c echo.Context) (*models.Book, error) {
	var book models.Book
	err := h.db.First(&book, "id = ?", c.Param("book_id")).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, echo.NewHTTPError(http.StatusNotFound, "The book does not exist.")
	}
	return &book, err
}

func (h handler) list(c echo.Context) error {
	book, err := h.book(c)
	if err != nil {
		return err
	}
	limit, err := strconv.Atoi(c.QueryParam("limit"))
	if err != nil || limit > most {
		limit = most
	}
	offset, err := strconv.Atoi(c.QueryParam("offset"))
	if err != nil {
		offset = 0
	}
	var reviews []models.Review
	err = h.db.Where("book_id = ?", book.ID).Order("id").Limit(limit).Offset(offset).Find(&reviews).Error
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, reviews)
}

func (h handler) create(c echo.Context) error {
	var in input
	if err := c.Bind(&in); err != nil {
		return echo.NewHTTPError(http.StatusUnprocessableEntity, "The body is not JSON.")
	}
	if err := c.Validate(&in); err != nil {
		return echo.NewHTTPError(http.StatusUnprocessableEntity, err.Error())
	}
	book, err := h.book(c)
	if err != nil {
		return err
	}
	review := models.Review{Rating: in.Rating, Text: in.Text, BookID: book.ID, UserID: security.UserID(c)}
	err = h.db.Create(&review).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return c.JSON(http.StatusConflict, echo.Map{"error": "You have reviewed this book."})
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, review)
}
