package api

import (
	"crypto/subtle"
	"net/http"
)

// RequireToken lets requests pass that carry the token of the shop's other services.
func RequireToken(token string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			given := r.Header.Get("Authorization")
			if subtle.ConstantTimeCompare([]byte(given), []byte("Bearer "+token)) != 1 {
				http.Error(w, "who are you?", http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
