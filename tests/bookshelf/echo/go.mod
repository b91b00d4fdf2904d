module example.com/bookshelf

go 1.22

require (
	github.com/labstack/echo/v4 v4.12.0
	github.com/golang-jwt/jwt/v5 v5.2.1
	gorm.io/driver/postgres v1.5.9
	gorm.io/gorm v1.25.12
)
