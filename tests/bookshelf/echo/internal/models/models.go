package models

import (
	"os"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

type Author struct {
	ID   uint   `json:"id" gorm:"primaryKey"`
	Name string `json:"name"`
}

type Book struct {
	ID       uint   `json:"id" gorm:"primaryKey"`
	Title    string `json:"title"`
	AuthorID uint   `json:"author_id"`
}

type Review struct {
	ID     uint   `json:"id" gorm:"primaryKey"`
	Rating int    `json:"rating"`
	Text   string `json:"text"`
	BookID uint   `json:"book_id"`
	UserID uint   `json:"user_id"`
}

// Open connects to the database of the environment.
func Open() (*gorm.DB, error) {
	return gorm.Open(postgres.Open(os.Getenv("DATABASE_URL")), &gorm.Config{TranslateError: true})
}
