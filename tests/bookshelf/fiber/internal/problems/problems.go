package problems

import (
	"errors"

	"github.com/gofiber/fiber/v2"
	"gorm.io/gorm"
)

// Handle answers for what handlers return as a failure.
func Handle(c *fiber.Ctx, err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return c.Status(fiber.StatusNotFound).JSON(fiber.Map{"error": "There is no such thing."})
	}
	return fiber.DefaultErrorHandler(c, err)
}
