package reviews

import (
	"errors"
	"strconv"

	"example.com/bookshelf/internal/models"
	"example.com/bookshelf/internal/security"
	"github.com/go-playground/validator/v10"
	"github.com/gofiber/fiber/v2"
	"gorm.io/gorm"
)

const most = 100

var validate = validator.New()

type handler struct {
	db *gorm.DB
}

type input struct {
	Rating int    `json:"rating" validate:"required,min=1,max=5"`
	Text   string `json:"text" validate:"max=2000"`
}

// Register adds the reviews to a group whose path names their book.
func Register(r fiber.Router, db *gorm.DB) {
	h := handler{db}
	r.Get("", h.list)
	r.Post("", security.RequireUser, h.create)
}

func (h handler) book(c *fiber.Ctx) (*models.Book, error) {
	var book models.Book
	err := h.db.First(&book, "id = ?", c.Params("book_id")).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, fiber.NewError(fiber.StatusNotFound, "The book does not exist.")
	}
	return &book, err
}

func (h handler) list(c *fiber.Ctx) error {
	book, err := h.book(c)
	if err != nil {
		return err
	}
	limit, err := strconv.Atoi(c.Query("limit"))
	if err != nil || limit > most {
		limit = most
	}
	offset, err := strconv.Atoi(c.Query("offset"))
	if err != nil {
		offset = 0
	}
	var reviews []models.Review
	err = h.db.Where("book_id = ?", book.ID).Order("id").Limit(limit).Offset(offset).Find(&reviews).Error
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusOK).JSON(reviews)
}

func (h handler) create(c *fiber.Ctx) error {
	var in input
	if err := c.BodyParser(&in); err != nil {
		return fiber.NewError(fiber.StatusUnprocessableEntity, "The body is not JSON.")
	}
	if err := validate.Struct(in); err != nil {
		return fiber.NewError(fiber.StatusUnprocessableEntity, err.Error())
	}
	book, err := h.book(c)
	if err != nil {
		return err
	}
	review := models.Review{Rating: in.Rating, Text: in.Text, BookID: book.ID, UserID: security.UserID(c)}
	err = h.db.Create(&review).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return c.Status(fiber.StatusConflict).JSON(fiber.Map{"error": "You have reviewed this book."})
	}
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(review)
}
