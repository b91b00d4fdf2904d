package web

import (
	"encoding/json"
	"log"
	"net/http"
	"strconv"
)

// Most is how many rows a page has at most.
const Most = 100

// JSON answers with a value.
func JSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		log.Println(err)
	}
}

// Problem answers with a text for people.
func Problem(w http.ResponseWriter, status int, text string) {
	JSON(w, status, map[string]string{"error": text})
}

// Failed logs what went wrong; the recoverer answers.
func Failed(err error) {
	panic(err)
}

// Recoverer answers for handlers that failed.
func Recoverer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if failure := recover(); failure != nil {
				log.Println(failure)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// Number is the number in a text, within bounds.
func Number(text string, otherwise, most int) int {
	number, err := strconv.Atoi(text)
	if err != nil || number < 0 {
		return otherwise
	}
	return min(number, most)
}
