module example.com/bookshelf

go 1.22

require (
	github.com/gin-contrib/cors v1.7.2
	github.com/gin-gonic/gin v1.10.0
	github.com/golang-jwt/jwt/v5 v5.2.1
	gorm.io/driver/postgres v1.5.9
	gorm.io/gorm v1.25.12
)
