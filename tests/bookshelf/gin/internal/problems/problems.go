package problems

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// Middleware answers for failures that handlers left to it.
func Middleware() gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Next()
		if len(c.Errors) > 0 && !c.Writer.Written() {
			c.JSON(statusOf(c.Errors.Last()), gin.H{"error": "Something went wrong."})
		}
	}
}

func statusOf(err *gin.Error) int {
	if err.IsType(gin.ErrorTypeBind) {
		return http.StatusUnprocessableEntity
	}
	return http.StatusInternalServerError
}
