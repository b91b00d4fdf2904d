package books

import (
	"errors"
	"strconv"

	"example.com/bookshelf/internal/models"
	"github.com/go-playground/validator/v10"
	"github.com/gofiber/fiber/v2"
	"gorm.io/gorm"
)

const most = 100

var validate = validator.New()

type input struct {
	Title    string `json:"title" validate:"required,max=200"`
	AuthorID uint   `json:"author_id" validate:"required"`
}

func (h *Handler) list(c *fiber.Ctx) error {
	limit, err := strconv.Atoi(c.Query("limit"))
	if err != nil || limit > most {
		limit = most
	}
	offset, err := strconv.Atoi(c.Query("offset"))
	if err != nil {
		offset = 0
	}
	var books []models.Book
	if err := h.db.Order("id").Limit(limit).Offset(offset).Find(&books).Error; err != nil {
		return err
	}
	return c.Status(fiber.StatusOK).JSON(books)
}

func (h *Handler) show(c *fiber.Ctx) error {
	var book models.Book
	err := h.db.First(&book, "id = ?", c.Params("book_id")).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return c.Status(fiber.StatusNotFound).JSON(fiber.Map{"error": "The book does not exist."})
	}
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusOK).JSON(book)
}

func (h *Handler) create(c *fiber.Ctx) error {
	var in input
	if err := c.BodyParser(&in); err != nil {
		return fiber.NewError(fiber.StatusUnprocessableEntity, "The body is not JSON.")
	}
	if err := validate.Struct(in); err != nil {
		return fiber.NewError(fiber.StatusUnprocessableEntity, err.Error())
	}
	book := models.Book{Title: in.Title, AuthorID: in.AuthorID}
	if err := h.db.Create(&book).Error; err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(book)
}

func (h *Handler) replace(c *fiber.Ctx) error {
	var in input
	if err := c.BodyParser(&in); err != nil {
		return fiber.NewError(fiber.StatusUnprocessableEntity, "The body is not JSON.")
	}
	if err := validate.Struct(in); err != nil {
		return fiber.NewError(fiber.StatusUnprocessableEntity, err.Error())
	}
	changed := h.db.Model(&models.Book{}).Where("id = ?", c.Params("book_id")).
		Updates(models.Book{Title: in.Title, AuthorID: in.AuthorID})
	if changed.Error != nil {
		return changed.Error
	}
	if changed.RowsAffected == 0 {
		return c.Status(fiber.StatusNotFound).JSON(fiber.Map{"error": "The book does not exist."})
	}
	return c.Status(fiber.StatusOK).JSON(in)
}

func (h *Handler) remove(c *fiber.Ctx) error {
	removed := h.db.Delete(&models.Book{}, "id = ?", c.Params("book_id"))
	if removed.Error != nil {
		return removed.Error
	}
	if removed.RowsAffected == 0 {
		return gorm.ErrRecordNotFound
	}
	return c.SendStatus(fiber.StatusNoContent)
}
