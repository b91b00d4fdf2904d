package authors

import (

	"example.com/bookshelf/internal/models"
	"github.com/gofiber/fiber/v2"
	"gorm.io/gorm"
)

const most = 100

// Register adds the authors to a group.
func Register(r fiber.Router, db *gorm.DB) {
	r.Get("", list(db))
}

func list(db *gorm.DB) fiber.Handler {
	return func(c *fiber.Ctx) error {
		var authors []models.Author
		if err := db.Order("name").Limit(most).Find(&authors).Error; err != nil {
			return err
		}
		return c.Status(fiber.StatusOK).JSON(authors)
	}
}
