package books

import (
	"example.com/bookshelf/internal/reviews"
	"example.com/bookshelf/internal/security"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"
)

// Handler answers for books.
type Handler struct {
	db *gorm.DB
}

// New makes a Handler.
func New(db *gorm.DB) *Handler {
	return &Handler{db: db}
}

// Register adds the books and their reviews to a group.
func (h *Handler) Register(r *echo.Group) {
	r.GET("", h.list)
	r.GET("/:book_id", h.show)
	reviews.Register(r.Group("/:book_id/reviews"), h.db)

	members := r.Group("", security.RequireUser)
	members.POST("", h.create)
	members.PUT("/:book_id", h.replace)
	members.DELETE("/:book_id", h.remove)
}
