package security

import (
	"os"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/golang-jwt/jwt/v5"
)

const userKey = "userID"

// RequireUser lets in who has a token.
func RequireUser(c *fiber.Ctx) error {
	token := strings.TrimPrefix(c.Get("Authorization"), "Bearer ")
	claims := &jwt.RegisteredClaims{}
	_, err := jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) {
		return []byte(os.Getenv("JWT_SECRET")), nil
	})
	if err != nil {
		return fiber.NewError(fiber.StatusUnauthorized, "Log in first.")
	}
	c.Locals(userKey, claims.Subject)
	return c.Next()
}

// UserID is the caller.
func UserID(c *fiber.Ctx) uint {
	id, _ := c.Locals(userKey).(uint)
	return id
}
