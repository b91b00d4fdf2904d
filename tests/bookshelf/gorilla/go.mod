module example.com/bookshelf

go 1.22

require (
	github.com/go-playground/validator/v10 v10.22.0
	github.com/golang-jwt/jwt/v5 v5.2.1
	github.com/gorilla/mux v1.8.1
	github.com/jackc/pgx/v5 v5.6.0
)
