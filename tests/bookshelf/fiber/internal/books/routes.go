package books

import (
	"example.com/bookshelf/internal/reviews"
	"example.com/bookshelf/internal/security"
	"github.com/gofiber/fiber/v2"
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
func (h *Handler) Register(r fiber.Router) {
	r.Get("", h.list)
	r.Get("/:book_id", h.show)
	reviews.Register(r.Group("/:book_id/reviews"), h.db)

	members := r.Group("", security.RequireUser)
	members.Post("", h.create)
	members.Put("/:book_id", h.replace)
	members.Delete("/:book_id", h.remove)
}
