package books

import (
	"errors"
	"net/http"
	"strconv"

	"example.com/bookshelf/internal/models"
	"github.com/gin-gonic/gin"
	"gorm.io/gorm"
)

const most = 100

type input struct {
	Title    string `json:"title" binding:"required,max=200"`
	AuthorID uint   `json:"author_id" binding:"required"`
}

func (h *Handler) list(c *gin.Context) {
	limit, err := strconv.Atoi(c.DefaultQuery("limit", "20"))
	if err != nil || limit > most {
		limit = most
	}
	offset, err := strconv.Atoi(c.DefaultQuery("offset", "0"))
	if err != nil {
		offset = 0
	}
	var books []models.Book
	if err := h.db.Order("id").Limit(limit).Offset(offset).Find(&books).Error; err != nil {
		c.Error(err)
		return
	}
	c.JSON(http.StatusOK, books)
}

func (h *Handler) show(c *gin.Context) {
	var book models.Book
	err := h.db.First(&book, "id = ?", c.Param("book_id")).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		c.JSON(http.StatusNotFound, gin.H{"error": "The book does not exist."})
		return
	}
	if err != nil {
		c.Error(err)
		return
	}
	c.JSON(http.StatusOK, book)
}

func (h *Handler) create(c *gin.Context) {
	var in input
	if err := c.ShouldBindJSON(&in); err != nil {
		c.JSON(http.StatusUnprocessableEntity, gin.H{"error": err.Error()})
		return
	}
	book := models.Book{Title: in.Title, AuthorID: in.AuthorID}
	if err := h.db.Create(&book).Error; err != nil {
		c.Error(err)
		return
	}
	c.JSON(http.StatusCreated, book)
}

func (h *Handler) replace(c *gin.Context) {
	var in input
	if err := c.ShouldBindJSON(&in); err != nil {
		c.JSON(http.StatusUnprocessableEntity, gin.H{"error": err.Error()})
		return
	}
	changed := h.db.Model(&models.Book{}).Where("id = ?", c.Param("book_id")).
		Updates(models.Book{Title: in.Title, AuthorID: in.AuthorID})
	if changed.Error != nil {
		c.Error(changed.Error)
		return
	}
	if changed.RowsAffected == 0 {
		c.JSON(http.StatusNotFound, gin.H{"error": "The book does not exist."})
		return
	}
	c.JSON(http.StatusOK, in)
}

func (h *Handler) remove(c *gin.Context) {
	removed := h.db.Delete(&models.Book{}, "id = ?", c.Param("book_id"))
	if removed.Error != nil {
		c.Error(removed.Error)
		return
	}
	if removed.RowsAffected == 0 {
		c.JSON(http.StatusNotFound, gin.H{"error": "The book does not exist."})
		return
	}
	c.Status(http.StatusNoContent)
}
