package authors

import (
	"net/http"

	"example.com/bookshelf/internal/models"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"
)

const most = 100

// Register adds the authors to a group.
func Register(r *echo.Group, db *gorm.DB) {
	r.GET("", list(db))
}

func list(db *gorm.DB) echo.HandlerFunc {
	return func(c echo.Context) error {
		var authors []models.Author
		if err := db.Order("name").Limit(most).Find(&authors).Error; err != nil {
			return err
		}
		return c.JSON(http.StatusOK, authors)
	}
}
