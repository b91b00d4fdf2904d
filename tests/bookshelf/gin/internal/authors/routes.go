package authors

import (
	"net/http"

	"example.com/bookshelf/internal/models"
	"github.com/gin-gonic/gin"
	"gorm.io/gorm"
)

const most = 100

// Register adds the authors to a group.
func Register(r *gin.RouterGroup, db *gorm.DB) {
	r.GET("", list(db))
}

func list(db *gorm.DB) gin.HandlerFunc {
	return func(c *gin.Context) {
		var authors []models.Author
		if err := db.WithContext(c).Order("name").Limit(most).Find(&authors).Error; err != nil {
			c.Error(err)
			return
		}
		c.JSON(http.StatusOK, authors)
	}
}
