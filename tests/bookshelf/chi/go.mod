module example.com/bookshelf

go 1.22

require (
	github.com/go-chi/chi/v5 v5.1.0
	github.com/go-chi/cors v1.2.1
	github.com/go-chi/jwtauth/v5 v5.3.1
	github.com/go-playground/validator/v10 v10.22.0
	github.com/jmoiron/sqlx v1.4.0
	github.com/lib/pq v1.10.9
)
