package main

import (
	"log"
	"net/http"

	"example.com/bookshelf/internal/authors"
	"example.com/bookshelf/internal/books"
	"example.com/bookshelf/internal/config"
	"example.com/bookshelf/internal/models"
	"example.com/bookshelf/internal/problems"
	"github.com/gin-contrib/cors"
	"github.com/gin-gonic/gin"
)

func main() {
	db, err := models.Open()
	if err != nil {
		log.Fatal(err)
	}
	r := gin.New()
	r.Use(gin.Logger(), gin.Recovery(), problems.Middleware())
	r.Use(cors.New(cors.Config{AllowOrigins: config.AllowedOrigins, AllowCredentials: true}))
	r.GET("/health", func(c *gin.Context) {
		c.JSON(http.StatusOK, gin.H{"status": "up"})
	})
	api := r.Group(config.APIPrefix)
	authors.Register(api.Group("/authors"), db)
	books.New(db).Register(api.Group("/books"))
	log.Fatal(r.Run())
}
