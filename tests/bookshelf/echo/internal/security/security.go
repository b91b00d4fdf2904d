package security

import (
	"net/http"
	"os"
	"strings"

	"github.com/golang-jwt/jwt/v5"
	"github.com/labstack/echo/v4"
)

const userKey = "userID"

// RequireUser lets in who has a token.
func RequireUser(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		token := strings.TrimPrefix(c.Request().Header.Get("Authorization"), "Bearer ")
		claims := &jwt.RegisteredClaims{}
		_, err := jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) {
			return []byte(os.Getenv("JWT_SECRET")), nil
		})
		if err != nil {
			return echo.NewHTTPError(http.StatusUnauthorized, "Log in first.")
		}
		c.Set(userKey, claims.Subject)
		return next(c)
	}
}

// UserID is the caller.
func UserID(c echo.Context) uint {
	id, _ := c.Get(userKey).(uint)
	return id
}
