module example.com/bookshelf

go 1.22

require (
	github.com/go-playground/validator/v10 v10.22.0
	github.com/gofiber/fiber/v2 v2.52.5
	github.com/golang-jwt/jwt/v5 v5.2.1
	gorm.io/driver/postgres v1.5.9
	gorm.io/gorm v1.25.12
)
