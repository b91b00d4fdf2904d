package main

import (
	"log"

	"example.com/bookshelf/internal/authors"
	"example.com/bookshelf/internal/books"
	"example.com/bookshelf/internal/config"
	"example.com/bookshelf/internal/models"
	"example.com/bookshelf/internal/problems"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/cors"
	"github.com/gofiber/fiber/v2/middleware/logger"
	"github.com/gofiber/fiber/v2/middleware/recover"
)

func main() {
	db, err := models.Open()
	if err != nil {
		log.Fatal(err)
	}
	app := fiber.New(fiber.Config{ErrorHandler: problems.Handle})
	app.Use(logger.New(), recover.New())
	app.Use(cors.New(cors.Config{AllowOrigins: config.AllowedOrigins, AllowCredentials: true}))
	app.Get("/health", func(c *fiber.Ctx) error {
		return c.JSON(fiber.Map{"status": "up"})
	})
	app.Route(config.APIPrefix, func(api fiber.Router) {
		authors.Register(api.Group("/authors"), db)
		books.New(db).Register(api.Group("/books"))
	})
	log.Fatal(app.Listen(":8080"))
}
