package config

// APIPrefix stands before everything but the health check.
const APIPrefix = "/api"

// AllowedOrigins may read the API from a browser.
var AllowedOrigins = []string{"https://shelf.example"}
