package config

// APIPrefix stands before everything but the health check.
const APIPrefix = "/api"
