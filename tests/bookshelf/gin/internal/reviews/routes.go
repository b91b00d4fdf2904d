package reviews

import (
	"errors"
	"net/http"
	"strconv"

	"example.com/bookshelf/internal/models"
	"example.com/bookshelf/internal/security"
	"github.com/gin-gonic/gin"
	"gorm.io/gorm"
)

const most = 100

type handler struct {
	db *gorm.DB
}

type input struct {
	Rating int    `json:"rating" binding:"required,min=1,max=5"`
	Text   string `json:"text" binding:"max=2000"`
}

// Register adds the reviews to a group whose path names their book.
func Register(r *gin.RouterGroup, db *gorm.DB) {
	h := handler{db}
	r.GET("", h.list)
	r.POST("", security.RequireUser(), h.create)
}

// book answers 404 for the caller if there is none.
func (h handler) book(c *gin.Context) (*models.Book, bool) {
	var book models.Book
	err := h.db.First(&book, "id = ?", c.Param("book_id")).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		c.JSON(http.StatusNotFound, gin.H{"error": "The book does not exist."})
		return nil, false
	}
	if err != nil {
		c.Error(err)
		return nil, false
	}
	return &book, true
}

func (h handler) list(c *gin.Context) {
	book, found := h.book(c)
	if !found {
		return
	}
	limit, err := strconv.Atoi(c.DefaultQuery("limit", "20"))
	if err != nil || limit > most {
		limit = most
	}
	offset, err := strconv.Atoi(c.DefaultQuery("offset", "0"))
	if err != nil {
		offset = 0
	}
	var reviews []models.Review
	err = h.db.Where("book_id = ?", book.ID).Order("id").Limit(limit).Offset(offset).Find(&reviews).Error
	if err != nil {
		c.Error(err)
		return
	}
	c.JSON(http.StatusOK, reviews)
}

func (h handler) create(c *gin.Context) {
	var in input
	if err := c.ShouldBindJSON(&in); err != nil {
		c.JSON(http.StatusUnprocessableEntity, gin.H{"error": err.Error()})
		return
	}
	book, found := h.book(c)
	if !found {
		return
	}
	review := models.Review{Rating: in.Rating, Text: in.Text, BookID: book.ID, UserID: security.UserID(c)}
	err := h.db.Create(&review).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		c.JSON(http.StatusConflict, gin.H{"error": "You have reviewed this book."})
		return
	}
	if err != nil {
		c.Error(err)
		return
	}
	c.JSON(http.StatusCreated, review)
}
