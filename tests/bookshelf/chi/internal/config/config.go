package config

const (
	// APIPrefix stands before everything but the health check.
	APIPrefix = "/api"
	// Address is where the server listens.
	Address = ":8080"
)

// AllowedOrigins may read the API from a browser.
var AllowedOrigins = []string{"https://shelf.example"}
