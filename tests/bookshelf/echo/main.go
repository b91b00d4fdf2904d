package main

import (
	"log"
	"net/http"

	"example.com/bookshelf/internal/authors"
	"example.com/bookshelf/internal/books"
	"example.com/bookshelf/internal/config"
	"example.com/bookshelf/internal/models"
	"example.com/bookshelf/internal/problems"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

func main() {
	db, err := models.Open()
	if err != nil {
		log.Fatal(err)
	}
	e := echo.New()
	e.HTTPErrorHandler = problems.Handle
	e.Use(middleware.Logger(), middleware.Recover())
	e.Use(middleware.CORSWithConfig(middleware.CORSConfig{AllowOrigins: config.AllowedOrigins, AllowCredentials: true}))
	e.GET("/health", func(c echo.Context) error {
		return c.JSON(http.StatusOK, echo.Map{"status": "up"})
	})
	api := e.Group(config.APIPrefix)
	authors.Register(api.Group("/authors"), db)
	books.New(db).Register(api.Group("/books"))
	e.Logger.Fatal(e.Start(":8080"))
}
